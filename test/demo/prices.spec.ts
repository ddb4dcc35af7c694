import { type BidPlan, bidPlans, sealedBids, tariffOf } from '../../demo/bidders.js';
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

describe('sealed bids that decide', () => {
  const plan = (provider: string, ...regions: string[]): BidPlan => ({
    provider,
    invented: true,
    listPrices: { fast: 1_000 },
    regions: new Map(regions.map((region) => [region, 0])),
    discounts: [
      [0, 0],
      [0.5, 10],
    ],
    setup: 0,
  });
  const plans = [plan('Local', 'R'), plan('Wide', 'R', 'S'), plan('Small', 'S')];
  const lots = new Map(['R', 'S'].map((region) => [region, [region]]));
  const bids = (lines: number) => plans.map((each) => sealedBids(plans)(each, lots, lines));

  it('have an alternative of one provider, which is lower and is for half of all lines', () => {
    const [local, wide, small] = bids(81);
    expect([local, small]).toEqual([plans[0], plans[2]].map((each) => each && tariffOf(each, lots, 81)));
    expect(wide?.alternatives).toEqual({
      'half of it': {
        bands: [
          { from: 1, monthly: { fast: 920 } },
          { from: 41, monthly: { fast: 828 } },
        ],
        lots: wide?.lots,
        minimumLines: 41,
      },
    });
  });

  it('have none where there is little to have half of', () => {
    expect(bids(9).filter(({ alternatives }) => alternatives !== undefined)).toEqual([]);
  });
});
