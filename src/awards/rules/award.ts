/** An award: an allocation that people decide on. */
import type { ResultStatus } from '../../allocation/rules/problem.js';
import type { ProblemTender } from '../../auctions/rules/whole-problem.js';
import type { Minor } from '../../kernel/money.js';
import { tariffId } from '../../auctions/rules/tariff-id.js';
import type { BidTariff, LotCode, TierCode } from '../../pricing/rules/tariff.js';
import type { AwardState } from './lifecycle.js';

/**
 * A run of lines within a lot and tier. The lines of a lot and tier have an order (pledge lines by sequence, each
 * counting its quantity); the cell covers the positions from <= p < from + lines of it.
 */
export interface AwardCell {
  readonly lot: LotCode;
  readonly tier: TierCode;
  readonly from: number;
  readonly lines: number;
}

/** What one bid wins. */
export interface Winner {
  readonly bidId: string;
  readonly providerId: string;
  /** the label of the alternative that won; absent when the main tariff did */
  readonly alternative?: string;
  /** index in the tariff's bands of the band that its lines reach, together with those it holds */
  readonly band: number;
  readonly lines: number;
  /** lines that the bid holds under other awards of the tender, as they stood in the evaluation; bands count them too */
  readonly heldLines: number;
  /** over the whole term, activation included unless it is charged with the lines held */
  readonly costMinor: Minor;
  /** at most one per lot and tier, by lot and tier in order of code */
  readonly cells: readonly AwardCell[];
}

/** A bid that takes no part in an evaluation, and why. */
export interface ExcludedBid {
  readonly bidId: string;
  readonly why: string;
}

/** A bid as awards see it once it is opened. */
export interface AwardBid {
  readonly bidId: string;
  readonly providerId: string;
  readonly receivedAt: Date;
  readonly tariff: BidTariff;
}

/** The tender's words that an award needs. */
export interface AwardTender extends ProblemTender {
  readonly lots: readonly (ProblemTender['lots'][number] & {
    readonly title: string;
    /** whether providers are told every count of it */
    readonly told: boolean;
  })[];
}

/** An award as other rooms read it. */
export interface AwardView {
  readonly id: string;
  readonly tenderId: string;
  readonly round: number;
  readonly state: AwardState;
  readonly standstillEndsAt: Date | null;
  readonly contentHash: string | null;
  readonly solverStatus: ResultStatus | null;
  readonly totalMinor: Minor | null;
  /** the agency for which the award was approved: the party to its agreements */
  readonly agencyId: string | null;
  readonly winners: readonly Winner[];
}

/** Lines per lot and tier, whatever these are called. */
export function lotsOf(cells: readonly Omit<AwardCell, 'from'>[]): Record<string, Record<string, number>> {
  const lots = new Map<string, Map<string, number>>();
  for (const { lot, tier, lines } of cells) {
    const tiers = lots.get(lot) ?? new Map<string, number>();
    lots.set(lot, tiers.set(tier, (tiers.get(tier) ?? 0) + lines));
  }
  return Object.fromEntries([...lots].map(([lot, tiers]) => [lot, Object.fromEntries(tiers)]));
}

/** What each bid wins, as the solver takes it. */
export function wonLots(
  winners: readonly Pick<Winner, 'bidId' | 'alternative' | 'cells'>[],
): { readonly bid: string; readonly lots: Record<string, Record<string, number>> }[] {
  return winners.map(({ bidId, alternative, cells }) => ({ bid: tariffId(bidId, alternative), lots: lotsOf(cells) }));
}
