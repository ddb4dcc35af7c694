import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { type Answer, answer, type SolveOptions } from './answer.js';
import type { WonLots } from './rules/awards.js';
import { EFFORT } from './rules/effort.js';
import type { Gap, GapUnit } from './rules/gaps.js';
import type { LotReason } from './rules/lots.js';
import type { Problem, Result } from './rules/problem.js';
import { SolverPool } from './solver.pool.js';

/** Winner determination: the cheapest allocation of a problem, proved and checked, off the event loop. */
export type { Answer } from './answer.js';

/** From the start of a process until it gets ready to solve: the start itself has enough to do. */
const GET_READY_AFTER_MS = 5_000;

@Injectable()
export class AllocationService implements OnModuleDestroy {
  private readonly pool = new SolverPool();
  private gettingReady: NodeJS.Timeout | undefined;

  /** For a process that goes on for long and will have to solve: soon, its first problem will take no longer than others. */
  getReady(): void {
    this.gettingReady ??= setTimeout(() => this.pool.getReady(), GET_READY_AFTER_MS).unref();
  }

  /**
   * Solves a problem. An answer with awards is given out only when the independent checker finds nothing wrong in it.
   * @returns status `invalid` with every fault for what is not a problem
   * @throws the signal's reason when aborted; Refusal `allocation.solver-lost` when the solver fails twice
   */
  async solve(problem: Problem, options: SolveOptions = {}): Promise<Result> {
    return (await answer(this.pool, { problem }, options)).result;
  }

  /**
   * Solves a problem, and finds for bids how far they are from winning each lot, or tier of a lot, that they do not win.
   * @param bids ids of the bids that are asked about; null for all, which are as many problems as bids x lots
   * @param options `proved` is what each bid wins where that is known and proved to be the cheapest: then all the time is
   *   for the gaps
   */
  async gapsToWin(
    problem: Problem,
    bids: readonly string[] | null,
    { proved, ...options }: SolveOptions & { readonly proved?: readonly WonLots[] | null } = {},
  ): Promise<Answer> {
    return answer(this.pool, { problem, gapsOf: bids, ...(proved ? { proved } : {}) }, options);
  }

  /**
   * Solves a problem, and finds for each lot why it went where it went: what the whole would cost otherwise exactly
   * where that is soon known of all lots, else in bounds.
   */
  async reasoned(problem: Problem, options: SolveOptions = {}): Promise<Answer> {
    return answer(this.pool, { problem, reasonsWithin: EFFORT.quick, reasonsSoon: true }, options);
  }

  /**
   * The same reasons for an allocation that is known and proved to be the cheapest, as exact as a thorough search finds.
   * @param proved what each bid wins
   */
  async reasons(
    problem: Problem,
    proved: readonly WonLots[],
    options: SolveOptions = {},
  ): Promise<readonly LotReason[]> {
    return (await answer(this.pool, { problem, proved, reasonsWithin: EFFORT.thorough }, options)).reasons;
  }

  /**
   * One gap to win, by an allocation that is known and proved to be the cheapest; in spare time, however long that is
   * to come.
   * @param problem as `readProblem` gives it
   * @param proved what each bid wins
   * @returns null when the limit came before anything was known
   * @throws Refusal `allocation.solver-lost` when the solver fails twice
   */
  async gapToWin(problem: Problem, proved: readonly WonLots[], about: GapUnit, seconds: number): Promise<Gap | null> {
    const options = { seconds, read: true, rank: 'spare' } as const;
    return (await answer(this.pool, { problem, proved, gapAt: about }, options)).gaps[0] ?? null;
  }

  async onModuleDestroy(): Promise<void> {
    clearTimeout(this.gettingReady);
    await this.pool.close();
  }
}
