/** What a demonstration stands on: a system that is found again, and accounts for whatever the providers are called. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isEmail } from 'class-validator';
import { emailOf } from '../../demo/cast.js';
import type { Figures } from '../../demo/figures.js';
import { demoGround, type DemoGround } from '../../demo/ground.js';
import { temporaryDataFolder } from '../../src/platform/embedded/embedded-postgres.js';
import { demoRun } from '../support/demo-run.js';

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

describe('the demonstration with an auction in rounds', () => {
  const folder = temporaryDataFolder('pumasi-rounds');

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('gives everybody three turns, and ends with a log that fits', async () => {
    const json = join(folder, 'figures.json');
    const run = demoRun(folder, '--members', '100', '--format', 'rounds', '--json', json);
    expect(await run.ended).toBe(0);
    const said = run.said().replace(/\s+/g, ' ');
    expect(said).toContain('It is the turn of another provider.');
    for (const round of ['-- Round 1 (', '-- Round 2 (', '-- Round 3 (']) expect(said).toContain(round);
    expect(said).toContain('All of it is as it must be.');

    const figures = JSON.parse(readFileSync(json, 'utf8')) as Figures;
    expect(figures).toMatchObject({ bids: 5, auctionFormat: 'rounds', extensions: 0 });
    expect(figures.auctionTotalMinor).toBe(figures.allocationTotalMinor);
    expect(figures.auctionTotalMinor).toBeLessThan(figures.openingTotalMinor);
    const { events } = JSON.parse(readFileSync(join(folder, 'out', 'auction-log.json'), 'utf8')) as {
      events: { kind: string; body: { alias: string; by: string } }[];
    };
    const turns = events.filter(({ kind }) => kind === 'turn').map(({ body }) => body.alias);
    expect(turns).toHaveLength(3 * 5);
    for (const round of [0, 1, 2]) expect(new Set(turns.slice(5 * round, 5 * round + 5)).size).toBe(5);
    // Three of the five bid by hand, once in each of their turns.
    expect(events.filter(({ kind, body }) => kind === 'bid' && body.by === 'person')).toHaveLength(3 * 3);
  }, 400_000);
});
