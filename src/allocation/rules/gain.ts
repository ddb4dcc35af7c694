/**
 * What a bid gains in a band at given prices: it takes the units with the most gain per line, within the fewest and the
 * most lines of the band. In whole numbers, rounded up, so that it is never less than any allocation gains.
 */
import type { Prices } from './prices.js';
import type { BandOption, Market } from './market.js';
import type { Region } from './region.js';

/** What a bid wins in any case. */
interface Held {
  readonly lines: number;
  readonly gained: number;
}

const NOTHING_HELD: Held = { lines: 0, gained: 0 };

/** Integers in doubles are exact up to twice this. */
export const EXACT = 2 ** 52;

/** value x part / whole, rounded up, exactly. */
function partUp(value: number, part: number, whole: number): number {
  if (part % whole === 0) return value * (part / whole);
  const product = value * part;
  if (Math.abs(product) < EXACT) return Math.ceil(product / whole);
  const exact = BigInt(value) * BigInt(part);
  const quotient = exact / BigInt(whole);
  return Number(exact > 0n && exact % BigInt(whole) !== 0n ? quotient + 1n : quotient);
}

/** Evaluates gains for one market; keeps its working memory. */
export class Gains {
  private readonly weights: Float64Array;
  /** per place in the option: gain of a piece, gain of a line, lines that may be taken */
  private readonly gains: Float64Array;
  private readonly ratio: Float64Array;
  private readonly take: Float64Array;
  private readonly order: Int32Array;
  /** gain of a line at which the last limit cut: of the most lines when positive, of the fewest when negative */
  private cut = 0;

  constructor(private readonly market: Market) {
    const longest = market.options.reduce((most, option) => Math.max(most, option.units.length), 0);
    this.weights = Float64Array.from(market.units, (unit) => unit.weight);
    this.gains = new Float64Array(longest);
    this.ratio = new Float64Array(longest);
    this.take = new Float64Array(longest);
    this.order = new Int32Array(longest);
  }

  /**
   * The most that a bid can gain in a band; -Infinity when it cannot reach it.
   * @param taken the pieces of each unit that it takes are added there
   */
  of(option: BandOption, region: Region, prices: Prices, taken: Float64Array | null): number {
    const { gains, ratio, take, weights } = this;
    const { lo, hi, units, costs, pieces } = option;
    const { forbidden } = region;
    const { scale, unit: price } = prices;
    const bid = this.market.bids[option.bid];
    const share = prices.share[bid?.provider ?? 0] ?? 0;
    const base = option.bid * this.market.units.length;
    const activation = (bid?.activation ?? 0) * scale;
    this.cut = 0;
    let lines = 0;
    let gained = 0;
    for (let k = 0; k < units.length; k += 1) {
      const u = units[k] ?? 0;
      const weight = weights[u] ?? 1;
      const count = forbidden !== null && forbidden[base + u] === 1 ? 0 : (pieces[k] ?? 0);
      const gain = (price[u] ?? 0) - (costs[k] ?? 0) * scale - share * weight;
      gains[k] = gain;
      ratio[k] = gain / weight;
      take[k] = count * weight;
      if (gain > 0) {
        lines += count * weight;
        gained += count * gain;
      }
    }
    const held = region.least === null ? NOTHING_HELD : this.hold(option, region.least, taken);
    if (held === null) return -Infinity;
    const simple = option.limits.length === 0 && held.lines === 0;
    if (simple && taken === null && lines <= hi && lines >= lo) return gained - activation;
    if (option.limits.length > 0) this.trim(option);
    if (!simple) {
      lines = held.lines;
      for (let k = 0; k < units.length; k += 1) if ((gains[k] ?? 0) > 0) lines += take[k] ?? 0;
    }
    gained = held.gained;
    if (lines > hi) {
      gained += this.best(option, true, hi - held.lines, taken).gained;
      return gained - activation + (this.market.divisible ? 0 : 1);
    }
    gained += this.best(option, true, Infinity, taken).gained;
    if (lines < lo) {
      const more = this.best(option, false, lo - lines, taken);
      gained += this.market.divisible ? more.gained : Math.min(more.gained, this.leastLoss(option, forbidden));
      if (more.lines < lo - lines) return -Infinity;
    }
    // Ratios of nearly equal units may be ordered wrongly by their rounding; that costs less than one part.
    return gained - activation + (this.market.divisible ? 0 : 1);
  }

  /** The gain of the unit that costs least of those without one: whatever limits leave of it, a unit is won whole. */
  private leastLoss(option: BandOption, forbidden: Uint8Array | null): number {
    const base = option.bid * this.market.units.length;
    let least = -Infinity;
    for (let k = 0; k < option.units.length; k += 1) {
      const gain = this.gains[k] ?? 0;
      if (gain > 0 || gain <= least || forbidden?.[base + (option.units[k] ?? 0)] === 1) continue;
      least = gain;
    }
    return least;
  }

  /**
   * For each unit that the bid may win whole, the most that it can gain in a band when it wins the unit, never more than
   * a given best: by the price of a line at which the limits of the band cut. Limits within the option are left aside.
   */
  withUnits(option: BandOption, region: Region, prices: Prices, visit: (unit: number, gain: number) => void): void {
    const best = this.of(option, region, prices, null);
    if (best === -Infinity) return;
    const { gains, weights } = this;
    const base = option.bid * this.market.units.length;
    const exact = Math.abs(this.cut) * this.market.totalLines < EXACT / 8;
    const line = exact ? Math.round(this.cut) : 0;
    const activation = (this.market.bids[option.bid]?.activation ?? 0) * prices.scale;
    let priced = line * (line > 0 ? option.hi : option.lo) - activation;
    for (let k = 0; k < option.units.length; k += 1) {
      const u = option.units[k] ?? 0;
      if (region.forbidden?.[base + u] === 1) continue;
      priced += Math.max(0, (gains[k] ?? 0) - line * (weights[u] ?? 1));
    }
    for (let k = 0; k < option.units.length; k += 1) {
      const u = option.units[k] ?? 0;
      if (region.forbidden?.[base + u] === 1) continue;
      const less = Math.min(0, (gains[k] ?? 0) - line * (weights[u] ?? 1));
      visit(u, Math.min(best, priced + less));
    }
  }

  /**
   * Takes units with a gain (or those without one) up to so many lines, the most gain per line first. Puts them in
   * order only as far as it must, around the last one that is taken.
   */
  private best(
    option: BandOption,
    gaining: boolean,
    lines: number,
    taken: Float64Array | null,
  ): { gained: number; lines: number } {
    const { order, gains, ratio, take } = this;
    let count = 0;
    for (let k = 0; k < option.units.length; k += 1) {
      if ((gains[k] ?? 0) > 0 === gaining && (take[k] ?? 0) > 0) {
        order[count] = k;
        count += 1;
      }
    }
    let gained = 0;
    let left = lines;
    for (let from = 0, to = count; from < to && left > 0;) {
      const pivot = lines === Infinity ? -Infinity : this.pivot(from, to);
      // Those above the pivot go to the front, those below it to the end.
      let [above, below, sum] = [from, to, 0];
      for (let at = from; at < below;) {
        const k = order[at] ?? 0;
        const r = ratio[k] ?? 0;
        if (r > pivot) {
          order[at] = order[above] ?? 0;
          order[above] = k;
          above += 1;
          at += 1;
          sum += take[k] ?? 0;
        } else if (r < pivot) {
          below -= 1;
          order[at] = order[below] ?? 0;
          order[below] = k;
        } else {
          at += 1;
        }
      }
      if (sum > left) {
        to = above;
        continue;
      }
      for (let at = from; at < below && left > 0; at += 1) {
        const k = order[at] ?? 0;
        const part = Math.min(take[k] ?? 0, left);
        gained += this.taking(option, k, part, taken);
        left -= part;
      }
      if (left === 0) this.cut = pivot;
      from = below;
    }
    return { gained, lines: lines - left };
  }

  private taking(option: BandOption, k: number, lines: number, taken: Float64Array | null): number {
    const u = option.units[k] ?? 0;
    const weight = this.weights[u] ?? 1;
    if (taken) taken[u] = (taken[u] ?? 0) + lines / weight;
    return partUp(this.gains[k] ?? 0, lines, weight);
  }

  /** The middle of three ratios. */
  private pivot(from: number, to: number): number {
    const { order, ratio } = this;
    const a = ratio[order[from] ?? 0] ?? 0;
    const b = ratio[order[(from + to) >> 1] ?? 0] ?? 0;
    const c = ratio[order[to - 1] ?? 0] ?? 0;
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }

  /**
   * Sets aside what a bid has to win at the least where lines are shared, and takes it off what is left to choose from.
   * @returns lines and gain of it; null when the option does not offer it
   */
  private hold(option: BandOption, least: Float64Array, taken: Float64Array | null): Held | null {
    const base = option.bid * this.market.units.length;
    let asked = 0;
    for (let u = 0; u < this.market.units.length; u += 1) asked += least[base + u] ?? 0;
    if (asked === 0) return NOTHING_HELD;
    let lines = 0;
    let gained = 0;
    for (let k = 0; k < option.units.length; k += 1) {
      const u = option.units[k] ?? 0;
      const part = least[base + u] ?? 0;
      if (part === 0) continue;
      if (part > (this.take[k] ?? 0)) return null;
      this.take[k] = (this.take[k] ?? 0) - part;
      lines += part;
      gained += part * (this.gains[k] ?? 0);
      if (taken) taken[u] = (taken[u] ?? 0) + part;
    }
    return lines < asked || lines > option.hi ? null : { lines, gained };
  }

  /** Cuts what is taken down to the limits within the option, the least gainful first. */
  private trim(option: BandOption): void {
    const { ratio } = this;
    for (const limit of option.limits) {
      let left = limit.lines;
      for (const k of limit.places.toSorted((a, b) => (ratio[b] ?? 0) - (ratio[a] ?? 0) || a - b)) {
        const part = Math.min(this.take[k] ?? 0, left);
        this.take[k] = part;
        left -= part;
      }
    }
  }
}
