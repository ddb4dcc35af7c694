import fc from 'fast-check';
import { readProblem } from '../../allocation/rules/parse-problem.js';
import { LIMITS } from '../../allocation/rules/problem.js';
import type { BidTariff, Tariff } from '../../pricing/rules/tariff.js';
import { MAX_CELLS, MAX_LOTS } from '../../tenders/rules/lot-faults.js';
import { sealedBidFaults, type SealedTerms } from './alternatives.js';
import { bidFaults } from './bid-faults.js';
import { bidLimits } from './bid-limits.js';
import { MAX_ALTERNATIVES, MOST_BIDDERS, roomFor } from './room.js';
import { wholeProblem } from './whole-problem.js';

const named = (letter: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${letter}${n}`);
const tenderOf = (lots: number, tiers: number) => ({ lots: named('L', lots), tiers: named('T', tiers) });

/** A tender with lines in each of its tiers of lots. */
function termsOf(lots: number, tiers: number): SealedTerms {
  return { ...tenderOf(lots, tiers), termMonths: 36, priceCaps: {}, totalLines: 10 * lots * tiers, format: 'sealed' };
}

/** A tariff for everything, as dear as it may be. */
function dearest(terms: SealedTerms, bands: number): Tariff {
  const { lineMonthly, activation } = bidLimits(terms);
  return {
    bands: Array.from({ length: bands }, (_, n) => ({
      from: n + 1,
      monthly: Object.fromEntries(terms.tiers.map((tier) => [tier, lineMonthly])),
    })),
    lots: Object.fromEntries(terms.lots.map((lot) => [lot, {}])),
    activation,
  };
}

/** What the winner determination says to a problem of so many bidders that all bid the same. */
function faultsOf(terms: SealedTerms, bidders: number, tariff: BidTariff): unknown {
  const demand = Object.fromEntries(terms.tiers.map((tier) => [tier, { firm: 10, interest: 0 }]));
  const tender = {
    currency: 'KRW',
    termMonths: terms.termMonths,
    lots: terms.lots.map((code) => ({ code, demand })),
    awardRule: 'lot' as const,
    minWinners: null,
    maxWinners: null,
    maxShareBp: null,
    winnerGroups: [],
    budgetMinor: null,
    maxCostShareBp: null,
  };
  const receivedAt = new Date('2030-01-01T00:00:00Z');
  const bids = named('b', bidders).map((bidId) => ({ bidId, providerId: `of ${bidId}`, receivedAt, tariff }));
  const reading = readProblem(wholeProblem(tender, bids));
  return reading.ok ? [] : reading.faults;
}

describe('the room of a tender', () => {
  it('holds as many tariffs, and as many bands, as the winner determination takes, whatever its size', () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: LIMITS.lots }), fc.integer({ min: 1, max: 50 }));
    fc.assert(
      fc.property(sizes, ([lots, tiers]) => {
        const { bidders, bands } = roomFor(tenderOf(lots, tiers));
        const cells = Math.min(LIMITS.cells, lots * tiers);
        expect(bidders * (1 + MAX_ALTERNATIVES)).toBeLessThanOrEqual(LIMITS.bids);
        expect(bidders * bands * cells).toBeLessThanOrEqual(LIMITS.prices);
        expect(bidders).toBeGreaterThanOrEqual(50);
        expect(bands).toBeGreaterThanOrEqual(4);
      }),
    );
  });

  it.each([
    [20, 10, { bidders: 1_000, bands: 20 }],
    [201, 1, { bidders: 995, bands: 20 }],
    [800, 5, { bidders: 50, bands: 20 }],
    [5_000, 4, { bidders: 50, bands: 4 }],
  ])('of %d lots and %d tiers is as the README says', (lots, tiers, room) => {
    expect(roomFor(tenderOf(lots, tiers))).toEqual(room);
  });

  it('is reckoned for lots and tiers as a tender may have them', () => {
    expect([MAX_LOTS, MAX_CELLS]).toEqual([LIMITS.lots, LIMITS.cells]);
  });

  it('is enough for every bidder with four alternatives, each as dear and in as many bands as it may be', () => {
    const terms = termsOf(20, 2);
    const tariff = dearest(terms, 4);
    const others = named('a', MAX_ALTERNATIVES).map((at, n) => [at, { ...tariff, capacity: 9_000 + n }]);
    const bid: BidTariff = { ...tariff, alternatives: Object.fromEntries(others) };
    expect(sealedBidFaults(bid, terms)).toEqual([]);
    expect(MOST_BIDDERS).toBe(1_000);
    expect(faultsOf(terms, MOST_BIDDERS, bid)).toEqual([]);
    expect(faultsOf(terms, MOST_BIDDERS + 1, bid)).toMatchObject([{ path: 'bids' }]);
  });

  it('has fewer bands for each in a large tender, which a bid with more is told', () => {
    const terms = termsOf(2_500, 4);
    const { bands } = roomFor(terms);
    expect(bands).toBe(8);
    const reason = 'There are 9 bands; in a tender with so many lots and tiers give at most 8.';
    expect(bidFaults(dearest(terms, bands + 1), terms)).toEqual([{ path: 'bands', reason }]);
    const [four, five] = [dearest(terms, 4), dearest(terms, 5)];
    expect(sealedBidFaults({ ...four, alternatives: { other: { ...four, capacity: 9 } } }, terms)).toEqual([]);
    expect(sealedBidFaults({ ...four, alternatives: { other: five } }, terms)).toEqual([
      { path: 'alternatives', reason: 'The tariff and its alternatives have 9 bands; give at most 8 altogether.' },
    ]);
  });
});
