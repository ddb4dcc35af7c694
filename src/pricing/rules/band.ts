/**
 * Which band a volume reaches, and what a line costs in it. All-units discount: one band prices every line of the
 * tariff (total quantity discount: Goossens, Maas, Spieksma, van de Klundert, "Exact algorithms for procurement
 * problems under a total quantity discount structure", European Journal of Operational Research 178, 2007).
 * These rules expect a tariff without faults (`tariffFaults`); bands are named by their index, 0 being the dearest.
 */
import type { Minor } from '../../kernel/money.js';
import type { LotCode, Tariff, TierCode } from './tariff.js';

/** What one line of a tier in a lot costs: a month, and once at the start. */
export interface LinePrice {
  readonly lot: LotCode;
  readonly tier: TierCode;
  readonly monthly: Minor;
  readonly setup: Minor;
}

/** The band that this many lines reach, as an index; null when they are fewer than the first band's `from`. */
export function bandReached(schedule: { readonly bands: readonly { readonly from: number }[] }, lines: number) {
  let reached: number | null = null;
  for (const [index, band] of schedule.bands.entries()) {
    if (band.from <= lines) reached = index;
  }
  return reached;
}

/** The fewest lines for which the tariff can be settled at all: the first band and the provider's own minimum. */
export function leastLines(tariff: Tariff): number {
  return Math.max(tariff.bands[0]?.from ?? 1, tariff.minimumLines ?? 1);
}

/**
 * The monthly price of a line: the lot's own price if it has one, else the band's, plus the lot's surcharge.
 * @returns null when the lot is not covered or the tier is not offered there
 */
export function lineMonthly(tariff: Tariff, bandIndex: number, lot: LotCode, tier: TierCode): Minor | null {
  const band = tariff.bands[bandIndex];
  const place = own(tariff.lots, lot);
  if (band === undefined || place === undefined) return null;
  const monthly = own(own(band.lotMonthly, lot), tier) ?? own(band.monthly, tier);
  return monthly === undefined ? null : monthly + (place.surcharge ?? 0n);
}

/** Every lot and tier that the tariff prices in a band, by lot and tier in order of code: a table to join with. */
export function bandPrices(tariff: Tariff, bandIndex: number): LinePrice[] {
  const prices: LinePrice[] = [];
  for (const lot of Object.keys(tariff.lots).sort()) {
    const band = tariff.bands[bandIndex];
    const tiers = new Set([...Object.keys(band?.monthly ?? {}), ...Object.keys(own(band?.lotMonthly, lot) ?? {})]);
    for (const tier of [...tiers].sort()) {
      const monthly = lineMonthly(tariff, bandIndex, lot, tier);
      if (monthly !== null) prices.push({ lot, tier, monthly, setup: own(tariff.lots, lot)?.setup ?? 0n });
    }
  }
  return prices;
}

/** A record's own member: a code such as "constructor" must not find what every object inherits. */
function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
