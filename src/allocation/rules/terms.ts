/** The terms of a problem, read one by one: what a line costs, what a band asks, how far a share reaches. */
import type { Minor } from '../../kernel/money.js';
import type { LotCode, TierCode } from '../../pricing/rules/tariff.js';
import type { Problem, ProblemBid, ProblemRules } from './problem.js';

/** A member of a record, whatever its name: never one that the record inherits. */
export function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Cost of one line over the term in a band of a bid, or null when it is not offered. */
export function lineCost(problem: Problem, bid: ProblemBid, band: number, lot: LotCode, tier: TierCode): Minor | null {
  const terms = own(bid.lots, lot);
  const prices = bid.bands[band];
  const monthly = own(own(prices?.lotMonthly, lot), tier) ?? own(prices?.monthly, tier);
  if (terms === undefined || monthly === undefined) return null;
  const month = monthly + (terms.surcharge ?? 0n) + (own(bid.adjustment, tier) ?? 0n);
  return month * BigInt(problem.termMonths) + (terms.setup ?? 0n);
}

/** The most lines of a tier in a lot by the bid's own limit for that tier. */
export function tierLimit(bid: ProblemBid, lot: LotCode, tier: TierCode): number {
  return own(own(bid.lots, lot)?.tiers, tier)?.capacity ?? Infinity;
}

/** The fewest and the most lines with which a bid is in a band, its minimum and capacity included. */
export function bandLimits(bid: ProblemBid, band: number): { readonly from: number; readonly to: number } {
  const from = bid.bands[band]?.from ?? Infinity;
  const next = bid.bands[band + 1]?.from ?? Infinity;
  return { from: Math.max(from, bid.minimumLines ?? 0, 1), to: Math.min(next - 1, bid.capacity ?? Infinity) };
}

/**
 * The most lines that a share allows: share x total, rounded down. The share is taken as the decimal that is written,
 * so that 0.29 of 100 lines are 29 lines and not 28.
 */
export function shareLimit(maxShare: number | undefined, totalLines: number): number {
  if (maxShare === undefined) return totalLines;
  const { parts, whole } = fractionOf(maxShare);
  return Number((parts * BigInt(totalLines)) / whole);
}

/** A share as the fraction of whole numbers that is written. */
export interface Fraction {
  readonly parts: bigint;
  readonly whole: bigint;
}

/** The fraction that the shortest decimal of a number is. */
export function fractionOf(share: number): Fraction {
  const [mantissa = '1', exponent = '0'] = String(share).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const digits = fraction.length - Number(exponent);
  return {
    parts: BigInt(whole + fraction) * 10n ** BigInt(Math.max(0, -digits)),
    whole: 10n ** BigInt(Math.max(0, digits)),
  };
}

/** Instant of receipt as a text that sorts: UTC milliseconds, then the digits behind them. */
function receiptKey(receivedAt: string): string {
  const behind = /\.\d{3}(\d+)/.exec(receivedAt)?.[1] ?? '';
  return new Date(receivedAt).toISOString() + behind.replace(/0+$/, '');
}

/** Bids in the order of receipt, then of id: the order in which ties are decided and awards are listed. */
export function bidsInOrder(bids: readonly ProblemBid[]): ProblemBid[] {
  const keyed = bids.map((bid) => ({ bid, key: receiptKey(bid.receivedAt) }));
  keyed.sort((a, b) => (a.key !== b.key ? (a.key < b.key ? -1 : 1) : a.bid.id < b.bid.id ? -1 : 1));
  return keyed.map(({ bid }) => bid);
}

/** What winners are paid under another award already. */
export function paidBefore({ paid = {} }: Pick<ProblemRules, 'paid'>): Minor {
  return Object.values(paid).reduce((all, amount) => all + amount, 0n);
}
