/**
 * Among allocations of exactly the lowest cost, the one that gives most lines to the earliest bid, then to the next, and
 * so on. Looks through the parts that may hold such allocations, bid by bid in the order of receipt, the most lines
 * first, and leaves out every part that cannot prefer earlier bids more than what is known.
 */
import { anySplit } from './branching.js';
import type { Market } from './market.js';
import type { Probe } from './probe.js';
import { choicesOf, keepChoices, keepOwners, ownersOf, type Region } from './region.js';
import type { SearchLimits } from './search.js';

/** The most lines that each bid can win in a region. */
function mostLines(market: Market, region: Region): number[] {
  const own = market.bids.map(() => 0);
  if (!market.divisible) {
    market.units.forEach((unit, u) => {
      for (const i of ownersOf(market, region, u)) own[i] = (own[i] ?? 0) + unit.weight;
    });
  }
  return market.bids.map((_, bid) => {
    const most = choicesOf(market, region, bid).reduce((lines, o) => Math.max(lines, market.options[o]?.hi ?? 0), 0);
    return market.divisible ? most : Math.min(most, own[bid] ?? 0);
  });
}

/** Can a region hold an allocation that prefers earlier bids more than these lines do? */
function promising(market: Market, region: Region, lines: readonly number[]): boolean {
  const most = mostLines(market, region);
  for (let i = 0; i < most.length; i += 1) {
    if (most[i] !== lines[i]) return (most[i] ?? 0) > (lines[i] ?? 0);
  }
  return false;
}

/** The parts of a region for the first bid, then the first unit, that is open: the most lines for early bids first. */
function parts(market: Market, region: Region): Region[] {
  for (let bid = 0; bid < market.bids.length; bid += 1) {
    const choices = choicesOf(market, region, bid);
    if (choices.length > 1) return choices.toReversed().map((choice) => keepChoices(market, region, bid, [choice]));
  }
  for (let unit = 0; unit < market.units.length; unit += 1) {
    const owners = ownersOf(market, region, unit);
    if (owners.length > 1) return owners.map((owner) => keepOwners(market, region, unit, [owner]));
  }
  return anySplit(market, region, null)?.parts.slice() ?? [];
}

/**
 * Settles ties; the probe keeps the result.
 * @returns false when the limits came first: the cost is proved the lowest, the preference is not
 */
export function breakTies(probe: Probe, tied: readonly Region[], limits: SearchLimits): boolean {
  const { market } = probe;
  let nodes = 0;
  for (const root of tied) {
    const stack = [root];
    for (let region = stack.pop(); region; region = stack.pop()) {
      if (!probe.best || !promising(market, region, probe.best.lines)) continue;
      if (nodes >= limits.nodes || limits.stop()) return false;
      nodes += 1;
      const look = probe.look(region, null, false);
      if (look.bound > probe.limit || !promising(market, region, probe.best.lines)) continue;
      stack.push(...(probe.settle(region) ?? parts(market, region)).toReversed());
    }
  }
  return true;
}
