/** The one way from a problem to an answer that may be given out. */
import type { WonLots } from './rules/awards.js';
import { check } from './rules/checker.js';
import type { Gap } from './rules/gaps.js';
import type { LotReason } from './rules/lots.js';
import type { Result } from './rules/problem.js';
import type { Given } from './solver.messages.js';
import type { Rank, SolverPool } from './solver.pool.js';

/** How long a solve may take unless said. */
export const SOLVE_SECONDS = 60;

export interface SolveOptions {
  /** limit, from the moment a thread takes the problem; 60 unless said */
  readonly seconds?: number;
  readonly signal?: AbortSignal;
  /** whether the problem comes from `readProblem`; otherwise a thread reads it first */
  readonly read?: boolean;
  /**
   * awards of a problem like it, which need not keep the rules of this one: where they do, the search begins with them, and
   * there is an answer at once. What is proved is the same without them, as far as its ties are settled within the limits.
   */
  readonly known?: readonly WonLots[];
  /** what can wait gives its thread back to what cannot, and begins anew, see `SolverPool` */
  readonly rank?: Rank;
}

/** A result, and what was asked for beside it. */
export interface Answer {
  readonly result: Result;
  readonly gaps: readonly Gap[];
  readonly reasons: readonly LotReason[];
}

/**
 * Solves a problem in a pool. Awards are given out only when the independent checker finds nothing wrong with them.
 * @throws what the pool throws; Error when the checker finds a fault, which is a fault of this program
 */
export async function answer(pool: SolverPool, given: Omit<Given, 'read'>, options: SolveOptions): Promise<Answer> {
  const { seconds = SOLVE_SECONDS, read = false, known, ...wish } = options;
  const asked: Given = { ...given, read, ...(known ? { known } : {}) };
  const started = performance.now();
  const { outcome, gaps, reasons } = await pool.solve(asked, seconds, wish);
  if (outcome.totalMinor !== null) {
    const { violations, totalMinor } = check(given.problem, outcome.awards);
    const faults = totalMinor === outcome.totalMinor ? violations : [...violations, `costs ${totalMinor}`];
    if (faults.length > 0) throw new Error(`the solver's answer breaks the rules: ${faults.join('; ')}`);
  }
  return { result: { ...outcome, solveMs: Math.round(performance.now() - started) }, gaps, reasons };
}
