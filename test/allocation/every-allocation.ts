/** Allocations of small markets by trying everything. */
import { bandsOf } from '../../src/allocation/rules/near.js';
import { priced } from '../../src/allocation/rules/allocation.js';
import type { Market } from '../../src/allocation/rules/market.js';

export interface Owned {
  readonly cost: number;
  /** who wins each unit */
  readonly owners: readonly number[];
  /** the option of each bid, NONE for nothing */
  readonly bands: readonly number[];
}

/** All allocations of whole units that keep all rules. */
export function everyAllocation(market: Market): Owned[] {
  const all: Owned[] = [];
  const owners = market.units.map(() => 0);
  const visit = (unit: number): void => {
    if (unit < owners.length) {
      for (let bid = 0; bid < market.bids.length; bid += 1) {
        owners[unit] = bid;
        visit(unit + 1);
      }
      return;
    }
    const allocation = market.bids.map((_, bid) => new Map(owners.flatMap((of, u) => (of === bid ? [[u, 1]] : []))));
    const found = priced(market, allocation);
    if (found) all.push({ cost: found.cost, owners: [...owners], bands: [...bandsOf(market, found)] });
  };
  visit(0);
  return all;
}
