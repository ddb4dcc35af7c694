/**
 * With every bid's band decided, awarding whole units is a generalised assignment problem: each unit to one bid, within
 * the fewest and the most lines of each. Depth first through the few units that are not yet clear, the largest first.
 * What ends a branch are Lagrangian bounds in whole numbers, at several prices for the lines of a bid at once: a sum
 * each, so that a million branches take a second (Fisher 1981, "The Lagrangian relaxation method").
 */
import type { Prices } from './prices.js';
import type { Allocation, Market } from './market.js';
import { NONE, type Region } from './region.js';

/** Integers in doubles are exact up to twice this. */
const EXACT = 2 ** 52;
/** Beside the first prices, those at which so many units more, or fewer, would be cheapest with one of the bids. */
const CHANGES = [1, 3, 8];

/** What a bid may win. */
interface Offer {
  /** place among the bids that are to win */
  readonly serving: number;
  /** in parts of a minor unit */
  readonly cost: number;
}

/** A bid that is to win. */
interface Serving {
  readonly bid: number;
  readonly lo: number;
  readonly hi: number;
  readonly activation: number;
  /** price of a line for the share, in parts of a minor unit */
  readonly share: number;
}

export interface AssignMeans {
  /** what an allocation may cost at the most to be of interest; asked again after each offer */
  limit(): number;
  offer(allocation: Allocation): void;
  /** offers that may be looked at */
  readonly steps: number;
}

export interface Assigned {
  /** whether everything was looked at: nothing that is worth while is left in the region */
  readonly complete: boolean;
  /** offers that were looked at: a measure of work that is the same on every machine */
  readonly steps: number;
}

/**
 * Finds all allocations of a region that cost no more than the limit, as it comes down with each that is found. Rules
 * about winners, shares and money are left to whoever is offered them.
 * @param bands the one option of each bid that is left, NONE for nothing
 * @param prices those of the share are added to what is offered
 * @param lines per bid, a price of its lines in whole parts of a minor unit: a good one, or it takes longer, never wrong
 */
export function assign(
  market: Market,
  region: Region,
  bands: Int32Array,
  prices: Prices,
  lines: Float64Array,
  means: AssignMeans,
): Assigned {
  const assignment = new Assignment(market, region, bands, prices, lines, means);
  return { complete: assignment.run(), steps: assignment.steps };
}

class Assignment {
  steps = 0;
  private readonly serving: Serving[] = [];
  /** per unit */
  private readonly offers: Offer[][];
  private readonly owner: Int32Array;
  private readonly load: Float64Array;
  /** prices of a line, a set after the other, each with one per bid that is to win */
  private readonly sets: Float64Array[] = [];
  private order: number[] = [];
  /** per depth and set, what is given costs, and the units left at the least; per depth and bid, the most lines of these */
  private partial = new Float64Array(0);
  private rest = new Float64Array(0);
  private reach = new Float64Array(0);
  /** per place in `order`, offer and set */
  private values: Float64Array[] = [];
  private limit: number;

  constructor(
    private readonly market: Market,
    region: Region,
    bands: Int32Array,
    private readonly prices: Prices,
    private readonly lines: Float64Array,
    private readonly means: AssignMeans,
  ) {
    this.offers = market.units.map(() => []);
    this.limit = means.limit() * prices.scale;
    bands.forEach((o, bid) => {
      const option = market.options[o];
      const of = market.bids[bid];
      if (o === NONE || !option || !of) return;
      const share = prices.share[of.provider] ?? 0;
      const serving = this.serving.push({ bid, lo: option.lo, hi: option.hi, activation: of.activation, share }) - 1;
      option.units.forEach((u, k) => {
        if (region.forbidden?.[bid * market.units.length + u] === 1) return;
        this.offers[u]?.push({ serving, cost: (option.costs[k] ?? 0) * prices.scale });
      });
    });
    this.owner = new Int32Array(market.units.length).fill(NONE);
    this.load = new Float64Array(this.serving.length);
  }

  run(): boolean {
    if (this.offers.some((of) => of.length === 0)) return true;
    this.price(this.lines);
    if (!this.exact()) return false;
    for (let again = true; again;) {
      const bounds = this.sets.map((set) => this.boundAt(set));
      if (bounds.some((bound) => bound > this.limit)) return true;
      again = this.thin(bounds);
    }
    this.arrange();
    return this.descend(0);
  }

  /** The value of an offer at prices of lines. */
  private value(set: Float64Array, u: number, { serving, cost }: Offer): number {
    const share = this.serving[serving]?.share ?? 0;
    return cost + ((set[serving] ?? 0) + share) * (this.market.units[u]?.weight ?? 0);
  }

  /** What does not depend on who wins what, at prices of lines: limits that are paid for, activations. */
  private fixed(set: Float64Array): number {
    let sum = this.prices.share.reduce((all, price) => all - price * this.market.shareLines, 0);
    this.serving.forEach(({ lo, hi, activation }, s) => {
      const price = set[s] ?? 0;
      sum += activation * this.prices.scale - price * (price > 0 ? hi : lo);
    });
    return sum;
  }

  private least(set: Float64Array, u: number): number {
    return (this.offers[u] ?? []).reduce((least, offer) => Math.min(least, this.value(set, u, offer)), Infinity);
  }

  private boundAt(set: Float64Array): number {
    return this.offers.reduce((sum, _, u) => sum + this.least(set, u), this.fixed(set));
  }

  /** Takes out offers that the bounds rule out; says whether there were any. */
  private thin(bounds: readonly number[]): boolean {
    let any = false;
    this.offers.forEach((of, u) => {
      let kept = of;
      this.sets.forEach((set, k) => {
        const least = this.least(set, u);
        kept = kept.filter((offer) => (bounds[k] ?? 0) + this.value(set, u, offer) - least <= this.limit);
      });
      if (kept.length === of.length) return;
      this.offers[u] = kept;
      any = true;
    });
    return any;
  }

  /** The prices of a line that are given, and others near them. */
  private price(lines: Float64Array): void {
    const { market, serving } = this;
    const first = Float64Array.from(serving, ({ bid }) => lines[bid] ?? 0);
    this.sets.push(first);
    serving.forEach((_, s) => {
      // At which price of its lines each unit would come to the bid, or go from it.
      const changes = this.offers.flatMap((of, u) => {
        const own = of.find((one) => one.serving === s);
        const others = of.filter((one) => one.serving !== s).map((one) => this.value(first, u, one));
        if (!own || others.length === 0) return [];
        return [Math.round((Math.min(...others) - this.value(first, u, own)) / (market.units[u]?.weight ?? 1))];
      });
      const up = changes.filter((by) => by > 0).sort((a, b) => a - b);
      const down = changes.filter((by) => by < 0).sort((a, b) => b - a);
      for (const nth of CHANGES) {
        for (const by of [up[nth], down[nth]]) {
          if (by !== undefined) this.sets.push(first.map((price, t) => (t === s ? price + by : price)));
        }
      }
    });
    // What is given at no prices is its very cost.
    this.sets.push(new Float64Array(serving.length));
  }

  /** Whether all sums stay exact. */
  private exact(): boolean {
    const { market, prices, offers } = this;
    const shares = prices.share.reduce((sum, price) => sum + price * market.shareLines, 0);
    const costs = offers.reduce((sum, of) => sum + Math.max(0, ...of.map(({ cost }) => cost)), shares);
    return this.sets.every((set) => {
      const sizeOf = ({ activation, share }: Serving, s: number) =>
        activation * prices.scale + (Math.abs(set[s] ?? 0) + share) * 2 * market.totalLines;
      return this.serving.reduce((sum, serving, s) => sum + sizeOf(serving, s), costs) < EXACT;
    });
  }

  /** Gives the clear units to their bids, and sets the others in order. */
  private arrange(): void {
    const { market, offers, sets, serving } = this;
    const weight = (u: number) => market.units[u]?.weight ?? 0;
    const [first = new Float64Array(0)] = sets;
    const start = sets.map((set) => this.fixed(set));
    offers.forEach((of, u) => {
      of.sort((a, b) => this.value(first, u, a) - this.value(first, u, b) || a.serving - b.serving);
      const [only] = of;
      if (of.length !== 1 || !only) return;
      this.give(u, only.serving, weight(u));
      sets.forEach((set, k) => (start[k] = (start[k] ?? 0) + this.value(set, u, only)));
    });
    this.order = offers.flatMap((of, u) => (of.length > 1 ? [u] : [])).sort((a, b) => weight(b) - weight(a) || a - b);
    const depths = this.order.length + 1;
    this.partial = new Float64Array(depths * sets.length);
    this.partial.set(start);
    this.rest = new Float64Array(depths * sets.length);
    this.reach = new Float64Array(depths * serving.length);
    for (let depth = depths - 2; depth >= 0; depth -= 1) {
      const u = this.order[depth] ?? 0;
      const of = offers[u] ?? [];
      this.values[depth] = Float64Array.from(of.flatMap((offer) => sets.map((set) => this.value(set, u, offer))));
      sets.forEach((set, k) => {
        this.rest[depth * sets.length + k] = (this.rest[(depth + 1) * sets.length + k] ?? 0) + this.least(set, u);
      });
      serving.forEach((_, s) => {
        const more = of.some((offer) => offer.serving === s) ? weight(u) : 0;
        this.reach[depth * serving.length + s] = (this.reach[(depth + 1) * serving.length + s] ?? 0) + more;
      });
    }
  }

  private give(u: number, serving: number, lines: number): void {
    this.owner[u] = serving;
    this.load[serving] = (this.load[serving] ?? 0) + lines;
  }

  /** Can what is given so far be completed within the limits of the bids, as far as that shows? */
  private fits(depth: number): boolean {
    const { serving, load, reach } = this;
    for (let s = 0; s < serving.length; s += 1) {
      const { lo, hi } = serving[s] ?? { lo: 0, hi: 0 };
      const lines = load[s] ?? 0;
      if (lines > hi || lines + (reach[depth * serving.length + s] ?? 0) < lo) return false;
    }
    return true;
  }

  /** @returns false when the steps are used up */
  private descend(depth: number): boolean {
    if (!this.fits(depth)) return true;
    if (depth === this.order.length) return this.offer();
    const { sets, partial, rest } = this;
    const count = sets.length;
    const u = this.order[depth] ?? 0;
    const weight = this.market.units[u]?.weight ?? 0;
    const values = this.values[depth] ?? new Float64Array(0);
    const of = this.offers[u] ?? [];
    for (let n = 0; n < of.length; n += 1) {
      this.steps += 1;
      if (this.steps > this.means.steps) return false;
      let k = 0;
      for (; k < count; k += 1) {
        const sum = (partial[depth * count + k] ?? 0) + (values[n * count + k] ?? 0);
        partial[(depth + 1) * count + k] = sum;
        if (sum + (rest[(depth + 1) * count + k] ?? 0) > this.limit) break;
      }
      if (k < count) continue;
      this.give(u, of[n]?.serving ?? 0, weight);
      if (!this.descend(depth + 1)) return false;
      this.give(u, of[n]?.serving ?? 0, -weight);
    }
    return true;
  }

  private offer(): true {
    const allocation = this.market.bids.map(() => new Map<number, number>());
    this.owner.forEach((serving, u) => allocation[this.serving[serving]?.bid ?? NONE]?.set(u, 1));
    this.means.offer(allocation);
    this.limit = this.means.limit() * this.prices.scale;
    this.steps += this.owner.length;
    return true;
  }
}
