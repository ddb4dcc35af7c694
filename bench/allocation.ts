/** Winner determination by size and award rule, against one plain call of HiGHS on the textbook formulation. */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { HighsSolver } from '../src/allocation/highs.solver.js';
import { answer } from '../src/allocation/answer.js';
import type { AwardRule, Problem } from '../src/allocation/rules/problem.js';
import { rehearsed, REHEARSAL } from '../src/allocation/rules/rehearsal.js';
import { solveProblem } from '../src/allocation/rules/solve.js';
import { SolverPool } from '../src/allocation/solver.pool.js';
import { toJson } from '../src/kernel/canonical.js';
import { disagreement } from './agreement.js';
import { instance } from './instances.js';
import type { PlainAnswer } from './plain-highs.js';
import { median, type Report } from './report.js';

export interface AllocationSizes {
  readonly providers: readonly number[];
  readonly lots: readonly number[];
  readonly awards: readonly AwardRule[];
  readonly seeds: readonly number[];
  /** of processor time */
  readonly seconds: number;
  /** whether the plain call is made too, and whether it is all that is */
  readonly floor: boolean;
  readonly ours: boolean;
  /** file that keeps what was measured, a line each: what is in it is not measured again */
  readonly kept: string | null;
}

export const ALLOCATION_SIZES: AllocationSizes = {
  providers: [5, 10, 20, 50],
  lots: [10, 50, 100, 500],
  awards: ['lot', 'shared'],
  seeds: [1, 2, 3],
  seconds: 60,
  floor: true,
  ours: true,
  kept: null,
};

const ASK_AGAIN_MILLIS = 20;

/** Times are of the processor, all threads together: others may be using the machine as well. */
interface Ours {
  readonly cold: number;
  readonly warm: number;
  readonly nodes: number;
  readonly gap: number;
  /** in minor units; null without an allocation */
  readonly total: number | null;
}

/**
 * A row per size and rule: medians over the seeds, and the worst gap.
 * @throws Error when what is proved contradicts what the plain call found
 */
export async function benchAllocation(report: Report, sizes: AllocationSizes): Promise<void> {
  const kept = new Kept(sizes.kept);
  let end = 0;
  const solver = await HighsSolver.start({ secondsLeft: () => (end - cpuMillis()) / 1_000 });
  let askedAt = 0;
  // The processor's clock takes too long to be asked as often as a search asks whether to stop.
  const over = (): boolean => {
    if (performance.now() < askedAt + ASK_AGAIN_MILLIS) return false;
    askedAt = performance.now();
    return cpuMillis() >= end;
  };
  const means = { solver, stop: over, progress: () => undefined };
  let rehearsals = 0;
  // As a thread of a process that runs jobs: otherwise the first rows would say how long it takes to become warm.
  const warmUp = (): void => {
    for (; rehearsals < REHEARSAL; rehearsals += 1) {
      const { problem, asked } = rehearsed(rehearsals);
      end = cpuMillis() + sizes.seconds * 1_000;
      solveProblem(problem, means, asked);
    }
  };
  const ours = async (problem: Problem): Promise<Ours> => {
    const cold = await coldMillis(problem, sizes.seconds);
    warmUp();
    const began = cpuMillis();
    end = began + sizes.seconds * 1_000;
    const { outcome, nodes } = solveProblem(problem, means);
    const warm = cpuMillis() - began;
    const { status, totalMinor } = outcome;
    // That there is no allocation is a proof as well.
    const gap = status === 'infeasible' ? 0 : (outcome.gap ?? 1);
    return { cold, warm, nodes, gap, total: totalMinor === null ? null : Number(totalMinor) };
  };
  const contradictions: string[] = [];
  for (const award of sizes.awards) {
    for (const providers of sizes.providers) {
      for (const lots of sizes.lots) {
        const runs: { own: Ours | null; floor: PlainAnswer | null }[] = [];
        for (const seed of sizes.seeds) {
          const problem = instance(providers, lots, award, seed);
          const name = `${award} ${providers} x ${lots} seed ${seed}`;
          const floor = sizes.floor ? await kept.or(`${name} plain`, () => plain(problem, sizes.seconds)) : null;
          const own = sizes.ours ? await kept.or(`${name} ours`, () => ours(problem)) : null;
          const contradiction = own && floor && disagreement(own, floor);
          if (contradiction) contradictions.push(`${name}: ${contradiction}`);
          runs.push({ own, floor });
        }
        report.row('allocation', {
          award,
          'providers x lots': `${providers} x ${lots}`,
          ...summary(runs, sizes.seconds * 1_000),
        });
      }
    }
  }
  if (contradictions.length > 0) throw new Error(contradictions.join('\n'));
}

/**
 * Ratios are of what ours proved: what it did not, it was stopped at like the plain call.
 * @param limit milliseconds after which the plain call was ended: where it had proved nothing by then, it counts as taking them
 */
function summary(runs: readonly { own: Ours | null; floor: PlainAnswer | null }[], limit: number) {
  const own = (value: (own: Ours) => number) => runs.map((run) => (run.own ? value(run.own) : Number.NaN));
  const floor = (value: (floor: PlainAnswer) => number) =>
    runs.map((run) => (run.floor ? value(run.floor) : Number.NaN));
  const plainly = floor(({ milliseconds }) => milliseconds);
  const least = floor(({ milliseconds, gap }) => (gap === 0 ? milliseconds : Math.max(milliseconds, limit)));
  const ratios = runs.flatMap(({ own: run }, k) => (run?.gap === 0 ? [run.cold / (least[k] ?? Number.NaN)] : []));
  return {
    'cold ms': median(own(({ cold }) => cold)),
    'warm ms': median(own(({ warm }) => warm)),
    'longest warm ms': Math.max(...own(({ warm }) => warm)),
    nodes: median(own(({ nodes }) => nodes)),
    proved: `${runs.filter((run) => run.own?.gap === 0).length} of ${runs.length}`,
    'worst gap %': Math.max(...own(({ gap }) => gap)) * 100,
    'plain ms': median(plainly),
    'costs compared': `${runs.filter((run) => run.own?.gap === 0 && typeof run.floor?.total === 'number').length} of ${runs.length}`,
    'plain proved': `${runs.filter((run) => run.floor?.gap === 0).length} of ${runs.length}`,
    'plain worst gap %': Math.max(...floor(({ gap }) => gap)) * 100,
    ratio: median(ratios),
    'worst ratio': Math.max(...ratios),
  };
}

/** What was measured before, in a file of one JSON line per measurement. */
class Kept {
  private readonly known = new Map<string, unknown>();

  constructor(private readonly file: string | null) {
    if (file === null || !existsSync(file)) return;
    for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
      const { name, measured } = JSON.parse(line) as { name: string; measured: unknown };
      this.known.set(name, measured);
    }
  }

  /** What is known by a name; what is measured now is kept under it. */
  async or<T>(name: string, measure: () => Promise<T>): Promise<T> {
    if (this.known.has(name)) return this.known.get(name) as T;
    const measured = await measure();
    if (this.file !== null) appendFileSync(this.file, `${JSON.stringify({ name, measured })}\n`);
    return measured;
  }
}

function cpuMillis(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** With a solver thread that starts for this one problem, and that may wait for the processor as long as it works. */
async function coldMillis(problem: Problem, seconds: number): Promise<number> {
  const began = cpuMillis();
  const pool = new SolverPool(1);
  await answer(pool, { problem }, { seconds: seconds * 2, read: true });
  const millis = cpuMillis() - began;
  await pool.close();
  return millis;
}

/** In a process of its own, which is ended when it does not keep its limit. */
function plain(problem: Problem, seconds: number): Promise<PlainAnswer> {
  const file = fileURLToPath(new URL('plain-highs.js', import.meta.url));
  const none: PlainAnswer = { milliseconds: seconds * 1_000, status: 'none', gap: 1, total: null };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, String(seconds)], { stdio: ['pipe', 'pipe', 'ignore'] });
    const limit = setTimeout(() => child.kill('SIGKILL'), seconds * 2_000);
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
