import fc from 'fast-check';
import { references, tariffs } from '../../../test/auctions/some-tariffs.js';
import type { Tariff } from '../../pricing/rules/tariff.js';
import type { Reference } from './evaluated-cost.js';
import { type RankedTariff, ranksOf, referenceCosts } from './ranking.js';

const reference: Reference = {
  termMonths: 10,
  lines: { north: { basic: 10 }, south: { basic: 20 }, west: { basic: 5 } },
};
const at = (monthly: bigint, ...lots: string[]): Tariff => ({
  bands: [{ from: 1, monthly: { basic: monthly } }],
  lots: Object.fromEntries(lots.map((lot) => [lot, {}])),
});
const entry = (alias: string, tariff: Tariff, millis = 0): RankedTariff => {
  return { alias, tariff, receivedAt: new Date(millis) };
};

describe('ranks', () => {
  it('compare each tariff with the best opening prices of its own cells', () => {
    const openings = [at(30n, 'north'), at(40n, 'south'), at(33n, 'north', 'south')];
    const costs = referenceCosts(openings, reference);
    expect(costs.get('north')?.get('basic')).toBe(300n);
    expect(costs.get('south')?.get('basic')).toBe(330n);
    const tariffsNow = openings.map((tariff, index) => entry(`P${index}`, tariff));
    // 30 of 30 is better than (33 x 30) of (30 x 10 + 33 x 20), and that is better than 40 of 33
    expect(ranksOf(tariffsNow, reference, costs)).toEqual({ P0: 1, P2: 2, P1: 3 });
  });

  it('tell apart what differs by one minor unit in very large amounts', () => {
    const large = 900_000_000_000n;
    const costs = referenceCosts([at(large, 'north', 'south')], reference);
    const entries = [entry('B', at(large, 'north', 'south')), entry('A', at(large + 1n, 'north', 'south'))];
    expect(ranksOf(entries, reference, costs)).toEqual({ B: 1, A: 2 });
  });

  it('go to the earlier tariff, then by alias, where the ratio is the same', () => {
    const costs = referenceCosts([at(30n, 'north'), at(40n, 'south')], reference);
    const entries = [entry('C', at(40n, 'south'), 5), entry('B', at(30n, 'north'), 5), entry('A', at(30n, 'north'), 6)];
    expect(ranksOf(entries, reference, costs)).toEqual({ B: 1, C: 2, A: 3 });
  });

  it('leave out cells that nobody offered at the opening, and end with those of whom nothing is wanted', () => {
    const costs = referenceCosts([at(30n, 'north')], reference);
    const entries = [
      entry('A', at(1n, 'east')),
      entry('B', at(29n, 'north', 'west')),
      entry('C', at(28n, 'north')),
      entry('D', { ...at(28n, 'north'), activation: 101n }),
    ];
    expect(ranksOf(entries, reference, costs)).toEqual({ C: 1, B: 2, D: 3, A: 4 });
  });

  it('go to a bid with alternatives by the best of its tariffs, once', () => {
    const several = { ...at(40n, 'north'), alternatives: { cheap: at(28n, 'north'), dear: at(50n, 'south') } };
    const costs = referenceCosts([several, at(30n, 'north', 'south')], reference);
    expect(costs.get('north')?.get('basic')).toBe(280n);
    expect(costs.get('south')?.get('basic')).toBe(300n);
    const entries = [entry('A', at(30n, 'north')), entry('B', several), entry('C', at(45n, 'south'))];
    expect(ranksOf(entries, reference, costs)).toEqual({ B: 1, A: 2, C: 3 });
  });

  it('are the numbers from 1 on, whatever the order in which the tariffs come', () => {
    const someTariffs = fc.array(fc.tuple(tariffs(), fc.integer({ min: 0, max: 2 })), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(someTariffs, references, fc.func(fc.integer()), (some, shown, order) => {
        const costs = referenceCosts(
          some.map(([tariff]) => tariff),
          shown,
        );
        const entries = some.map(([tariff, millis], index) => entry(`P${index}`, tariff, millis));
        const ranks = ranksOf(entries, shown, costs);
        expect(Object.values(ranks).sort((a, b) => a - b)).toEqual(entries.map((_, index) => index + 1));
        const shuffled = entries.toSorted((a, b) => order(a.alias) - order(b.alias));
        expect(ranksOf(shuffled, shown, costs)).toEqual(ranks);
      }),
    );
  });
});
