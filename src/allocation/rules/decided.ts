/**
 * With every bid's band decided, a lower bound in whole numbers from prices of lines alone: one price per bid that wins,
 * for each of its lines, while each unit goes where it is cheapest. There are as few prices as winners, so that a bound
 * takes microseconds where a linear program takes milliseconds. Bad prices make it weak, never wrong.
 */
import { EXACT } from './gain.js';
import type { Market } from './market.js';
import type { Prices } from './prices.js';
import { NONE, type Region } from './region.js';

/** The step, as a part of what is missing to the target; how often it fails before it shrinks, and when it ends. */
const ASCENT = { rounds: 20, again: 20, step: 1, patience: 2, shrink: 0.6, last: 0.03 };

/** Bounds decided bands of one market; keeps its working memory, and the prices of lines to go on from. */
export class Decided {
  /** per bid, the price of a line at which the last bound was reached, in parts of a minor unit */
  readonly best: Float64Array;
  private readonly price: Float64Array;
  private readonly load: Float64Array;
  private readonly lo: Float64Array;
  private readonly hi: Float64Array;
  /** per bid and unit, a piece's cost with the share's price in it; Infinity where it is not offered */
  private readonly cost: Float64Array;
  /** per unit, its cheapest piece at the present prices of lines */
  private readonly least: Float64Array;
  private readonly weight: Float64Array;
  private readonly pieces: Float64Array;
  /** offers that were looked at: a measure of work that is the same on every machine */
  steps = 0;
  private serving: number[] = [];
  private exact = false;
  private fixed = 0;
  /** prices of a line beyond which sums would not be exact */
  private most = 0;

  constructor(private readonly market: Market) {
    const bids = market.bids.length;
    this.best = new Float64Array(bids);
    this.price = new Float64Array(bids);
    this.load = new Float64Array(bids);
    this.lo = new Float64Array(bids);
    this.hi = new Float64Array(bids);
    this.cost = new Float64Array(bids * market.units.length);
    this.least = new Float64Array(market.units.length);
    this.weight = Float64Array.from(market.units, (unit) => unit.weight);
    this.pieces = Float64Array.from(market.units, (unit) => unit.pieces);
  }

  /**
   * Raises the bound of what a region leaves when bids win in the given options, until it is above a limit or rises no
   * more.
   * @param limit in parts of a minor unit, as the result; Infinity when nothing is left, -Infinity when sums would not be
   *   exact
   */
  raise(region: Region, bands: Int32Array, prices: Prices, limit: number): number {
    this.exact = this.begin(region, bands, prices);
    return this.exact ? this.ascend(limit, ASCENT.rounds) : -Infinity;
  }

  /**
   * Bars in a region of whole units what the bound just raised rules out, and raises it again, as long as that helps.
   * @returns as `raise`
   */
  tighten(region: Region, limit: number): number {
    let reached = -Infinity;
    while (this.exact && this.thin(region, limit) && reached <= limit) {
      reached = this.reachable() ? Math.max(reached, this.ascend(limit, ASCENT.again)) : Infinity;
    }
    return reached;
  }

  /** The bound at the best prices of lines that are found. */
  private ascend(limit: number, rounds: number): number {
    const { serving, price, best, most } = this;
    for (const i of serving) price[i] = Math.max(-most, Math.min(most, best[i] ?? 0));
    let reached = -Infinity;
    let { step } = ASCENT;
    let failed = 0;
    for (let round = 0; round < rounds && step > ASCENT.last; round += 1) {
      const bound = this.bound();
      if (bound > reached) {
        reached = bound;
        failed = 0;
        for (const i of serving) best[i] = price[i] ?? 0;
        if (bound > limit) break;
      } else if ((failed += 1) >= ASCENT.patience) {
        failed = 0;
        step *= ASCENT.shrink;
      }
      if (!this.move(step * Math.max(1, limit + 1 - bound))) break;
    }
    return reached;
  }

  /** Bars what the bound at the best prices rules out; says whether there was anything. */
  private thin(region: Region, limit: number): boolean {
    const { forbidden } = region;
    if (this.market.divisible || forbidden === null) return false;
    const { serving, price, best, load, cost, weight, least } = this;
    for (const i of serving) price[i] = best[i] ?? 0;
    const left = limit - this.bound();
    const units = weight.length;
    const rooms = serving.map((i) => left + (load[i] === 0 ? this.leastRegret(i) : 0));
    let any = false;
    for (const [at, i] of serving.entries()) {
      // One unit that it wins is in the bound already, whichever it is.
      const room = rooms[at] ?? Infinity;
      for (let u = 0; u < units; u += 1) {
        const offer = i * units + u;
        const value = (cost[offer] ?? 0) + (price[i] ?? 0) * (weight[u] ?? 0);
        if (value === Infinity || value - (least[u] ?? 0) <= room) continue;
        cost[offer] = Infinity;
        forbidden[offer] = 1;
        any = true;
      }
    }
    return any;
  }

  /** Is there enough left for every bid to reach its fewest lines? */
  private reachable(): boolean {
    const { serving, cost, weight, pieces, lo } = this;
    const units = weight.length;
    return serving.every((i) => {
      let lines = 0;
      for (let u = 0; u < units; u += 1) {
        if ((cost[i * units + u] ?? 0) < Infinity) lines += (weight[u] ?? 0) * (pieces[u] ?? 0);
      }
      return lines >= (lo[i] ?? 0);
    });
  }

  private begin(region: Region, bands: Int32Array, prices: Prices): boolean {
    const { market, cost, weight, pieces } = this;
    const units = market.units.length;
    const { forbidden } = region;
    this.serving = [];
    this.fixed = 0;
    for (const price of prices.share) this.fixed -= price * market.shareLines;
    let size = Math.abs(this.fixed);
    for (let i = 0; i < bands.length; i += 1) {
      const option = market.options[bands[i] ?? NONE];
      const bid = market.bids[i];
      if (!option || !bid) continue;
      this.serving.push(i);
      this.lo[i] = option.lo;
      this.hi[i] = option.hi;
      const share = prices.share[bid.provider] ?? 0;
      const base = i * units;
      this.fixed += bid.activation * prices.scale;
      size += bid.activation * prices.scale;
      cost.fill(Infinity, base, base + units);
      for (let k = 0; k < option.units.length; k += 1) {
        const u = option.units[k] ?? 0;
        if (forbidden !== null && forbidden[base + u] === 1) continue;
        const value = (option.costs[k] ?? 0) * prices.scale + share * (weight[u] ?? 0);
        cost[base + u] = value;
        size += value * (pieces[u] ?? 0);
      }
    }
    this.most = Math.floor((EXACT / 4 - size) / (2 * market.totalLines * (this.serving.length + 1)));
    return this.most > 0;
  }

  /** The bound at the present prices of lines; leaves the lines that each bid would win at them. */
  private bound(): number {
    const { serving, price, load, lo, hi, cost, weight, pieces, least } = this;
    const units = weight.length;
    this.steps += units * serving.length;
    let sum = this.fixed;
    for (const i of serving) {
      const each = price[i] ?? 0;
      sum -= each * ((each > 0 ? hi[i] : lo[i]) ?? 0);
      load[i] = 0;
    }
    for (let u = 0; u < units; u += 1) {
      const lines = weight[u] ?? 0;
      let cheapest = Infinity;
      let to = NONE;
      for (const i of serving) {
        const value = (cost[i * units + u] ?? 0) + (price[i] ?? 0) * lines;
        if (value >= cheapest) continue;
        cheapest = value;
        to = i;
      }
      if (to === NONE) return Infinity;
      least[u] = cheapest;
      const count = pieces[u] ?? 0;
      sum += cheapest * count;
      load[to] = (load[to] ?? 0) + lines * count;
    }
    if (!this.market.divisible) for (const i of serving) if (load[i] === 0) sum += this.leastRegret(i);
    return sum;
  }

  /** What it costs at the least that a bid that would win nothing wins one unit. */
  private leastRegret(bid: number): number {
    const { price, cost, weight, least } = this;
    const units = weight.length;
    const each = price[bid] ?? 0;
    let regret = Infinity;
    for (let u = 0; u < units; u += 1) {
      const value = (cost[bid * units + u] ?? 0) + each * (weight[u] ?? 0) - (least[u] ?? 0);
      if (value < regret) regret = value;
    }
    return regret;
  }

  /** Moves the prices of lines towards what is won too much; false when nothing is. */
  private move(missing: number): boolean {
    const { serving, price, most } = this;
    let norm = 0;
    for (const i of serving) norm += this.off(i) ** 2;
    if (norm === 0) return false;
    for (const i of serving) {
      const moved = Math.round((price[i] ?? 0) + (missing * this.off(i)) / norm);
      price[i] = Math.max(-most, Math.min(most, moved));
    }
    return true;
  }

  /** Lines that a bid wins too much at its price, negative when too few. */
  private off(bid: number): number {
    const each = this.price[bid] ?? 0;
    const lines = this.load[bid] ?? 0;
    const [over, under] = [lines - (this.hi[bid] ?? 0), lines - (this.lo[bid] ?? 0)];
    if (each > 0) return over;
    if (each < 0) return under;
    return over > 0 ? over : Math.min(0, under);
  }
}
