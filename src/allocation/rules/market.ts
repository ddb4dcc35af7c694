/**
 * A problem in the form that the search computes with: bids in canonical order, what is awarded together as one unit,
 * and for every bid and band (an option) what it may win and at which cost. All numbers here are integers below 2^53,
 * which the limits of a problem guarantee, so that arithmetic in doubles is exact.
 */
import { type Offer, offerOf } from './offers.js';
import { ascending, type Demand, demandOf, type Unit } from './units.js';
import { bandLimits, bidsInOrder, type Fraction, fractionOf, shareLimit } from './terms.js';
import type { Problem, ProblemBid } from './problem.js';
import { groupsOf, type MarketGroup, moreWinners } from './winners.js';

/** A bid in one of its bands. */
export interface BandOption extends Omit<Offer, 'reach'> {
  readonly bid: number;
  /** index in the tariff's bands */
  readonly band: number;
  /** the fewest and the most lines of the bid in this band: band, capacity, minimum, share and coverage folded */
  readonly lo: number;
  readonly hi: number;
}

/** Per bid in canonical order: pieces per unit, only those that are more than zero. */
export type Allocation = readonly ReadonlyMap<number, number>[];

/** A bid that is to win at least so many pieces of a unit. */
export interface HeldUnit {
  readonly bid: number;
  readonly unit: number;
  readonly pieces: number;
}

/** A unit that a bid is not to win. */
export interface BarredUnit {
  readonly bid: number;
  readonly unit: number;
}

export interface MarketBid {
  readonly id: string;
  readonly provider: number;
  readonly activation: number;
  /** indices in `Market.options`, ascending by band */
  readonly options: readonly number[];
}

export interface Market {
  readonly lots: readonly string[];
  readonly units: readonly Unit[];
  readonly bids: readonly MarketBid[];
  readonly options: readonly BandOption[];
  readonly providers: readonly string[];
  /** bids of each provider */
  readonly bidsOf: readonly (readonly number[])[];
  /** the same, alternatives together: at most one bid of a slot wins */
  readonly slotsOf: readonly (readonly (readonly number[])[])[];
  /** 1 for a provider that must win */
  readonly included: Uint8Array;
  readonly groups: readonly MarketGroup[];
  /** what bids are to win in any case: where the question is what that would cost */
  readonly held: readonly HeldUnit[];
  /** what bids are not to win: where the question is what they save. The bid's options do not offer it, either */
  readonly barred: readonly BarredUnit[];
  /** the largest part of the total cost that one provider may be paid; null without such a limit */
  readonly costShare: Fraction | null;
  /** per provider what it is paid under another award already, and what all are who win there, in parts of the cost */
  readonly paid: Float64Array;
  readonly paidAll: number;
  /** the most that an allocation may cost beside what is paid already; Infinity without a budget */
  readonly budget: number;
  readonly divisible: boolean;
  readonly totalLines: number;
  /** the most lines of one provider */
  readonly shareLines: number;
  /** per provider, 1 when winning makes it one more winner; 0 when it is a winner already */
  readonly counts: Uint8Array;
  /** how many more winners there must and may be; the most is below zero when there are too many already */
  readonly minWinners: number;
  readonly maxWinners: number;
  /** how many providers may win lines, those that are winners already among them */
  readonly mayWin: number;
}

function optionOf(
  demand: Demand,
  { termMonths }: Problem,
  shareLines: number,
  bid: ProblemBid,
  index: number,
  band: number,
): BandOption | null {
  const { from, to } = bandLimits(bid, band);
  const most = Math.min(to, shareLines, demand.totalLines);
  const { reach, ...offer } = offerOf(demand, termMonths, bid, band, most);
  const hi = Math.min(most, reach);
  return from > hi ? null : { bid: index, band, lo: from, hi, ...offer };
}

/** Bids of a provider, those that are alternatives to one another together. */
function slotsOf(own: readonly number[], bids: readonly ProblemBid[]): number[][] {
  const slots = new Map<string, number[]>();
  for (const bid of own) {
    const mark = bids[bid]?.alternative;
    const key = mark === undefined ? `bid ${bid}` : `mark ${mark}`;
    slots.set(key, [...(slots.get(key) ?? []), bid]);
  }
  return [...slots.values()];
}

/** The canonical form of a problem: the same for every order of its lots, bids and keys. */
export function marketOf(problem: Problem): Market {
  const demand = demandOf(problem);
  const { lots, units, totalLines } = demand;
  const shareLines = shareLimit(problem.rules.maxShare, totalLines);
  const excluded = new Set(problem.rules.exclude);
  const sorted = bidsInOrder(problem.bids).filter((bid) => !excluded.has(bid.provider));
  const providers = [...new Set(sorted.map((bid) => bid.provider))].sort(ascending);
  const options: BandOption[] = [];
  const bids = sorted.map((bid, index): MarketBid => {
    const first = options.length;
    bid.bands.forEach((_, band) => {
      const option = optionOf(demand, problem, shareLines, bid, index, band);
      if (option) options.push(option);
    });
    return {
      id: bid.id,
      provider: providers.indexOf(bid.provider),
      activation: Number(bid.activation ?? 0n),
      options: Array.from({ length: options.length - first }, (_, k) => first + k),
    };
  });
  const bidsOf = providers.map((_, p) => bids.flatMap((bid, i) => (bid.provider === p ? [i] : [])));
  const included = new Set(problem.rules.include);
  const paid = new Map(Object.entries(problem.rules.paid ?? {}));
  const paidAll = Number([...paid.values()].reduce((sum, amount) => sum + amount, 0n));
  const { counts, minWinners, maxWinners } = moreWinners(problem.rules, providers);
  const newcomers = counts.reduce((sum, one) => sum + one, 0);
  const most = Math.min(newcomers, maxWinners);
  return {
    lots,
    units,
    bids,
    options,
    providers,
    bidsOf,
    slotsOf: bidsOf.map((own) => slotsOf(own, sorted)),
    included: Uint8Array.from(providers, (provider) => (included.has(provider) ? 1 : 0)),
    groups: groupsOf(problem.rules.groups ?? [], { lots, units, providers }),
    held: [],
    barred: [],
    costShare: problem.rules.maxCostShare === undefined ? null : fractionOf(problem.rules.maxCostShare),
    paid: Float64Array.from(providers, (provider) => Number(paid.get(provider) ?? 0n)),
    paidAll,
    budget: Number(problem.rules.budgetMinor ?? Infinity) - paidAll,
    divisible: problem.rules.award === 'shared',
    totalLines,
    shareLines,
    counts,
    // Where nobody has won before, somebody must.
    minWinners: newcomers === providers.length ? Math.max(1, minWinners) : minWinners,
    maxWinners: most,
    mayWin: providers.length - newcomers + Math.max(0, most),
  };
}
