/**
 * Good prices for the bound, in whole numbers and without a linear program: subgradient ascent with Polyak's step and a
 * deflected direction (Camerini, Fratta, Maffioli 1975, "On improving relaxation methods by modified gradient
 * techniques").
 */
import type { Bound, Bounds, Prices } from './bound.js';
import type { Market } from './market.js';
import { NONE, type Region } from './region.js';

/** Rounds without progress before the step shrinks. */
const PATIENCE = 10;
const SHRINK = 0.7;
const FIRST_STEP = 1.5;
/** A step so small leads nowhere any more. */
const LAST_STEP = 0.02;
const DEFLECTION = 0.7;
/** How much of the averages is the latest round (the volume algorithm: Barahona, Anbil 2000). */
const LATEST = 0.07;

export interface Ascent {
  readonly prices: Prices;
  /** Infinity or above the target: the region holds nothing that is worth while */
  readonly bound: number;
  /** how much of each option was taken on the way: near the fractions of the linear relaxation */
  readonly bands: Float64Array;
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
  const bands = new Float64Array(market.options.length);
  let best: Ascent = { prices, bound: -Infinity, bands };
  let step = FIRST_STEP;
  let stale = 0;
  let direction = new Float64Array(market.units.length);
  for (let round = 0; round < rounds; round += 1) {
    const bound = bounds.of(region, prices, false);
    if (!bound) return best;
    if (bound.cost > best.bound) {
      best = { prices, bound: bound.cost, bands };
      stale = 0;
    } else if ((stale += 1) >= PATIENCE) {
      step *= SHRINK;
      stale = 0;
      prices = best.prices;
    }
    if (!visit(bound, round) || bound.cost >= target() || step < LAST_STEP) return best;
    const latest = Math.max(LATEST, 1 / (round + 1));
    bands.forEach((part, o) => (bands[o] = part * (1 - latest)));
    for (const o of bound.choice) if (o !== NONE) bands[o] = (bands[o] ?? 0) + latest;
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
