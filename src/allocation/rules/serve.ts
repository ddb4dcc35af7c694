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
  /** lines left in lots whose limit binds */
  private readonly lotLeft: (Map<number, number> | null)[];
  /** the bids that are to win, and per unit those that offer it, ascending by cost */
  private serving: number[] = [];
  private readonly offering: number[][];

  constructor(private readonly market: Market) {
    const { bids, units } = market;
    this.units = units.length;
    this.effort = units.length * Math.min(bids.length, market.maxWinners) * 2;
    this.cost = new Float64Array(bids.length * units.length);
    this.most = new Float64Array(bids.length * units.length);
    this.won = new Float64Array(bids.length * units.length);
    this.lines = new Float64Array(bids.length);
    this.ofProvider = new Float64Array(market.providers.length);
    this.lotLeft = bids.map(() => null);
    this.offering = units.map(() => []);
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
    for (const u of this.order()) {
      let left = market.units[u]?.pieces ?? 0;
      for (const bid of this.offering[u] ?? []) {
        const at = bid * this.units + u;
        const fit = this.room(bid, bands[bid] ?? NONE, u, Math.min(left, this.most[at] ?? 0));
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
    const winners = this.ofProvider.reduce((n, lines) => n + (lines > 0 ? 1 : 0), 0);
    short += Math.max(0, market.minWinners - winners) + Math.max(0, winners - market.maxWinners);
    return { short, cost };
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
      this.lotLeft[bid] = this.limitsOf(option);
      option.units.forEach((u, k) => {
        this.cost[bid * units + u] = option.costs[k] ?? 0;
        this.most[bid * units + u] = option.pieces[k] ?? 0;
        this.offering[u]?.push(bid);
      });
    });
    const costOf = (bid: number, u: number) => this.cost[bid * units + u] ?? 0;
    this.offering.forEach((list, u) => list.length > 1 && list.sort((a, b) => costOf(a, u) - costOf(b, u) || a - b));
  }

  private limitsOf(option: BandOption): Map<number, number> | null {
    const lotOf = (place: number) => this.market.units[option.units[place] ?? 0]?.lot ?? 0;
    return option.limits.length === 0 ? null : new Map(option.limits.map(({ start, lines }) => [lotOf(start), lines]));
  }

  /** How many of so many pieces a bid has room for. */
  private room(bid: number, option: number, u: number, want: number): number {
    const { market } = this;
    const unit = market.units[u];
    const provider = market.bids[bid]?.provider ?? 0;
    const room = Math.min(
      (market.options[option]?.hi ?? 0) - (this.lines[bid] ?? 0),
      market.shareLines - (this.ofProvider[provider] ?? 0),
      this.lotLeft[bid]?.get(unit?.lot ?? 0) ?? Infinity,
    );
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
    const lots = this.lotLeft[bid];
    const left = lots?.get(unit?.lot ?? 0);
    if (left !== undefined) lots?.set(unit?.lot ?? 0, left - lines);
  }

  /** Units by what a line loses when the cheapest bid has no room left, the most first. */
  private order(): number[] {
    const loss = this.offering.map(([best, second], u) => {
      if (best === undefined || second === undefined) return Infinity;
      const more = (this.cost[second * this.units + u] ?? 0) - (this.cost[best * this.units + u] ?? 0);
      return more / (this.market.units[u]?.weight ?? 1);
    });
    const by = (a: number, b: number) => (loss[a] === loss[b] ? a - b : (loss[b] ?? 0) > (loss[a] ?? 0) ? 1 : -1);
    return loss.map((_, u) => u).sort(by);
  }

  /** Takes lines from other bids, the cheapest first, as long as those keep their own minimum. */
  private pull(bands: BandVector, bid: number, lack: number): { lines: number; cost: number } {
    const { market, units } = this;
    const moves: { u: number; from: number; each: number; weight: number }[] = [];
    const option = bands[bid] ?? NONE;
    market.options[option]?.units.forEach((u) => {
      for (const from of this.offering[u] ?? []) {
        if (from === bid || (this.won[from * units + u] ?? 0) === 0) continue;
        const each = (this.cost[bid * units + u] ?? 0) - (this.cost[from * units + u] ?? 0);
        moves.push({ u, from, each, weight: market.units[u]?.weight ?? 1 });
      }
    });
    moves.sort((a, b) => a.each / a.weight - b.each / b.weight || a.u - b.u || a.from - b.from);
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
