import fc from 'fast-check';
import { Bounds } from '../../src/allocation/rules/bound.js';
import { decide } from '../../src/allocation/rules/decide.js';
import { Decided } from '../../src/allocation/rules/decided.js';
import { type Market, marketOf } from '../../src/allocation/rules/market.js';
import { keepOnly, wholeRegion } from '../../src/allocation/rules/region.js';
import { waysIn } from '../../src/allocation/rules/ways.js';
import { cases } from '../support/cases.js';
import { everyAllocation, type Owned } from './every-allocation.js';
import { startHighs } from './in-process.js';
import { largeProblem } from './large-problem.js';
import { smallProblems } from './small-problems.js';

/** The cheapest allocation of whole units in every choice of bands that holds one, by the bands. */
function cheapestByWay(market: Market): Map<string, Owned> {
  const cheapest = new Map<string, Owned>();
  for (const one of everyAllocation(market)) {
    const bands = one.bands.join();
    if (one.cost < (cheapest.get(bands)?.cost ?? Infinity)) cheapest.set(bands, one);
  }
  return cheapest;
}

const anyPrices = fc.array(fc.double({ min: -50, max: 400, noNaN: true }), { minLength: 3, maxLength: 3 });
const anyLine = fc.integer({ min: -1e6, max: 1e6 });

describe('ways to choose the bands of all bids', () => {
  it('has every one in which an allocation costs no more than the limit, at any prices', () => {
    fc.assert(
      fc.property(
        smallProblems('lot'),
        anyPrices,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (problem, unit, part) => {
          const market = marketOf(problem);
          const cheapest = cheapestByWay(market);
          const sorted = [...cheapest.values()].map(({ cost }) => cost).sort((a, b) => a - b);
          const limit = sorted[Math.floor(part * (sorted.length - 1))] ?? 1e9;
          const prices = new Bounds(market).pricesOf(
            Float64Array.from(market.units, (_, u) => unit[u] ?? 0),
            new Float64Array(market.providers.length),
          );
          const region = wholeRegion(market);
          const reckoned = new Bounds(market).reckon(region, prices);
          const ways = reckoned && waysIn(market, region, reckoned, limit, 1e6);
          const bounds = new Map(ways?.map(({ bands, bound }) => [bands.join(), bound]));
          for (const [bands, { cost }] of cheapest)
            if (cost <= limit) expect(bounds.get(bands)).toBeLessThanOrEqual(cost);
        },
      ),
      { numRuns: cases(300) },
    );
  });

  it('bounds each of them, and bars nothing that costs no more than the limit, at any prices of lines', () => {
    fc.assert(
      fc.property(smallProblems('lot'), anyLine, anyLine, (problem, first, second) => {
        const market = marketOf(problem);
        const none = new Float64Array(market.units.length);
        const prices = new Bounds(market).pricesOf(none, new Float64Array(market.providers.length));
        for (const [key, { cost, owners }] of cheapestByWay(market)) {
          const bands = Int32Array.from(key.split(','), Number);
          const decided = new Decided(market);
          decided.best.forEach((_, bid) => (decided.best[bid] = bid % 2 === 0 ? first : second));
          const region = keepOnly(market, wholeRegion(market), bands);
          const most = cost * prices.scale;
          expect(decided.raise(region, bands, prices, most)).toBeLessThanOrEqual(most);
          expect(decided.tighten(region, most)).toBeLessThanOrEqual(most);
          const barred = owners.filter((bid, u) => region.forbidden?.[bid * market.units.length + u] === 1);
          expect(barred).toEqual([]);
        }
      }),
      { numRuns: cases(300) },
    );
  });

  it('has whoever is to win pay for a whole unit, not for the fewest lines of its band', () => {
    const offer = (price: bigint) => ({ bands: [{ from: 1, monthly: { basic: price } }], lots: { A: {}, B: {} } });
    const market = marketOf({
      currency: 'USD',
      termMonths: 1,
      lots: ['A', 'B'].map((id) => ({ id, demand: { basic: 10 } })),
      bids: [10n, 15n].map((price, i) => ({
        id: `b${i}`,
        provider: `p${i}`,
        receivedAt: `2026-03-01T10:00:0${i}Z`,
        ...offer(price),
      })),
      rules: { award: 'lot' },
    });
    const prices = new Bounds(market).pricesOf(new Float64Array(2), new Float64Array(2));
    const bands = Int32Array.from([0, 1]);
    const region = keepOnly(market, wholeRegion(market), bands);
    expect(new Decided(market).raise(region, bands, prices, 0) / prices.scale).toBe(100 + 150);
  });

  it('gives up where there are too many', () => {
    const market = marketOf(largeProblem(6, 12, 'lot', 1));
    const prices = new Bounds(market).pricesOf(new Float64Array(12), new Float64Array(market.providers.length));
    const reckoned = new Bounds(market).reckon(wholeRegion(market), prices);
    expect(reckoned && waysIn(market, wholeRegion(market), reckoned, 1e15, 3)).toBeNull();
  });

  it.each([
    ['few: a proof that took ten nodes by splitting takes one', 8, 40, 3, 3],
    ['some thousands: a proof that takes eleven nodes by splitting takes four', 10, 50, 10, 5],
  ])('are looked at one by one where they are %s', async (_, providers, lots, seed, nodes) => {
    const means = { solver: await startHighs(), stop: () => false, progress: () => undefined };
    const { found, bound, complete } = decide(marketOf(largeProblem(providers, lots, 'lot', seed)), {
      ...means,
      nodes,
    });
    expect(complete).toBe(true);
    expect(found?.cost).toBe(bound);
  });
});
