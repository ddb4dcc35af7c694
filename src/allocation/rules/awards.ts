/** From an allocation back to what each bid wins, lot by lot and tier by tier. */
import { optionAt } from './allocation.js';
import type { Allocation, Market } from './market.js';
import type { BidAward } from './problem.js';

/** The awards of an allocation, in the order of receipt. */
export function awardsOf(market: Market, allocation: Allocation): BidAward[] {
  return allocation.flatMap((won, i): BidAward[] => {
    const bid = market.bids[i];
    if (!bid || won.size === 0) return [];
    const lots: Record<string, Record<string, number>> = {};
    let lines = 0;
    for (const [unit, pieces] of [...won].sort(([a], [b]) => a - b)) {
      const { lot, cells, weight } = market.units[unit] ?? { lot: 0, cells: [], weight: 0 };
      lines += pieces * weight;
      const tiers = (lots[market.lots[lot] ?? ''] ??= {});
      for (const cell of cells) tiers[cell.tier] = market.divisible ? pieces : cell.lines;
    }
    const option = market.options[optionAt(market, i, lines)];
    let cost = bid.activation;
    option?.units.forEach((u, k) => (cost += (won.get(u) ?? 0) * (option.costs[k] ?? 0)));
    return [{ bid: bid.id, band: option?.band ?? 0, lines, lots, costMinor: BigInt(cost) }];
  });
}
