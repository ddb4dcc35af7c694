/** From a problem to its outcome: the allocation, the proof, and both in words. */
import type { Minor } from '../../kernel/money.js';
import type { Fault } from '../../kernel/refusal.js';
import { type Found, priced } from './allocation.js';
import { allocationOf, awardsOf, type WonLots } from './awards.js';
import { decide, decidedBefore, type Decision, type Means } from './decide.js';
import { enoughFor } from './effort.js';
import { explainAwards } from './explain.js';
import { type Gap, type GapUnit, gapsToWin, gapToWin } from './gaps.js';
import { explainInfeasible } from './infeasible.js';
import { type LotReason, reasonsOf } from './lots.js';
import { marketOf, type Market } from './market.js';
import { settleLots } from './settle.js';
import type { BidAward, Problem, Result } from './problem.js';

/** A result that is not timed. */
export type Outcome = Omit<Result, 'solveMs'>;

/** What is known before the end. */
export interface Progress {
  readonly awards: readonly BidAward[] | null;
  readonly boundMinor: Minor | null;
}

export interface SolveMeans extends Pick<Means, 'solver' | 'stop'> {
  progress(progress: Progress): void;
}

/** (total - bound) / total as a number; 0 when they are equal. */
export function gapOf(totalMinor: Minor, boundMinor: Minor): number {
  return totalMinor === boundMinor ? 0 : Number(totalMinor - boundMinor) / Number(totalMinor);
}

/** The outcome that awards and a bound make, as long as nothing more is proved. */
export function feasibleOutcome(
  awards: readonly BidAward[],
  boundMinor: Minor,
  explanation: readonly string[],
): Outcome {
  const totalMinor = awards.reduce((sum, award) => sum + award.costMinor, 0n);
  return { status: 'feasible', totalMinor, boundMinor, gap: gapOf(totalMinor, boundMinor), awards, explanation };
}

/** The outcome when the limit came before anything was found. */
export function unknownOutcome(boundMinor: Minor | null): Outcome {
  const explanation = ['No allocation was found within the limit, and none was proved impossible; allow more seconds.'];
  return { status: 'unknown', totalMinor: null, boundMinor, gap: null, awards: [], explanation };
}

/** The outcome of an input that is not a problem. */
export function invalidOutcome(faults: readonly Fault[]): Outcome {
  const explanation = faults.map(({ path, reason }) => (path === '' ? reason : `${path}: ${reason}`));
  return { status: 'invalid', totalMinor: null, boundMinor: null, gap: null, awards: [], explanation };
}

function minor(bound: number): Minor | null {
  return Number.isFinite(bound) ? BigInt(Math.max(0, bound)) : null;
}

/** What may be asked for beside the allocation. */
export interface Asked {
  /** bids whose gaps to win are asked for, null for all; absent when none are */
  readonly gapsOf?: readonly string[] | null;
  /** one gap that is asked for by itself, in place of `gapsOf`: all the time is for its proof */
  readonly gapAt?: GapUnit;
  /** for the reason of each lot, how much may be allocated anew; absent when none is asked for */
  readonly reasonsWithin?: number;
  /** nothing is allocated anew where that may be too little to begin with every lot: somebody waits for the answer */
  readonly reasonsSoon?: boolean;
  /** the cheapest awards, where they were proved before: only what is asked for beside them is found */
  readonly proved?: readonly WonLots[];
  /**
   * awards of a problem like it: where they keep all rules of this one, the search begins with them. What is proved is the
   * same without them, as far as its ties are settled within the limits.
   */
  readonly known?: readonly WonLots[];
}

/** The answer to a problem, with what was asked for beside it. */
export interface Solved {
  readonly outcome: Outcome;
  readonly gaps: readonly Gap[];
  readonly reasons: readonly LotReason[];
  /** nodes of the search: a measure of work that is the same on every machine */
  readonly nodes: number;
}

/** Solves a problem as far as the means allow. */
export function solveProblem(problem: Problem, means: SolveMeans, asked: Asked = {}): Solved {
  const market = marketOf(problem);
  const within: Means = {
    solver: means.solver,
    stop: () => means.stop(),
    progress: (found, bound) => means.progress(progressOf(market, found, bound)),
  };
  const decision = asked.proved ? provedBefore(market, asked.proved, within) : decideFrom(market, asked.known, within);
  const outcome = outcomeOf(problem, market, decision, means);
  const quietly = { ...within, progress: () => undefined };
  const { reasonsWithin, reasonsSoon = false } = asked;
  const effort = (most: number) => (!reasonsSoon || enoughFor(market, decision, most) ? most : 0);
  return {
    outcome,
    gaps: gapsAsked(market, decision, quietly, asked),
    reasons:
      reasonsWithin === undefined
        ? []
        : reasonsOf(problem, market, decision, outcome.awards, quietly, effort(reasonsWithin)),
    nodes: decision.nodes,
  };
}

function gapsAsked(market: Market, best: Decision, means: Means, { gapsOf, gapAt }: Asked): Gap[] {
  if (gapAt) return [gapToWin(market, best, means, gapAt)].filter((gap) => gap !== null);
  if (gapsOf === undefined) return [];
  return gapsToWin(market, best, means, gapsOf && new Set(gapsOf));
}

/** The decision, beginning with what is known where that is of use. */
function decideFrom(market: Market, known: readonly WonLots[] | undefined, means: Means): Decision {
  const first = known ? priced(market, allocationOf(market, known)) : null;
  const decision = settleLots(market, decide(market, means, first), means);
  if (first === null || !decision.complete || decision.tiesSettled) return decision;
  // Which of equally cheap allocations it is may depend on the first one, where ties are left open: then it is left aside.
  const without = settleLots(market, decide(market, { ...means, progress: () => undefined }), means);
  return without.complete ? without : decision;
}

/** @throws Error when the awards are none of this market */
function provedBefore(market: Market, awards: readonly WonLots[], means: Means): Decision {
  const found = priced(market, allocationOf(market, awards));
  if (!found) throw new Error('what was proved before is no allocation of this problem');
  return decidedBefore(market, found, means);
}

function outcomeOf(problem: Problem, market: Market, decision: Decision, means: SolveMeans): Outcome {
  if (!decision.found) {
    if (!decision.complete) return unknownOutcome(minor(decision.bound));
    const explanation = explainInfeasible(problem, market, means);
    return { status: 'infeasible', totalMinor: null, boundMinor: null, gap: null, awards: [], explanation };
  }
  const awards = awardsOf(market, decision.found.allocation);
  const bound = minor(decision.bound) ?? 0n;
  const outcome = feasibleOutcome(awards, bound, explainAwards(problem, market, awards, decision));
  return { ...outcome, status: outcome.totalMinor === bound ? 'optimal' : 'feasible' };
}

function progressOf(market: Market, found: Found | null, bound: number): Progress {
  return { awards: found && awardsOf(market, found.allocation), boundMinor: minor(bound) };
}
