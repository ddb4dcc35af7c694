import { priced, type Found } from './allocation.js';
import { type HeldUnit, type Market, marketOf } from './market.js';
import { allocationNear, Nearby } from './near.js';
import type { AwardRule, Problem } from './problem.js';
import { wholeRegion } from './region.js';

const LOTS = ['L0', 'L1', 'L2', 'L3'];

/** Three bids of two bands for four lots of ten lines; the second band is ten cheaper. */
function marketFor(award: AwardRule): Market {
  const problem: Problem = {
    currency: 'USD',
    termMonths: 1,
    lots: LOTS.map((id) => ({ id, demand: { basic: 10 } })),
    bids: [100n, 103n, 120n].map((basic, i) => ({
      id: `b${i}`,
      provider: `p${i}`,
      receivedAt: `2026-03-01T10:00:0${i}Z`,
      bands: [
        { from: 1, monthly: { basic } },
        { from: 20, monthly: { basic: basic - 10n } },
      ],
      lots: Object.fromEntries(LOTS.map((lot) => [lot, {}])),
    })),
    rules: { award },
  };
  return marketOf(problem);
}

/** Each lot's lines go to the bid named for it. */
function allocated(market: Market, owners: readonly number[]): Found {
  const allocation = market.bids.map(() => new Map<number, number>());
  owners.forEach((bid, unit) => allocation[bid]?.set(unit, market.units[unit]?.pieces ?? 0));
  const found = priced(market, allocation);
  if (!found) throw new Error('no allocation');
  return found;
}

describe('near what is known', () => {
  const held = (market: Market, bid: number, unit: number): HeldUnit => {
    return { bid, unit, pieces: market.units[unit]?.pieces ?? 0 };
  };

  it.each<AwardRule>(['lot', 'shared'])('an allocation gives the bid what is held for it: award %s', (award) => {
    const market = marketFor(award);
    const best = allocated(market, [0, 0, 0, 0]);
    const wanted = held(market, 2, 1);
    const [near] = new Nearby(market, { found: best, prices: null }).of(wanted);
    const holding = { ...market, held: [wanted] };
    const found = near && allocationNear(holding, wholeRegion(holding), near);
    // 30 lines of the first bid at 90, 10 of the third at 120
    expect(found?.cost).toBe(3_900);
    expect(found?.allocation[2]?.get(1)).toBe(wanted.pieces);
  });

  it('begins with the latest found, each way to choose bands once, and ends with the best', () => {
    const market = marketFor('lot');
    const nearby = new Nearby(market, { found: allocated(market, [0, 0, 0, 0]), prices: null });
    const [first, second] = [allocated(market, [0, 0, 0, 2]), allocated(market, [0, 0, 2, 2])];
    for (const found of [first, second, first]) nearby.learn({ found, prices: null });
    const known = nearby.of(held(market, 2, 0)).map(({ found }) => found);
    expect(known.slice(0, 2)).toEqual([first, second]);
    expect(known).toHaveLength(3);
  });

  it('remembers no more than four', () => {
    const market = marketFor('lot');
    const nearby = new Nearby(market, { found: allocated(market, [0, 0, 0, 0]), prices: null });
    const owners = [
      [0, 0, 0, 1],
      [0, 0, 1, 1],
      [0, 1, 1, 1],
      [0, 0, 0, 2],
      [0, 0, 2, 2],
      [0, 2, 2, 2],
    ];
    for (const each of owners) nearby.learn({ found: allocated(market, each), prices: null });
    const known = nearby.of(held(market, 2, 0)).map(({ found }) => found);
    expect(known).toHaveLength(5);
    expect(known[0]).toEqual(allocated(market, [0, 2, 2, 2]));
  });
});
