import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toJson } from '../../src/kernel/canonical.js';
import { LIMITS } from '../../src/allocation/rules/problem.js';
import { runSolve } from '../../src/allocation/solve.command.js';
import { largeProblem } from './large-problem.js';
import { bidAt, problemOf } from './sample-problem.js';

const EASY = problemOf([bidAt('a', 500n, ['north', 'south'])]);

describe('pumasi solve', () => {
  let folder = '';
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'pumasi-solve-'))));
  afterAll(() => rm(folder, { recursive: true }));

  async function run(
    content: string | Uint8Array,
  ): Promise<{ status: number; result: Record<string, unknown>; err: string[] }> {
    const file = join(folder, 'problem.json');
    await writeFile(file, content);
    return runFile(file);
  }

  async function runFile(file: string): Promise<{ status: number; result: Record<string, unknown>; err: string[] }> {
    const [out, err]: [string[], string[]] = [[], []];
    const io = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line) };
    const status = await runSolve(file, { seconds: 20 }, io);
    expect(out).toHaveLength(1);
    return { status, result: JSON.parse(out[0] ?? '') as Record<string, unknown>, err };
  }

  it('prints one line of JSON with money as integers, and status 0', async () => {
    const { status, result, err } = await run(toJson(EASY));
    expect(status).toBe(0);
    expect(err).toEqual([]);
    expect(result).toMatchObject({
      status: 'optimal',
      totalMinor: 180_000,
      boundMinor: 180_000,
      gap: 0,
      awards: [
        { bid: 'a', band: 0, lines: 30, lots: { north: { basic: 10 }, south: { basic: 20 } }, costMinor: 180_000 },
      ],
    });
    expect(Object.keys(result)).toEqual(
      expect.arrayContaining(['status', 'totalMinor', 'boundMinor', 'gap', 'awards', 'explanation', 'solveMs']),
    );
  });

  it('tells of every lot why it went where it went', async () => {
    const bids = [bidAt('a', 500n, ['north', 'south']), bidAt('b', 501n, ['south'])];
    const { result } = await run(toJson(problemOf(bids)));
    const words = result['explanation'] as string[];
    expect(words.filter((sentence) => sentence.startsWith('Lot '))).toEqual([
      expect.stringMatching(/^Lot north: provider of a \(bid a\) wins 10 lines .* No other bid can serve them/),
      expect.stringMatching(
        /^Lot south: provider of a \(bid a\) wins 20 lines .* is provider of b \(bid b\), .* 2.40 USD more/,
      ),
    ]);
  });

  it('an infeasible problem is an answer: status 0', async () => {
    const { status, result } = await run(toJson(problemOf([bidAt('a', 500n, ['north'])])));
    expect([status, result['status'], result['explanation']]).toEqual([
      0,
      'infeasible',
      [
        'Lot south: no bid covers it.',
        '20 of 30 lines cannot be served, whoever wins the others: for instance 20 in lot south.',
      ],
    ]);
  });

  it.each([
    ['a file that is not JSON', '{"currency": "USD",\n "termMonths": }', 'is not JSON: line 2: unexpected "}"'],
    ['an empty file', '', 'is not JSON: line 1: the document ends too early'],
    [
      'a negative price',
      toJson(problemOf([bidAt('a', -5n, ['north'])])),
      'bids[0].bands[0].monthly.basic: is -5, but must be at least 0',
    ],
    ['a text that nobody reads', `{"currency":"${'K'.repeat(3_000_000)}"}`, 'a text of more than 10000 characters'],
    [
      'a currency that is none',
      toJson({ ...EASY, currency: 'won' }),
      'currency: is "won", but must be an ISO 4217 code',
    ],
    ['very many bids', `{"bids":[${'{},'.repeat(20_000)}{}]}`, 'line 1 has a list of more than 20000 entries'],
    [
      'very many lots of a bid',
      `{${Array.from({ length: 20_001 }, (_, n) => `"${n}":0`).join()}}`,
      'more than 20000 members',
    ],
    [
      'a name that no object may have',
      toJson({ ...EASY, lots: [{ id: '__proto__', demand: { basic: 1 } }] }),
      'lots[0].id: is not a name',
    ],
    ['bytes that are no text', new Uint8Array([0xff, 0xfe, 0x00]), 'is not UTF-8 text'],
  ])('%s: status 2, with the place and the reason', async (_what, content, reason) => {
    const { status, result, err } = await run(content);
    expect(status).toBe(2);
    expect(result['status']).toBe('invalid');
    expect(result['totalMinor']).toBeNull();
    expect(JSON.stringify(result['explanation'])).toContain(JSON.stringify(reason).slice(1, -1));
    expect(err.join('\n')).toContain(reason);
  });

  it('a limit that comes before any answer: status 1, and says so', async () => {
    const file = join(folder, 'large.json');
    await writeFile(file, toJson(largeProblem(10, 20, 'lot')));
    const out: string[] = [];
    const status = await runSolve(file, { seconds: 1e-9 }, { out: (line) => out.push(line), err: () => undefined });
    expect(status).toBe(1);
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ status: 'unknown', totalMinor: null, awards: [] });
  });

  it('a file that is too large is not read', async () => {
    const file = join(folder, 'huge.json');
    await writeFile(file, '');
    await truncate(file, LIMITS.fileBytes + 1);
    const { status, result } = await runFile(file);
    expect([status, result['status']]).toEqual([2, 'invalid']);
    expect(result['explanation']).toEqual([`${file} has 80000001 bytes; at most 80000000 are read`]);
  });

  it.each(['lot', 'tier', 'shared'] as const)(
    'solves what is called like the members of objects: award %s',
    async (award) => {
      const names = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', 'length'];
      const demand = Object.fromEntries(names.map((tier) => [tier, 2]));
      const monthly = (each: number) => Object.fromEntries(names.map((tier) => [tier, each]));
      const { status, result } = await run(
        JSON.stringify({
          currency: 'KRW',
          termMonths: 1,
          lots: names.map((id) => ({ id, demand })),
          bids: names.map((name, n) => ({
            id: name,
            provider: name,
            receivedAt: `2026-03-01T10:00:0${n}Z`,
            bands: [{ from: 1, monthly: monthly(400 + n) }],
            lots: Object.fromEntries(names.map((lot) => [lot, {}])),
            ...(n === 1
              ? { alternative: 'valueOf', partners: { constructor: { lots: ['toString'], capacity: 4 } } }
              : {}),
          })),
          rules: { award, winners: ['toString'], include: ['constructor'], exclude: ['__defineGetter__'] },
        }),
      );
      expect(status).toBe(0);
      const lots = Object.fromEntries(names.map((lot) => [lot, demand]));
      expect(result).toMatchObject({ status: 'optimal', awards: [{ bid: 'constructor', lines: 50, lots }] });
    },
  );

  it('a file that is not there: status 2', async () => {
    const { status, result } = await runFile(join(folder, 'nowhere.json'));
    expect([status, result['status']]).toEqual([2, 'invalid']);
  });

  async function processOf(file: string): Promise<{ status: unknown; out: string }> {
    const child = spawn(process.execPath, ['dist/src/cli.js', 'solve', file, '--seconds', '60']);
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const status = await new Promise((resolve) => child.on('exit', resolve));
    return { status, out };
  }

  it('whoever stops reading gets no error: the status is that of the answer', async () => {
    const file = join(folder, 'unread.json');
    await writeFile(file, toJson(EASY));
    const child = spawn(process.execPath, ['dist/src/cli.js', 'solve', file]);
    child.stdout.destroy();
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
    expect(err).toBe('');
  });

  const full = existsSync('/dev/full') ? it : it.skip;
  full('an answer that cannot be written was not given: status 1, and says so', async () => {
    const file = join(folder, 'unwritten.json');
    await writeFile(file, toJson(EASY));
    const disk = await open('/dev/full', 'w');
    const child = spawn(process.execPath, ['dist/src/cli.js', 'solve', file], { stdio: ['ignore', disk.fd, 'pipe'] });
    await disk.close();
    let err = '';
    child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(1);
    expect(err).toMatch(/^pumasi: the output cannot be written: .*ENOSPC/);
  });

  it('two processes give the same bytes, but for the time they took', async () => {
    const file = join(folder, 'twice.json');
    await writeFile(file, toJson(largeProblem(4, 8, 'shared')));
    const answers = [await processOf(file), await processOf(file)].map(({ out }) => out.replace(/"solveMs":\d+/, ''));
    expect(answers[0]).toContain('"status":"optimal"');
    expect(answers[0]).toBe(answers[1]);
  });

  it('as a process it ends by itself once it has answered', async () => {
    const file = join(folder, 'process.json');
    await writeFile(file, toJson(EASY));
    const { status, out } = await processOf(file);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ status: 'optimal', totalMinor: 180_000 });
  });
});
