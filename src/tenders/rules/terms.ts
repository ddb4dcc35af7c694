/** What a tender asks for and how it is decided: what an officer writes and publishing freezes. */
import type { Minor } from '../../kernel/money.js';
import type { AuctionSettings } from './auction-settings.js';

/**
 * How lines are awarded: a whole lot to one provider, each tier of a lot to one provider, or the lines of a tier in a
 * lot shared by quantity.
 */
export const AWARD_RULES = ['lot', 'tier', 'shared'] as const;
export type AwardRule = (typeof AWARD_RULES)[number];

/** The whole of anything in basis points. */
export const WHOLE_BP = 10_000;

/** Part of the demand that is bid on and awarded together. */
export interface Lot {
  readonly code: string;
  readonly title: string;
  /** codes of the regions whose lines belong to it */
  readonly regions: readonly string[];
}

/** Lines asked for of one tier in one place. */
export interface Lines {
  readonly firm: number;
  readonly interest: number;
}

/** Demand of a region, as its pool counted it. */
export interface RegionDemand {
  readonly regionCode: string;
  readonly tierCode: string;
  readonly firmLines: number;
  readonly interestLines: number;
}

/** How many different providers win lines within some lots: of a region, or two for the resilience of one lot. */
export interface WinnerGroup {
  /** codes of lots, each once */
  readonly lots: readonly string[];
  /** null when none need to win there */
  readonly minWinners: number | null;
  /** null for any number */
  readonly maxWinners: number | null;
}

/** By what a tender is awarded, beside the prices: the rules hold over all its awards together. */
export interface AwardTerms {
  readonly awardRule: AwardRule;
  /** the fewest different providers that must win */
  readonly minWinners: number;
  /** the most different providers that may win; null for any number */
  readonly maxWinners: number | null;
  /** the largest part of all lines one provider may win, in basis points; null for all of them */
  readonly maxShareBp: number | null;
  /** empty when winners are counted over all lots only */
  readonly winnerGroups: readonly WinnerGroup[];
  /** the most that all lines may cost over the term, set-up and activation included, in minor units; null for any cost */
  readonly budgetMinor: Minor | null;
  /** the largest part of the cost of all lines one provider may be paid, in basis points; null for all of it */
  readonly maxCostShareBp: number | null;
}

export interface TenderTerms extends AwardTerms {
  readonly title: string;
  readonly lots: readonly Lot[];
  /**
   * the most a line may cost a month per tier, all-in: surcharge and set-up spread over the term included; a tier that
   * is absent has no cap
   */
  readonly priceCaps: Readonly<Record<string, Minor>>;
  /** until when providers may ask; null when no questions are taken */
  readonly enquiryEndsAt: Date | null;
  /** null while a draft has no calendar yet */
  readonly biddingEndsAt: Date | null;
  /** calendar days between approval and signature */
  readonly standstillDays: number;
  /** calendar days that members have to answer their offers */
  readonly offerDays: number;
  /** how bids compete once they are opened */
  readonly auction: AuctionSettings;
}

/** What the locked pool gives and a tender cannot change. */
export interface TenderFrame {
  readonly regions: readonly string[];
  readonly tiers: readonly string[];
  readonly demand: readonly RegionDemand[];
}
