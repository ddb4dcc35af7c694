/** Winner determination by size and award rule, against one plain call of HiGHS on the textbook formulation. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { HighsSolver } from '../src/allocation/highs.solver.js';
import { answer } from '../src/allocation/answer.js';
import { decide } from '../src/allocation/rules/decide.js';
import { marketOf } from '../src/allocation/rules/market.js';
import type { AwardRule, Problem } from '../src/allocation/rules/problem.js';
import { SolverPool } from '../src/allocation/solver.pool.js';
import { toJson } from '../src/kernel/canonical.js';
import { instance } from './instances.js';
import type { PlainAnswer } from './plain-highs.js';
import { median, type Report } from './report.js';

export interface AllocationSizes {
  readonly providers: readonly number[];
  readonly lots: readonly number[];
  readonly awards: readonly AwardRule[];
  readonly seeds: readonly number[];
  readonly seconds: number;
  /** whether the plain call is made too */
  readonly floor: boolean;
}

export const ALLOCATION_SIZES: AllocationSizes = {
  providers: [5, 10, 20, 50],
  lots: [10, 50, 100, 500],
  awards: ['lot', 'shared'],
  seeds: [1, 2, 3],
  seconds: 60,
  floor: true,
};

/** @returns a row per size and rule: medians over the seeds, and the worst gap */
export async function benchAllocation(report: Report, sizes: AllocationSizes): Promise<void> {
  let deadline = 0;
  const solver = await HighsSolver.start({ secondsLeft: () => (deadline - performance.now()) / 1_000 });
  for (const award of sizes.awards) {
    for (const providers of sizes.providers) {
      for (const lots of sizes.lots) {
        const runs: { cold: number; warm: number; nodes: number; gap: number; plain: PlainAnswer | null }[] = [];
        for (const seed of sizes.seeds) {
          const problem = instance(providers, lots, award, seed);
          const cold = await coldMillis(problem, sizes.seconds);
          const began = performance.now();
          deadline = began + sizes.seconds * 1_000;
          const { found, bound, nodes } = decide(marketOf(problem), {
            solver,
            stop: () => performance.now() >= deadline,
            progress: () => undefined,
          });
          const warm = performance.now() - began;
          const gap = found ? (found.cost - bound) / found.cost : 1;
          runs.push({ cold, warm, nodes, gap, plain: sizes.floor ? await plain(problem, sizes.seconds) : null });
        }
        const of = (value: (run: (typeof runs)[number]) => number) => median(runs.map(value));
        report.row('allocation', {
          award,
          'providers x lots': `${providers} x ${lots}`,
          'cold ms': of((run) => run.cold),
          'warm ms': of((run) => run.warm),
          nodes: of((run) => run.nodes),
          proved: `${runs.filter((run) => run.gap === 0).length} of ${runs.length}`,
          'worst gap %': Math.max(...runs.map((run) => run.gap)) * 100,
          'plain ms': of((run) => run.plain?.milliseconds ?? Number.NaN),
          'plain worst gap %': Math.max(...runs.map((run) => run.plain?.gap ?? Number.NaN)) * 100,
          ratio: of((run) => run.cold / (run.plain?.milliseconds ?? Number.NaN)),
        });
      }
    }
  }
}

/** With a solver thread that starts for this one problem. */
async function coldMillis(problem: Problem, seconds: number): Promise<number> {
  const began = performance.now();
  const pool = new SolverPool(1);
  await answer(pool, { problem, read: true }, { seconds });
  const millis = performance.now() - began;
  await pool.close();
  return millis;
}

/** In a process of its own, which is ended when it does not keep its limit. */
function plain(problem: Problem, seconds: number): Promise<PlainAnswer> {
  const file = fileURLToPath(new URL('plain-highs.js', import.meta.url));
  const none: PlainAnswer = { milliseconds: seconds * 1_500, status: 'none', gap: 1 };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, String(seconds)], { stdio: ['pipe', 'pipe', 'ignore'] });
    const limit = setTimeout(() => child.kill('SIGKILL'), seconds * 1_500);
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.on('error', reject);
    child.on('exit', () => {
      clearTimeout(limit);
      resolve(out === '' ? none : (JSON.parse(out) as PlainAnswer));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(toJson(problem));
  });
}
