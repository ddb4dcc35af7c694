/**
 * A lower bound on cost that holds in exact integers, for any prices whatsoever: the Lagrangian relaxation of demand
 * and share (Geoffrion 1974, "Lagrangean relaxation for integer programming"). Given a price for serving a piece of
 * each unit, every bid takes in its best band what it gains from; the prices less those gains are a bound. Prices come
 * from floating point and are rounded to integers first: bad prices make the bound weak, never wrong.
 */
import { Choice } from './choice.js';
import type { BandOption, Market } from './market.js';
import type { Region } from './region.js';

/** Prices as integers in parts of a minor unit. */
export interface Prices {
  /** parts of a minor unit, a power of two */
  readonly scale: number;
  /** per piece of a unit */
  readonly unit: Float64Array;
  /** per line of a provider, for the share; not negative */
  readonly share: Float64Array;
}

export interface Bound {
  /** no allocation in the region costs less; Infinity when the region holds none */
  readonly cost: number;
  /** the same for the part of the region in which the option is taken */
  readonly withOption: Float64Array;
  /** the same for the part of the region in which the bid wins nothing */
  readonly withoutBid: Float64Array;
  /** per bid x unit, the same when the bid wins the whole unit; null when not asked for */
  readonly withUnit: Float64Array | null;
  /** per bid the option that gains most at the prices, NONE when none does */
  readonly choice: Int32Array;
}

/** What a bid wins in any case. */
interface Held {
  readonly lines: number;
  readonly gained: number;
}

const NOTHING_HELD: Held = { lines: 0, gained: 0 };

/** Integers in doubles are exact up to twice this. */
const EXACT = 2 ** 52;

/** What a market may cost at its dearest. */
function worstCost(market: Market): number {
  const dearest = new Float64Array(market.units.length);
  for (const option of market.options) {
    option.units.forEach((u, k) => (dearest[u] = Math.max(dearest[u] ?? 0, option.costs[k] ?? 0)));
  }
  const lines = market.units.reduce((sum, unit, u) => sum + unit.pieces * (dearest[u] ?? 0), 1);
  return market.bids.reduce((sum, bid) => sum + bid.activation, lines);
}

/** value x part / whole, rounded up, exactly. */
function partUp(value: number, part: number, whole: number): number {
  if (part % whole === 0) return value * (part / whole);
  const product = value * part;
  if (Math.abs(product) < EXACT) return Math.ceil(product / whole);
  const exact = BigInt(value) * BigInt(part);
  const quotient = exact / BigInt(whole);
  return Number(exact > 0n && exact % BigInt(whole) !== 0n ? quotient + 1n : quotient);
}

/** Evaluates bounds for one market; keeps its working memory. */
export class Bounds {
  private readonly worst: number;
  private readonly gains: Float64Array;
  private readonly ratio: Float64Array;
  private readonly take: Float64Array;
  private readonly order: number[] = [];

  constructor(private readonly market: Market) {
    this.worst = worstCost(market);
    const longest = market.options.reduce((most, option) => Math.max(most, option.units.length), 0);
    this.gains = new Float64Array(longest);
    this.ratio = new Float64Array(longest);
    this.take = new Float64Array(longest);
  }

  /** Rounds prices to integers, as fine as sums over the market stay exact. */
  pricesOf(unit: Float64Array, share: Float64Array): Prices {
    const { market, worst } = this;
    const most = Math.max(worst, EXACT / 64);
    const clamped = unit.map((price, u) => {
      const limit = most / (market.units[u]?.pieces ?? 1);
      return Number.isFinite(price) ? Math.max(-limit, Math.min(limit, price)) : 0;
    });
    const paid = share.map((price) => (price > 0 && price < most ? price : 0));
    let size = clamped.reduce((sum, price, u) => sum + Math.abs(price) * (market.units[u]?.pieces ?? 0), worst);
    size = paid.reduce((sum, price) => sum + price * market.totalLines, size);
    let scale = 1;
    while (scale < 2 ** 20 && size * scale * (market.bids.length + 8) < EXACT) scale *= 2;
    return { scale, unit: clamped.map((p) => Math.round(p * scale)), share: paid.map((p) => Math.round(p * scale)) };
  }

  /**
   * The bound of a region at given prices; null when the prices are too large to add exactly.
   * @param wholeUnits whether to bound as well what it costs that a bid wins a unit (only where units are not shared)
   */
  of(region: Region, prices: Prices, wholeUnits: boolean): Bound | null {
    const { market } = this;
    let sum = 0;
    let size = this.worst * prices.scale;
    market.units.forEach((unit, u) => {
      const value = unit.pieces * (prices.unit[u] ?? 0);
      sum += value;
      size += Math.abs(value);
    });
    for (const price of prices.share) {
      sum -= market.shareLines * price;
      size += market.totalLines * price;
    }
    if (!(size < EXACT / 2)) return null;
    const gains = new Float64Array(market.options.length).fill(-Infinity);
    const unitGains = wholeUnits ? new Float64Array(market.bids.length * market.units.length).fill(-Infinity) : null;
    market.options.forEach((option, o) => {
      if (region.allowed[o] !== 1) return;
      gains[o] = this.gain(option, region, prices, option.lo, null);
      if (unitGains && gains[o] !== -Infinity) this.addUnitGains(option, region, prices, unitGains);
    });
    const choice = new Choice(market, region, gains);
    if (!(choice.size() < EXACT / 2)) return null;
    const up = (gain: number) => (gain === -Infinity ? Infinity : Math.ceil((sum - gain) / prices.scale));
    const cost = up(choice.best());
    const withOption = new Float64Array(gains.length).fill(Infinity);
    const withoutBid = new Float64Array(market.bids.length).fill(Infinity);
    if (cost < Infinity) {
      market.bids.forEach((bid, i) => {
        for (const o of bid.options) {
          if (region.allowed[o] === 1) withOption[o] = up(choice.bestWith(i, gains[o] ?? -Infinity));
        }
        if (region.must[i] === 0) withoutBid[i] = up(choice.bestWithout(i));
      });
    }
    const units = market.units.length;
    const withUnit = unitGains?.map((gain, at) => up(choice.bestWith(Math.floor(at / units), gain))) ?? null;
    return { cost, withOption, withoutBid, withUnit, choice: choice.chosen() };
  }

  /** Pieces of each unit that chosen options take at the prices. */
  taken(region: Region, prices: Prices, choice: Int32Array): Float64Array {
    const taken = new Float64Array(this.market.units.length);
    for (const o of choice) {
      const option = this.market.options[o];
      if (option) this.gain(option, region, prices, option.lo, taken);
    }
    return taken;
  }

  /** The most that a bid can gain in a band: a greedy over its laminar limits, rounded up. */
  private gain(option: BandOption, region: Region, prices: Prices, least: number, taken: Float64Array | null): number {
    const { market, gains, ratio, take, order } = this;
    const [lo, hi] = [least, option.hi];
    const bid = market.bids[option.bid];
    const share = prices.share[bid?.provider ?? 0] ?? 0;
    const base = option.bid * market.units.length;
    const activation = (bid?.activation ?? 0) * prices.scale;
    let lines = 0;
    let gained = 0;
    for (let k = 0; k < option.units.length; k += 1) {
      const u = option.units[k] ?? 0;
      const weight = market.units[u]?.weight ?? 1;
      const pieces = region.forbidden !== null && region.forbidden[base + u] === 1 ? 0 : (option.pieces[k] ?? 0);
      const gain = (prices.unit[u] ?? 0) - (option.costs[k] ?? 0) * prices.scale - share * weight;
      gains[k] = gain;
      ratio[k] = gain / weight;
      take[k] = pieces * weight;
      if (gain > 0) {
        lines += pieces * weight;
        gained += pieces * gain;
      }
    }
    const held = region.least === null ? NOTHING_HELD : this.hold(option, region.least, taken);
    if (held === null) return -Infinity;
    const free = option.limits.length === 0 && lines <= hi && lines >= lo && held.lines === 0;
    if (free && taken === null) return gained - activation;
    order.length = 0;
    for (let k = 0; k < option.units.length; k += 1) if ((take[k] ?? 0) > 0) order.push(k);
    if (!free) order.sort((a, b) => (ratio[b] ?? 0) - (ratio[a] ?? 0) || a - b);
    if (option.limits.length > 0) this.trim(option);
    ({ lines, gained } = held);
    for (const k of order) {
      const gain = gains[k] ?? 0;
      const target = gain > 0 ? hi : lo;
      if (lines >= target) continue;
      const u = option.units[k] ?? 0;
      const weight = market.units[u]?.weight ?? 1;
      const part = Math.min(take[k] ?? 0, target - lines);
      lines += part;
      gained += partUp(gain, part, weight);
      if (taken) taken[u] = (taken[u] ?? 0) + part / weight;
    }
    // Ratios of nearly equal units may be ordered wrongly by their rounding; that costs less than one part.
    return lines < lo ? -Infinity : gained - activation + (market.divisible ? 0 : 1);
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

  /**
   * For each unit, the most that a bid can gain in a band when it wins the whole unit. Its minimum is left aside: what
   * it wins besides the unit need not reach it.
   */
  private addUnitGains(option: BandOption, region: Region, prices: Prices, unitGains: Float64Array): void {
    const best = this.gain(option, region, prices, 0, null);
    const base = option.bid * this.market.units.length;
    option.units.forEach((u, k) => {
      if (region.forbidden?.[base + u] === 1) return;
      unitGains[base + u] = Math.max(unitGains[base + u] ?? 0, best + Math.min(0, this.gains[k] ?? 0));
    });
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
