import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { answer, type SolveOptions } from './answer.js';
import type { Problem, Result } from './rules/problem.js';
import { SolverPool } from './solver.pool.js';

/** Winner determination: the cheapest allocation of a problem, proved and checked, off the event loop. */
@Injectable()
export class AllocationService implements OnModuleDestroy {
  private readonly pool = new SolverPool();

  /**
   * Solves a problem. An answer with awards is given out only when the independent checker finds nothing wrong in it.
   * @returns status `invalid` with every fault for what is not a problem
   * @throws the signal's reason when aborted; Refusal `allocation.solver-lost` when the solver fails twice
   */
  async solve(problem: Problem, options: SolveOptions = {}): Promise<Result> {
    return answer(this.pool, problem, { ...options, read: false });
  }

  async onModuleDestroy(): Promise<void> {
    await this.pool.close();
  }
}
