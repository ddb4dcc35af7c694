/** Prices of a market, learned from what businesses pay today. */
import { minorDigits } from '../src/kernel/currency.js';
import type { ListPrices } from './bidders.js';
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
    const nearest = Math.min(...asked.map(({ speed }) => Math.abs(speed - tier.downMbps)));
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

/** What those who want a tier mostly pay today: the median of their bills, whatever they have. */
export function paidPerTier(bills: ReadonlyMap<string, readonly number[]>): Record<string, number> {
  return Object.fromEntries([...bills].map(([tier, amounts]) => [tier, median(amounts)]));
}

/** @param amounts at least one */
function median(amounts: readonly number[]): number {
  const sorted = [...amounts].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
