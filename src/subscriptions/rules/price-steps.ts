/**
 * Limits are counted by the prices they reach, not by their amounts: two limits between the same two prices of a class
 * accept the same, so what the database counts is as short as the tariff, however many lines there are.
 */
import type { Minor } from '../../kernel/money.js';
import { lineMonthly } from '../../pricing/rules/band.js';
import type { Acceptors } from '../../pricing/rules/collective-price.js';
import type { LotCode, Tariff, TierCode } from '../../pricing/rules/tariff.js';

interface Class {
  readonly lot: LotCode;
  readonly tier: TierCode;
}

export interface CountedStep {
  /** the place of its class in the list of classes */
  readonly cell: number;
  /** how many of the class's prices are at or below the limit; null for lines that accept any price */
  readonly step: number | null;
  readonly lines: number;
}

/** The prices of each class in all bands, ascending: the thresholds of `step`. */
export function priceSteps(tariff: Tariff, classes: readonly Class[]): Minor[][] {
  return classes.map(({ lot, tier }) =>
    tariff.bands
      .flatMap((_band, index) => lineMonthly(tariff, index, lot, tier) ?? [])
      .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
  );
}

/** What was counted, as the settlement takes it. Lines that accept none of the prices are left out. */
export function acceptorsOf(
  classes: readonly Class[],
  steps: readonly (readonly Minor[])[],
  counted: readonly CountedStep[],
): Acceptors[] {
  return counted.flatMap(({ cell, step, lines }) => {
    const known = classes[cell];
    if (known === undefined || step === 0) return [];
    const limit = step === null ? null : (steps[cell]?.[step - 1] ?? null);
    return [{ lot: known.lot, tier: known.tier, limit, lines }];
  });
}
