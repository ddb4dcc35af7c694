/**
 * Looks at one region: its relaxation guides, its bound in exact integers decides, and what the bound rules out is taken
 * out of the region. On the way it picks up allocations and remembers the best.
 */
import { earlier, priced, type Found } from './allocation.js';
import { ascend, cheapestPrices } from './ascent.js';
import type { Bound, Bounds } from './bound.js';
import { decidedBands } from './branching.js';
import { Exchange } from './exchange.js';
import type { Fractions } from './formulation.js';
import { splitByGroups } from './groups.js';
import { Lenses } from './lenses.js';
import type { Market } from './market.js';
import { narrow } from './narrow.js';
import type { Prices } from './prices.js';
import { choicesOf, dropChoice, NONE, ownersByUnit, sizeOf, wholeRegion, type Region } from './region.js';
import type { LinearSolver, Relaxation } from './relaxation.js';
import type { Server } from './serve.js';
import { transport } from './transport.js';
import { orderTwins, twinsOf } from './twins.js';

/** Rounds of ascent instead: at a node, and to try out a split. */
const CLIMB_ROUNDS = 40;
const GLANCE_ROUNDS = 10;
/** Quantities below which a linear program alone is quicker than what it saves. */
const CLIMB_FROM = 1_000;
/** Part of all lines. */
const MANY_LINES = 0.05;

export interface Look {
  /** exact: no allocation in the region costs less */
  readonly bound: number;
  /** null when the linear solver had no answer or was not asked */
  readonly fractions: Fractions | null;
  readonly prices: Prices;
  /** whether the bound took anything out of the region */
  readonly shrunk: boolean;
}

export class Probe {
  /** the best allocation known; of equally cheap ones, the one that prefers earlier bids */
  best: Found | null = null;
  private readonly lenses: Lenses;
  private readonly twins: ReturnType<typeof twinsOf>;
  private readonly exchange: Exchange;

  /**
   * @param cutoff allocations that cost more are of no interest; 0 where it is only asked whether there is any
   * @param onFound told of every allocation that is better than all before
   * @param stop true when the work is to end
   */
  constructor(
    readonly market: Market,
    readonly bounds: Bounds,
    readonly server: Server,
    solver: LinearSolver,
    readonly cutoff: number,
    private readonly onFound: (found: Found) => void,
    private readonly stop: () => boolean,
  ) {
    this.lenses = new Lenses(market, bounds, solver, cutoff <= 0);
    this.twins = twinsOf(market);
    this.exchange = new Exchange(market);
  }

  free(): void {
    this.lenses.free();
  }

  /** Uses a relaxation of somebody else's, who frees it, until a smaller region deserves one of its own. */
  lend(relaxation: Relaxation): void {
    this.lenses.lend(relaxation, wholeRegion(this.market));
  }

  /** The most that an allocation of interest may cost. */
  get limit(): number {
    return Math.min(this.cutoff, this.best?.cost ?? Infinity);
  }

  /** Can a region with this bound hold anything better than what is known? */
  worthwhile(bound: number): boolean {
    return bound < Infinity && bound <= this.cutoff && (this.best === null || bound < this.best.cost);
  }

  offer(found: Found | null): void {
    if (!found || found.cost > this.cutoff) return;
    const better = this.best === null || found.cost < this.best.cost;
    if (!better && !(found.cost === this.best?.cost && earlier(found.lines, this.best.lines))) return;
    this.best = found;
    this.onFound(found);
  }

  /**
   * Looks at a region, and shrinks it.
   * @param prices prices of a region around it, to settle it without the linear solver; null when there are none
   * @param closely whether to build a relaxation for it and tighten that
   */
  look(region: Region, prices: Prices | null, closely: boolean): Look {
    orderTwins(this.market, this.twins, region);
    const first = prices ?? cheapestPrices(this.market, this.bounds);
    if (!narrow(this.market, region)) return { bound: Infinity, fractions: null, prices: first, shrunk: true };
    const floor = this.bounds.of(region, first, false)?.cost ?? -Infinity;
    const before = { bound: floor, fractions: null, prices: first, shrunk: false };
    if (floor > this.limit) return before;
    const lens = this.lenses.of(region, closely);
    if (lens && !(closely && this.volumesOpen(region))) return this.through(lens, region, before, closely);
    const climbed = this.climb(region, first, closely ? CLIMB_ROUNDS : GLANCE_ROUNDS);
    return lens && climbed.bound <= this.limit ? this.through(lens, region, climbed, closely) : climbed;
  }

  /** Is there much to choose from, and a band that takes many lines? Then the bound says more than linear programs, which reach bands in part. */
  private volumesOpen(region: Region): boolean {
    const { market } = this;
    if (this.cutoff <= 0 || sizeOf(market, region) < CLIMB_FROM) return false;
    return market.bids.some((_, bid) => {
      const choices = choicesOf(market, region, bid);
      return choices.length > 1 && choices.some((o) => (market.options[o]?.lo ?? 0) > market.totalLines * MANY_LINES);
    });
  }

  /** Looks with the linear solver, after another look. */
  private through(lens: Relaxation, region: Region, before: Look, closely: boolean): Look {
    const relaxed = lens.solve(region, closely);
    if (!relaxed) return before;
    const bound = this.bounds.of(region, relaxed.prices, !this.market.divisible);
    this.round(relaxed.fractions);
    const cost = bound?.cost ?? -Infinity;
    const shrunk = cost <= this.limit && bound !== null && this.shrink(region, bound);
    return {
      bound: Math.max(before.bound, cost),
      fractions: relaxed.fractions,
      prices: cost > before.bound ? relaxed.prices : before.prices,
      shrunk: shrunk || before.shrunk,
    };
  }

  /** Looks without the linear solver: by ascent, which is quicker where the region is large. */
  private climb(region: Region, prices: Prices, rounds: number): Look {
    const { market } = this;
    let shrunk = false;
    const target = () => this.limit + 1;
    const ascent = ascend(market, this.bounds, region, prices, rounds, target, (bound) => {
      if (bound.cost <= this.limit && this.shrink(region, bound)) shrunk = true;
      return !this.stop();
    });
    if (!market.divisible && ascent.bound <= this.limit && this.tighten(region, ascent.prices)) shrunk = true;
    const fractions = { bands: ascent.bands, pieces: new Float64Array(market.bids.length * market.units.length) };
    if (ascent.bound <= this.limit && market.divisible) this.round(fractions);
    return { bound: ascent.bound, fractions, prices: ascent.prices, shrunk };
  }

  /** Takes out of a region what its bound at known prices rules out; says whether there was anything. */
  tighten(region: Region, prices: Prices): boolean {
    const bound = this.bounds.of(region, prices, !this.market.divisible);
    return bound !== null && bound.cost <= this.limit && this.shrink(region, bound);
  }

  /** Takes out of a region what a bound of it rules out; says whether there was anything. */
  shrink(region: Region, bound: Bound): boolean {
    const { market, limit } = this;
    let shrunk = false;
    market.bids.forEach((_, bid) => {
      for (const choice of choicesOf(market, region, bid)) {
        const cost = choice === NONE ? bound.withoutBid[bid] : bound.withOption[choice];
        if ((cost ?? -Infinity) <= limit) continue;
        dropChoice(region, bid, choice);
        shrunk = true;
      }
    });
    bound.withUnit?.forEach((cost, at) => {
      if (cost <= limit || region.forbidden?.[at] !== 0) return;
      region.forbidden[at] = 1;
      shrunk = true;
    });
    return shrunk;
  }

  /**
   * Solves a region in which all is decided, or nothing is possible: then none of it is left. Where lines are shared and
   * the cheapest allocation breaks the rule of a group, the parts that are left.
   * @returns null when something is still open
   */
  settle(region: Region): readonly Region[] | null {
    const { market } = this;
    if (market.bids.some((_, bid) => choicesOf(market, region, bid).length === 0)) return [];
    const owners = ownersByUnit(market, region);
    if (owners.some((of) => of.length === 0)) return [];
    const bands = decidedBands(market, region);
    if (!bands) return null;
    if (market.divisible) {
      const shared = transport(market, region, bands, this.best);
      if (!shared) return [];
      this.offer(priced(market, shared));
      return splitByGroups(market, region, bands, shared);
    }
    if (owners.some((of) => of.length > 1)) return null;
    const allocation = market.bids.map(() => new Map<number, number>());
    owners.forEach((of, unit) => allocation[of[0] ?? NONE]?.set(unit, 1));
    this.offer(priced(market, allocation));
    return [];
  }

  /** Tries allocations near the fractions of a relaxation. */
  round(fractions: Fractions): void {
    const { market } = this;
    const units = market.units.length;
    const bands = Int32Array.from(
      market.bids,
      (bid) => bid.options.find((o) => (fractions.bands[o] ?? 0) > 0.5) ?? NONE,
    );
    if (market.divisible) {
      const allocation = market.bids.map(() => new Map<number, number>());
      fractions.pieces.forEach((pieces, at) => {
        const whole = Math.round(pieces);
        if (whole > 0) allocation[Math.floor(at / units)]?.set(at % units, whole);
      });
      this.offer(priced(market, allocation));
    } else {
      const owners = Int32Array.from(market.units, (_, u) => {
        const part = (i: number) => fractions.pieces[i * units + u] ?? 0;
        return market.bids.reduce((best, _bid, i) => (part(i) > part(best) + 1e-9 ? i : best), 0);
      });
      this.offerNear(bands, owners);
    }
    this.server.serve(bands);
    this.offer(this.server.found());
  }

  /** Tries the assignment, and what local search makes of it. */
  private offerNear(bands: Int32Array, owners: Int32Array): void {
    const { market } = this;
    const near = this.exchange.from(bands, owners);
    if (near) this.offer(priced(market, near));
  }
}
