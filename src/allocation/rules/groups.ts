/** How many different providers win within groups of lots. */
import type { Allocation, Market } from './market.js';
import { copyRegion, NONE, placeOf, type Region } from './region.js';
import type { MarketGroup } from './winners.js';

/** The providers that are winners in a group by an allocation, and were none before it; ascending. */
export function winnersIn(market: Market, group: MarketGroup, allocation: Allocation): number[] {
  return market.bidsOf.flatMap((bids, provider) =>
    group.counts[provider] === 1 && bids.some((i) => group.units.some((u) => (allocation[i]?.get(u) ?? 0) > 0))
      ? [provider]
      : [],
  );
}

function kept(group: MarketGroup, winners: readonly number[]): boolean {
  return winners.length >= group.minWinners && winners.length <= group.maxWinners;
}

/** Do all groups have as many winners as they must, and no more than they may? */
export function groupsKept(market: Market, allocation: Allocation): boolean {
  return market.groups.every((group) => kept(group, winnersIn(market, group, allocation)));
}

/**
 * Splits a region in which lines are shared and all bands are decided, where its cheapest allocation breaks a group's
 * rule. Whatever keeps the rule is in one of the parts: of too many winners one wins nothing in the group; of too few,
 * another one wins at least a line somewhere in it.
 */
export function splitByGroups(market: Market, region: Region, bands: Int32Array, allocation: Allocation): Region[] {
  for (const group of market.groups) {
    const winners = winnersIn(market, group, allocation);
    if (kept(group, winners)) continue;
    if (winners.length > group.maxWinners) return winners.map((provider) => without(market, region, group, provider));
    return market.bids.flatMap((bid, i) => {
      if (group.counts[bid.provider] === 0 || winners.includes(bid.provider)) return [];
      const option = market.options[bands[i] ?? NONE];
      const offered = option ? group.units.filter((u) => placeOf(option.units, u) >= 0) : [];
      return offered
        .filter((u) => region.forbidden?.[i * market.units.length + u] !== 1)
        .map((u) => withLine(market, region, i, u));
    });
  }
  return [];
}

function without(market: Market, region: Region, group: MarketGroup, provider: number): Region {
  const part = copyRegion(region);
  part.forbidden ??= new Uint8Array(market.bids.length * market.units.length);
  for (const i of market.bidsOf[provider] ?? []) {
    for (const u of group.units) part.forbidden[i * market.units.length + u] = 1;
  }
  return part;
}

function withLine(market: Market, region: Region, bid: number, unit: number): Region {
  const part = copyRegion(region);
  part.least ??= new Float64Array(market.bids.length * market.units.length);
  const at = bid * market.units.length + unit;
  part.least[at] = Math.max(1, part.least[at] ?? 0);
  return part;
}
