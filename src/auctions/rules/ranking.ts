/**
 * The ranks of tariffs while bids compete. Providers cover different lots, so that costs alone cannot be compared: a
 * tariff ranks by its evaluated cost against what the best opening prices make of the same cells, and a bid with
 * alternatives by the best of its tariffs. Ratios are compared in whole numbers.
 */
import type { Minor } from '../../kernel/money.js';
import { apart } from '../../pricing/rules/alternatives.js';
import type { BidTariff, LotCode, Tariff, TierCode } from '../../pricing/rules/tariff.js';
import { evaluatedCells, type Reference } from './evaluated-cost.js';
import type { Alias } from './events.js';

/** What a line of a cell costs over the term by the best opening price; a cell that nobody offered has none. */
export type ReferenceCosts = ReadonlyMap<LotCode, ReadonlyMap<TierCode, Minor>>;

export interface RankedTariff {
  readonly alias: Alias;
  readonly tariff: BidTariff;
  readonly receivedAt: Date;
}

/** The lowest price of a line of each cell among the opening tariffs, each at its evaluated band. */
export function referenceCosts(openings: readonly BidTariff[], reference: Reference): ReferenceCosts {
  const costs = new Map<LotCode, Map<TierCode, Minor>>();
  const each = apart(openings.map((tariff) => ({ tariff })));
  for (const { lot, tier, lineMinor } of each.flatMap(({ tariff }) => evaluatedCells(tariff, reference))) {
    const inLot = costs.get(lot) ?? new Map<TierCode, Minor>();
    const lowest = inLot.get(tier);
    if (lowest === undefined || lineMinor < lowest) inLot.set(tier, lineMinor);
    costs.set(lot, inLot);
  }
  return costs;
}

/** A rank for each alias, from 1, the best first. Of equals the tariff that was received earlier is the better one. */
export function ranksOf(
  tariffs: readonly RankedTariff[],
  reference: Reference,
  costs: ReferenceCosts,
): Record<Alias, number> {
  const ranked = apart(tariffs)
    .map(({ alias, tariff, receivedAt }) => ({ alias, receivedAt, ...comparable(tariff, reference, costs) }))
    .sort(
      (a, b) => compareRatios(a, b) || a.receivedAt.getTime() - b.receivedAt.getTime() || (a.alias < b.alias ? -1 : 1),
    );
  const aliases = [...new Set(ranked.map(({ alias }) => alias))];
  return Object.fromEntries(aliases.map((alias, index) => [alias, index + 1]));
}

interface Comparable {
  readonly costMinor: Minor;
  readonly referenceMinor: Minor;
}

/** Cells without a reference price count on neither side. */
function comparable(tariff: Tariff, reference: Reference, costs: ReferenceCosts): Comparable {
  let [costMinor, referenceMinor] = [tariff.activation ?? 0n, 0n];
  for (const { lot, tier, lines, lineMinor } of evaluatedCells(tariff, reference)) {
    const lowest = costs.get(lot)?.get(tier);
    if (lowest === undefined) continue;
    costMinor += BigInt(lines) * lineMinor;
    referenceMinor += BigInt(lines) * lowest;
  }
  return { costMinor, referenceMinor };
}

/** A tariff whose cells nobody wants has no ratio and comes after all that have one. */
function compareRatios(a: Comparable, b: Comparable): number {
  if (a.referenceMinor === 0n || b.referenceMinor === 0n) {
    return Number(a.referenceMinor === 0n) - Number(b.referenceMinor === 0n);
  }
  const [left, right] = [a.costMinor * b.referenceMinor, b.costMinor * a.referenceMinor];
  return left < right ? -1 : Number(left > right);
}
