/**
 * What a tariff is measured by while bids compete: its cost of the lines that providers were shown, over the term. Each
 * provider can reckon its own, and no count that it may not know leaks through it.
 */
import type { Minor } from '../../kernel/money.js';
import { lineOverTerm } from '../../pricing/rules/all-in.js';
import { bandReached, lineMonthly } from '../../pricing/rules/band.js';
import { linesWithin } from '../../pricing/rules/partners.js';
import type { LotCode, Tariff, TierCode } from '../../pricing/rules/tariff.js';

export interface Reference {
  readonly termMonths: number;
  /** the lines that providers were shown; a group of merged cells is divided among them */
  readonly lines: Readonly<Record<LotCode, Readonly<Record<TierCode, number>>>>;
}

/** The reference lines of a cell that a tariff covers, and what it asks for one of them. */
export interface EvaluatedCell {
  readonly lot: LotCode;
  readonly tier: TierCode;
  readonly lines: number;
  /** of one line over the term, set-up included */
  readonly lineMinor: Minor;
}

/**
 * The cells of a tariff at its evaluated band: the one that its capacities let the reference lines reach, or the first
 * when they reach none.
 * @param measured whose cells count: where a tariff is compared with the one before, what it covers beyond does not
 */
export function evaluatedCells(tariff: Tariff, reference: Reference, measured: Tariff = tariff): EvaluatedCell[] {
  const wanted = Object.keys(measured.lots)
    .sort()
    .map((lot) => ({ lot, tiers: wantedTiers(measured, reference, lot) }));
  const band = bandReached(tariff, linesReached(tariff, wanted)) ?? 0;
  return wanted.flatMap(({ lot, tiers }) =>
    tiers.flatMap(({ tier, lines }) => {
      const monthly = lineMonthly(tariff, band, lot, tier);
      if (monthly === null) return [];
      const setup = tariff.lots[lot]?.setup ?? 0n;
      return [{ lot, tier, lines, lineMinor: lineOverTerm(monthly, setup, reference.termMonths) }];
    }),
  );
}

/** What the tariff's cells cost over the term, activation included: see `evaluatedCells`. */
export function evaluatedCost(tariff: Tariff, reference: Reference, measured: Tariff = tariff): Minor {
  const cells = evaluatedCells(tariff, reference, measured);
  return cells.reduce((sum, { lines, lineMinor }) => sum + BigInt(lines) * lineMinor, tariff.activation ?? 0n);
}

interface Wanted {
  readonly lot: LotCode;
  readonly tiers: readonly { readonly tier: TierCode; readonly lines: number }[];
}

function wantedTiers(measured: Tariff, { lines }: Reference, lot: LotCode): Wanted['tiers'] {
  const here = Object.hasOwn(lines, lot) ? (lines[lot] ?? {}) : {};
  return Object.keys(here)
    .sort()
    .map((tier) => ({ tier, lines: here[tier] ?? 0 }))
    .filter(({ tier, lines: some }) => some > 0 && lineMonthly(measured, 0, lot, tier) !== null);
}

/** How many of the lines wanted the tariff can serve. */
function linesReached(tariff: Tariff, wanted: readonly Wanted[]): number {
  const byLot = wanted.flatMap(({ lot, tiers }): [LotCode, number][] => {
    const place = Object.hasOwn(tariff.lots, lot) ? tariff.lots[lot] : undefined;
    if (place === undefined) return [];
    const inTiers = tiers.reduce((count, { tier, lines }) => {
      const limit = place.tiers && Object.hasOwn(place.tiers, tier) ? place.tiers[tier]?.capacity : undefined;
      return count + Math.min(lines, limit ?? Infinity);
    }, 0);
    return [[lot, Math.min(inTiers, place.capacity ?? Infinity)]];
  });
  return Math.min(linesWithin(tariff.partners, byLot), tariff.capacity ?? Infinity);
}
