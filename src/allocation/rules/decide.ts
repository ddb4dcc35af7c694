/**
 * From a market to an allocation with its proof: a quick one, good prices, an exact search, ties to the earlier bid.
 *
 * The mixed-integer solver of HiGHS is not asked: it works within tolerances, which at large amounts are many minor
 * units wide, and it can neither prove an optimum exactly nor tell equal costs apart. The search below takes only
 * guidance from floating point (linear relaxations by HiGHS) and ends every branch by a bound in whole numbers; with the
 * bands known, the bound is that of the best formulation, so that few branches are needed and it is quicker as well.
 */
import { priced, type Found } from './allocation.js';
import { ascend, cheapestPrices } from './ascent.js';
import { Bounds } from './bound.js';
import { coverable } from './cover.js';
import { greedyBands } from './greedy.js';
import { improve } from './improve.js';
import type { Market } from './market.js';
import { allocationNear, type Near } from './near.js';
import type { Prices } from './prices.js';
import { Probe } from './probe.js';
import { copyRegion, keepOnly, NONE, sizeOf, wholeRegion, type Region } from './region.js';
import type { LinearSolver, Relaxation } from './relaxation.js';
import { Search } from './search.js';
import { Server } from './serve.js';
import { breakTies } from './ties.js';

/** What the decision may use, and whom it tells. */
export interface Means {
  readonly solver: LinearSolver;
  /** asked often; true ends the work with what is known */
  stop(): boolean;
  /** told of every better allocation and bound */
  progress(found: Found | null, bound: number): void;
  /** nodes after which a search ends with what is known, at the same place on every machine; without end unless said */
  readonly nodes?: number;
}

export interface Decision {
  readonly found: Found | null;
  /** no allocation costs less; Infinity when there is none */
  readonly bound: number;
  /** whether the search looked at everything: the allocation is the cheapest, or there is none */
  readonly complete: boolean;
  /** whether no other allocation of the same cost prefers earlier bids more */
  readonly tiesSettled: boolean;
  /** nodes of the search: a measure of work that is the same on every machine */
  readonly nodes: number;
  /** good prices for the whole market, to start from in one like it; null when there are none */
  readonly prices: Prices | null;
}

/** What is known from a market that differs only in what is held or barred. */
export interface Start {
  readonly prices: Prices | null;
  /** near good allocations, the most promising first */
  readonly near: readonly Near[];
  /** built for all of the market */
  readonly relaxation: Relaxation;
}

/** Rounds of ascent, and how often it looks for an allocation. */
const ROUNDS = 400;
const FIRST_ROUNDS = 40;
/** From good prices, where all that is left is their proof: the search climbs further where it has to. */
const NEAR_ROUNDS = 10;
const LOOK_EVERY = 20;
/** Offers that the local searches may look at, altogether and each. */
const EFFORT = 60_000_000;
const TRIALS = 100;
const TIE_NODES = 2_000;
const MANY = 10_000_000;
/** Quantities of the kernels that are searched one after the other, and the nodes of each search. */
const KERNELS = [3_000, 8_000];
const KERNEL_NODES = 60;
/** Only where there are so many times as many quantities altogether. */
const KERNEL_PART = 1.5;
/** A bound is told when it has risen by this part. */
const TELL_FROM = 1e-5;

/** The same market with nothing to pay and no rule about money: what is feasible in it keeps all other rules of the market. */
function costless(market: Market): Market {
  return {
    ...market,
    costShare: null,
    // What was paid already may be more than a budget, which would leave less than nothing.
    budget: Infinity,
    bids: market.bids.map((bid) => ({ ...bid, activation: 0 })),
    options: market.options.map((option) => ({ ...option, costs: new Float64Array(option.costs.length) })),
  };
}

/** What came of looking for any allocation. */
export interface Feasible {
  readonly found: Found | null;
  /** without one, whether it is proved that there is none */
  readonly complete: boolean;
  readonly nodes: number;
}

/** Is there any allocation that keeps all rules but those about money? */
export function feasible(market: Market, means: Means): Feasible {
  const free = costless(market);
  const region = wholeRegion(free);
  if (!coverable(free, region)) return { found: null, complete: true, nodes: 0 };
  const server = new Server(free);
  const bounds = new Bounds(free);
  const probe = new Probe(
    free,
    bounds,
    server,
    means.solver,
    0,
    () => undefined,
    () => means.stop(),
  );
  try {
    const trials = Math.min(TRIALS, Math.ceil(EFFORT / server.effort));
    const patience = { trials, least: 0, stop: () => means.stop() };
    probe.offer(improve(free, server, new Int32Array(free.bids.length).fill(NONE), patience, () => true));
    if (probe.best) return { found: probe.best, complete: true, nodes: 0 };
    const limits = { nodes: means.nodes ?? MANY, stop: () => means.stop() };
    const outcome = new Search(probe, limits, () => undefined).run(region, null);
    return { found: probe.best, complete: outcome.complete, nodes: outcome.nodes };
  } finally {
    probe.free();
  }
}

/**
 * Finds the cheapest allocation, and of equally cheap ones the one that prefers earlier bids.
 * @param known an allocation of this market to begin with; null without one
 */
export function decide(market: Market, means: Means, known: Found | null = null): Decision {
  return decideWithin(market, means, null, known);
}

/** The decision that a cheapest allocation was, proved before: good prices are looked for anew, and nothing else. */
export function decidedBefore(market: Market, found: Found, means: Means): Decision {
  const server = new Server(market);
  const bounds = new Bounds(market);
  const ignore = () => undefined;
  const probe = new Probe(market, bounds, server, means.solver, market.budget, ignore, () => means.stop());
  try {
    probe.offer(found);
    const prices = prepare(market, bounds, server, probe, wholeRegion(market), means, ignore, null);
    return { found, bound: found.cost, complete: true, tiesSettled: true, nodes: 0, prices };
  } finally {
    probe.free();
  }
}

/** The same, starting from what is known of a market like it; ties are left as they come. */
export function decideWithin(market: Market, means: Means, start: Start | null, first: Found | null = null): Decision {
  const region = wholeRegion(market);
  // Told before anything is priced: that takes most of the time where there is nothing to find.
  if (!coverable(market, region)) {
    return { found: null, bound: Infinity, complete: true, tiesSettled: true, nodes: 0, prices: null };
  }
  const server = new Server(market);
  const bounds = new Bounds(market);
  let known = -Infinity;
  const onFound = (found: Found) => means.progress(found, known);
  const probe = new Probe(market, bounds, server, means.solver, market.budget, onFound, () => means.stop());
  if (start) probe.lend(start.relaxation);
  probe.offer(first);
  let told = -Infinity;
  const raise = (bound: number) => {
    known = Math.max(known, Math.min(bound, probe.limit));
    if (known <= told + Math.abs(told) * TELL_FROM) return;
    told = known;
    means.progress(null, known);
  };
  try {
    const prices = prepare(market, bounds, server, probe, region, means, raise, start);
    if (!probe.best) {
      const any = feasible(market, means);
      if (!any.found) {
        return {
          found: null,
          bound: any.complete ? Infinity : known,
          complete: any.complete,
          tiesSettled: true,
          nodes: any.nodes,
          prices,
        };
      }
      probe.offer(priced(market, any.found.allocation));
    }
    if (means.nodes === undefined) searchKernel(market, bounds, probe, region, prices, means);
    const within = { nodes: means.nodes ?? MANY, near: start !== null, stop: () => means.stop() };
    const outcome = new Search(probe, within, raise).run(region, prices);
    raise(outcome.bound);
    const { complete, tied, nodes } = outcome;
    const limits = { nodes: start ? 0 : TIE_NODES, stop: () => means.stop() };
    const tiesSettled = complete && tied !== null && breakTies(probe, tied, limits);
    return { found: probe.best, bound: known, complete, tiesSettled, nodes, prices };
  } finally {
    probe.free();
  }
}

/**
 * Where there is much to choose from, first searches among the options that good prices favour, for an allocation that
 * rules out most of the others (kernel search: Angelelli, Mansini, Speranza 2010). Takes them out of the region.
 */
function searchKernel(
  market: Market,
  bounds: Bounds,
  probe: Probe,
  region: Region,
  prices: Prices,
  means: Means,
): void {
  for (const most of KERNELS) {
    if (sizeOf(market, region) <= most * KERNEL_PART || means.stop()) return;
    const bound = bounds.of(region, prices, false);
    if (!bound || bound.cost > probe.limit) return;
    const kernel = kernelOf(market, region, bound.withOption, most);
    new Search(probe, { nodes: KERNEL_NODES, stop: () => means.stop() }, () => undefined).run(kernel, prices);
    probe.free();
    probe.tighten(region, prices);
  }
}

/** The part of a region with the options of the lowest bounds, as long as their quantities are few enough. */
function kernelOf(market: Market, region: Region, bounds: Float64Array, most: number): Region {
  const kernel = copyRegion(region);
  const order = market.options.map((_, o) => o).filter((o) => region.allowed[o] === 1);
  order.sort((a, b) => (bounds[a] ?? Infinity) - (bounds[b] ?? Infinity) || a - b);
  let size = 0;
  for (const o of order) {
    size += market.options[o]?.units.length ?? 0;
    if (size > most && region.must[market.options[o]?.bid ?? NONE] !== 1) kernel.allowed[o] = 0;
  }
  return kernel;
}

/** Offers allocations near what is known: those first whose bands promise most, and none whose bands cannot be better. */
function offerNear(market: Market, bounds: Bounds, probe: Probe, region: Region, { near, prices }: Start): void {
  const bounded = near.map((each) => {
    const bound = prices && bounds.of(keepOnly(market, region, each.bands), prices, false);
    return { near: each, bound: bound?.cost ?? -Infinity };
  });
  bounded.sort((a, b) => a.bound - b.bound);
  for (const { near: each, bound } of bounded) {
    if (bound < probe.limit) probe.offer(allocationNear(market, region, each));
  }
}

/** A first allocation and good prices, before any linear program; takes out of the region what they rule out. */
function prepare(
  market: Market,
  bounds: Bounds,
  server: Server,
  probe: Probe,
  region: Region,
  means: Means,
  onBound: (bound: number) => void,
  start: Start | null,
): Prices {
  const open = (option: number) => region.allowed[option] === 1;
  const trials = Math.max(10, Math.min(TRIALS, Math.ceil(EFFORT / 10 / server.effort)));
  const patience = { trials, stop: () => means.stop() };
  const look = (bands: Int32Array) => probe.offer(improve(market, server, bands, patience, open));
  // So that there is an answer whenever the limit comes, and however long good prices take.
  if (!start && market.options.length > trials) for (const wide of [false, true]) look(greedyBands(market, wide));
  if (start) offerNear(market, bounds, probe, region, start);
  if (!probe.best) look(start?.near[0]?.bands ?? new Int32Array(market.bids.length).fill(NONE));
  const most = start?.prices ? NEAR_ROUNDS : ROUNDS;
  const rounds = Math.min(most, FIRST_ROUNDS + 4 * market.options.length);
  const seen = new Set<string>();
  let best = -Infinity;
  const target = () => probe.best?.cost ?? best + Math.abs(best) * 0.05 + 1;
  const first = start?.prices ?? cheapestPrices(market, bounds);
  const ascent = ascend(market, bounds, region, first, rounds, target, (bound, round) => {
    if (bound.cost > best) onBound((best = bound.cost));
    if (probe.best) probe.shrink(region, bound);
    const bands = bound.choice.join();
    if (round % LOOK_EVERY === LOOK_EVERY - 1 && !seen.has(bands)) {
      seen.add(bands);
      look(bound.choice);
    }
    return !means.stop();
  });
  return ascent.prices;
}
