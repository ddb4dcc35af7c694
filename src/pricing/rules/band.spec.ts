import { bandPrices, bandReached, leastLines, lineMonthly } from './band.js';
import type { Tariff } from './tariff.js';

const tariff: Tariff = {
  bands: [
    { from: 5, monthly: { basic: 30n, fibre: 50n } },
    { from: 50, monthly: { basic: 25n, fibre: 40n }, lotMonthly: { GG: { fibre: 35n, radio: 20n } } },
  ],
  lots: { SE: {}, GG: { surcharge: 3n, setup: 100n } },
};

describe('band', () => {
  it('is reached from its first line on', () => {
    expect([4, 5, 49, 50, 1_000_000].map((lines) => bandReached(tariff, lines))).toEqual([null, 0, 0, 1, 1]);
  });

  it('needs the first band and the minimum', () => {
    expect(leastLines(tariff)).toBe(5);
    expect(leastLines({ ...tariff, minimumLines: 20 })).toBe(20);
    expect(leastLines({ ...tariff, minimumLines: 0 })).toBe(5);
  });

  it("takes the lot's own price before the band's, and adds the surcharge to either", () => {
    expect(lineMonthly(tariff, 1, 'SE', 'fibre')).toBe(40n);
    expect(lineMonthly(tariff, 1, 'GG', 'basic')).toBe(28n);
    expect(lineMonthly(tariff, 1, 'GG', 'fibre')).toBe(38n);
    expect(lineMonthly(tariff, 1, 'GG', 'radio')).toBe(23n);
  });

  it.each([
    [1, 'SE', 'radio'],
    [1, 'BS', 'fibre'],
    [2, 'SE', 'fibre'],
    [0, 'constructor', 'fibre'],
    [0, 'SE', 'constructor'],
  ])('has no price in band %p for %p %p', (band, lot, tier) => {
    expect(lineMonthly(tariff, band, lot, tier)).toBeNull();
  });

  it('lists every price once, in order of code', () => {
    expect(bandPrices(tariff, 1)).toEqual([
      { lot: 'GG', tier: 'basic', monthly: 28n, setup: 100n },
      { lot: 'GG', tier: 'fibre', monthly: 38n, setup: 100n },
      { lot: 'GG', tier: 'radio', monthly: 23n, setup: 100n },
      { lot: 'SE', tier: 'basic', monthly: 25n, setup: 0n },
      { lot: 'SE', tier: 'fibre', monthly: 40n, setup: 0n },
    ]);
    expect(bandPrices(tariff, 2)).toEqual([]);
  });
});
