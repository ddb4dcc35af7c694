import fc from 'fast-check';
import { references, tariffs } from '../../../test/auctions/some-tariffs.js';
import type { Tariff } from '../../pricing/rules/tariff.js';
import { evaluatedCells, evaluatedCost, type Reference } from './evaluated-cost.js';

const reference: Reference = {
  termMonths: 12,
  lines: { north: { basic: 10, fast: 5 }, south: { basic: 20 }, west: { basic: 100 } },
};
const tariff: Tariff = {
  bands: [
    { from: 1, monthly: { basic: 30n } },
    { from: 20, monthly: { basic: 25n }, lotMonthly: { south: { basic: 20n } } },
    { from: 31, monthly: { basic: 1n } },
  ],
  lots: { north: { surcharge: 2n }, south: { setup: 100n } },
  activation: 7n,
};

describe('evaluated cost', () => {
  it('is of all lines of the cells that are covered, all-in, activation once', () => {
    // 30 lines reach the second band: 10 at 25 + 2, 20 at 20 with a set-up of 100
    expect(evaluatedCost(tariff, reference)).toBe(10n * 27n * 12n + 20n * (20n * 12n + 100n) + 7n);
    expect(evaluatedCells(tariff, reference)).toEqual([
      { lot: 'north', tier: 'basic', lines: 10, lineMinor: 324n },
      { lot: 'south', tier: 'basic', lines: 20, lineMinor: 340n },
    ]);
  });

  it('is at the band that the capacities let them reach', () => {
    const first = 10n * 32n * 12n + 20n * (30n * 12n + 100n) + 7n;
    expect(evaluatedCost({ ...tariff, capacity: 19 }, reference)).toBe(first);
    const { north = {}, south = {} } = tariff.lots;
    expect(evaluatedCost({ ...tariff, lots: { north, south: { ...south, capacity: 9 } } }, reference)).toBe(first);
    const limited = { north: { ...north, tiers: { basic: { capacity: 0 } } }, south: { ...south, capacity: 19 } };
    expect(evaluatedCost({ ...tariff, lots: limited }, reference)).toBe(first);
  });

  it('is at the first band where the lines do not even reach that', () => {
    expect(
      evaluatedCost({ ...tariff, bands: [{ from: 50, monthly: { basic: 3n } }], lots: { north: {} } }, reference),
    ).toBe(10n * 36n + 7n);
  });

  it('can leave out what another tariff does not cover, and what that brings', () => {
    const more = { ...tariff, lots: { ...tariff.lots, west: {} } };
    expect(evaluatedCost(more, reference, tariff)).toBe(evaluatedCost(tariff, reference));
    expect(evaluatedCost(more, reference)).not.toBe(evaluatedCost(tariff, reference));
  });

  it('does not take what every object has for a lot or a tier', () => {
    const odd: Tariff = { bands: [{ from: 1, monthly: { constructor: 3n } }], lots: { toString: {}, valueOf: {} } };
    expect(evaluatedCells(odd, reference)).toEqual([]);
    expect(evaluatedCells(odd, { termMonths: 2, lines: { valueOf: { constructor: 4, toString: 9 } } })).toEqual([
      { lot: 'valueOf', tier: 'constructor', lines: 4, lineMinor: 6n },
    ]);
  });

  it('does not depend on the order in which lots and tiers are written', () => {
    fc.assert(
      fc.property(tariffs(), references, (any, shown) => {
        const turned = { ...any, lots: Object.fromEntries(Object.entries(any.lots).toReversed()) };
        expect(evaluatedCells(turned, shown)).toEqual(evaluatedCells(any, shown));
      }),
    );
  });
});
