/**
 * What is wrong with a list of bands and its prices per tier, wherever bands are written: in a tariff or in a pool's
 * indicative schedule. Lot prices and limits are the tariff's own affair.
 */
import { MAX_MINOR, type Minor } from '../../kernel/money.js';
import type { Fault } from '../../kernel/refusal.js';
import { linesFaults, linesOrNull, priceFaults, priceOrNull } from './amount-faults.js';
import type { TierCode } from './tariff.js';

/** More bands than this only blur the price curve and swell the winner determination. */
export const MAX_BANDS = 20;

/** A band as far as these rules read it. */
export interface PricedBand {
  readonly from: number;
  readonly monthly: Readonly<Record<TierCode, Minor>>;
}

/**
 * Faults of number and order of the bands, and of their prices per tier. Every `monthly` is an object.
 * @param most the largest price
 */
export function bandFaults(bands: readonly PricedBand[], tiers: readonly TierCode[], most: Minor = MAX_MINOR): Fault[] {
  if (bands.length === 0) {
    return [{ path: 'bands', reason: 'There is no band; give at least one, with its first volume and its prices.' }];
  }
  const faults: Fault[] = [];
  if (bands.length > MAX_BANDS) {
    faults.push({ path: 'bands', reason: `There are ${bands.length} bands; give at most ${MAX_BANDS}.` });
  }
  const offered = new Set(bands.flatMap((band) => Object.keys(band.monthly)).filter((tier) => tiers.includes(tier)));
  let previous: PricedBand | undefined;
  for (const [index, band] of bands.entries()) {
    faults.push(...fromFaults(index, band, previous));
    for (const [tier, price] of Object.entries(band.monthly)) {
      const path = `bands.${index}.monthly.${tier}`;
      faults.push(...(tiers.includes(tier) ? priceFaults(path, price, most) : [unknownTier(path, tier, tiers)]));
    }
    for (const tier of offered) {
      faults.push(...tierFaults(index, tier, band, previous));
    }
    previous = band;
  }
  return faults;
}

/** The fault of naming a tier that is not asked for. */
export function unknownTier(path: string, tier: TierCode, tiers: readonly TierCode[]): Fault {
  return { path, reason: `There is no tier ${tier} here; the tiers are ${tiers.join(', ')}.` };
}

/** The fault of a price that rises although the volume does. */
export function risingPrice(path: string, price: Minor, before: Minor): Fault {
  return {
    path,
    reason: `The price rises from ${before} in the band before to ${price}; more volume may never cost more, so give at most ${before}.`,
  };
}

function fromFaults(index: number, band: PricedBand, previous: PricedBand | undefined): Fault[] {
  const path = `bands.${index}.from`;
  const faults = linesFaults(path, band.from, 1);
  const before = linesOrNull(previous?.from, 1);
  if (faults.length === 0 && before !== null && band.from <= before) {
    faults.push({
      path,
      reason: `Bands ascend: this one begins at ${band.from} lines, so let it begin above the ${before} of the one before.`,
    });
  }
  return faults;
}

function tierFaults(index: number, tier: TierCode, band: PricedBand, previous: PricedBand | undefined): Fault[] {
  const path = `bands.${index}.monthly.${tier}`;
  if (!Object.hasOwn(band.monthly, tier)) {
    const reason = `This band has no price for ${tier}, which another band offers; give one, or leave ${tier} out of every band.`;
    return [{ path, reason }];
  }
  const price = priceOrNull(band.monthly[tier]);
  const before = previous && Object.hasOwn(previous.monthly, tier) ? priceOrNull(previous.monthly[tier]) : null;
  return price !== null && before !== null && price > before ? [risingPrice(path, price, before)] : [];
}
