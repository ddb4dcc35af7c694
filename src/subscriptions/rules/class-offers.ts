/** What lines of one class (lot and tier) are offered at: computed once per class, joined with the lines in SQL. */
import type { Minor } from '../../kernel/money.js';
import { lineMonthly } from '../../pricing/rules/band.js';
import type { OfferPrices } from '../../pricing/rules/collective-price.js';
import type { LotCode, Tariff, TierCode } from '../../pricing/rules/tariff.js';

/** Lines of a lot and tier. */
export interface OfferedCell {
  readonly lot: LotCode;
  readonly tier: TierCode;
  readonly lines: number;
}

/** Money per line; monthly unless it is the set-up. */
export interface ClassOffer {
  readonly lot: LotCode;
  readonly tier: TierCode;
  readonly atMostMonthly: Minor;
  readonly expectedMonthly: Minor;
  readonly setup: Minor;
  readonly openMarketMonthly: Minor | null;
}

export interface ClassPrice {
  readonly lot: LotCode;
  readonly tier: TierCode;
  readonly monthly: Minor;
  readonly setup: Minor;
}

/**
 * The offer to every class of an agreement.
 * @throws Error when the tariff has no price for a class that it won, or a class has two ranges: such an agreement
 *   must not be offered to anybody
 */
export function classOffers(
  tariff: Tariff,
  cells: readonly OfferedCell[],
  prices: Pick<OfferPrices, 'atMostBand' | 'expectedBand'>,
  openMarket: Readonly<Record<TierCode, Minor>>,
): ClassOffer[] {
  const expected = classPrices(tariff, cells, prices.expectedBand);
  return classPrices(tariff, cells, prices.atMostBand).map(({ lot, tier, monthly, setup }, index) => ({
    lot,
    tier,
    atMostMonthly: monthly,
    expectedMonthly: expected[index]?.monthly ?? monthly,
    setup,
    openMarketMonthly: Object.hasOwn(openMarket, tier) ? (openMarket[tier] ?? null) : null,
  }));
}

/**
 * The price of every class of an agreement in a band, in the order of its cells.
 * @throws Error like `classOffers`
 */
export function classPrices(tariff: Tariff, cells: readonly OfferedCell[], band: number): ClassPrice[] {
  const seen = new Set<string>();
  return cells.map(({ lot, tier }) => {
    const key = JSON.stringify([lot, tier]);
    if (seen.has(key)) throw new Error(`the agreement names ${tier} in ${lot} twice`);
    seen.add(key);
    const monthly = lineMonthly(tariff, band, lot, tier);
    if (monthly === null) throw new Error(`the tariff won ${tier} in ${lot} without a price for it in band ${band}`);
    return { lot, tier, monthly, setup: tariff.lots[lot]?.setup ?? 0n };
  });
}
