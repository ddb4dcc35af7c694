/**
 * Local search over who wins which unit, the bands of all bids given: a unit moves to another bid, or two bids exchange
 * units (shift and swap: Osman 1995, "Heuristics for the generalised assignment problem"). Takes an assignment that
 * breaks limits by a little, as the rounding of a linear program does, and leads it back. Units that go whole only.
 */
import type { Allocation, Market } from './market.js';
import { NONE } from './region.js';
import type { BandVector } from './serve.js';

/** Passes over all units: each makes every move that helps, so few are needed. */
const PASSES = 30;

export class Exchange {
  private readonly units: number;
  /** bid x unit: cost in the bid's band, Infinity when it does not offer the unit there */
  private readonly cost: Float64Array;
  private readonly owner: Int32Array;
  private readonly lines: Float64Array;
  private readonly ofProvider: Float64Array;
  private lo = new Float64Array(0);
  private hi = new Float64Array(0);
  private serving: number[] = [];
  /** lines over and below limits, altogether */
  private broken = 0;

  constructor(private readonly market: Market) {
    this.units = market.units.length;
    this.cost = new Float64Array(market.bids.length * this.units);
    this.owner = new Int32Array(this.units);
    this.lines = new Float64Array(market.bids.length);
    this.ofProvider = new Float64Array(market.providers.length);
  }

  /**
   * Improves an assignment until nothing near is better: fewer lines beyond limits first, then a lower cost.
   * @param owners per unit the bid that is to win it; one that does not offer it is replaced by the cheapest that does
   * @returns null when a unit is offered by nobody in these bands, or limits are still broken
   */
  from(bands: BandVector, owners: Int32Array): Allocation | null {
    if (!this.begin(bands, owners)) return null;
    for (let pass = 0; pass < PASSES && (this.shift() || this.swap()); pass += 1);
    if (this.broken > 0) return null;
    const allocation = this.market.bids.map(() => new Map<number, number>());
    this.owner.forEach((bid, u) => allocation[bid]?.set(u, 1));
    return allocation;
  }

  private begin(bands: BandVector, owners: Int32Array): boolean {
    const { market, units, cost } = this;
    this.serving = [];
    this.lines.fill(0);
    this.ofProvider.fill(0);
    this.lo = new Float64Array(market.bids.length);
    this.hi = new Float64Array(market.bids.length);
    bands.forEach((o, bid) => {
      const option = market.options[o];
      if (o === NONE || !option) return;
      this.serving.push(bid);
      this.lo[bid] = option.lo;
      this.hi[bid] = option.hi;
      cost.fill(Infinity, bid * units, (bid + 1) * units);
      option.units.forEach((u, k) => (cost[bid * units + u] = option.costs[k] ?? Infinity));
    });
    for (const { bid, unit } of market.held) {
      for (const other of this.serving) if (other !== bid) cost[other * units + unit] = Infinity;
    }
    const costOf = (bid: number, u: number) => cost[bid * units + u] ?? Infinity;
    for (let u = 0; u < units; u += 1) {
      const wanted = owners[u] ?? NONE;
      const offered = this.serving.includes(wanted) && costOf(wanted, u) < Infinity;
      const owner = offered
        ? wanted
        : this.serving.reduce((best, bid) => (best === NONE || costOf(bid, u) < costOf(best, u) ? bid : best), NONE);
      if (owner === NONE || costOf(owner, u) === Infinity) return false;
      this.owner[u] = owner;
      const weight = market.units[u]?.weight ?? 0;
      this.lines[owner] = (this.lines[owner] ?? 0) + weight;
      const provider = market.bids[owner]?.provider ?? 0;
      this.ofProvider[provider] = (this.ofProvider[provider] ?? 0) + weight;
    }
    this.broken = this.serving.reduce((sum, bid) => sum + this.off(bid, this.lines[bid] ?? 0), 0);
    this.ofProvider.forEach((lines) => (this.broken += Math.max(0, lines - market.shareLines)));
    return true;
  }

  /** Lines by which a bid is outside its band's limits when it wins so many. */
  private off(bid: number, lines: number): number {
    return Math.max(0, lines - (this.hi[bid] ?? 0), (this.lo[bid] ?? 0) - lines);
  }

  /** How many lines more are beyond limits when so many go from one bid to another; negative when fewer. */
  private moreBroken(from: number, to: number, lines: number): number {
    const [a, b] = [this.lines[from] ?? 0, this.lines[to] ?? 0];
    let more = this.off(from, a - lines) - this.off(from, a) + this.off(to, b + lines) - this.off(to, b);
    const [p, q] = [this.market.bids[from]?.provider ?? 0, this.market.bids[to]?.provider ?? 0];
    if (p === q) return more;
    const over = (provider: number, by: number) =>
      Math.max(0, (this.ofProvider[provider] ?? 0) + by - this.market.shareLines);
    more += over(p, -lines) - over(p, 0) + over(q, lines) - over(q, 0);
    return more;
  }

  private move(from: number, to: number, lines: number, more: number): void {
    this.lines[from] = (this.lines[from] ?? 0) - lines;
    this.lines[to] = (this.lines[to] ?? 0) + lines;
    const [p, q] = [this.market.bids[from]?.provider ?? 0, this.market.bids[to]?.provider ?? 0];
    this.ofProvider[p] = (this.ofProvider[p] ?? 0) - lines;
    this.ofProvider[q] = (this.ofProvider[q] ?? 0) + lines;
    this.broken += more;
  }

  /** Moves each unit to the bid where that helps most. */
  private shift(): boolean {
    const { market, units, cost, owner } = this;
    let any = false;
    for (let u = 0; u < units; u += 1) {
      const from = owner[u] ?? NONE;
      const weight = market.units[u]?.weight ?? 0;
      let best = { to: NONE, more: 0, dearer: 0 };
      for (const to of this.serving) {
        const dearer = (cost[to * units + u] ?? Infinity) - (cost[from * units + u] ?? 0);
        if (to === from || dearer === Infinity) continue;
        const more = this.moreBroken(from, to, weight);
        if (more < best.more || (more === best.more && dearer < best.dearer)) best = { to, more, dearer };
      }
      if (best.to === NONE) continue;
      owner[u] = best.to;
      this.move(from, best.to, weight, best.more);
      any = true;
    }
    return any;
  }

  /** Exchanges pairs of units between two bids where that helps. */
  private swap(): boolean {
    const { market, units, cost, owner } = this;
    let any = false;
    for (let u = 0; u < units; u += 1) {
      for (let v = u + 1; v < units; v += 1) {
        const [a, b] = [owner[u] ?? NONE, owner[v] ?? NONE];
        if (a === b) continue;
        const before = (cost[a * units + u] ?? 0) + (cost[b * units + v] ?? 0);
        const dearer = (cost[b * units + u] ?? Infinity) + (cost[a * units + v] ?? Infinity) - before;
        if (dearer === Infinity || (this.broken === 0 && dearer >= 0)) continue;
        const lines = (market.units[u]?.weight ?? 0) - (market.units[v]?.weight ?? 0);
        const more = this.moreBroken(a, b, lines);
        if (more > 0 || (more === 0 && dearer >= 0)) continue;
        owner[u] = b;
        owner[v] = a;
        this.move(a, b, lines, more);
        any = true;
      }
    }
    return any;
  }
}
