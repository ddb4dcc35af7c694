import fc from 'fast-check';
import { bandReached } from '../../pricing/rules/band.js';
import type { Tariff } from '../../pricing/rules/tariff.js';
import { tariffFaults } from '../../pricing/rules/tariff-faults.js';
import {
  capacityLeft,
  type ClassLines,
  classOf,
  type JoinableTerms,
  lastJoiningDay,
  latePrice,
  linesOf,
  nextBand,
  saving,
  whyNotJoinNow,
  whyNotOpenUntil,
} from './late-joining.js';

const cell = (lot: string, tier: string, regions: readonly string[]) => ({ lot, tier, lotTitle: lot, regions });
const CELLS = [cell('GG', 'basic', ['KR-41']), cell('GG', 'fibre', ['KR-41']), cell('SE', 'basic', ['KR-11', 'KR-28'])];

const FRAME = { lots: ['GG', 'SE'], tiers: ['basic', 'fibre'], termMonths: 24, priceCaps: {} };

/** Tariffs whose prices fall, or stay, from band to band. */
const tariffs: fc.Arbitrary<Tariff> = fc
  .record({
    froms: fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }),
    falls: fc.array(fc.tuple(fc.bigInt(0n, 3n), fc.bigInt(0n, 3n), fc.bigInt(0n, 3n)), { minLength: 6, maxLength: 6 }),
    surcharge: fc.bigInt(0n, 5n),
  })
  .map(({ froms, falls, surcharge }) => ({
    bands: froms
      .toSorted((a, b) => a - b)
      .map((from, band) => {
        const fallen = (which: 0 | 1 | 2) => falls.slice(0, band).reduce((sum, fall) => sum + fall[which], 0n);
        return {
          from,
          monthly: { basic: 30n - fallen(0), fibre: 40n - fallen(1) },
          lotMonthly: { GG: { fibre: 35n - fallen(2) } },
        };
      }),
    lots: { GG: { surcharge, setup: 7n }, SE: {} },
  }));

const present = fc
  .array(fc.integer({ min: 0, max: 30 }), { minLength: 3, maxLength: 3 })
  .map((lines): ClassLines[] => CELLS.map(({ lot, tier }, at) => ({ lot, tier, lines: lines[at] ?? 0 })));

const terms = fc.tuple(tariffs, fc.nat(100)).map(([tariff, band]): JoinableTerms => ({
  tariff,
  cells: CELLS,
  settledBand: band % tariff.bands.length,
  heldLines: 0,
  elsewhere: [],
}));

describe('a line that joins later', () => {
  it('never raises anybody’s price, and pays what all of its class pay', () => {
    fc.assert(
      fc.property(terms, present, fc.integer({ min: 1, max: 40 }), (agreement, lines, more) => {
        expect(tariffFaults(agreement.tariff, FRAME)).toEqual([]);
        const before = linesOf(lines);
        for (const each of CELLS) {
          const [without, alone, all] = [before, before + 1, before + more].map((n) => latePrice(agreement, n, each));
          expect((alone?.monthly ?? 0n) <= (without?.monthly ?? 0n)).toBe(true);
          expect((all?.monthly ?? 0n) <= (alone?.monthly ?? 0n)).toBe(true);
          expect(all?.band).toBeGreaterThanOrEqual(agreement.settledBand);
          expect(all?.band).toBeGreaterThanOrEqual(bandReached(agreement.tariff, before + more) ?? 0);
        }
        expect(saving(agreement, lines, more) >= 0n).toBe(true);
        expect(saving(agreement, lines, more) >= saving(agreement, lines, 1)).toBe(true);
      }),
    );
  });

  it('is told how many are missing to the next band, and reaches it with exactly these', () => {
    fc.assert(
      fc.property(terms, fc.integer({ min: 0, max: 80 }), (agreement, lines) => {
        const next = nextBand(agreement, lines);
        const best = agreement.tariff.bands.length - 1;
        const [each] = CELLS;
        if (!each) return;
        if (next === null) return expect(latePrice(agreement, lines, each).band).toBe(best);
        expect(next.missing).toBeGreaterThan(0);
        expect(latePrice(agreement, lines + next.missing, each).band).toBe(next.band);
        expect(latePrice(agreement, lines + next.missing - 1, each).band).toBe(next.band - 1);
      }),
    );
  });

  it('is of a region and a service tier of the agreement', () => {
    expect(classOf({ cells: CELLS }, { region: 'KR-28', tier: 'basic', quantity: 1 })).toMatchObject({ lot: 'SE' });
    expect(classOf({ cells: CELLS }, { region: 'KR-11', tier: 'fibre', quantity: 1 })).toEqual({
      path: 'tier',
      reason: 'must be a service tier that the agreement serves there: basic',
    });
    expect(classOf({ cells: CELLS }, { region: 'KR-99', tier: 'basic', quantity: 1 })).toEqual({
      path: 'region',
      reason: 'must be a region of the agreement: KR-11, KR-28, KR-41',
    });
  });

  it('takes of the narrowest of the provider’s capacities', () => {
    const bands = [{ from: 1, monthly: { basic: 1n, fibre: 1n } }];
    const lines: ClassLines[] = [
      { lot: 'GG', tier: 'basic', lines: 4 },
      { lot: 'GG', tier: 'fibre', lines: 3 },
      { lot: 'SE', tier: 'basic', lines: 2 },
    ];
    const left = (tariff: Omit<Tariff, 'bands'>, heldLines = 0, elsewhere: ClassLines[] = []) =>
      capacityLeft({ tariff: { bands, ...tariff }, heldLines, elsewhere }, lines, { lot: 'GG', tier: 'basic' });
    expect(left({ lots: { GG: {} } })).toBeNull();
    expect(left({ lots: { GG: {} }, capacity: 12 })).toBe(3);
    expect(left({ lots: { GG: { capacity: 8 } }, capacity: 12 })).toBe(1);
    const joint = (lots: readonly string[]) =>
      left({ lots: { GG: {}, SE: {} }, partners: { A: { lots, capacity: 11 } } });
    expect([joint(['GG']), joint(['GG', 'SE']), joint(['SE'])]).toEqual([4, 2, null]);
    expect(left({ lots: { GG: { capacity: 8, tiers: { basic: { capacity: 4 }, fibre: { capacity: 3 } } } } })).toBe(0);
    expect(left({ lots: { GG: { capacity: 5 } } })).toBe(0);
    // Of 20 lines and 9 in the lot, another agreement has 6 and 1; this one's tariff was lowered by 5 when it was drafted.
    const elsewhere = [
      { lot: 'GG', tier: 'basic', lines: 1 },
      { lot: 'SE', tier: 'basic', lines: 5 },
    ];
    expect(left({ lots: { GG: {} }, capacity: 15 }, 5, elsewhere)).toBe(5);
    expect(left({ lots: { GG: { capacity: 9 } }, capacity: 15 }, 5, elsewhere)).toBe(1);
  });
});

describe('late joining', () => {
  it('leaves six months of the first lines’ term', () => {
    expect(lastJoiningDay('2030-03-31', 24)).toBe('2031-09-30');
    const why = (until: string, months = 24) => whyNotOpenUntil('2030-03-31', months, until)?.code ?? null;
    expect([why('2030-03-31'), why('2031-09-30')]).toEqual([null, null]);
    expect([why('2031-10-01'), why('2030-03-30'), why('2030-04-01', 5)]).toEqual(
      Array.from({ length: 3 }, () => 'late-joining.until'),
    );
    expect(whyNotOpenUntil(null, 24, '2030-04-01')?.code).toBe('late-joining.not-settled');
  });

  it('is open until the end of its last day', () => {
    expect(whyNotJoinNow('2030-04-01', '2030-04-01')).toBeNull();
    expect(whyNotJoinNow('2030-04-01', '2030-04-02')?.message).toContain('until 2030-04-01');
    expect(whyNotJoinNow(null, '2030-04-02')?.code).toBe('late-joining.closed');
  });
});
