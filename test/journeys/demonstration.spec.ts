/** What a demonstration stands on: a system that is found again, and accounts for whatever the providers are called. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isEmail } from 'class-validator';
import { emailOf } from '../../demo/cast.js';
import { demoGround, type DemoGround } from '../../demo/ground.js';
import { temporaryDataFolder } from '../../src/platform/embedded/embedded-postgres.js';

describe('the system of a demonstration', () => {
  const folder = temporaryDataFolder('pumasi-ground');
  const grounds: DemoGround[] = [];
  const ground = async (story: object): Promise<DemoGround> => {
    const environment = { DATABASE_URL: '', ...process.env, PUMASI_DATA: folder, PUMASI_LOG: 'fatal', PORT: '' };
    const found = await demoGround(story, environment);
    grounds.push(found);
    return found;
  };

  afterAll(async () => {
    for (const { suspend } of grounds) await suspend();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is found again by the same story only, and made anew when nothing tells when it began', async () => {
    const first = await ground({ story: 1 });
    expect(first.continued).toBe(false);
    await Promise.all([first.suspend(), first.suspend()]);

    const other = await ground({ story: 2 });
    expect(other.continued).toBe(false);
    await other.end(false);

    const again = await ground({ story: 1 });
    expect([again.continued, again.begunAt]).toEqual([true, first.begunAt]);
    await again.suspend();

    const [name = ''] = readdirSync(join(folder, 'demo'));
    writeFileSync(join(folder, 'demo', name, 'unfinished'), '2026-');
    const anew = await ground({ story: 1 });
    expect(anew.continued).toBe(false);
    await anew.end(false);
    expect(readdirSync(join(folder, 'demo'))).toEqual([]);
  }, 120_000);
});

describe('the address of a provider', () => {
  const names = ['한국통신', '케이티', 'AT&T', 'AT T', 'a'.repeat(100), '-', `${'b'.repeat(39)}, the`, 'Town Net'];

  it('is one, and its own, whatever the name', () => {
    const addresses = names.map((name, index) => emailOf(name, index + 1));
    expect(addresses.filter((address) => !isEmail(address))).toEqual([]);
    expect(new Set(addresses).size).toBe(names.length);
    expect(addresses.at(-1)).toBe('town-net-8@provider.example');
  });
});
