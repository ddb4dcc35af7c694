import { Worker } from 'node:worker_threads';
import { parseProblem } from '../../src/allocation/rules/parse-problem.js';
import { rehearsed, REHEARSAL } from '../../src/allocation/rules/rehearsal.js';
import type { LinearSolver } from '../../src/allocation/rules/relaxation.js';
import type { Report } from '../../src/allocation/solver.messages.js';
import { SolverPool } from '../../src/allocation/solver.pool.js';
import { toJson } from '../../src/kernel/canonical.js';
import { solveHere, startHighs } from './in-process.js';
import { bidAt, problemOf } from './sample-problem.js';

const EASY = problemOf([bidAt('a', 500n, ['north', 'south'])]);

/** Threads that are started from now on, what each has reported, and how many tasks each was handed. */
function watchStarts() {
  const threads: { worker: Worker; reports: Report['type'][]; tasks: number }[] = [];
  const unref = Object.getOwnPropertyDescriptor(Worker.prototype, 'unref')?.value as Worker['unref'];
  const post = Object.getOwnPropertyDescriptor(Worker.prototype, 'postMessage')?.value as Worker['postMessage'];
  const spies = [
    jest.spyOn(Worker.prototype, 'unref').mockImplementation(function (this: Worker) {
      unref.call(this);
      if (threads.some(({ worker }) => worker === this)) return;
      const thread = { worker: this, reports: [] as Report['type'][], tasks: 0 };
      threads.push(thread);
      this.on('message', ({ type }: Report) => thread.reports.push(type));
    }),
    jest.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, message: unknown) {
      for (const thread of threads) if (thread.worker === this) thread.tasks += 1;
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      post.call(this, message);
    }),
  ];
  return { threads, restore: () => spies.forEach((spy) => spy.mockRestore()) };
}

async function until(true_: () => boolean): Promise<void> {
  while (!true_()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('the rehearsal of a solver thread', () => {
  it('has problems of every award rule that are proved, and asks for what takes linear programs', async () => {
    const highs = await startHighs();
    const awards = new Set<string>();
    let programs = 0;
    const solver: LinearSolver = {
      load: (program) => {
        programs += 1;
        return highs.load(program);
      },
    };
    for (let turn = 0; turn < 8; turn += 1) {
      const { problem, asked } = rehearsed(turn);
      expect(solveHere(problem, solver, asked).status).toBe('optimal');
      awards.add(problem.rules.award);
    }
    expect([...awards].sort()).toEqual(['lot', 'shared', 'tier']);
    expect(programs).toBeGreaterThan(0);
  });

  it('has the same problems in every process, and none that cannot be read', () => {
    for (let turn = 0; turn < REHEARSAL; turn += 1) {
      const { problem } = rehearsed(turn);
      expect(parseProblem(toJson(problem))).toMatchObject({ ok: true });
      expect(rehearsed(turn).problem).toEqual(problem);
    }
  });

  it('is over before the first task of a thread that was started for none, which then takes the task', async () => {
    const { threads, restore } = watchStarts();
    const pool = new SolverPool(2);
    pool.getReady();
    pool.getReady();
    await until(() => threads[0]?.reports.includes('rehearsed') ?? false);
    expect((await pool.solve({ problem: EASY, read: true }, 60)).outcome.status).toBe('optimal');
    pool.getReady();
    expect(threads).toMatchObject([{ reports: ['ready', 'rehearsed', 'progress', 'progress', 'done'], tasks: 1 }]);
    restore();
    await pool.close();
  });

  it('keeps no task waiting: a thread that has one ends its rehearsal, or does not begin it', async () => {
    const { threads, restore } = watchStarts();
    const pools = [new SolverPool(1), new SolverPool(1)];
    pools[0]?.getReady();
    await until(() => threads[0]?.reports.includes('ready') ?? false);
    for (const pool of pools) await pool.solve({ problem: EASY, read: true }, 60);
    for (const { reports } of threads) expect(reports).not.toContain('rehearsed');
    expect(threads.map(({ tasks }) => tasks)).toEqual([1, 1]);
    restore();
    await Promise.all(pools.map((pool) => pool.close()));
  });

  it('is left out by a pool that is closed', async () => {
    const { threads, restore } = watchStarts();
    const pool = new SolverPool(1);
    await pool.close();
    pool.getReady();
    expect(threads).toEqual([]);
    restore();
  });
});
