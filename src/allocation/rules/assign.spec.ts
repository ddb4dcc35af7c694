import fc from 'fast-check';
import { priced } from './allocation.js';
import { assign } from './assign.js';
import { Bounds } from './bound.js';
import { type Market, marketOf } from './market.js';
import type { Prices } from './prices.js';
import type { Problem } from './problem.js';
import { wholeRegion } from './region.js';
import { cases } from '../../../test/support/cases.js';

const LOTS = 5;

/** Three bids of one band for five lots, each with a minimum and a capacity. */
const problems = fc
  .record({
    demand: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: LOTS, maxLength: LOTS }),
    bids: fc.array(
      fc.record({
        prices: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: LOTS, maxLength: LOTS }),
        minimum: fc.integer({ min: 1, max: 6 }),
        capacity: fc.integer({ min: 6, max: 40 }),
        activation: fc.integer({ min: 0, max: 5 }),
      }),
      { minLength: 3, maxLength: 3 },
    ),
  })
  .map(({ demand, bids }): Problem => {
    return {
      currency: 'USD',
      termMonths: 1,
      lots: demand.map((lines, l) => ({ id: `L${l}`, demand: { basic: lines } })),
      bids: bids.map(({ prices, minimum, capacity, activation }, i) => ({
        id: `b${i}`,
        provider: `p${i}`,
        receivedAt: `2026-03-01T10:00:0${i}Z`,
        bands: [{ from: 1, monthly: { basic: 10n } }],
        lots: Object.fromEntries(prices.map((price, l) => [`L${l}`, { surcharge: BigInt(price) }])),
        minimumLines: minimum,
        capacity,
        activation: BigInt(activation),
      })),
      rules: { award: 'lot' },
    };
  });

const anyPrices = fc.array(fc.double({ min: -200, max: 400, noNaN: true }), { minLength: LOTS, maxLength: LOTS });

/** All bids win, each in its only band. */
function decided(market: Market): Int32Array {
  return Int32Array.from(market.bids, ({ options }) => options[0] ?? -1);
}

/** What assigning offers, as costs in the order of the offers. */
function assigned(market: Market, prices: Prices, lines: readonly number[], most: number, steps = 1e6) {
  const costs: number[] = [];
  let limit = most;
  const { complete } = assign(market, wholeRegion(market), decided(market), prices, Float64Array.from(lines), {
    limit: () => limit,
    offer: (allocation) => {
      const cost = priced(market, allocation)?.cost ?? Infinity;
      costs.push(cost);
      limit = Math.min(limit, cost);
    },
    steps,
  });
  return { costs, complete };
}

/** Costs of all allocations in which every bid wins, ascending. */
function everyCost(market: Market): number[] {
  const costs: number[] = [];
  for (let n = 0; n < 3 ** LOTS; n += 1) {
    const allocation = market.bids.map(() => new Map<number, number>());
    for (let u = 0; u < LOTS; u += 1) allocation[Math.floor(n / 3 ** u) % 3]?.set(u, 1);
    if (allocation.some((won) => won.size === 0)) continue;
    const found = priced(market, allocation);
    if (found) costs.push(found.cost);
  }
  return costs.sort((a, b) => a - b);
}

/** Any price of a line of each bid, in parts of a minor unit. */
const anyLines = fc.array(fc.integer({ min: -1e9, max: 1e9 }), { minLength: 3, maxLength: 3 });

describe('assigning whole units to decided bands', () => {
  it('finds every allocation of the lowest cost, at any prices', () => {
    fc.assert(
      fc.property(problems, anyPrices, anyLines, (problem, unit, lines) => {
        const market = marketOf(problem);
        if (decided(market).includes(-1)) return;
        const prices = new Bounds(market).pricesOf(Float64Array.from(unit), new Float64Array(3));
        const { costs, complete } = assigned(market, prices, lines, Infinity);
        const every = everyCost(market);
        expect(complete).toBe(true);
        expect(costs.filter((cost) => cost === every[0])).toEqual(every.filter((cost) => cost === every[0]));
      }),
      { numRuns: cases(300) },
    );
  });

  it('offers nothing above the limit, and what costs just as much', () => {
    fc.assert(
      fc.property(problems, anyPrices, anyLines, (problem, unit, lines) => {
        const market = marketOf(problem);
        const [cheapest] = everyCost(market);
        if (decided(market).includes(-1) || cheapest === undefined) return;
        const prices = new Bounds(market).pricesOf(Float64Array.from(unit), new Float64Array(3));
        expect(assigned(market, prices, lines, cheapest - 1)).toEqual({ costs: [], complete: true });
        expect(assigned(market, prices, lines, cheapest).costs).toContain(cheapest);
      }),
      { numRuns: cases(200) },
    );
  });

  it('says when it gave up', () => {
    const [problem] = fc.sample(problems, { numRuns: 1, seed: 1 });
    if (!problem) throw new Error('there is no problem');
    const market = marketOf({ ...problem, bids: problem.bids.map((bid) => ({ ...bid, capacity: 40 })) });
    const prices = new Bounds(market).pricesOf(new Float64Array(LOTS), new Float64Array(3));
    expect(assigned(market, prices, [0, 0, 0], Infinity, 3)).toEqual({ costs: [], complete: false });
  });
});
