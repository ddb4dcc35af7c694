import fc from 'fast-check';
import type { Minor } from '../../kernel/money.js';
import { bandReached, leastLines, lineMonthly } from './band.js';
import { offerPrices, ratchet, settleVolume, type Acceptors, type Settlement } from './collective-price.js';
import { tariffFaults } from './tariff-faults.js';
import type { Tariff, TariffLot } from './tariff.js';
import { cases } from '../../../test/support/cases.js';

const LOTS = ['GG', 'SE'];
const TIERS = ['basic', 'fibre'];

const optional = <T>(arb: fc.Arbitrary<T>) => fc.option(arb, { nil: undefined });

/** Faultless tariffs with few lines and few prices, so that limits, bands and capacities meet often. */
const tariffs = (capped: boolean): fc.Arbitrary<Tariff> => {
  const capacity = capped ? optional(fc.integer({ min: 1, max: 25 })) : fc.constant(undefined);
  const falls = fc.array(fc.bigInt(0n, 2n), { minLength: 5, maxLength: 5 });
  return fc
    .record({
      froms: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 4 }),
      falls: fc.record({ basic: falls, fibre: falls, own: falls }),
      override: fc.boolean(),
      surcharge: fc.bigInt(0n, 2n),
      lotCapacity: capacity,
      tierCapacity: capacity,
      covered: fc.constantFrom(['GG'], ['GG', 'SE']),
      capacity,
      partner: capacity,
      joint: fc.constantFrom(['GG'], ['GG', 'SE']),
      minimumLines: optional(fc.integer({ min: 0, max: 20 })),
    })
    .map((r): Tariff => {
      const price = (start: bigint, fall: readonly bigint[], band: number) =>
        fall.slice(0, band).reduce((p, f) => p - f, start);
      const bands = r.froms
        .toSorted((a, b) => a - b)
        .map((from, band) => ({
          from,
          monthly: { basic: price(11n, r.falls.basic, band), fibre: price(12n, r.falls.fibre, band) },
          ...(r.override ? { lotMonthly: { GG: { fibre: price(10n, r.falls.own, band) } } } : {}),
        }));
      const place: TariffLot = {
        surcharge: r.surcharge,
        ...(r.lotCapacity === undefined ? {} : { capacity: r.lotCapacity }),
        ...(r.tierCapacity === undefined ? {} : { tiers: { basic: { capacity: r.tierCapacity } } }),
      };
      return {
        bands,
        lots: Object.fromEntries(r.covered.map((lot) => [lot, lot === 'GG' ? place : {}])),
        ...(r.capacity === undefined ? {} : { capacity: r.capacity }),
        ...(r.minimumLines === undefined ? {} : { minimumLines: r.minimumLines }),
        ...(r.partner === undefined ? {} : { partners: { Hanmi: { lots: r.joint, capacity: r.partner } } }),
      };
    });
};

const acceptor: fc.Arbitrary<Acceptors> = fc.record({
  lot: fc.constantFrom(...LOTS),
  tier: fc.constantFrom(...TIERS),
  limit: fc.option(fc.bigInt(2n, 15n), { nil: null }),
  lines: fc.integer({ min: 0, max: 9 }),
});
const acceptors = fc.array(acceptor, { maxLength: 10 });

const accepts = (a: Acceptors, price: Minor | null) => price !== null && (a.limit === null || a.limit >= price);

/** The lines that take the price of volume n, counted one by one, within every capacity. */
function servedAt(tariff: Tariff, lines: readonly Acceptors[], n: number): number {
  const band = bandReached(tariff, n);
  if (band === null) return 0;
  const byLot = Object.entries(tariff.lots).map(([lot, place]): [string, number] => {
    const inLot = TIERS.reduce((count, tier) => {
      const price = lineMonthly(tariff, band, lot, tier);
      const takers = lines.filter((a) => a.lot === lot && a.tier === tier && accepts(a, price)).length;
      return count + Math.min(takers, place.tiers?.[tier]?.capacity ?? Infinity);
    }, 0);
    return [lot, Math.min(inLot, place.capacity ?? Infinity)];
  });
  const hanmi = tariff.partners?.['Hanmi'] ?? { lots: [], capacity: 0 };
  const linesOf = (joint: boolean) =>
    byLot.reduce((sum, [lot, some]) => (hanmi.lots.includes(lot) === joint ? sum + some : sum), 0);
  return Math.min(linesOf(false) + Math.min(linesOf(true), hanmi.capacity), tariff.capacity ?? Infinity);
}

/** The definition itself: try every n, keep the largest that enough lines take at its own price. */
function bruteForce(tariff: Tariff, all: readonly Acceptors[]): { band: number; volume: number } | null {
  const lines = all.flatMap((a) => Array.from({ length: a.lines }, () => a));
  for (let n = lines.length; n >= leastLines(tariff); n -= 1) {
    const band = bandReached(tariff, n);
    if (band !== null && servedAt(tariff, lines, n) >= n) return { band, volume: n };
  }
  return null;
}

const short = (s: Settlement | null) => s && { band: s.band, volume: s.volume };

describe('settled volume', () => {
  const tariff: Tariff = {
    bands: [
      { from: 1, monthly: { fibre: 40n } },
      { from: 10, monthly: { fibre: 30n } },
      { from: 20, monthly: { fibre: 20n } },
    ],
    lots: { GG: {} },
  };
  const line = (limit: Minor | null, lines: number): Acceptors => ({ lot: 'GG', tier: 'fibre', limit, lines });

  it('lets a low price draw in the lines that make it possible', () => {
    expect(settleVolume(tariff, [line(40n, 5), line(30n, 5), line(20n, 10)])).toEqual({
      band: 2,
      volume: 20,
      byClass: [{ lot: 'GG', tier: 'fibre', monthly: 20n, accepting: 20, served: 20 }],
    });
    expect(short(settleVolume(tariff, [line(40n, 5), line(30n, 5), line(20n, 9)]))).toEqual({ band: 1, volume: 10 });
  });

  it('settles nothing below the least volume, and nothing in a lot or tier that is not offered', () => {
    expect(settleVolume({ ...tariff, minimumLines: 11 }, [line(30n, 10)])).toBeNull();
    expect(
      settleVolume(tariff, [
        { ...line(null, 50), lot: 'SE' },
        { ...line(null, 50), tier: 'constructor' },
      ]),
    ).toBeNull();
    expect(settleVolume(tariff, [])).toBeNull();
  });

  it('shares a short capacity evenly over the classes', () => {
    const place: Tariff = { ...tariff, lots: { GG: {}, SE: {} }, capacity: 12 };
    const settled = settleVolume(place, [{ ...line(null, 10), lot: 'SE' }, line(null, 20)]);
    expect(settled?.byClass.map((c) => [c.lot, c.accepting, c.served])).toEqual([
      ['GG', 20, 8],
      ['SE', 10, 4],
    ]);
  });

  it('shares what a partner can serve over the classes of its lots, and none of the others', () => {
    const partners = { Hanmi: { lots: ['GG', 'SE'], capacity: 12 } };
    const place: Tariff = { ...tariff, lots: { BS: {}, GG: {}, SE: {}, TG: {} }, partners };
    const lots = ['TG', 'SE', 'BS'].map((lot) => ({ ...line(null, 10), lot }));
    const settled = settleVolume(place, [...lots, line(null, 20)]);
    expect(settled?.byClass.map((c) => [c.lot, c.accepting, c.served])).toEqual([
      ['BS', 10, 10],
      ['GG', 20, 8],
      ['SE', 10, 4],
      ['TG', 10, 10],
    ]);
    expect(settled?.volume).toBe(32);
  });

  it('needs no work per line', () => {
    const limits = Array.from({ length: 2000 }, (_, index) => line(BigInt(10 + (index % 40)), 1_000_000 - index));
    expect(settleVolume(tariff, limits)?.band).toBe(2);
  });

  it.each([false, true])('is the largest n that n lines accept the price of (with capacities: %p)', (capped) => {
    fc.assert(
      fc.property(tariffs(capped), acceptors, (t, all) => {
        expect(short(settleVolume(t, all))).toEqual(bruteForce(t, all));
      }),
      { numRuns: cases(1000) },
    );
  });

  it('is tried on tariffs that may be bid', () => {
    fc.assert(
      fc.property(tariffs(false), (t) => {
        expect(tariffFaults(t, { lots: LOTS, tiers: TIERS, termMonths: 24, priceCaps: {} })).toEqual([]);
      }),
    );
  });

  it('keeps everybody within limit, class and capacity', () => {
    fc.assert(
      fc.property(tariffs(true), acceptors, (t, all) => {
        const settled = settleVolume(t, all);
        fc.pre(settled !== null);
        for (const c of settled.byClass) {
          const place = t.lots[c.lot];
          const inLot = settled.byClass.filter((o) => o.lot === c.lot).reduce((n, o) => n + o.served, 0);
          const takers = all.filter((a) => a.lot === c.lot && a.tier === c.tier && accepts(a, c.monthly));
          expect(c.monthly).toBe(lineMonthly(t, settled.band, c.lot, c.tier));
          expect(c.accepting).toBe(takers.reduce((n, a) => n + a.lines, 0));
          expect(c.served).toBeLessThanOrEqual(Math.min(c.accepting, place?.tiers?.[c.tier]?.capacity ?? Infinity));
          expect(inLot).toBeLessThanOrEqual(place?.capacity ?? Infinity);
        }
        expect(settled.volume).toBe(settled.byClass.reduce((n, c) => n + c.served, 0));
        expect(settled.volume).toBeLessThanOrEqual(t.capacity ?? Infinity);
      }),
    );
  });

  it('does not depend on who came first, nor on how the lines are grouped', () => {
    const shuffled = acceptors.chain((all) => {
      const single = all.flatMap((a) => Array.from({ length: a.lines }, () => ({ ...a, lines: 1 })));
      return fc.tuple(fc.constant(all), fc.shuffledSubarray(single, { minLength: single.length }));
    });
    fc.assert(
      fc.property(tariffs(true), shuffled, (t, [all, oneByOne]) => {
        expect(settleVolume(t, oneByOne)).toEqual(settleVolume(t, all));
      }),
    );
  });

  it('never gets dearer when lines are added or limits are raised', () => {
    const raise = fc.array(fc.option(fc.bigInt(0n, 5n), { nil: null }), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(tariffs(true), acceptors, acceptors, raise, (t, all, others, raises) => {
        const before = settleVolume(t, all);
        fc.pre(before !== null);
        const raised = all.map((a, index): Acceptors => {
          const by = raises[index];
          return { ...a, limit: a.limit === null || by === null || by === undefined ? null : a.limit + by };
        });
        for (const after of [settleVolume(t, [...others, ...all]), settleVolume(t, raised)]) {
          expect(after).not.toBeNull();
          expect(after?.band).toBeGreaterThanOrEqual(before.band);
          expect(after?.volume).toBeGreaterThanOrEqual(before.volume);
        }
      }),
      { numRuns: cases(500) },
    );
  });
});

describe('offer prices', () => {
  const tariff: Tariff = {
    bands: [
      { from: 1, monthly: { fibre: 40n } },
      { from: 10, monthly: { fibre: 30n } },
      { from: 20, monthly: { fibre: 20n } },
    ],
    lots: { GG: {} },
    minimumLines: 12,
  };
  const line = (limit: Minor | null, lines: number): Acceptors => ({ lot: 'GG', tier: 'fibre', limit, lines });

  it('binds to what the firm lines settle, and hopes for everybody', () => {
    const firm = [line(35n, 12)];
    expect(offerPrices(tariff, firm, [...firm, line(null, 8)])).toEqual({
      atMostBand: 1,
      expectedBand: 2,
      certainVolume: 12,
      expectedVolume: 20,
    });
  });

  it('binds to the band of the least volume when the firm lines do not reach it', () => {
    expect(offerPrices(tariff, [line(35n, 3)], [line(35n, 3)])).toEqual({
      atMostBand: 1,
      expectedBand: 1,
      certainVolume: null,
      expectedVolume: null,
    });
  });

  /**
   * Firm lines at or above the at-most price accept by themselves, at that price. Everybody else does one of four
   * things: decline, accept the at-most price, accept up to a price of their own, or (firm, below it) stand by the
   * ceiling. Each leads to a limit; a line is offered in its own class.
   */
  it('holds whatever the others do: no line settles above its at-most price or its own limit', () => {
    const deeds = fc.array(fc.constantFrom('decline', 'accept', 'own limit'), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(
        tariffs(true),
        acceptors,
        acceptors,
        deeds,
        deeds,
        (t, firm, interest, firmDeeds, deedsOfInterest) => {
          const offer = offerPrices(t, firm, [...firm, ...interest]);
          const atMost = (a: Acceptors) => lineMonthly(t, offer.atMostBand, a.lot, a.tier);
          const decide = (a: Acceptors, deed: string | undefined): Acceptors[] => {
            if (deed === 'decline') return [];
            return [deed === 'accept' ? { ...a, limit: atMost(a) } : a];
          };
          const certain = (a: Acceptors) => accepts(a, atMost(a));
          const agreed = [
            ...firm.flatMap((a, i) => (certain(a) ? [{ ...a, limit: atMost(a) }] : decide(a, firmDeeds[i]))),
            ...interest.flatMap((a, i) => decide(a, deedsOfInterest[i])),
          ];
          const settled = settleVolume(t, agreed);
          if (offer.certainVolume !== null) {
            expect(settled?.volume).toBeGreaterThanOrEqual(offer.certainVolume);
          }
          expect(offer.expectedBand).toBeGreaterThanOrEqual(offer.atMostBand);
          fc.pre(settled !== null);
          expect(settled.volume).toBeGreaterThanOrEqual(leastLines(t));
          expect(settled.band).toBeGreaterThanOrEqual(offer.atMostBand);
          for (const c of settled.byClass) {
            expect(c.monthly <= (lineMonthly(t, offer.atMostBand, c.lot, c.tier) ?? 0n)).toBe(true);
            const payers = agreed.filter((a) => a.lot === c.lot && a.tier === c.tier && accepts(a, c.monthly));
            expect(payers.reduce((n, a) => n + a.lines, 0)).toBe(c.accepting);
          }
        },
      ),
      { numRuns: cases(1000) },
    );
  });

  it('is the expected band when everybody accepts', () => {
    fc.assert(
      fc.property(tariffs(false), acceptors, acceptors, (t, firm, interest) => {
        const all = [...firm, ...interest];
        const settled = settleVolume(t, all);
        fc.pre(settled !== null);
        const offer = offerPrices(t, firm, all);
        expect([offer.expectedBand, offer.expectedVolume]).toEqual([settled.band, settled.volume]);
      }),
    );
  });
});

describe('ratchet', () => {
  it('never goes back to a dearer band within the term', () => {
    expect(ratchet(null, null)).toBeNull();
    expect(ratchet(null, 2)).toBe(2);
    expect(ratchet(2, null)).toBe(2);
    expect(ratchet(2, 1)).toBe(2);
    expect(ratchet(1, 3)).toBe(3);
  });
});
