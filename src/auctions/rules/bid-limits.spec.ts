import fc from 'fast-check';
import { readProblem } from '../../allocation/rules/parse-problem.js';
import { LIMITS } from '../../allocation/rules/problem.js';
import type { Tariff } from '../../pricing/rules/tariff.js';
import { bidFaults, type BidTerms } from './bid-faults.js';
import { bidLimits } from './bid-limits.js';
import { MOST_BIDDERS } from './room.js';

const LOTS = ['L1', 'L2'];
const TIERS = ['basic', 'fast'];

/** What the winner determination says to these bids: its faults, none when it reckons with them. */
function refused(tariffs: readonly Tariff[], termMonths: number, demand: readonly number[]): unknown {
  const reading = readProblem({
    currency: 'KRW',
    termMonths,
    lots: LOTS.map((id, lot) => ({
      id,
      demand: Object.fromEntries(TIERS.map((tier, at) => [tier, demand[lot * TIERS.length + at] ?? 0])),
    })),
    bids: tariffs.map((tariff, at) => ({
      ...tariff,
      id: `b${at}`,
      provider: `p${at}`,
      receivedAt: '2030-01-01T00:00:00Z',
    })),
    rules: { award: 'shared' },
  });
  return reading.ok ? [] : reading.faults;
}

const termsOf = (termMonths: number, demand: readonly number[]): BidTerms => ({
  lots: LOTS,
  tiers: TIERS,
  termMonths,
  priceCaps: {},
  totalLines: demand.reduce((a, b) => a + b, 0),
});

describe('the largest amounts of a bid', () => {
  it('keep any bids that are taken within what can be reckoned with', () => {
    const setting = fc
      .record({
        termMonths: fc.integer({ min: 1, max: 120 }),
        demand: fc.array(fc.integer({ min: 1_000, max: 5_000_000 }), { minLength: 4, maxLength: 4 }),
      })
      .chain(({ termMonths, demand }) => {
        const { lineMonthly, activation } = bidLimits(termsOf(termMonths, demand));
        // At their most, price, surcharge and set-up together are the most of a line; one more of any may be too much.
        const upTo = (most: bigint, least = 0n) =>
          fc.oneof(fc.bigInt({ min: least, max: most + 1n }), fc.constantFrom(most, most + 1n));
        const price = upTo(lineMonthly - 2n * (lineMonthly / 4n), 1n);
        const place = fc.record({
          surcharge: upTo(lineMonthly / 4n),
          setup: upTo((lineMonthly / 4n) * BigInt(termMonths)),
        });
        const tariff = fc.record({
          bands: fc.tuple(
            fc.record({
              from: fc.constant(1),
              monthly: fc.record({ basic: price, fast: price }),
            }),
          ),
          lots: fc.oneof(fc.record({ L1: place }), fc.record({ L2: place }), fc.record({ L1: place, L2: place })),
          activation: upTo(activation),
        });
        return fc.record({
          termMonths: fc.constant(termMonths),
          demand: fc.constant(demand),
          tariffs: fc.array(tariff as fc.Arbitrary<Tariff>, { minLength: 1, maxLength: 12 }),
        });
      });
    let taken = 0;
    fc.assert(
      fc.property(setting, ({ termMonths, demand, tariffs }) => {
        const fine = tariffs.filter((tariff) => bidFaults(tariff, termsOf(termMonths, demand)).length === 0);
        taken += fine.length;
        expect(refused(fine, termMonths, demand)).toEqual([]);
      }),
    );
    expect(taken).toBeGreaterThan(100);
  });

  it('hold for as many bidders as there may be, each at its dearest', () => {
    const demand = [60_000, 30_000, 20_000, 10_000];
    const { lineMonthly, activation } = bidLimits(termsOf(36, demand));
    const dearest = (more: bigint): Tariff => ({
      bands: [{ from: 1, monthly: { basic: lineMonthly + more, fast: lineMonthly } }],
      lots: { L1: {}, L2: {} },
      activation,
    });
    const all = Array.from({ length: MOST_BIDDERS }, () => dearest(0n));
    expect(bidFaults(dearest(0n), termsOf(36, demand))).toEqual([]);
    expect(refused(all, 36, demand)).toEqual([]);
    expect(bidFaults(dearest(1n), termsOf(36, demand))).toEqual([
      {
        path: 'bands.0.monthly.basic',
        reason:
          'The price alone of a line of basic in band 0 is above the 173611111 minor units a month that a line can be ' +
          'reckoned with in this tender, within which surcharge and set-up must fit too; lower it.',
      },
    ]);
  });

  it.each<[string, Partial<Tariff>, bigint]>([
    [
      'bands.0.monthly.basic',
      { bands: [{ from: 1, monthly: { basic: LIMITS.amountMinor + 1n } }] },
      LIMITS.amountMinor,
    ],
    [
      'bands.0.lotMonthly.L1.basic',
      { bands: [{ from: 1, monthly: {}, lotMonthly: { L1: { basic: LIMITS.amountMinor + 1n } } }] },
      LIMITS.amountMinor,
    ],
    ['lots.L1.surcharge', { lots: { L1: { surcharge: LIMITS.amountMinor + 1n } } }, LIMITS.amountMinor],
    ['lots.L1.setup', { lots: { L1: { setup: LIMITS.amountMinor + 1n } } }, LIMITS.amountMinor],
    ['activation', { activation: 250_000_000_001n }, 250_000_000_000n],
  ])('are told at %s, with the amount and the limit', (path, part, most) => {
    const tariff: Tariff = { bands: [{ from: 1, monthly: { basic: 5n } }], lots: { L1: {} }, ...part };
    const reason = `${most + 1n} is above the largest amount, ${most} minor units; lower it.`;
    expect(bidFaults(tariff, termsOf(36, [1, 0, 0, 0]))).toEqual([{ path, reason }]);
  });
});
