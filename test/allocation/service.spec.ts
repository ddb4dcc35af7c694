import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { AllocationService } from '../../src/allocation/allocation.service.js';
import { check } from '../../src/allocation/rules/checker.js';
import type { Problem, Result } from '../../src/allocation/rules/problem.js';
import type { Report, Task } from '../../src/allocation/solver.messages.js';
import { SolverPool } from '../../src/allocation/solver.pool.js';
import { largeProblem } from './large-problem.js';
import { bidAt, problemOf } from './sample-problem.js';

const BOTH = ['north', 'south'];
const EASY = problemOf([bidAt('a', 500n, BOTH), bidAt('b', 510n, BOTH)]);
/** Takes minutes: every test below ends it sooner. */
const HARD = largeProblem(40, 80, 'shared');

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Threads that are handed a task from now on, these tasks' problems, and the threads that have reported an allocation. */
function watchThreads() {
  const threads: Worker[] = [];
  const problems: Problem[] = [];
  const successful = new Set<Worker>();
  const original = Object.getOwnPropertyDescriptor(Worker.prototype, 'postMessage')?.value as Worker['postMessage'];
  const spy = jest.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, message: unknown) {
    threads.push(this);
    problems.push((message as Task).problem);
    this.on('message', (report: Report) => {
      if (report.type === 'progress' && report.progress.awards) successful.add(this);
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    original.call(this, message);
  });
  const nth = async (at: number, allocated: boolean): Promise<Worker> => {
    for (;;) {
      const thread = threads[at];
      if (thread && (!allocated || successful.has(thread))) return thread;
      await pause(5);
    }
  };
  return { threads, problems, nth, restore: () => spy.mockRestore() };
}

describe('solving in threads', () => {
  const service = new AllocationService();
  afterAll(() => service.onModuleDestroy());

  it('answers with a result that is optimal and timed', async () => {
    const { solveMs, ...result } = await service.solve(EASY);
    expect(solveMs).toBeGreaterThanOrEqual(0);
    expect(result).toEqual({
      status: 'optimal',
      totalMinor: 180_000n,
      boundMinor: 180_000n,
      gap: 0,
      awards: [
        { bid: 'a', band: 0, lines: 30, lots: { north: { basic: 10 }, south: { basic: 20 } }, costMinor: 180_000n },
      ],
      explanation: [
        '1 provider of 2 wins all 30 lines for 1800.00 USD over 12 months.',
        'provider of a (bid a) wins 30 lines in 2 lots (north, south) at its prices from 1 line on, for 1800.00 USD.',
        'No allocation that keeps all rules costs less: proved in whole minor units.',
      ],
    });
  });

  it('answers how far the bids that are asked about are from winning, each lot by itself', async () => {
    const { result, gaps } = await service.gapsToWin(EASY, ['b']);
    expect(result.status).toBe('optimal');
    expect(gaps).toMatchObject([
      { bid: 'b', lot: 'north', lines: 10, gapMinor: 1_200n, proved: true },
      { bid: 'b', lot: 'south', lines: 20, gapMinor: 2_400n, proved: true },
    ]);
  });

  it('takes what is proved for the cheapest, and finds the gaps to it', async () => {
    const problem = largeProblem(4, 8, 'lot', 1);
    const found = await service.gapsToWin(problem, ['b1']);
    expect(found.result.status).toBe('optimal');
    const { result, gaps } = await service.gapsToWin(problem, ['b1'], { proved: found.result.awards });
    expect({ ...result, solveMs: 0 }).toEqual({ ...found.result, solveMs: 0 });
    expect(gaps).toEqual(found.gaps);
    // It is taken and not looked for: what is dearer and said to be the cheapest stays so.
    const dearer = { bid: 'b', lots: { north: { basic: 10 }, south: { basic: 20 } } };
    const said = await service.gapsToWin(EASY, [], { proved: [dearer] });
    expect(said.result).toMatchObject({ status: 'optimal', totalMinor: 183_600n });
  });

  it('refuses what is no problem, with the places', async () => {
    const result = await service.solve({ ...EASY, termMonths: 0, bids: [bidAt('a', -1n, ['west'])] });
    expect(result.status).toBe('invalid');
    expect(result.explanation).toEqual([
      'termMonths: is 0, but must be at least 1',
      'bids[0].bands[0].monthly.basic: is -1, but must be at least 0',
      'bids[0].lots.west: no lot has the id "west"',
    ]);
  });

  it('gives the best so far at its limit, with a bound that holds, and keeps the event loop free', async () => {
    let beats = 0;
    const beat = setInterval(() => (beats += 1), 10);
    const within = async (seconds: number): Promise<Result> => {
      const started = performance.now();
      const answer = await service.solve(HARD, { seconds });
      expect(performance.now() - started).toBeLessThan(seconds * 1_000 + 8_000);
      return answer;
    };
    let result = await within(2);
    // A machine that has much else to do finds its first allocation later.
    for (let seconds = 4; result.status === 'unknown' && seconds <= 16; seconds *= 2) result = await within(seconds);
    clearInterval(beat);
    expect(result.status).toBe('feasible');
    expect(check(HARD, result.awards)).toEqual({ violations: [], totalMinor: result.totalMinor });
    const [total, bound] = [result.totalMinor ?? 0n, result.boundMinor ?? 0n];
    expect(bound).toBeGreaterThan(total / 2n);
    expect(bound).toBeLessThan(total);
    expect(result.gap).toBeCloseTo(Number(total - bound) / Number(total), 9);
    expect(result.explanation.at(-1)).toContain('The limit came before the proof');
    expect(beats).toBeGreaterThan(20);
  });

  it('ends when it is aborted, and the thread is free again', async () => {
    const pool = new SolverPool(1);
    const abort = new AbortController();
    const hard = pool.solve({ problem: HARD, read: true }, 60, { signal: abort.signal });
    const easy = pool.solve({ problem: EASY, read: true }, 60);
    setTimeout(() => abort.abort(new Error('a better bid came in')), 300);
    await expect(hard).rejects.toThrow('a better bid came in');
    expect((await easy).outcome.status).toBe('optimal');
    await expect(pool.solve({ problem: EASY, read: true }, 60, { signal: abort.signal })).rejects.toThrow(
      'a better bid came in',
    );
    await pool.close();
  });

  it('does a task again, once, when its thread dies', async () => {
    const pool = new SolverPool(1);
    const { threads, nth, restore } = watchThreads();
    const solving = pool.solve({ problem: HARD, read: true }, 5);
    await (await nth(0, false)).terminate();
    const { outcome } = await solving;
    restore();
    expect(threads).toHaveLength(2);
    expect(outcome.status).toBe('feasible');
    await pool.close();
  });

  it('gives what it had found when the second thread dies as well, and refuses when it had nothing', async () => {
    const pool = new SolverPool(1);
    const { nth, restore } = watchThreads();
    const solving = pool.solve({ problem: HARD, read: true }, 60);
    for (const at of [0, 1]) await (await nth(at, true)).terminate();
    const { outcome } = await solving;
    expect(outcome.status).toBe('feasible');
    expect(outcome.explanation.join(' ')).toContain('The solver failed before the proof');
    const lost = pool.solve({ problem: HARD, read: true }, 60);
    const refused = lost.catch((error: unknown) => error);
    for (const at of [2, 3]) void (await nth(at, false)).terminate();
    expect(await refused).toMatchObject({ code: 'allocation.solver-lost', kind: 'unavailable' });
    restore();
    await pool.close();
  });

  it('spare tasks leave the last free thread to others, and the next one begins when one ends', async () => {
    const pool = new SolverPool(2);
    const { threads, problems, nth, restore } = watchThreads();
    const abort = new AbortController();
    const first = pool.solve({ problem: HARD, read: true }, 60, { rank: 'spare', signal: abort.signal });
    const second = pool.solve({ problem: EASY, read: true }, 60, { rank: 'spare' });
    await nth(0, false);
    const other = bidAt('c', 400n, BOTH);
    const urgent = { ...EASY, bids: [...EASY.bids, other] };
    expect((await pool.solve({ problem: urgent, read: true }, 60)).outcome.status).toBe('optimal');
    await pause(100);
    expect(problems).toEqual([HARD, urgent]);
    expect(threads[1]).not.toBe(threads[0]);
    abort.abort(new Error('not needed any more'));
    await expect(first).rejects.toThrow('not needed any more');
    expect((await second).outcome.status).toBe('optimal');
    expect(problems).toEqual([HARD, urgent, EASY]);
    restore();
    await pool.close();
  });

  it('a spare task waits behind all others, gives its thread back to them, and is done in the end', async () => {
    const pool = new SolverPool(1);
    const { problems, nth, restore } = watchThreads();
    const spare = pool.solve({ problem: HARD, read: true }, 4, { rank: 'spare' });
    await nth(0, false);
    const urgent = [1n, 2n].map((more) => ({ ...EASY, bids: [...EASY.bids, bidAt('c', 400n + more, BOTH)] }));
    const [one, two] = await Promise.all(urgent.map((problem) => pool.solve({ problem, read: true }, 60)));
    expect([one?.outcome.status, two?.outcome.status]).toEqual(['optimal', 'optimal']);
    expect(['feasible', 'unknown']).toContain((await spare).outcome.status);
    expect(problems).toEqual([HARD, ...urgent, HARD]);
    restore();
    await pool.close();
  });

  it('patient tasks take every free thread; the one begun last gives way to a usual task, and is done later', async () => {
    const pool = new SolverPool(2);
    const { problems, nth, restore } = watchThreads();
    const [old, young] = [24, 36].map((termMonths) => ({ ...HARD, termMonths })) as [Problem, Problem];
    const ends = { old: new AbortController(), young: new AbortController() };
    const first = pool.solve({ problem: old, read: true }, 60, { rank: 'patient', signal: ends.old.signal });
    await nth(0, false);
    const second = pool.solve({ problem: young, read: true }, 60, { rank: 'patient', signal: ends.young.signal });
    const third = pool.solve({ problem: EASY, read: true }, 60, { rank: 'patient' });
    await nth(1, false);
    const urgent = [1n, 2n].map((more) => ({ ...EASY, bids: [...EASY.bids, bidAt('c', 400n + more, BOTH)] }));
    for (const [at, problem] of urgent.entries()) {
      expect((await pool.solve({ problem, read: true }, 60)).outcome.status).toBe('optimal');
      // It was the next of its rank again, before what waited behind it.
      await nth(3 + 2 * at, false);
    }
    expect(problems).toEqual([old, young, urgent[0], young, urgent[1], young]);
    ends.old.abort(new Error('not needed any more'));
    await expect(first).rejects.toThrow('not needed any more');
    expect((await third).outcome.status).toBe('optimal');
    ends.young.abort(new Error('not needed either'));
    await expect(second).rejects.toThrow('not needed either');
    restore();
    await pool.close();
  });

  it('a task gives way before its thread has heard of it, and spare tasks give way before patient ones', async () => {
    const pool = new SolverPool(1);
    const { problems, nth, restore } = watchThreads();
    const other = { ...EASY, bids: [...EASY.bids, bidAt('c', 400n, BOTH)] };
    const spare = pool.solve({ problem: HARD, read: true }, 3, { rank: 'spare' });
    const patient = pool.solve({ problem: EASY, read: true }, 60, { rank: 'patient' });
    const usual = pool.solve({ problem: other, read: true }, 60);
    const order: string[] = [];
    const noted = { spare, patient, usual };
    await Promise.all(Object.entries(noted).map(async ([name, task]) => task.then(() => order.push(name))));
    expect(order).toEqual(['usual', 'patient', 'spare']);
    expect(problems).toEqual([other, EASY, HARD]);

    const ending = new AbortController();
    const busy = pool.solve({ problem: HARD, read: true }, 60, { rank: 'patient', signal: ending.signal });
    await nth(3, false);
    const waits = pool.solve({ problem: EASY, read: true }, 60, { rank: 'spare' });
    await pause(50);
    ending.abort(new Error('not needed any more'));
    await expect(busy).rejects.toThrow('not needed any more');
    expect((await waits).outcome.status).toBe('optimal');
    expect(problems).toEqual([other, EASY, HARD, HARD, EASY]);
    restore();
    await pool.close();
  });

  it('finds one gap from the allocation that was proved, and again when the thread dies', async () => {
    const { awards } = await service.solve(EASY);
    const { threads, nth, restore } = watchThreads();
    // Of a service whose first thread still loads its solver when it dies.
    const cold = new AllocationService();
    const finding = cold.gapToWin(EASY, awards, { bid: 'b', lot: 'south', tier: null }, 60);
    void (await nth(0, false)).terminate();
    expect(await finding).toMatchObject({
      bid: 'b',
      lot: 'south',
      tier: null,
      lines: 20,
      gapMinor: 2_400n,
      proved: true,
    });
    expect(threads).toHaveLength(2);
    restore();
    await cold.onModuleDestroy();
  });

  it('a closed pool leaves no task behind and takes no more', async () => {
    const pool = new SolverPool(1);
    const running = pool.solve({ problem: HARD, read: true }, 60);
    const waiting = pool.solve({ problem: EASY, read: true }, 60);
    const ends = Promise.allSettled([running, waiting]);
    await pause(300);
    await pool.close();
    const closed = { status: 'rejected', reason: expect.objectContaining({ code: 'allocation.closed' }) };
    expect(await ends).toEqual([closed, closed]);
    await expect(pool.solve({ problem: EASY, read: true }, 60)).rejects.toMatchObject({ code: 'allocation.closed' });
  });
});
