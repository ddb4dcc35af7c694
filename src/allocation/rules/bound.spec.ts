import fc from 'fast-check';
import { optionAt, priced } from './allocation.js';
import { ascend, cheapestPrices } from './ascent.js';
import { Bounds } from './bound.js';
import { type Market, marketOf } from './market.js';
import type { Prices } from './prices.js';
import type { Problem, ProblemBid } from './problem.js';
import { NONE, wholeRegion } from './region.js';
import { cases } from '../../../test/support/cases.js';

const LOTS = 5;

function problemOf(
  demand: readonly number[],
  bids: readonly Pick<ProblemBid, 'bands' | 'lots' | 'partners'>[],
): Problem {
  return {
    currency: 'USD',
    termMonths: 1,
    lots: demand.map((lines, l) => ({ id: `L${l}`, demand: { basic: lines } })),
    bids: bids.map((bid, i) => ({
      id: `b${i}`,
      provider: `p${i}`,
      receivedAt: `2026-03-01T10:00:0${i}Z`,
      ...bid,
    })),
    rules: { award: 'lot' },
  };
}

/** Three bids of three bands for five lots, the higher ones far cheaper. */
const problems = fc
  .record({
    demand: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: LOTS, maxLength: LOTS }),
    bids: fc.array(
      fc.record({
        prices: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: LOTS, maxLength: LOTS }),
        steps: fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 12 })),
        capacity: fc.integer({ min: 6, max: 45 }),
        activation: fc.integer({ min: 0, max: 20 }),
        partner: fc.option(
          fc.record({ lots: fc.integer({ min: 1, max: LOTS }), most: fc.integer({ min: 1, max: 20 }) }),
        ),
      }),
      { minLength: 3, maxLength: 3 },
    ),
    maxWinners: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ demand, bids, maxWinners }): Problem => {
    const offers = bids.map(({ prices, steps: [first, second], capacity, activation, partner }) => ({
      bands: [1, 1 + first, 1 + first + second].map((from, b) => ({ from, monthly: { basic: 20n - 6n * BigInt(b) } })),
      lots: Object.fromEntries(prices.map((price, l) => [`L${l}`, { surcharge: BigInt(price) }])),
      capacity,
      activation: BigInt(activation),
      ...(partner && {
        partners: { one: { lots: prices.slice(0, partner.lots).map((_, l) => `L${l}`), capacity: partner.most } },
      }),
    }));
    const problem = problemOf(demand, offers);
    return { ...problem, rules: { ...problem.rules, maxWinners } };
  });

const anyPrices = fc.array(fc.double({ min: -50, max: 300, noNaN: true }), { minLength: LOTS, maxLength: LOTS });

/** The cost of every allocation, with the owner of each lot. */
function everyAllocation(market: Market): { readonly cost: number; readonly owners: readonly number[] }[] {
  return Array.from({ length: 3 ** LOTS }, (_, n) => {
    const owners = market.units.map((_unit, u) => Math.floor(n / 3 ** u) % 3);
    const allocation = market.bids.map(() => new Map<number, number>());
    owners.forEach((owner, u) => allocation[owner]?.set(u, 1));
    return { cost: priced(market, allocation)?.cost ?? Infinity, owners };
  }).filter(({ cost }) => cost < Infinity);
}

function expectBelowAll(market: Market, prices: Prices): void {
  const bound = new Bounds(market).of(wholeRegion(market), prices, true);
  const above: string[] = [];
  const claim = (what: string, least: number | undefined, cost: number) =>
    !((least ?? Infinity) <= cost) && above.push(`${what}: ${least} is more than ${cost}`);
  for (const { cost, owners } of everyAllocation(market)) {
    claim('all', bound?.cost, cost);
    market.bids.forEach((_, i) => {
      const lines = owners.reduce((sum, owner, u) => sum + (owner === i ? (market.units[u]?.weight ?? 0) : 0), 0);
      const option = lines === 0 ? NONE : optionAt(market, i, lines);
      if (option === NONE) claim(`without ${i}`, bound?.withoutBid[i], cost);
      else claim(`option ${option}`, bound?.withOption[option], cost);
    });
    owners.forEach((owner, u) => claim(`${owner} with ${u}`, bound?.withUnit?.[owner * market.units.length + u], cost));
  }
  expect(above).toEqual([]);
}

describe('the lower bound', () => {
  it('is above no allocation, nor for the part with its bands, lots and losers, at any prices', () => {
    fc.assert(
      fc.property(problems, anyPrices, (problem, unit) => {
        const market = marketOf(problem);
        expectBelowAll(market, new Bounds(market).pricesOf(Float64Array.from(unit), new Float64Array(3)));
      }),
      { numRuns: cases(300) },
    );
  });

  it('of a unit barred to a bid is that of the region in which it is forbidden', () => {
    fc.assert(
      fc.property(problems, anyPrices, (problem, unit) => {
        const market = marketOf(problem);
        const bounds = new Bounds(market);
        const prices = bounds.pricesOf(Float64Array.from(unit), new Float64Array(3));
        const barred = market.bids.flatMap((_, bid) => market.units.map((_unit, u) => ({ bid, unit: u })));
        const one = barred.map((each) => {
          const region = wholeRegion({ ...market, barred: [each] });
          return bounds.of(region, prices, false)?.cost;
        });
        expect(bounds.barring(wholeRegion(market), prices, barred)).toEqual(one);
      }),
      { numRuns: 100 },
    );
  });

  it('is above no allocation at the prices that an ascent leads to', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const market = marketOf(problem);
        const bounds = new Bounds(market);
        const least = everyAllocation(market).reduce((best, { cost }) => Math.min(best, cost), Infinity);
        if (least === Infinity) return;
        const start = cheapestPrices(market, bounds);
        const visit = () => true;
        const { prices } = ascend(market, bounds, wholeRegion(market), start, 60, () => least, visit);
        expectBelowAll(market, prices);
      }),
      { numRuns: cases(100) },
    );
  });

  it('has a bid that must win pay for a whole lot, not for the fewest lines of its band', () => {
    const offer = { bands: [{ from: 1, monthly: { basic: 30n } }], lots: { L0: {}, L1: {} } };
    const market = marketOf(problemOf([10, 20], [offer, offer]));
    const bounds = new Bounds(market);
    const region = wholeRegion(market);
    region.must[0] = 1;
    // A line costs 20 more than it is worth at these prices, and the smaller lot has ten.
    const prices = bounds.pricesOf(Float64Array.from([100, 200]), new Float64Array(2));
    expect(bounds.of(region, prices, false)?.cost).toBeGreaterThanOrEqual(300 + 200 - 1);
  });

  it('takes any lot for the one that such a bid wins, also where a limit leaves nothing of it', () => {
    const bands = [{ from: 2, monthly: { basic: 30n } }];
    const dear = { bands: [{ from: 1, monthly: { basic: 100n } }], lots: { L0: {}, L1: {}, L2: {} } };
    // Its partner serves four lines: of L1, which loses least by the line, or the two others, and L1 has five.
    const joint = {
      bands,
      lots: { L0: { surcharge: 20n }, L1: {}, L2: { surcharge: 20n } },
      partners: { one: { lots: ['L0', 'L1', 'L2'], capacity: 4 } },
    };
    const market = marketOf(problemOf([1, 5, 1], [joint, dear]));
    const bounds = new Bounds(market);
    const region = wholeRegion(market);
    region.must[0] = 1;
    const prices = bounds.pricesOf(Float64Array.from([0, 0, 0]), new Float64Array(2));
    // L0 and L2 are won for 50 each.
    expect(bounds.of(region, prices, false)?.cost).toBeLessThanOrEqual(100);
  });

  it('does not let bids reach parts of bands that cannot be reached together', () => {
    // Each gets its discount for both lots only, and costs 100 more than the other in one of them.
    const offer = (dear: string) => ({
      bands: [
        { from: 1, monthly: { basic: 100n } },
        { from: 20, monthly: { basic: 50n } },
      ],
      lots: { L0: { surcharge: dear === 'L0' ? 10n : 0n }, L1: { surcharge: dear === 'L1' ? 10n : 0n } },
    });
    const market = marketOf(problemOf([10, 10], [offer('L0'), offer('L1')]));
    const bounds = new Bounds(market);
    const prices = bounds.pricesOf(Float64Array.from([600, 600]), new Float64Array(2));
    // Either gains 100 at these prices; both together would bring the bound down to 1,000.
    expect(bounds.of(wholeRegion(market), prices, false)?.cost).toBe(1_100);
  });
});
