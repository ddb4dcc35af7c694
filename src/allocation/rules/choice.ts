/** Which providers win, given what each bid would gain in each band: all that gain, within the number of winners. */
import type { Market } from './market.js';
import { NONE, type Region } from './region.js';

export class Choice {
  /** per bid its best gain when it wins */
  private readonly wins: Float64Array;
  /** per provider its best gain when it wins, and whether it must win */
  private readonly gain: Float64Array;
  private readonly must: Uint8Array;
  /** providers by descending gain */
  private readonly order: number[];

  /** @param gains per option, -Infinity when it cannot be taken */
  constructor(
    private readonly market: Market,
    private readonly region: Region,
    private readonly gains: Float64Array,
  ) {
    this.wins = Float64Array.from(market.bids, (bid) =>
      bid.options.reduce((best, o) => Math.max(best, gains[o] ?? -Infinity), -Infinity),
    );
    this.gain = Float64Array.from(market.providers, (_, p) => this.gainOf(p, NONE, 0));
    this.must = Uint8Array.from(market.bidsOf, (bids, p) =>
      market.included[p] === 1 || bids.some((i) => this.forced(i)) ? 1 : 0,
    );
    this.order = market.providers.map((_, p) => p).sort((a, b) => (this.gain[b] ?? 0) - (this.gain[a] ?? 0) || a - b);
  }

  /** The best sum of gains; -Infinity when the number of winners cannot be kept. */
  best(): number {
    return this.total(NONE, 0, true);
  }

  /** What all others gain at the best when a bid wins: what it gains itself is to be added. */
  besides(bid: number): number {
    const p = this.market.bids[bid]?.provider ?? 0;
    return this.total(p, this.gainOf(p, bid, 0), true);
  }

  /** The same when a bid wins nothing. */
  bestWithout(bid: number): number {
    const p = this.market.bids[bid]?.provider ?? 0;
    const others = this.market.bidsOf[p] ?? [];
    const free = this.market.included[p] === 0 && others.every((i) => i === bid || !this.forced(i));
    const loses = free ? this.total(p, 0, false) : -Infinity;
    return Math.max(loses, this.total(p, this.gainOf(p, bid, -Infinity), true));
  }

  /** How large the gains are altogether: a sum of them is exact when this is below 2^53. */
  size(): number {
    return this.wins.reduce((sum, gain) => sum + (gain === -Infinity ? 0 : Math.abs(gain)), 0);
  }

  /** Per bid the option of a best choice, NONE when it wins nothing. */
  chosen(): Int32Array {
    const choice = new Int32Array(this.market.bids.length).fill(NONE);
    this.visitWinners(NONE, 0, (p) => {
      for (const slot of this.market.slotsOf[p] ?? []) {
        const most = Math.max(...slot.map((i) => this.wins[i] ?? -Infinity));
        const winner = slot.find((i) => this.forced(i)) ?? slot.find((i) => this.wins[i] === most) ?? NONE;
        if (most <= 0 && !this.forced(winner)) continue;
        const better = (a: number, o: number) => ((this.gains[o] ?? -Infinity) > (this.gains[a] ?? -Infinity) ? o : a);
        choice[winner] = (this.market.bids[winner]?.options ?? []).reduce(better, NONE);
      }
    });
    return choice;
  }

  private forced(bid: number): boolean {
    return this.region.must[bid] === 1;
  }

  /** Best gain of a provider that wins; the gain of one of its bids may be given, -Infinity for winning nothing. */
  private gainOf(p: number, given: number, value: number): number {
    let sum = 0;
    let any = false;
    let least = -Infinity;
    for (const slot of this.market.slotsOf[p] ?? []) {
      const best = this.gainOfSlot(slot, given, value);
      if (best === null) continue;
      if (best.sure || best.gain > 0) {
        sum += best.gain;
        any = true;
      } else {
        least = Math.max(least, best.gain);
      }
    }
    return any ? sum : least;
  }

  /** Best gain of the one bid of a slot that wins, and whether one has to; null when none can. */
  private gainOfSlot(slot: readonly number[], given: number, value: number): { gain: number; sure: boolean } | null {
    let best = -Infinity;
    let surely = 0;
    for (const i of slot) {
      const fixed = i === given;
      if (fixed && value === -Infinity) continue;
      const gain = fixed ? value : (this.wins[i] ?? -Infinity);
      const sure = fixed || this.forced(i);
      if (sure) surely += 1;
      if (surely > 1) return { gain: -Infinity, sure: true };
      if (sure || (surely === 0 && gain > best)) best = gain;
    }
    return best === -Infinity && surely === 0 ? null : { gain: best, sure: surely === 1 };
  }

  /** The best sum; one provider may be given, with its gain, as winning or as losing. */
  private total(given: number, gain: number, winning: boolean): number {
    const wins = given !== NONE && winning;
    const first = wins ? (this.market.counts[given] ?? 1) : 0;
    let sum = wins ? gain : 0;
    const winners = this.visitWinners(given, first, (p) => (sum += this.gain[p] ?? -Infinity));
    return winners === null ? -Infinity : sum;
  }

  /** Visits the winners of a best choice other than the given one; null when their number cannot be kept. */
  private visitWinners(given: number, first: number, visit: (provider: number) => void): number | null {
    const { counts, minWinners, maxWinners } = this.market;
    let winners = first;
    this.must.forEach((must, p) => {
      if (p === given || must === 0) return;
      visit(p);
      winners += counts[p] ?? 1;
    });
    if (winners > maxWinners) return null;
    for (const p of this.order) {
      if (p === given || this.must[p] === 1) continue;
      const gain = this.gain[p] ?? -Infinity;
      if (gain === -Infinity || (winners >= minWinners && gain <= 0)) break;
      // Who is a winner already takes no place of another, and fills none.
      if (counts[p] === 0 ? gain <= 0 : winners >= maxWinners) continue;
      visit(p);
      winners += counts[p] ?? 1;
    }
    return winners < minWinners ? null : winners;
  }
}
