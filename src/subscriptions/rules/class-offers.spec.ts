import type { Tariff } from '../../pricing/rules/tariff.js';
import { classOffers, classPrices } from './class-offers.js';

const tariff: Tariff = {
  bands: [
    { from: 1, monthly: { basic: 4_000n, fast: 6_000n } },
    { from: 100, monthly: { basic: 3_000n, fast: 5_000n }, lotMonthly: { north: { fast: 4_500n } } },
  ],
  lots: { north: { surcharge: 200n, setup: 1_000n }, south: {} },
};
const cells = [
  { lot: 'north', tier: 'fast', lines: 5 },
  { lot: 'south', tier: 'basic', lines: 7 },
];

describe('the offer to a class', () => {
  it('has both prices, surcharge and set-up of its lot, and the open market', () => {
    expect(classOffers(tariff, cells, { atMostBand: 0, expectedBand: 1 }, { fast: 9_000n })).toEqual([
      {
        lot: 'north',
        tier: 'fast',
        atMostMonthly: 6_200n,
        expectedMonthly: 4_700n,
        setup: 1_000n,
        openMarketMonthly: 9_000n,
      },
      {
        lot: 'south',
        tier: 'basic',
        atMostMonthly: 4_000n,
        expectedMonthly: 3_000n,
        setup: 0n,
        openMarketMonthly: null,
      },
    ]);
  });

  it('is not made when the tariff cannot price what it won', () => {
    expect(() => classPrices(tariff, [{ lot: 'east', tier: 'fast', lines: 1 }], 0)).toThrow('without a price');
    expect(() => classPrices(tariff, [...cells, ...cells], 0)).toThrow('twice');
  });
});
