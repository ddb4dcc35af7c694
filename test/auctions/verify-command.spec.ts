import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AllocationService } from '../../src/allocation/allocation.service.js';
import { runVerify } from '../../src/auctions/verify.command.js';
import { play, startSolving } from './play.js';
import { makeKeys, type Played, writtenText } from './played-log.js';

const keys = makeKeys();

describe('pumasi verify', () => {
  let folder = '';
  let log: Played;
  let text = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pumasi-verify-'));
    const settings = { durationSeconds: 600, softCloseSeconds: 300, extensionSeconds: 120 };
    log = await play({ seed: 5, settings }, await startSolving());
    text = writtenText(log, keys);
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
    const file = join(folder, name);
    await writeFile(file, content);
    return file;
  }

  async function run(
    file: string,
    key?: string,
  ): Promise<{ status: number; verdict: Record<string, unknown>; err: string[] }> {
    const [out, err]: [string[], string[]] = [[], []];
    const io = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line) };
    const status = await runVerify(file, key === undefined ? {} : { key }, io);
    expect(out).toHaveLength(1);
    return { status, verdict: JSON.parse(out[0] ?? '') as Record<string, unknown>, err };
  }

  it('prints the verdict as one line of JSON, and says in words what could not be checked', async () => {
    const file = await fileOf('log.json', text);
    const { status, verdict, err } = await run(file, await fileOf('key.pem', keys.publicKey.trim()));
    expect(status).toBe(0);
    expect(verdict).toMatchObject({ status: 'valid', events: log.drafts.length, fault: null });
    expect(Object.keys(verdict)).toEqual([
      'status',
      'events',
      'bids',
      'extensions',
      'winners',
      'totalMinor',
      'notChecked',
      'fault',
    ]);
    const total = log.drafts.findLast((draft) => draft.kind === 'standing')?.content?.totalMinor;
    expect(verdict['totalMinor']).toBe(Number(total));
    expect(err).toEqual(verdict['notChecked']);
  });

  it('names the first event that does not fit, and ends with status 1', async () => {
    const why = /"kind":"standing","previous":"(.)/.exec(text);
    const place = (why?.index ?? 0) + (why?.[0].length ?? 1) - 1;
    const changed = text.slice(0, place) + (text[place] === '0' ? '1' : '0') + text.slice(place + 1);
    const { status, verdict, err } = await run(await fileOf('changed.json', changed));
    expect(status).toBe(1);
    expect(verdict).toMatchObject({ status: 'invalid', winners: [], fault: { sequence: 2, kind: 'standing' } });
    expect(err[0]).toBe('Event 2 (standing): It does not hold the hash of the event before.');
  });

  it('takes no other key than the given one', async () => {
    const file = await fileOf('log.json', text);
    const { status, verdict } = await run(file, await fileOf('other.pem', makeKeys().publicKey));
    expect([status, verdict['status']]).toEqual([1, 'invalid']);
  });

  it('ends with status 2 when a file cannot be read or is not what it should be', async () => {
    const bytes = Buffer.from(text);
    const file = await fileOf('log.json', text);
    for (const [log_, key] of [
      [join(folder, 'missing.json')],
      [await fileOf('empty.json', '')],
      [await fileOf('bytes.json', Buffer.concat([bytes.subarray(0, 9), Buffer.from([0xff]), bytes.subarray(10)]))],
      [await fileOf('mark.json', `\uFEFF${text}`)],
      [file, join(folder, 'missing.pem')],
      [file, await fileOf('no-key.pem', 'text')],
    ] as const) {
      const { status, verdict, err } = await run(log_, key);
      expect([log_, status, verdict['status']]).toEqual([log_, 2, 'unreadable']);
      expect(err).toHaveLength(1);
    }
  });

  it('ends with status 3 and no verdict when the solver is lost', async () => {
    const file = await fileOf('log.json', text);
    const solve = Object.getOwnPropertyDescriptor(AllocationService.prototype, 'solve') ?? {};
    const lost = (): Promise<never> => Promise.reject(new Error('The solver failed twice on this problem.'));
    Object.defineProperty(AllocationService.prototype, 'solve', { ...solve, value: lost });
    const [out, err]: [string[], string[]] = [[], []];
    try {
      const io = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line) };
      expect(await runVerify(file, {}, io)).toBe(3);
    } finally {
      Object.defineProperty(AllocationService.prototype, 'solve', solve);
    }
    expect(out).toEqual([]);
    expect(err).toEqual(['The log was not verified: The solver failed twice on this problem.']);
  });

  it('is a command that needs no database', async () => {
    const file = await fileOf('log.json', text);
    const child = spawn(process.execPath, ['dist/src/cli.js', 'verify', file], {
      env: { PATH: process.env['PATH'], DATABASE_URL: 'postgres://nowhere.invalid/none' },
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect([status, (JSON.parse(out) as { status: string }).status]).toEqual([0, 'valid']);
  });
});
