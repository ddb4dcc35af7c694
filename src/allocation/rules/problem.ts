/**
 * The winner determination problem: the lines that are asked for, the tariffs that are bid, the rules of the award.
 * It is the total quantity discount problem with all-units bands (Goossens, Maas, Spieksma, van de Klundert 2007,
 * "Exact algorithms for procurement problems under a total quantity discount structure").
 */
import type { Minor } from '../../kernel/money.js';
import type { LotCode, Tariff, TierCode } from '../../pricing/rules/tariff.js';

/**
 * How lines are awarded: a whole lot to one bid, each tier of a lot to one bid, or lines of a tier of a lot shared by
 * quantity.
 */
export type AwardRule = 'lot' | 'tier' | 'shared';

export interface ProblemLot {
  readonly id: LotCode;
  /** lines asked for per tier; zero is allowed and ignored */
  readonly demand: Readonly<Record<TierCode, number>>;
}

/**
 * A tariff as it takes part in a winner determination. Bids of one provider stand each by itself: bands, capacities,
 * minimum and activation count per bid; only winners and shares count per provider.
 *
 * A lot that is named in `lots` is covered. `lots[L].tiers` only limits: a tier that it does not name has no limit of
 * its own; which tiers are offered is said by the prices alone.
 */
export interface ProblemBid extends Tariff {
  readonly id: string;
  readonly provider: string;
  /** of a provider's bids that carry the same mark, at most one wins */
  readonly alternative?: string;
  /** RFC 3339 instant; among allocations of equal cost the earlier bid is preferred, then the smaller id */
  readonly receivedAt: string;
  /** added to the monthly price of a line for the comparison; negative for a bonus */
  readonly adjustment?: Readonly<Record<TierCode, Minor>>;
}

export interface ProblemRules {
  readonly award: AwardRule;
  /**
   * providers that have won elsewhere already, under another award of the same tender: each counts as one winner, whether
   * it bids and wins here too or not; absent when there are none
   */
  readonly winners?: readonly string[];
  /** the fewest different providers that win lines, here or already */
  readonly minWinners?: number;
  /** the most different providers that win lines, here or already */
  readonly maxWinners?: number;
  /** the largest part of all lines that one provider may win, 0 < maxShare <= 1 */
  readonly maxShare?: number;
  /**
   * what those `winners` are paid over the term under that other award; it counts towards the budget, and in parts of the
   * cost for both the part and the whole
   */
  readonly paid?: Readonly<Record<string, Minor>>;
  /**
   * the largest part of the total cost that a provider which wins lines here may be paid, 0 < part <= 1; not where lines are
   * shared
   */
  readonly maxCostShare?: number;
  /** the most that all awards together may cost over the term, what is `paid` already included */
  readonly budgetMinor?: Minor;
  /** providers that must win lines */
  readonly include?: readonly string[];
  /** providers that must win none */
  readonly exclude?: readonly string[];
  /** winners within some lots: of a region, or two for the resilience of one lot */
  readonly groups?: readonly WinnerGroup[];
}

/** How many different providers win lines in some lots. */
export interface WinnerGroup {
  readonly lots: readonly LotCode[];
  /** those of the problem's `winners` that have won within these lots */
  readonly winners?: readonly string[];
  readonly minWinners?: number;
  readonly maxWinners?: number;
}

export interface Problem {
  readonly currency: string;
  readonly termMonths: number;
  readonly lots: readonly ProblemLot[];
  readonly bids: readonly ProblemBid[];
  readonly rules: ProblemRules;
}

/** What one winning bid gets. */
export interface BidAward {
  readonly bid: string;
  /** index in the bid's bands of the band that its lines reach */
  readonly band: number;
  readonly lines: number;
  /** lines per lot and tier, only those that are more than zero */
  readonly lots: Readonly<Record<LotCode, Readonly<Record<TierCode, number>>>>;
  /** over the whole term, activation included */
  readonly costMinor: Minor;
}

/**
 * - `optimal`: feasible, and proved in exact integers that nothing is cheaper
 * - `feasible`: feasible, but the limit came before the proof; `boundMinor` and `gap` say how far it may be off
 * - `infeasible`: proved that no allocation keeps all the rules
 * - `invalid`: not a problem; the explanation names the places
 * - `unknown`: the limit came before either an allocation or the proof that there is none
 */
export type ResultStatus = 'optimal' | 'feasible' | 'infeasible' | 'invalid' | 'unknown';

export interface Result {
  readonly status: ResultStatus;
  /** cost of the awards over the term; null without awards */
  readonly totalMinor: Minor | null;
  /** no allocation costs less than this; null when there is none */
  readonly boundMinor: Minor | null;
  /** (total - bound) / total; 0 when optimal, null without awards */
  readonly gap: number | null;
  /** the winning bids in the order of receipt */
  readonly awards: readonly BidAward[];
  readonly explanation: readonly string[];
  readonly solveMs: number;
}

/** Written limits: beyond them a problem is refused, not attempted. */
export const LIMITS = {
  /** bytes of a problem's file: as many prices as there may be, each with its tier in 20 bytes */
  fileBytes: 80_000_000,
  /** lots of a problem */
  lots: 5_000,
  /** different tiers over all lots */
  tiers: 100,
  /** lots x tiers with demand */
  cells: 20_000,
  /** bids of a problem: of a thousand providers, each with four alternatives to its tariff */
  bids: 5_000,
  /** bands of a bid */
  bands: 50,
  /** bands of all bids x cells: prices that are looked at */
  prices: 4_000_000,
  /** lines in one cell, one capacity or one band threshold */
  lines: 1_000_000_000,
  /** lines of all cells together */
  totalLines: 1_000_000_000,
  /** groups of lots with winners of their own, and their lots together */
  groups: 5_000,
  groupedLots: 20_000,
  /** months of a term */
  termMonths: 600,
  /** a single amount in minor units */
  amountMinor: 1_000_000_000_000n,
  /**
   * what all lines may cost at their dearest, with every activation, of alternatives the dearest: leaves room for exact
   * sums, see MAX_MINOR
   */
  worstTotalMinor: 1_000_000_000_000_000n,
  /** characters of an id, a provider's name, a tier or a currency */
  nameLength: 200,
  /** faults that are listed before reading stops */
  faults: 100,
} as const;
