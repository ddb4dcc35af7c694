import fc from 'fast-check';
import { changesOf, isFaultless, lineCosts, references, tariffs } from '../../../test/auctions/some-tariffs.js';
import { leastLines, lineMonthly } from '../../pricing/rules/band.js';
import type { Tariff } from '../../pricing/rules/tariff.js';
import { evaluatedCost } from './evaluated-cost.js';
import { dearerPlaces, lessOffered } from './not-worse.js';
import { between, PARTS } from './price-path.js';
import { cases } from '../../../test/support/cases.js';

const present: Tariff = {
  bands: [
    { from: 1, monthly: { basic: 40n, fast: 80n } },
    { from: 10, monthly: { basic: 30n, fast: 70n }, lotMonthly: { south: { basic: 25n } } },
  ],
  lots: { north: { surcharge: 4n, setup: 200n }, south: {} },
  activation: 90n,
};

describe('the way down', () => {
  it('lowers every amount in its own place where the floor is written like the tariff', () => {
    const floor: Tariff = {
      bands: [
        { from: 1, monthly: { basic: 20n, fast: 79n } },
        { from: 10, monthly: { basic: 20n, fast: 60n }, lotMonthly: { south: { basic: 20n } } },
      ],
      lots: { north: { surcharge: 2n, setup: 100n }, south: {} },
      activation: 45n,
    };
    expect(between(present, floor, 0, 12)).toBe(present);
    expect(between(present, floor, PARTS / 2, 12)).toEqual({
      bands: [
        { from: 1, monthly: { basic: 30n, fast: 80n }, lotMonthly: { south: { basic: 30n } } },
        { from: 10, monthly: { basic: 25n, fast: 65n }, lotMonthly: { south: { basic: 23n } } },
      ],
      lots: { north: { surcharge: 3n, setup: 150n }, south: {} },
      activation: 68n,
    });
    expect(lineCosts(between(present, floor, PARTS, 12), 12)).toEqual(lineCosts(floor, 12));
  });

  it('goes by the thresholds of both, as far as so many lines can be awarded', () => {
    const bands = [1, 5, 10, 40, 99].map((from) => ({ from, monthly: { basic: 20n, fast: 60n } }));
    const way = between({ ...present, capacity: 50 }, { ...present, bands }, PARTS, 12);
    expect(way.bands.map(({ from }) => from)).toEqual([1, 5, 10, 40]);
  });

  it('never has more bands than a tariff may, and then is dearer than the floor rather than cheaper', () => {
    const many = (first: number): Tariff['bands'] =>
      Array.from({ length: 20 }, (_, at) => ({
        from: first + 2 * at,
        monthly: { basic: 99n - BigInt(at), fast: 99n },
      }));
    const floor = { ...present, bands: many(1).map((band) => ({ ...band, monthly: { basic: 9n, fast: 9n } })) };
    const way = between({ ...present, bands: many(2) }, floor, PARTS, 12);
    expect(way.bands).toHaveLength(20);
    expect(dearerPlaces({ ...present, bands: many(2) }, way, 12)).toEqual([]);
  });

  it('keeps a set-up that a price below the floor already needs', () => {
    const floor: Tariff = { ...present, lots: { north: { surcharge: 4n, setup: 0n }, south: {} } };
    const lower = { ...present, bands: [{ from: 1, monthly: { basic: 10n, fast: 80n } }] };
    const way = between(lower, floor, PARTS, 12);
    expect(way.lots).toEqual(lower.lots);
    expect(lineMonthly(way, 0, 'north', 'basic')).toBe(14n);
    // 80 + 4 a month and 200 once may come down to 80 + 4 a month alone: by the price, as the set-up stays
    expect(lineMonthly(way, 0, 'north', 'fast')).toBe(84n - 16n);
  });

  it('never asks for less than nothing a month, however low the floor is beside a set-up that stays', () => {
    const floor: Tariff = {
      bands: [{ from: 1, monthly: { basic: 90n, fast: 1n } }],
      lots: { north: { surcharge: 2n }, south: {} },
    };
    const way = between({ ...present, bands: [{ from: 1, monthly: { basic: 10n, fast: 80n } }] }, floor, PARTS, 12);
    expect(way.lots['north']).toEqual({ surcharge: 2n, setup: 200n });
    expect(lineMonthly(way, 0, 'north', 'basic')).toBe(14n);
    expect(lineMonthly(way, 0, 'north', 'fast')).toBe(3n);
    expect(isFaultless(way)).toBe(true);
  });

  it('keeps prices that the floor does not have', () => {
    const floor: Tariff = { bands: [{ from: 1, monthly: { basic: 1n } }], lots: { south: {} } };
    const way = between(present, floor, PARTS, 12);
    expect(lineMonthly(way, 0, 'south', 'basic')).toBe(1n);
    expect(lineMonthly(way, 0, 'south', 'fast')).toBe(80n);
    expect(lineMonthly(way, 1, 'north', 'basic')).toBe(34n);
  });
});

const pairs = tariffs().chain((one) =>
  fc.tuple(fc.constant(one), fc.oneof(changesOf(one), tariffs(20n)).filter(isFaultless)),
);
const someParts = fc.tuple(fc.integer({ min: 0, max: PARTS }), fc.integer({ min: 0, max: PARTS }));

/** All that a tariff says beside its prices. */
function limitsOf({ bands, lots, capacity, minimumLines }: Tariff) {
  const places = Object.entries(lots).map(([lot, { surcharge: _month, setup: _once, ...place }]) => [lot, place]);
  return { from: bands[0]?.from, lots: Object.fromEntries(places), capacity, minimumLines };
}

/** The cells and volumes that can be awarded under a tariff, with what a line costs by each of the others. */
function comparedAt(now: Tariff, others: readonly Tariff[], termMonths: number) {
  const tables = others.map((tariff) => lineCosts(tariff, termMonths));
  return [...lineCosts(now, termMonths)].flatMap(([cell, dear]) => {
    const volume = Number(cell.split(' ')[0]);
    if (dear === null || volume < leastLines(now) || volume > (now.capacity ?? 30)) return [];
    return [{ cell, dear, by: tables.map((table) => table.get(cell) ?? null) }];
  });
}

describe('whatever the tariff and the floor', () => {
  it('lines become cheaper with every part, never dearer than now, never cheaper than the floor or else than now', () => {
    fc.assert(
      fc.property(pairs, someParts, references, ([now, floor], parts, shown) => {
        const { termMonths } = shown;
        const [less, more] = [Math.min(...parts), Math.max(...parts)].map((part) =>
          between(now, floor, part, termMonths),
        ) as [Tariff, Tariff];
        expect(isFaultless(less) && isFaultless(more)).toBe(true);
        expect(limitsOf(more)).toEqual(limitsOf(now));
        const wrong = comparedAt(now, [floor, less, more], termMonths).filter(({ dear, by: [low, some, much] }) => {
          const least = low === null || low === undefined || low > dear ? dear : low;
          return !(
            typeof some === 'bigint' &&
            typeof much === 'bigint' &&
            dear >= some &&
            some >= much &&
            much >= least
          );
        });
        expect(wrong).toEqual([]);
        expect(evaluatedCost(more, shown)).toBeLessThanOrEqual(evaluatedCost(less, shown));
      }),
      { numRuns: cases(300) },
    );
  });

  it('ends at the prices of a floor that is nowhere dearer, to less than a minor unit a month', () => {
    fc.assert(
      fc.property(pairs, references, ([now, floor], { termMonths }) => {
        fc.pre(lessOffered(now, floor).length === 0 && dearerPlaces(now, floor, termMonths).length === 0);
        const exact = isLowerInEveryPart(now, floor);
        const wrong = comparedAt(now, [floor, between(now, floor, PARTS, termMonths)], termMonths).filter(
          ({ by: [low, end] }) => {
            const above = (end ?? -1n) - (low ?? 0n);
            return above < 0n || (exact ? above > 0n : above >= BigInt(termMonths));
          },
        );
        expect(wrong).toEqual([]);
      }),
      { numRuns: cases(150) },
    );
  });
});

/** Whether set-up and monthly price by themselves are nowhere higher in the floor, at volumes beyond all capacity as well. */
function isLowerInEveryPart(now: Tariff, floor: Tariff): boolean {
  const once = (tariff: Tariff, lot: string) => tariff.lots[lot]?.setup ?? 0n;
  const monthly = ({ bands, lots }: Tariff): Tariff => ({
    bands,
    lots: Object.fromEntries(Object.entries(lots).map(([lot, { surcharge = 0n }]) => [lot, { surcharge }])),
  });
  return (
    Object.keys(now.lots).every((lot) => once(floor, lot) <= once(now, lot)) &&
    dearerPlaces(monthly(now), monthly(floor), 1).length === 0
  );
}
