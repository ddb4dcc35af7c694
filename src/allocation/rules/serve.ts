/**
 * Serves all units when every bid's band is given: each unit goes to the cheapest bid with room, the units that would
 * lose most by waiting first; then bids below their band's minimum take lines from others. Quick, without a promise.
 */
import { priced, type Found } from './allocation.js';
import type { Market } from './market.js';
import { NONE, placeOf } from './region.js';

/** Per bid the option in which it is to win, NONE when it is to win nothing. */
export type BandVector = Int32Array;

interface Offer {
  readonly option: number;
  readonly bid: number;
  readonly pieces: number;
  readonly cost: number;
}

export interface Trial {
  /** lines without a place, or that a bid lacks for its band; zero when feasible */
  readonly short: number;
  readonly cost: number;
}

export class Server {
  /** per unit, ascending by cost */
  private readonly offers: readonly Offer[][];
  private readonly won: Float64Array[];
  private readonly lines: Float64Array;
  private readonly ofProvider: Float64Array;
  /** the bids that are to win */
  private readonly serving: number[] = [];
  private readonly lotLeft: (Map<number, number> | null)[];

  constructor(private readonly market: Market) {
    const offers: Offer[][] = market.units.map(() => []);
    market.options.forEach((option, o) => {
      option.units.forEach((u, k) => {
        const [pieces, cost] = [option.pieces[k] ?? 0, option.costs[k] ?? 0];
        offers[u]?.push({ option: o, bid: option.bid, pieces, cost });
      });
    });
    for (const list of offers) list.sort((a, b) => a.cost - b.cost || a.bid - b.bid || a.option - b.option);
    this.offers = offers;
    this.won = market.bids.map(() => new Float64Array(market.units.length));
    this.lines = new Float64Array(market.bids.length);
    this.ofProvider = new Float64Array(market.providers.length);
    this.lotLeft = market.bids.map(() => null);
  }

  /** The work of one trial, in offers looked at. */
  get effort(): number {
    return this.offers.reduce((sum, list) => sum + list.length, this.market.units.length * 20);
  }

  /** The allocation of the last trial, when it keeps all rules. */
  found(): Found | null {
    const allocation = this.won.map((row) => {
      const won = new Map<number, number>();
      row.forEach((pieces, unit) => pieces > 0 && won.set(unit, pieces));
      return won;
    });
    return priced(this.market, allocation);
  }

  serve(bands: BandVector): Trial {
    const { market } = this;
    this.clear(bands);
    let short = 0;
    let cost = 0;
    for (const u of this.order(bands)) {
      let left = market.units[u]?.pieces ?? 0;
      for (const offer of this.offers[u] ?? []) {
        if (bands[offer.bid] !== offer.option) continue;
        const fit = this.room(offer, u, Math.min(left, offer.pieces));
        if (fit <= 0) continue;
        this.give(offer.bid, u, fit);
        cost += fit * offer.cost;
        left -= fit;
        if (left === 0) break;
      }
      short += left * (market.units[u]?.weight ?? 1);
    }
    for (const [i, o] of bands.entries()) {
      if (o === NONE) continue;
      const lack = (market.options[o]?.lo ?? 0) - (this.lines[i] ?? 0);
      const pulled = lack > 0 ? this.pull(bands, i, lack) : { lines: 0, cost: 0 };
      short += Math.max(0, lack - pulled.lines);
      cost += pulled.cost + (market.bids[i]?.activation ?? 0);
    }
    const winners = this.ofProvider.reduce((n, lines) => n + (lines > 0 ? 1 : 0), 0);
    short += Math.max(0, market.minWinners - winners) + Math.max(0, winners - market.maxWinners);
    return { short, cost };
  }

  private clear(bands: BandVector): void {
    const { market } = this;
    this.serving.length = 0;
    this.lines.fill(0);
    this.ofProvider.fill(0);
    for (const [i, o] of bands.entries()) {
      this.won[i]?.fill(0);
      if (o !== NONE) this.serving.push(i);
      const option = market.options[o];
      const limits = option && option.limits.length > 0 ? option.limits : null;
      this.lotLeft[i] =
        limits && new Map(limits.map((l) => [market.units[option?.units[l.start] ?? 0]?.lot ?? 0, l.lines]));
    }
  }

  /** How many of so many pieces a bid has room for. */
  private room(offer: Offer, u: number, want: number): number {
    const { market } = this;
    const unit = market.units[u];
    const provider = market.bids[offer.bid]?.provider ?? 0;
    const room = Math.min(
      (market.options[offer.option]?.hi ?? 0) - (this.lines[offer.bid] ?? 0),
      market.shareLines - (this.ofProvider[provider] ?? 0),
      this.lotLeft[offer.bid]?.get(unit?.lot ?? 0) ?? Infinity,
    );
    return Math.min(want, Math.floor(room / (unit?.weight ?? 1)));
  }

  private give(bid: number, u: number, pieces: number): void {
    const unit = this.market.units[u];
    const lines = (unit?.weight ?? 1) * pieces;
    const row = this.won[bid];
    if (row) row[u] = (row[u] ?? 0) + pieces;
    this.lines[bid] = (this.lines[bid] ?? 0) + lines;
    const provider = this.market.bids[bid]?.provider ?? 0;
    this.ofProvider[provider] = (this.ofProvider[provider] ?? 0) + lines;
    const lots = this.lotLeft[bid];
    const left = lots?.get(unit?.lot ?? 0);
    if (left !== undefined) lots?.set(unit?.lot ?? 0, left - lines);
  }

  /** Units by what a line loses when the cheapest bid has no room left, the most first. */
  private order(bands: BandVector): number[] {
    const loss = this.offers.map((list, u) => {
      let best = -1;
      for (const offer of list) {
        if (bands[offer.bid] !== offer.option) continue;
        if (best >= 0) return (offer.cost - best) / (this.market.units[u]?.weight ?? 1);
        best = offer.cost;
      }
      return Infinity;
    });
    const by = (a: number, b: number) => (loss[a] === loss[b] ? a - b : (loss[b] ?? 0) > (loss[a] ?? 0) ? 1 : -1);
    return loss.map((_, u) => u).sort(by);
  }

  /** Takes lines from other bids, the cheapest first, as long as those keep their own minimum. */
  private pull(bands: BandVector, bid: number, lack: number): { lines: number; cost: number } {
    const { market, won } = this;
    const option = market.options[bands[bid] ?? NONE];
    const moves: { u: number; own: Offer; from: number; each: number; weight: number }[] = [];
    option?.units.forEach((u, k) => {
      const [pieces, cost] = [option.pieces[k] ?? 0, option.costs[k] ?? 0];
      const own: Offer = { option: bands[bid] ?? NONE, bid, pieces, cost };
      for (const from of this.serving) {
        if (from === bid || (won[from]?.[u] ?? 0) === 0) continue;
        const other = market.options[bands[from] ?? NONE];
        const each = cost - (other?.costs[placeOf(other.units, u)] ?? 0);
        moves.push({ u, own, from, each, weight: market.units[u]?.weight ?? 1 });
      }
    });
    moves.sort((a, b) => a.each / a.weight - b.each / b.weight || a.u - b.u || a.from - b.from);
    let lines = 0;
    let cost = 0;
    for (const { u, own, from, each, weight } of moves) {
      if (lines >= lack) break;
      const spare = (this.lines[from] ?? 0) - (market.options[bands[from] ?? NONE]?.lo ?? 0);
      const want = Math.min(
        won[from]?.[u] ?? 0,
        own.pieces - (won[bid]?.[u] ?? 0),
        Math.floor(spare / weight),
        Math.ceil((lack - lines) / weight),
      );
      if (want <= 0) continue;
      this.give(from, u, -want);
      const fit = Math.max(0, this.room(own, u, want));
      this.give(from, u, want - fit);
      this.give(bid, u, fit);
      lines += fit * weight;
      cost += fit * each;
    }
    return { lines, cost };
  }
}
