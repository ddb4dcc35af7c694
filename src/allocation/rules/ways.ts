/**
 * All ways to choose a band for every bid of a region that may be worth while, where they are few: what each bid gains
 * in each band at given prices adds up to a bound of the whole.
 */
import type { Reckoned } from './bound.js';
import { EXACT } from './gain.js';
import type { Market } from './market.js';
import { choicesOf, NONE, type Region } from './region.js';

/** Steps that looking for them may take, for each one that there may be. */
const STEPS_EACH = 5;

export interface Way {
  /** the option of each bid, NONE for nothing */
  readonly bands: Int32Array;
  /** no allocation in these bands costs less */
  readonly bound: number;
}

/**
 * The ways whose bound is no more than a limit, ascending by bound; null when there are more than so many.
 * Others hold no allocation that costs as little and keeps the rules about how many win how much.
 */
export function waysIn(market: Market, region: Region, reckoned: Reckoned, limit: number, most: number): Way[] | null {
  return new Ways(market, region, reckoned, limit, most).all();
}

class Ways {
  private readonly found: Way[] = [];
  private readonly bands: Int32Array;
  private readonly choices: (readonly number[])[];
  /** per bid, of it and all after it: the best gains, the fewest and the most lines; one place more than there are bids */
  private readonly best: Float64Array;
  private readonly fewest: Float64Array;
  private readonly reach: Float64Array;
  /** the slot of each bid, how many bids of each slot win, and how many of each provider */
  private readonly slotOf: Int32Array;
  private readonly winsOf: Int32Array;
  private readonly bidsWon: Int32Array;
  private readonly scaledLimit: number;
  private winners = 0;
  private steps = 0;

  constructor(
    private readonly market: Market,
    region: Region,
    private readonly reckoned: Reckoned,
    limit: number,
    private readonly most: number,
  ) {
    this.scaledLimit = limit * reckoned.scale;
    const bids = market.bids.length;
    this.bands = new Int32Array(bids).fill(NONE);
    this.choices = market.bids.map((_, bid) =>
      choicesOf(market, region, bid)
        .filter((o) => this.gain(o) > -Infinity)
        .sort((a, b) => this.gain(b) - this.gain(a) || a - b),
    );
    this.best = new Float64Array(bids + 1);
    this.fewest = new Float64Array(bids + 1);
    this.reach = new Float64Array(bids + 1);
    for (let bid = bids - 1; bid >= 0; bid -= 1) {
      const open = this.choices[bid] ?? [];
      this.best[bid] = (this.best[bid + 1] ?? 0) + open.reduce((best, o) => Math.max(best, this.gain(o)), -Infinity);
      this.fewest[bid] = (this.fewest[bid + 1] ?? 0) + open.reduce((least, o) => Math.min(least, this.lo(o)), Infinity);
      this.reach[bid] = (this.reach[bid + 1] ?? 0) + open.reduce((reach, o) => Math.max(reach, this.hi(o)), 0);
    }
    this.slotOf = new Int32Array(bids);
    market.slotsOf.flat().forEach((slot, at) => slot.forEach((bid) => (this.slotOf[bid] = at)));
    this.winsOf = new Int32Array(bids);
    this.bidsWon = new Int32Array(market.providers.length);
  }

  all(): Way[] | null {
    const size = this.choices.reduce(
      (sum, open) => sum + open.reduce((largest, o) => Math.max(largest, Math.abs(this.gain(o))), 0),
      Math.abs(this.reckoned.sum),
    );
    if (!(size < EXACT)) return null;
    if (!this.descend(0, 0, 0, 0)) return null;
    return this.found.sort((a, b) => a.bound - b.bound);
  }

  private gain(o: number): number {
    return o === NONE ? 0 : (this.reckoned.gains[o] ?? -Infinity);
  }

  private lo(o: number): number {
    return o === NONE ? 0 : (this.market.options[o]?.lo ?? 0);
  }

  private hi(o: number): number {
    return o === NONE ? 0 : (this.market.options[o]?.hi ?? 0);
  }

  /** @returns false when there are too many */
  private descend(bid: number, gained: number, fewest: number, reach: number): boolean {
    const { market, bands, reckoned } = this;
    this.steps += 1;
    if (this.steps > this.most * STEPS_EACH) return false;
    const least = reckoned.sum - gained - (this.best[bid] ?? 0);
    if (!(least <= this.scaledLimit)) return true;
    if (fewest + (this.fewest[bid] ?? 0) > market.totalLines) return true;
    if (reach + (this.reach[bid] ?? 0) < market.totalLines) return true;
    if (bid === bands.length) {
      if (this.winners < market.minWinners) return true;
      if (market.included.some((included, p) => included === 1 && this.bidsWon[p] === 0)) return true;
      if (this.found.length === this.most) return false;
      this.found.push({ bands: bands.slice(), bound: Math.ceil(least / reckoned.scale) });
      return true;
    }
    const provider = market.bids[bid]?.provider ?? 0;
    const slot = this.slotOf[bid] ?? 0;
    for (const o of this.choices[bid] ?? []) {
      bands[bid] = o;
      if (o === NONE) {
        if (!this.descend(bid + 1, gained, fewest, reach)) return false;
        continue;
      }
      if (this.winsOf[slot] === 1) continue;
      const first = this.bidsWon[provider] === 0 ? (market.counts[provider] ?? 1) : 0;
      if (this.winners + first > market.maxWinners) continue;
      this.winsOf[slot] = 1;
      this.bidsWon[provider] = (this.bidsWon[provider] ?? 0) + 1;
      this.winners += first;
      const within = this.descend(bid + 1, gained + this.gain(o), fewest + this.lo(o), reach + this.hi(o));
      this.winsOf[slot] = 0;
      this.bidsWon[provider] = (this.bidsWon[provider] ?? 0) - 1;
      this.winners -= first;
      if (!within) return false;
    }
    bands[bid] = NONE;
    return true;
  }
}
