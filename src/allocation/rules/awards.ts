/** From an allocation to what each bid wins, lot by lot and tier by tier, and back. */
import { optionAt } from './allocation.js';
import type { Allocation, Market } from './market.js';
import type { BidAward } from './problem.js';

/** The awards of an allocation, in the order of receipt. */
export function awardsOf(market: Market, allocation: Allocation): BidAward[] {
  return allocation.flatMap((won, i): BidAward[] => {
    const bid = market.bids[i];
    if (!bid || won.size === 0) return [];
    // Lots and tiers may be called like what every object has.
    const lots = new Map<string, Record<string, number>>();
    let lines = 0;
    for (const [unit, pieces] of [...won].sort(([a], [b]) => a - b)) {
      const { lot, cells, weight } = market.units[unit] ?? { lot: 0, cells: [], weight: 0 };
      lines += pieces * weight;
      const code = market.lots[lot] ?? '';
      const tiers = lots.get(code) ?? {};
      lots.set(code, tiers);
      for (const cell of cells) tiers[cell.tier] = market.divisible ? pieces : cell.lines;
    }
    const option = market.options[optionAt(market, i, lines)];
    let cost = bid.activation;
    option?.units.forEach((u, k) => (cost += (won.get(u) ?? 0) * (option.costs[k] ?? 0)));
    return [{ bid: bid.id, band: option?.band ?? 0, lines, lots: Object.fromEntries(lots), costMinor: BigInt(cost) }];
  });
}

/** What a bid wins, lot by lot and tier by tier. */
export type WonLots = Pick<BidAward, 'bid' | 'lots'>;

/** The allocation that awards were made of. Of what is no whole unit of the market, nothing is left. */
export function allocationOf(market: Market, awards: readonly WonLots[]): Allocation {
  const lotsOf = new Map(awards.map(({ bid, lots }) => [bid, lots]));
  return market.bids.map(({ id }) => {
    const lots = new Map(Object.entries(lotsOf.get(id) ?? {}));
    const won = new Map<number, number>();
    market.units.forEach(({ lot, cells: [cell] }, u) => {
      const tiers = lots.get(market.lots[lot] ?? '') ?? {};
      const tier = cell?.tier ?? '';
      const lines = Object.hasOwn(tiers, tier) ? (tiers[tier] ?? 0) : 0;
      if (Number.isSafeInteger(lines) && lines > 0) won.set(u, market.divisible ? lines : 1);
    });
    return won;
  });
}
