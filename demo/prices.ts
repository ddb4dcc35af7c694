/** Prices of a market, learned from what businesses pay today. */
import { minorDigits } from '../src/kernel/currency.js';
import { setupMonthly } from '../src/pricing/rules/all-in.js';
import type { ListPrices, TariffBody } from './bidders.js';
import type { Tier } from './input.js';

/** What a business pays its provider today: Mbps down, and minor units a month. */
export interface Asked {
  readonly speed: number;
  readonly monthly: number;
}

/** What a provider asks today for a speed like the tier's: the median of its lines nearest in speed. */
export function pricePerTier(asked: readonly Asked[], tiers: readonly Tier[], currency: string): ListPrices {
  const unit = 10 ** Math.max(0, minorDigits(currency) - 2);
  let floor = 0;
  const prices: Record<string, number> = {};
  for (const tier of [...tiers].sort((a, b) => a.downMbps - b.downMbps)) {
    const nearest = asked.reduce((least, { speed }) => Math.min(least, Math.abs(speed - tier.downMbps)), Infinity);
    const like = asked
      .filter(({ speed }) => Math.abs(speed - tier.downMbps) === nearest)
      .map(({ monthly }) => monthly)
      .sort((a, b) => a - b);
    // A faster tier is never cheaper than a slower one of the same provider.
    floor = Math.max(floor, like[Math.floor(like.length / 2)] ?? unit);
    prices[tier.code] = floor;
  }
  return prices;
}

/** The price of one business on its own: the mean of what the providers ask. */
export function openMarketOf(
  listPrices: ReadonlyMap<string, ListPrices>,
  tiers: readonly Tier[],
): Record<string, number> {
  return Object.fromEntries(
    tiers.map(({ code }) => {
      const asked = [...listPrices.values()].map((prices) => prices[code] ?? 0);
      return [code, Math.max(1, Math.round(asked.reduce((a, b) => a + b, 0) / Math.max(1, asked.length)))];
    }),
  );
}

/**
 * What a tender lets a line of each tier cost a month, all-in. Twice what one business pays alone: nobody is invited to
 * profit from a region that few can reach. But nobody is shut out for what it asks today already, however dear that is.
 */
export function priceCaps(
  openMarket: ListPrices,
  tariffs: readonly TariffBody[],
  termMonths: number,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(openMarket).map(([tier, alone]) => [
      tier,
      tariffs.reduce((most, tariff) => Math.max(most, dearest(tariff, tier, termMonths)), 2 * alone),
    ]),
  );
}

/** The most that a line of a tier costs a month by a tariff, surcharge and set-up included. */
function dearest({ bands, lots }: TariffBody, tier: string, termMonths: number): number {
  const monthly = bands.reduce((most, band) => Math.max(most, band.monthly[tier] ?? 0), 0);
  return Object.values(lots).reduce(
    (most, { surcharge = 0, setup = 0 }) =>
      Math.max(most, monthly + surcharge + Number(setupMonthly(BigInt(setup), termMonths))),
    monthly,
  );
}

/** What those who want a tier mostly pay today: the median of their bills, whatever they have. */
export function paidPerTier(bills: ReadonlyMap<string, readonly number[]>): Record<string, number> {
  return Object.fromEntries([...bills].map(([tier, amounts]) => [tier, median(amounts)]));
}

/** @param amounts at least one */
function median(amounts: readonly number[]): number {
  const sorted = [...amounts].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
