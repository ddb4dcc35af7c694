/**
 * Serves all units when every bid's band is given: each unit goes to the cheapest bid with room, the units that would
 * lose most by waiting first; then bids below their band's minimum take lines from others. Quick, without a promise.
 */
import { priced, type Found } from './allocation.js';
import type { BandOption, Market } from './market.js';
import { NONE } from './region.js';

/** Per bid the option in which it is to win, NONE when it is to win nothing. */
export type BandVector = Int32Array;

export interface Trial {
  /** lines without a place, or that a bid lacks for its band; zero when feasible */
  readonly short: number;
  readonly cost: number;
}

/** Per unit the limits of an option that it counts against; null when there are none. */
function limitsByUnit(option: BandOption): ReadonlyMap<number, readonly number[]> | null {
  if (option.limits.length === 0) return null;
  const limits = new Map<number, number[]>();
  option.limits.forEach(({ places }, at) => {
    for (const k of places) limits.set(option.units[k] ?? NONE, [...(limits.get(option.units[k] ?? NONE) ?? []), at]);
  });
  return limits;
}

export class Server {
  /** the work of one trial, in quantities looked at */
  readonly effort: number;
  private readonly units: number;
  /** bid x unit, for the bids that are to win: cost of a piece, the most pieces, pieces won */
  private readonly cost: Float64Array;
  private readonly most: Float64Array;
  private readonly won: Float64Array;
  private readonly lines: Float64Array;
  private readonly ofProvider: Float64Array;
  /** lines left within the limits of each bid's option, and per unit which limits it counts against */
  private readonly left: Float64Array[];
  private readonly within: (ReadonlyMap<number, readonly number[]> | null)[];
  private readonly limitsOf: (ReadonlyMap<number, readonly number[]> | null)[];
  /** the bids that are to win, and per unit those that offer it, ascending by cost */
  private serving: number[] = [];
  private readonly offering: number[][];
  /** per unit with several of them, what a line loses with the second instead of the first */
  private readonly loss: Float64Array;

  constructor(private readonly market: Market) {
    const { bids, units } = market;
    this.units = units.length;
    this.effort = units.length * Math.min(bids.length, market.mayWin) * 2;
    this.cost = new Float64Array(bids.length * units.length);
    this.most = new Float64Array(bids.length * units.length);
    this.won = new Float64Array(bids.length * units.length);
    this.lines = new Float64Array(bids.length);
    this.ofProvider = new Float64Array(market.providers.length);
    this.left = bids.map(() => new Float64Array(0));
    this.within = bids.map(() => null);
    this.limitsOf = market.options.map((option) => limitsByUnit(option));
    this.offering = units.map(() => []);
    this.loss = new Float64Array(units.length);
  }

  /** The allocation of the last trial, when it keeps all rules. */
  found(): Found | null {
    const allocation = this.market.bids.map(() => new Map<number, number>());
    for (const bid of this.serving) {
      for (let u = 0; u < this.units; u += 1) {
        const pieces = this.won[bid * this.units + u] ?? 0;
        if (pieces > 0) allocation[bid]?.set(u, pieces);
      }
    }
    return priced(this.market, allocation);
  }

  serve(bands: BandVector): Trial {
    const { market } = this;
    this.prepare(bands);
    let short = 0;
    let cost = 0;
    const held = new Map<number, number>();
    for (const { bid, unit: u, pieces } of market.held) {
      const at = bid * this.units + u;
      const most = this.offering[u]?.includes(bid) === true ? Math.min(pieces, this.most[at] ?? 0) : 0;
      const fit = Math.max(0, this.room(bid, bands[bid] ?? NONE, u, most));
      short += (pieces - fit) * (market.units[u]?.weight ?? 1);
      this.give(bid, u, fit);
      cost += fit * (this.cost[at] ?? 0);
      held.set(u, (held.get(u) ?? 0) + fit);
    }
    for (const u of this.order()) {
      let left = (market.units[u]?.pieces ?? 0) - (held.get(u) ?? 0);
      for (const bid of this.offering[u] ?? []) {
        const at = bid * this.units + u;
        const most = Math.min(left, (this.most[at] ?? 0) - (this.won[at] ?? 0));
        const fit = this.room(bid, bands[bid] ?? NONE, u, most);
        if (fit <= 0) continue;
        this.give(bid, u, fit);
        cost += fit * (this.cost[at] ?? 0);
        left -= fit;
        if (left === 0) break;
      }
      short += left * (market.units[u]?.weight ?? 1);
    }
    for (const bid of this.serving) {
      const lack = (market.options[bands[bid] ?? NONE]?.lo ?? 0) - (this.lines[bid] ?? 0);
      const pulled = lack > 0 ? this.pull(bands, bid, lack) : { lines: 0, cost: 0 };
      short += Math.max(0, lack - pulled.lines);
      cost += pulled.cost + (market.bids[bid]?.activation ?? 0);
    }
    const winners = this.ofProvider.reduce((n, lines, p) => n + (lines > 0 ? (market.counts[p] ?? 1) : 0), 0);
    short += Math.max(0, market.minWinners - winners) + Math.max(0, winners - market.maxWinners);
    for (const group of market.groups) {
      const ofGroup = market.bidsOf.filter(
        (bids, p) => group.counts[p] === 1 && bids.some((i) => this.wins(i, group.units)),
      ).length;
      short += Math.max(0, group.minWinners - ofGroup) + Math.max(0, ofGroup - group.maxWinners);
    }
    market.slotsOf.forEach((slots, p) => {
      if (market.included[p] === 1 && this.ofProvider[p] === 0) short += 1;
      for (const slot of slots) {
        if (slot.length > 1) short += Math.max(0, slot.filter((i) => (this.lines[i] ?? 0) > 0).length - 1);
      }
    });
    return { short, cost };
  }

  private wins(bid: number, within: readonly number[]): boolean {
    return within.some((u) => (this.won[bid * this.units + u] ?? 0) > 0);
  }

  private prepare(bands: BandVector): void {
    const { market, units } = this;
    for (const bid of this.serving) this.won.fill(0, bid * units, (bid + 1) * units);
    for (const list of this.offering) list.length = 0;
    this.lines.fill(0);
    this.ofProvider.fill(0);
    this.serving = [];
    bands.forEach((o, bid) => {
      const option = market.options[o];
      if (!option) return;
      this.serving.push(bid);
      this.left[bid] = Float64Array.from(option.limits, (limit) => limit.lines);
      this.within[bid] = this.limitsOf[o] ?? null;
      option.units.forEach((u, k) => {
        this.cost[bid * units + u] = option.costs[k] ?? 0;
        this.most[bid * units + u] = option.pieces[k] ?? 0;
        this.offer(bid, u);
      });
    });
  }

  /** Puts a bid behind those that offer a unit for no more; bids come in their order. The lists are too short to be sorted. */
  private offer(bid: number, u: number): void {
    const { cost, units } = this;
    const list = this.offering[u] ?? [];
    const own = cost[bid * units + u] ?? 0;
    let at = list.push(bid) - 1;
    for (; at > 0; at -= 1) {
      const before = list[at - 1] ?? NONE;
      if ((cost[before * units + u] ?? 0) <= own) break;
      list[at] = before;
    }
    list[at] = bid;
  }

  /** How many of so many pieces a bid has room for. */
  private room(bid: number, option: number, u: number, want: number): number {
    const { market } = this;
    const unit = market.units[u];
    const provider = market.bids[bid]?.provider ?? 0;
    let room = Math.min(
      (market.options[option]?.hi ?? 0) - (this.lines[bid] ?? 0),
      market.shareLines - (this.ofProvider[provider] ?? 0),
    );
    for (const limit of this.within[bid]?.get(u) ?? []) room = Math.min(room, this.left[bid]?.[limit] ?? 0);
    return Math.min(want, Math.floor(room / (unit?.weight ?? 1)));
  }

  private give(bid: number, u: number, pieces: number): void {
    const unit = this.market.units[u];
    const lines = (unit?.weight ?? 1) * pieces;
    const at = bid * this.units + u;
    this.won[at] = (this.won[at] ?? 0) + pieces;
    this.lines[bid] = (this.lines[bid] ?? 0) + lines;
    const provider = this.market.bids[bid]?.provider ?? 0;
    this.ofProvider[provider] = (this.ofProvider[provider] ?? 0) + lines;
    const left = this.left[bid];
    for (const limit of this.within[bid]?.get(u) ?? []) if (left) left[limit] = (left[limit] ?? 0) - lines;
  }

  /** Units by what a line loses when the cheapest bid has no room left, the most first. */
  private order(): number[] {
    const { cost, loss, units } = this;
    const alone: number[] = [];
    const others: number[] = [];
    let level = true;
    for (let u = 0; u < units; u += 1) {
      const [best, second] = this.offering[u] ?? [];
      if (best === undefined || second === undefined) {
        alone.push(u);
        continue;
      }
      const more = (cost[second * units + u] ?? 0) - (cost[best * units + u] ?? 0);
      loss[u] = more / (this.market.units[u]?.weight ?? 1);
      level &&= others.length === 0 || loss[others[0] ?? 0] === loss[u];
      others.push(u);
    }
    // Where nothing costs anything, or one bid serves all, there is nothing to sort.
    if (!level) others.sort((a, b) => (loss[a] === loss[b] ? a - b : (loss[b] ?? 0) > (loss[a] ?? 0) ? 1 : -1));
    for (const u of others) alone.push(u);
    return alone;
  }

  /** Takes lines from other bids, the cheapest first, as long as those keep their own minimum. */
  private pull(bands: BandVector, bid: number, lack: number): { lines: number; cost: number } {
    const { market, units } = this;
    const moves: { u: number; from: number; each: number; ofLine: number; weight: number }[] = [];
    const option = bands[bid] ?? NONE;
    market.options[option]?.units.forEach((u) => {
      for (const from of this.offering[u] ?? []) {
        if (from === bid || (this.won[from * units + u] ?? 0) === 0) continue;
        const each = (this.cost[bid * units + u] ?? 0) - (this.cost[from * units + u] ?? 0);
        const weight = market.units[u]?.weight ?? 1;
        moves.push({ u, from, each, ofLine: each / weight, weight });
      }
    });
    moves.sort((a, b) => a.ofLine - b.ofLine || a.u - b.u || a.from - b.from);
    let lines = 0;
    let cost = 0;
    for (const { u, from, each, weight } of moves) {
      if (lines >= lack) break;
      const spare = (this.lines[from] ?? 0) - (market.options[bands[from] ?? NONE]?.lo ?? 0);
      const want = Math.min(
        this.won[from * units + u] ?? 0,
        (this.most[bid * units + u] ?? 0) - (this.won[bid * units + u] ?? 0),
        Math.floor(spare / weight),
        Math.ceil((lack - lines) / weight),
      );
      if (want <= 0) continue;
      this.give(from, u, -want);
      const fit = Math.max(0, this.room(bid, option, u, want));
      this.give(from, u, want - fit);
      this.give(bid, u, fit);
      lines += fit * weight;
      cost += fit * each;
    }
    return { lines, cost };
  }
}
