/**
 * Where few ways to choose the bands of all bids are left, it is quicker to look at each of them than to split: with its
 * bands decided, a bound takes microseconds (`decided.ts`), and what that leaves is solved exactly.
 */
import { priced } from './allocation.js';
import { assign } from './assign.js';
import { Decided } from './decided.js';
import { narrow } from './narrow.js';
import type { Prices } from './prices.js';
import type { Probe } from './probe.js';
import { keepOnly, type Region } from './region.js';
import { waysIn } from './ways.js';

/** The most ways, and offers that bounding each of them once may look at altogether. */
const MOST = 10_000;
const OFFERS = { whole: 2_500_000, shared: 5_000_000, sharedNear: 300_000 } as const;
/** Offers that assigning the units of one way may look at, and of all of them. */
const ASSIGN_STEPS = 300_000;
const ALL_STEPS = 3_000_000;
/** Offers of assigning that take as long as solving the transport problem of one way, by the unit. */
const TRANSPORT_STEPS = 100;
/** Offers of a bound that take as long as one of assigning. */
const QUICKER = 5;

export interface Part {
  readonly region: Region;
  /** no allocation in it costs less */
  readonly bound: number;
}

export interface Exhausted {
  /** what is left of the region, where looking took too long */
  readonly parts: readonly Part[];
  /** offers that were looked at: a measure of work that is the same on every machine */
  readonly steps: number;
}

export class Exhaust {
  private readonly decided: Decided;
  private readonly most: number;

  /** @param near whether only the proof is left: where lines are shared, splitting is quicker then than many ways */
  constructor(
    private readonly probe: Probe,
    near: boolean,
    private readonly stop: () => boolean,
  ) {
    const { market } = probe;
    this.decided = new Decided(market);
    const offers = market.units.length * Math.min(market.bids.length, market.mayWin);
    const shared = near ? OFFERS.sharedNear : OFFERS.shared;
    const most = market.divisible ? shared : OFFERS.whole;
    this.most = Math.max(1, Math.min(MOST, Math.floor(most / (offers + 1))));
  }

  /**
   * Looks at all ways to choose bands in a region; null when they are too many.
   * @param prices good ones for the region
   */
  through(region: Region, prices: Prices): Exhausted | null {
    const { probe, decided } = this;
    const { market } = probe;
    const reckoned = probe.bounds.reckon(region, prices);
    // Without a limit, nothing is ruled out: only what is decided already can be looked at.
    const most = probe.limit < Infinity ? this.most : 1;
    const ways = reckoned && waysIn(market, region, reckoned, probe.limit, most);
    if (!ways) return null;
    const parts: Part[] = [];
    decided.steps = 0;
    let steps = 0;
    for (const way of ways) {
      if (way.bound > probe.limit) break;
      const limit = probe.limit * prices.scale;
      const raised = limit < Infinity ? decided.raise(region, way.bands, prices, limit) : -Infinity;
      if (raised > limit) continue;
      const rest = keepOnly(market, region, way.bands);
      if (!narrow(market, rest)) continue;
      const exact = raised > -Infinity;
      const narrowed = exact && !market.divisible ? decided.raise(rest, way.bands, prices, limit) : raised;
      if (narrowed > limit) continue;
      const tightened = Math.max(raised, narrowed, exact ? decided.tighten(rest, limit) : raised);
      if (tightened > limit) continue;
      const part = { region: rest, bound: Math.max(way.bound, Math.ceil(tightened / prices.scale)) };
      if (this.stop() || steps > ALL_STEPS) {
        parts.push(part);
        continue;
      }
      if (market.divisible) {
        steps += market.units.length * TRANSPORT_STEPS;
        for (const left of probe.settle(part.region) ?? []) parts.push({ region: left, bound: part.bound });
        continue;
      }
      const assigned = assign(market, part.region, way.bands, prices, decided.best, {
        limit: () => probe.limit,
        offer: (allocation) => probe.offer(priced(market, allocation)),
        steps: ASSIGN_STEPS,
      });
      steps += assigned.steps;
      if (!assigned.complete) parts.push(part);
    }
    return { parts, steps: steps + decided.steps / QUICKER };
  }
}
