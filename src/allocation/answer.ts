/** The one way from a problem to an answer that may be given out. */
import { check } from './rules/checker.js';
import type { Problem, Result } from './rules/problem.js';
import type { SolverPool } from './solver.pool.js';

/** How long a solve may take unless said. */
export const SOLVE_SECONDS = 60;

export interface SolveOptions {
  /** limit, from the moment a thread takes the problem; 60 unless said */
  readonly seconds?: number;
  readonly signal?: AbortSignal;
}

/**
 * Solves a problem in a pool. Awards are given out only when the independent checker finds nothing wrong with them.
 * @param options.read whether the problem comes from `parseProblem`; otherwise a thread reads it first
 * @throws what the pool throws; Error when the checker finds a fault, which is a fault of this program
 */
export async function answer(
  pool: SolverPool,
  problem: Problem,
  options: SolveOptions & { readonly read: boolean },
): Promise<Result> {
  const { seconds = SOLVE_SECONDS, signal, read } = options;
  const started = performance.now();
  const outcome = await pool.solve({ problem, read }, seconds, signal);
  if (outcome.totalMinor !== null) {
    const { violations, totalMinor } = check(problem, outcome.awards);
    const faults = totalMinor === outcome.totalMinor ? violations : [...violations, `costs ${totalMinor}`];
    if (faults.length > 0) throw new Error(`the solver's answer breaks the rules: ${faults.join('; ')}`);
  }
  return { ...outcome, solveMs: Math.round(performance.now() - started) };
}
