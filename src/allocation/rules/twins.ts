/**
 * Twins are bids that offer exactly the same. Exchanging what they win changes nothing but their order, so only
 * allocations in which an earlier twin reaches no lower band than a later one need to be looked at: among them is the
 * cheapest, and of equally cheap ones the one that prefers earlier bids.
 */
import type { BandOption, Market } from './market.js';
import { choicesOf, dropChoice, NONE, type Region } from './region.js';

function equal(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let k = 0; k < a.length; k += 1) if (a[k] !== b[k]) return false;
  return true;
}

function sameOption(a: BandOption | undefined, b: BandOption | undefined): boolean {
  if (!a || !b || a.lo !== b.lo || a.hi !== b.hi || !equal(a.units, b.units)) return false;
  if (!equal(a.pieces, b.pieces) || !equal(a.costs, b.costs) || a.limits.length !== b.limits.length) return false;
  return a.limits.every(({ places, lines }, k) => {
    const other = b.limits[k];
    return other?.lines === lines && equal(other.places, places);
  });
}

function areTwins(market: Market, slotOf: readonly Slot[], i: number, j: number): boolean {
  const [a, b] = [market.bids[i], market.bids[j]];
  if (!a || !b || a.activation !== b.activation || a.options.length !== b.options.length) return false;
  if (market.held.some(({ bid }) => bid === i || bid === j)) return false;
  const alone = (provider: number) => market.bidsOf[provider]?.length === 1;
  const differ = (of: ArrayLike<number>) => of[a.provider] !== of[b.provider];
  const counted = [market, ...market.groups].some(({ counts }) => differ(counts)) || differ(market.paid);
  const asked = counted || differ(market.included);
  if (a.provider !== b.provider && (asked || !(alone(a.provider) && alone(b.provider)))) return false;
  const [one, other] = [slotOf[i], slotOf[j]];
  if (one !== other && (one?.length !== 1 || other?.length !== 1)) return false;
  return a.options.every((o, k) => sameOption(market.options[o], market.options[b.options[k] ?? NONE]));
}

/** The bids of which at most one wins. */
type Slot = readonly number[] | undefined;

/** Twins have the same; most others differ in it. */
function likeness(market: Market, bid: number): string {
  const { activation = 0, options = [] } = market.bids[bid] ?? {};
  const first = market.options[options[0] ?? NONE];
  return [activation, options.length, first?.lo, first?.hi, first?.units.length, first?.costs[0]].join(' ');
}

/** Pairs of twins, each bid with the next one like it in the order of receipt. */
export function twinsOf(market: Market): (readonly [earlier: number, later: number])[] {
  const slotOf: Slot[] = [];
  for (const slot of market.slotsOf.flat()) for (const bid of slot) slotOf[bid] = slot;
  const pairs: (readonly [number, number])[] = [];
  const alike = new Map<string, number[]>();
  market.bids.forEach((_, j) => {
    const likes = likeness(market, j);
    const before = alike.get(likes) ?? [];
    const i = before.findLast((each) => areTwins(market, slotOf, each, j));
    if (i !== undefined) pairs.push([i, j]);
    alike.set(likes, before);
    before.push(j);
  });
  return pairs;
}

/** Takes out of a region what would let a later twin reach a higher band than an earlier one. */
export function orderTwins(market: Market, pairs: readonly (readonly [number, number])[], region: Region): void {
  // A choice by its rank: NONE is 0, then the bands.
  const rank = (bid: number, choice: number) => (market.bids[bid]?.options.indexOf(choice) ?? NONE) + 1;
  for (const [i, j] of pairs) {
    const ceiling = rank(i, choicesOf(market, region, i).at(-1) ?? NONE);
    for (const choice of choicesOf(market, region, j)) if (rank(j, choice) > ceiling) dropChoice(region, j, choice);
  }
  for (const [i, j] of pairs.toReversed()) {
    const [lowest] = choicesOf(market, region, j);
    const floor = lowest === undefined ? 0 : rank(j, lowest);
    for (const choice of choicesOf(market, region, i)) if (rank(i, choice) < floor) dropChoice(region, i, choice);
  }
}
