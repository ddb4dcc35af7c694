import fc from 'fast-check';
import { bandReached, leastLines, lineMonthly } from './band.js';
import { type Acceptors, settleVolume } from './collective-price.js';
import { passedBands, tariffBeside } from './tariff-beside.js';
import { tariffFaults } from './tariff-faults.js';
import type { Tariff } from './tariff.js';

const tariff: Tariff = {
  bands: [
    { from: 1, monthly: { fibre: 40n } },
    { from: 500, monthly: { fibre: 30n }, lotMonthly: { SE: { fibre: 29n } } },
    { from: 1_000, monthly: { fibre: 20n } },
  ],
  lots: { SE: { surcharge: 1n, capacity: 900 } },
  capacity: 1_500,
  minimumLines: 50,
  activation: 9_000n,
};

describe('a tariff beside lines that are held', () => {
  it('keeps the highest band that is passed, for every line, and lowers the rest', () => {
    expect(tariffBeside(tariff, 600)).toEqual({
      bands: [
        { from: 1, monthly: { fibre: 30n }, lotMonthly: { SE: { fibre: 29n } } },
        { from: 400, monthly: { fibre: 20n } },
      ],
      lots: tariff.lots,
      capacity: 900,
    });
  });

  it('keeps what is left of a minimum and of a first band', () => {
    expect(tariffBeside(tariff, 20).minimumLines).toBe(30);
    expect(tariffBeside(tariff, 50)).not.toHaveProperty('minimumLines');
    const late = { ...tariff, bands: tariff.bands.slice(1) };
    expect(tariffBeside(late, 499).bands.map((band) => band.from)).toEqual([1, 501]);
    expect(tariffBeside(late, 100).bands.map((band) => band.from)).toEqual([400, 900]);
  });

  it('is in a band from the line on that reaches it, not from the line before', () => {
    expect(passedBands(tariff, 498)).toBe(0);
    expect(passedBands(tariff, 499)).toBe(1);
  });

  it('is the tariff itself when nothing is held, activation and all', () => {
    expect(tariffBeside(tariff, 0)).toEqual(tariff);
  });
});

const tariffs: fc.Arbitrary<Tariff> = fc
  .record({
    froms: fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
    falls: fc.array(fc.bigInt(0n, 3n), { minLength: 5, maxLength: 5 }),
    own: fc.boolean(),
    minimumLines: fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined }),
    surcharge: fc.bigInt(0n, 2n),
  })
  .map(({ froms, falls, own, minimumLines, surcharge }): Tariff => {
    const price = (band: number) => falls.slice(0, band).reduce((left, fall) => left - fall, 20n);
    return {
      bands: froms
        .toSorted((a, b) => a - b)
        .map((from, band) => ({
          from,
          monthly: { fibre: price(band) },
          ...(own ? { lotMonthly: { SE: { fibre: price(band) - 1n } } } : {}),
        })),
      lots: { SE: { surcharge }, GG: {} },
      ...(minimumLines === undefined ? {} : { minimumLines }),
    };
  });
const held = fc.integer({ min: 0, max: 50 });
const volume = fc.integer({ min: 1, max: 60 });

const priceAt = (of: Tariff, lines: number) => {
  const band = bandReached(of, lines);
  return band === null ? null : ['SE', 'GG'].map((lot) => lineMonthly(of, band, lot, 'fibre'));
};

describe('whatever the tariff and the lines that are held', () => {
  it('a line of volume v costs what a line of volume v + held costs in the tariff itself', () => {
    fc.assert(
      fc.property(tariffs, held, volume, (any, lines, more) => {
        const beside = tariffBeside(any, lines);
        expect(priceAt(beside, more)).toEqual(priceAt(any, more + lines));
        const band = bandReached(any, more + lines);
        expect((bandReached(beside, more) ?? 0) + passedBands(any, lines)).toBe(band ?? 0);
      }),
    );
  });

  it('as many lines are needed as are missing, and it is still a tariff without faults', () => {
    fc.assert(
      fc.property(tariffs, held, (any, lines) => {
        const beside = tariffBeside(any, lines);
        expect(leastLines(beside)).toBe(Math.max(1, leastLines(any) - lines));
        expect(tariffFaults(beside, { lots: ['SE', 'GG'], tiers: ['fibre'], termMonths: 24, priceCaps: {} })).toEqual(
          [],
        );
      }),
    );
  });

  it('held lines in two steps count as in one', () => {
    fc.assert(
      fc.property(tariffs, held, held, (any, first, second) => {
        expect(tariffBeside(tariffBeside(any, first), second)).toEqual(tariffBeside(any, first + second));
      }),
    );
  });

  it('members settle as they would if the held lines, content with any price, settled with them', () => {
    const acceptor: fc.Arbitrary<Acceptors> = fc.record({
      lot: fc.constantFrom('SE', 'GG'),
      tier: fc.constant('fibre'),
      limit: fc.option(fc.bigInt(2n, 25n), { nil: null }),
      lines: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(tariffs, held, fc.array(acceptor, { minLength: 1, maxLength: 8 }), (any, lines, acceptors) => {
        const alone = settleVolume(tariffBeside(any, lines), acceptors);
        const together = settleVolume(any, [...acceptors, { lot: 'GG', tier: 'fibre', limit: null, lines }]);
        if (alone === null) expect(together?.volume ?? 0).toBeLessThanOrEqual(Math.max(lines, leastLines(any) - 1));
        else {
          expect(together?.volume).toBe(alone.volume + lines);
          expect(together?.band).toBe(alone.band + passedBands(any, lines));
        }
      }),
    );
  });
});
