/**
 * A lower bound on cost that holds in exact integers, for any prices whatsoever: the Lagrangian relaxation of demand
 * and share (Geoffrion 1974, "Lagrangean relaxation for integer programming"). Given a price for serving a piece of
 * each unit, every bid takes in its best band what it gains from, as far as these bands can be reached together; the
 * prices less those gains are a bound. Prices come from floating point and are rounded to integers first: bad prices
 * make the bound weak, never wrong.
 */
import { Choice } from './choice.js';
import { EXACT, Gains } from './gain.js';
import type { BarredUnit, Market } from './market.js';
import type { Prices } from './prices.js';
import type { Region } from './region.js';
import { Packing, Volumes } from './volumes.js';

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

/** What a bound is made of: for any choice of options, no allocation costs less than (sum - their gains) / scale. */
export interface Reckoned {
  readonly scale: number;
  readonly sum: number;
  /** per option, -Infinity when it cannot be taken */
  readonly gains: Float64Array;
}

/** What a market may cost at its dearest. */
function worstCost(market: Market): number {
  const dearest = new Float64Array(market.units.length);
  for (const option of market.options) {
    option.units.forEach((u, k) => (dearest[u] = Math.max(dearest[u] ?? 0, option.costs[k] ?? 0)));
  }
  const lines = market.units.reduce((sum, unit, u) => sum + unit.pieces * (dearest[u] ?? 0), 1);
  return market.bids.reduce((sum, bid) => sum + bid.activation, lines);
}

/** Evaluates bounds for one market; keeps its working memory. */
export class Bounds {
  private readonly worst: number;
  private readonly gains: Gains;
  private readonly volumes: Volumes;

  constructor(private readonly market: Market) {
    this.worst = worstCost(market);
    this.gains = new Gains(market);
    this.volumes = new Volumes(market);
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
    const reckoned = this.reckon(region, prices);
    if (!reckoned) return null;
    const { sum, gains } = reckoned;
    const choice = new Choice(market, region, gains);
    if (!(choice.size() < EXACT / 2)) return null;
    const packing = new Packing(market, region, this.volumes, gains);
    const up = (gain: number) => (gain === -Infinity ? Infinity : Math.ceil((sum - gain) / prices.scale));
    const [chosen, packed] = [choice.best(), packing.best()];
    const cost = up(Math.min(chosen, packed));
    const withOption = new Float64Array(gains.length).fill(Infinity);
    const withoutBid = new Float64Array(market.bids.length).fill(Infinity);
    const withUnit = wholeUnits ? new Float64Array(market.bids.length * market.units.length).fill(Infinity) : null;
    if (cost < Infinity) {
      market.bids.forEach((bid, i) => {
        const besides = choice.besides(i);
        for (const o of bid.options) {
          const option = market.options[o];
          if (region.allowed[o] !== 1 || !option || gains[o] === -Infinity) continue;
          const others = Math.min(besides, packing.others(o));
          withOption[o] = up(others + (gains[o] ?? 0));
          if (!withUnit) continue;
          this.gains.withUnits(option, region, prices, (u, gain) => {
            const at = i * market.units.length + u;
            withUnit[at] = Math.min(withUnit[at] ?? 0, up(others + gain));
          });
        }
        if (region.must[i] === 0) withoutBid[i] = up(Math.min(choice.bestWithout(i), packing.without(i)));
      });
    }
    return { cost, withOption, withoutBid, withUnit, choice: packed < chosen ? packing.chosen() : choice.chosen() };
  }

  /**
   * The bound of a region at given prices for each of some units by itself, barred to a bid there; null when the prices
   * are too large to add exactly. Only that bid's gains are looked at again.
   * @param region has its own list of what is forbidden; it comes back as it was
   */
  barring(region: Region, prices: Prices, barred: readonly BarredUnit[]): number[] | null {
    const { market } = this;
    const { forbidden } = region;
    const reckoned = this.reckon(region, prices);
    if (!reckoned || forbidden === null) return null;
    const { sum, gains } = reckoned;
    const costs: number[] = [];
    for (const { bid, unit } of barred) {
      const options = market.bids[bid]?.options ?? [];
      const before = options.map((o) => gains[o] ?? -Infinity);
      const at = bid * market.units.length + unit;
      const was = forbidden[at] ?? 0;
      forbidden[at] = 1;
      for (const o of options) {
        const option = market.options[o];
        if (option && region.allowed[o] === 1) gains[o] = this.gains.of(option, region, prices, null);
      }
      forbidden[at] = was;
      const choice = new Choice(market, region, gains);
      if (!(choice.size() < EXACT / 2)) return null;
      const gain = Math.min(choice.best(), new Packing(market, region, this.volumes, gains).best());
      costs.push(gain === -Infinity ? Infinity : Math.ceil((sum - gain) / prices.scale));
      options.forEach((o, k) => (gains[o] = before[k] ?? -Infinity));
    }
    return costs;
  }

  /** What the bound of a region at given prices is made of; null when the prices are too large to add exactly. */
  reckon(region: Region, prices: Prices): Reckoned | null {
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
    market.options.forEach((option, o) => {
      if (region.allowed[o] === 1) gains[o] = this.gains.of(option, region, prices, null);
    });
    return { scale: prices.scale, sum, gains };
  }

  /** Pieces of each unit that chosen options take at the prices. */
  taken(region: Region, prices: Prices, choice: Int32Array): Float64Array {
    const taken = new Float64Array(this.market.units.length);
    for (const o of choice) {
      const option = this.market.options[o];
      if (option) this.gains.of(option, region, prices, taken);
    }
    return taken;
  }
}
