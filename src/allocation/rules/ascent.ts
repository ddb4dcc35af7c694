/**
 * Good prices for the bound, in whole numbers and without a linear program: subgradient ascent with Polyak's step and a
 * deflected direction (Camerini, Fratta, Maffioli 1975, "On improving relaxation methods by modified gradient
 * techniques").
 */
import type { Bound, Bounds, Prices } from './bound.js';
import type { Market } from './market.js';
import type { Region } from './region.js';

/** Rounds without progress before the step shrinks, and before the ascent ends; progress is more than this part. */
const PATIENCE = 10;
const LAST_PATIENCE = 40;
const PROGRESS = 1e-6;
const SHRINK = 0.7;
const FIRST_STEP = 1.5;
const DEFLECTION = 0.7;

export interface Ascent {
  readonly prices: Prices;
  /** Infinity or above the target: the region holds nothing that is worth while */
  readonly bound: number;
}

/** The cheapest piece of each unit as its price: a bound at once, and a place to start from. */
export function cheapestPrices(market: Market, bounds: Bounds): Prices {
  const unit = new Float64Array(market.units.length).fill(Infinity);
  for (const option of market.options) {
    option.units.forEach((u, k) => (unit[u] = Math.min(unit[u] ?? Infinity, option.costs[k] ?? 0)));
  }
  return bounds.pricesOf(unit, new Float64Array(market.providers.length));
}

/**
 * Raises the bound of a region by moving prices towards what is served too little.
 * @param target what the bound is to reach, asked anew each round; an allocation that is known costs this much
 * @param visit sees each round's bound; may shrink the region; false ends the ascent
 */
export function ascend(
  market: Market,
  bounds: Bounds,
  region: Region,
  start: Prices,
  rounds: number,
  target: () => number,
  visit: (bound: Bound, round: number) => boolean,
): Ascent {
  let prices = start;
  let best: Ascent = { prices, bound: -Infinity };
  let step = FIRST_STEP;
  let stale = 0;
  let standing = 0;
  let direction = new Float64Array(market.units.length);
  for (let round = 0; round < rounds; round += 1) {
    const bound = bounds.of(region, prices, false);
    if (!bound) return best;
    standing = bound.cost > best.bound + Math.abs(best.bound) * PROGRESS ? 0 : standing + 1;
    if (bound.cost > best.bound) {
      best = { prices, bound: bound.cost };
      stale = 0;
    } else if ((stale += 1) >= PATIENCE) {
      step *= SHRINK;
      stale = 0;
      prices = best.prices;
    }
    if (!visit(bound, round) || bound.cost >= target() || standing >= LAST_PATIENCE) return best;
    const taken = bounds.taken(region, prices, bound.choice);
    direction = direction.map((d, u) => (market.units[u]?.pieces ?? 0) - (taken[u] ?? 0) + DEFLECTION * d);
    const norm = direction.reduce((sum, d) => sum + d * d, 0);
    if (norm < 1e-9) return best;
    const gap = Math.max(target() - bound.cost, Math.abs(bound.cost) * 1e-5, 1);
    const length = (step * gap) / norm;
    const { scale, unit } = prices;
    prices = bounds.pricesOf(
      unit.map((price, u) => price / scale + length * (direction[u] ?? 0)),
      prices.share.map((p) => p / scale),
    );
  }
  return best;
}
