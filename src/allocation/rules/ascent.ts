/**
 * Good prices for the bound, in whole numbers and without a linear program. First along the average of what is served
 * too little (the volume algorithm: Barahona, Anbil 2000), which is quick from good prices as well; then, where there is
 * time, along the latest of it (deflected subgradients: Camerini, Fratta, Maffioli 1975, "On improving relaxation
 * methods by modified gradient techniques"), which ends nearer to the top.
 */
import type { Bound, Bounds } from './bound.js';
import type { Market } from './market.js';
import type { Prices } from './prices.js';
import { NONE, type Region } from './region.js';

/** The step, as a part of what is missing to the target; how often it fails before it shrinks, and when it ends. */
const AVERAGE = { step: 0.25, longest: 2, grow: 1.2, patience: 3, shrink: 0.66, last: 0.002 };
/** How much of the average is the latest round, at the most and at the least. */
const LATEST = { most: 0.3, least: 0.03 };
const DEFLECTED = { step: 1, patience: 5, shrink: 0.7, last: 0.01, deflection: 0.7 };

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
  const climb = new Climb(market, bounds, region, start, rounds, target, visit);
  climb.average();
  climb.deflect();
  return { prices: climb.prices, bound: climb.best, bands: climb.bands };
}

class Climb {
  best = -Infinity;
  readonly bands: Float64Array;
  private round = 0;
  private done = false;
  /** Prices move by the line: a large unit's by more than a small one's. */
  private readonly scale: Float64Array;

  constructor(
    private readonly market: Market,
    private readonly bounds: Bounds,
    private readonly region: Region,
    public prices: Prices,
    private readonly rounds: number,
    private readonly target: () => number,
    private readonly visit: (bound: Bound, round: number) => boolean,
  ) {
    this.bands = new Float64Array(market.options.length);
    this.scale = Float64Array.from(market.units, ({ weight, pieces }) => weight / pieces);
  }

  average(): void {
    let first = this.look(this.prices);
    if (!first) return;
    const missing = first.missing;
    this.remember(first.choice, 1);
    let { step } = AVERAGE;
    for (let failed = 0; step >= AVERAGE.last;) {
      const norm = this.product(missing, missing);
      const next =
        norm < 1e-9 ? null : this.look(this.moved(this.prices, missing, (step * this.left(this.best)) / norm));
      if (!next) return;
      const along = this.product(next.missing, missing);
      const spread = this.product(next.missing, next.missing) - 2 * along + norm;
      const shortest = spread > 0 ? (norm - along) / spread : 1;
      const latest = Math.max(LATEST.least, Math.min(LATEST.most, shortest));
      if (next.better) {
        failed = 0;
        if (along >= 0) step = Math.min(AVERAGE.longest, step * AVERAGE.grow);
      } else if ((failed += 1) >= AVERAGE.patience) {
        failed = 0;
        step *= AVERAGE.shrink;
      }
      missing.forEach((part, u) => (missing[u] = latest * (next.missing[u] ?? 0) + (1 - latest) * part));
      this.remember(next.choice, latest);
    }
  }

  deflect(): void {
    let from = this.prices;
    let direction = new Float64Array(this.market.units.length);
    let { step } = DEFLECTED;
    for (let failed = 0; step >= DEFLECTED.last;) {
      const next = this.look(from);
      if (!next) return;
      if (next.better) {
        failed = 0;
      } else if ((failed += 1) >= DEFLECTED.patience) {
        failed = 0;
        step *= DEFLECTED.shrink;
        from = this.prices;
      }
      this.remember(next.choice, LATEST.least);
      direction = direction.map((part, u) => (next.missing[u] ?? 0) + DEFLECTED.deflection * part);
      const norm = this.product(direction, direction);
      if (norm < 1e-9) return;
      from = this.moved(from, direction, (step * this.left(next.cost)) / norm);
    }
  }

  /** The bound at some prices; null at the end. */
  private look(prices: Prices): { cost: number; better: boolean; choice: Int32Array; missing: Float64Array } | null {
    if (this.done || this.round >= this.rounds) return null;
    const bound = this.bounds.of(this.region, prices, false);
    if (!bound) return null;
    const better = bound.cost > this.best;
    if (better) {
      this.best = bound.cost;
      this.prices = prices;
    }
    this.done = !this.visit(bound, this.round) || bound.cost >= this.target();
    this.round += 1;
    if (this.done) return null;
    const missing = this.bounds.taken(this.region, prices, bound.choice);
    missing.forEach((taken, u) => (missing[u] = (this.market.units[u]?.pieces ?? 0) - taken));
    return { cost: bound.cost, better, choice: bound.choice, missing };
  }

  private left(cost: number): number {
    return Math.max(this.target() - cost, Math.abs(cost) * 1e-5, 1);
  }

  private product(a: Float64Array, b: Float64Array): number {
    let sum = 0;
    for (let u = 0; u < a.length; u += 1) sum += (this.scale[u] ?? 0) * (a[u] ?? 0) * (b[u] ?? 0);
    return sum;
  }

  private moved({ scale, unit, share }: Prices, direction: Float64Array, length: number): Prices {
    return this.bounds.pricesOf(
      unit.map((price, u) => price / scale + length * (this.scale[u] ?? 0) * (direction[u] ?? 0)),
      share.map((price) => price / scale),
    );
  }

  private remember(choice: Int32Array, latest: number): void {
    this.bands.forEach((part, o) => (this.bands[o] = part * (1 - latest)));
    for (const o of choice) if (o !== NONE) this.bands[o] = (this.bands[o] ?? 0) + latest;
  }
}
