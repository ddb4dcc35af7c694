import { bidPlans, tariffOf } from '../../demo/bidders.js';
import { openMarketOf, paidPerTier, priceCaps, pricePerTier } from '../../demo/prices.js';

const TIERS = [{ code: 'fast', name: 'Fast', downMbps: 100 }];
const TERM_MONTHS = 36;

describe('the prices of a market', () => {
  it('are learned from however many lines', () => {
    const asked = Array.from({ length: 200_000 }, (_nothing, i) => ({ speed: i % 2 === 0 ? 50 : 200, monthly: i }));
    expect(pricePerTier(asked, TIERS, 'USD')).toEqual({ fast: 100_000 });
  });

  it('let everybody bid what it asks today, surcharge and set-up included, however dear it is', () => {
    const listPrices = new Map([20, 20, 20, 150].map((price, i) => [`P${i}`, { fast: price * 100 }]));
    const openMarket = openMarketOf(listPrices, TIERS);
    const plans = bidPlans({
      survey: { businesses: 80, lines: 80, sites: new Map([['R', 80]]), demand: new Map([['R fast', 80]]) },
      tiers: TIERS,
      listPrices,
      reach: new Map([...listPrices.keys()].map((provider) => [provider, new Map([['R', 60]])])),
      openMarket,
      paid: paidPerTier(new Map([['fast', [2_000, 2_000, 2_000, 15_000]]])),
    });
    const tariffs = plans.map((plan) => tariffOf(plan, new Map([['R', ['R']]]), 80));
    const dearest = tariffs.map(({ bands, lots }) => {
      const { surcharge = 0, setup = 0 } = lots['R'] ?? {};
      return (bands[0]?.monthly['fast'] ?? 0) + surcharge + Math.ceil(setup / TERM_MONTHS);
    });
    expect(tariffs).toHaveLength(5);
    expect(Math.max(...dearest)).toBeGreaterThan(2 * (openMarket['fast'] ?? 0));
    expect(priceCaps(openMarket, tariffs, TERM_MONTHS)).toEqual({ fast: Math.max(...dearest) });
    // As long as nobody is that dear, twice what a business pays alone is enough for all.
    expect(priceCaps({ fast: 20_000 }, tariffs, TERM_MONTHS)).toEqual({ fast: 40_000 });
  });

  it('of the nationwide provider are a little below what most pay, and not led up by a dear one', () => {
    const listPrices = new Map([['Dear', { fast: 15_000 }]]);
    const market = {
      survey: { businesses: 4, lines: 4, sites: new Map([['R', 4]]), demand: new Map([['R fast', 4]]) },
      tiers: TIERS,
      listPrices,
      reach: new Map(),
      openMarket: { fast: 5_250 },
    };
    const paid = paidPerTier(new Map([['fast', [2_000, 15_000, 2_000, 2_100]]]));
    expect(bidPlans({ ...market, paid }).map((plan) => plan.listPrices)).toEqual([{ fast: 2_037 }]);
    expect(bidPlans({ ...market, paid: {} }).map((plan) => plan.listPrices)).toEqual([{ fast: 5_092 }]);
  });
});
