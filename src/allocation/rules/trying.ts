/** Tries other problems for whether they have an allocation, as far as an effort allows that is counted and not timed. */
import { priced } from './allocation.js';
import { awardsOf } from './awards.js';
import { check } from './checker.js';
import { decide, type Decision, feasible, type Means } from './decide.js';
import { Effort, EFFORT } from './effort.js';
import { type Market, marketOf } from './market.js';
import type { BidAward, Problem } from './problem.js';
import type { Fraction } from './terms.js';

/** Nodes of one search: what a rule about money rules out takes many, for no bound helps there. */
const NODES = 2_000;

/** What came of a try. */
export interface Tried {
  /** awards that keep all rules, as the checker counts them; null when none were found */
  readonly awards: readonly BidAward[] | null;
  /** without awards, whether it is proved that there are none */
  readonly complete: boolean;
}

export class Trying {
  private readonly effort = new Effort(EFFORT.thorough, NODES);

  constructor(private readonly means: Pick<Means, 'solver' | 'stop'>) {}

  /** Looks for an allocation as long as it takes: the effort is not touched, only the limit ends it. */
  freely(problem: Problem): Tried {
    return this.look(problem, marketOf(problem), { ...this.means, progress: () => undefined });
  }

  /**
   * Looks for an allocation that keeps all rules of a problem.
   * @param costShare the largest part of the cost for one provider, where it is finer than a rule can say
   */
  any(problem: Problem, costShare?: Fraction): Tried {
    const market = costShare ? { ...marketOf(problem), costShare } : marketOf(problem);
    const nodes = this.nodesFor(market);
    if (nodes === 0) return { awards: null, complete: false };
    return this.look(problem, market, { ...this.means, progress: () => undefined, nodes });
  }

  /** The cheapest allocation as far as the effort allows; null when none of that is left. */
  cheapest(problem: Problem): { readonly market: Market; readonly decision: Decision } | null {
    const market = marketOf(problem);
    const nodes = this.nodesFor(market);
    if (nodes === 0) return null;
    const decision = decide(market, { ...this.means, progress: () => undefined, nodes });
    this.effort.spend(market, decision.nodes);
    return { market, decision };
  }

  private look(problem: Problem, market: Market, means: Means): Tried {
    const first = feasible(market, means);
    this.effort.spend(market, first.nodes);
    if (!first.found) return { awards: null, complete: first.complete };
    // It was found without money: where a rule is about money, one that keeps it may have to be looked for.
    let found = priced(market, first.found.allocation);
    let complete = false;
    if (!found) {
      const stop = () => found !== null || means.stop();
      const decision = decide(market, { ...means, stop, progress: (better) => (found ??= better) });
      this.effort.spend(market, decision.nodes);
      found ??= decision.found;
      complete = found === null && decision.complete;
    }
    const awards = found && awardsOf(market, found.allocation);
    return awards && check(problem, awards).violations.length === 0 ? { awards, complete } : { awards: null, complete };
  }

  private nodesFor(market: Market): number {
    return this.means.stop() ? 0 : this.effort.nodesFor(market);
  }
}

/** The least number of steps by which something has to give way. */
export interface Least {
  readonly steps: number;
  /** false when fewer were not ruled out: then it is so many at most */
  readonly proved: boolean;
}

/**
 * The least number of steps for which there is an allocation, by halving: with more steps there is one all the more.
 * @param high steps for which there is one; for none there is none
 * @param tryAt how many steps an allocation within so many really needs, null when there is none or none was found
 */
export function leastSteps(
  high: number,
  tryAt: (steps: number) => { readonly needs: number | null; readonly complete: boolean },
): Least {
  let [low, most, ruledOut] = [0, high, 0];
  while (most - low > 1) {
    const steps = low + Math.floor((most - low) / 2);
    const { needs, complete } = tryAt(steps);
    if (needs !== null) most = Math.max(low + 1, Math.min(steps, needs));
    else {
      low = steps;
      if (complete) ruledOut = steps;
    }
  }
  return { steps: most, proved: ruledOut === most - 1 };
}
