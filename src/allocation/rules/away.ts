/**
 * What the whole would cost if a bid did not win a unit that it wins: the cost of the cheapest allocation without that,
 * less the cost of the cheapest of all. Found by allocating anew, as gaps to win are.
 */
import type { Minor } from '../../kernel/money.js';
import { Bounds } from './bound.js';
import { decideWithin, type Decision, type Means } from './decide.js';
import { Effort } from './effort.js';
import type { BandOption, BarredUnit, Market } from './market.js';
import { bandsOf } from './near.js';
import { NONE, placeOf, sizeOf, wholeRegion } from './region.js';
import { Relaxation } from './relaxation.js';

/** What it would cost more that a bid does not win a unit. */
export interface Away {
  readonly atLeastMinor: Minor;
  /** null when no allocation was found; with `proved`, there is none */
  readonly atMostMinor: Minor | null;
  readonly proved: boolean;
}

/** Of two answers about one unit, what both together say. */
export function tighter(a: Away, b: Away): Away {
  if (a.proved || b.proved) return a.proved ? a : b;
  const atLeastMinor = a.atLeastMinor > b.atLeastMinor ? a.atLeastMinor : b.atLeastMinor;
  const fewer = a.atMostMinor === null || (b.atMostMinor !== null && b.atMostMinor < a.atMostMinor) ? b : a;
  return { atLeastMinor, atMostMinor: fewer.atMostMinor, proved: atLeastMinor === fewer.atMostMinor };
}

/** Nodes of one search. */
const NODES = 200;
/** Quantities that may be looked at for bounds at known prices, which take no search. */
const BOUNDED = 100_000_000;

/** The market in which a bid does not offer a unit. */
function without(market: Market, barred: BarredUnit): Market {
  const options = market.options.map((option) => {
    const place = option.bid === barred.bid ? placeOf(option.units, barred.unit) : NONE;
    return place === NONE ? option : withoutPlace(option, place);
  });
  return { ...market, options, barred: [barred] };
}

function withoutPlace(option: BandOption, place: number): BandOption {
  const others = (_: unknown, k: number) => k !== place;
  return {
    ...option,
    units: option.units.filter(others),
    pieces: option.pieces.filter(others),
    costs: option.costs.filter(others),
    limits: option.limits.map(({ places, lines }) => ({
      places: places.filter((k) => k !== place).map((k) => (k > place ? k - 1 : k)),
      lines,
    })),
  };
}

/**
 * Asks of each unit what it would cost more without its winner: bounds of all of them, and exactly as far as the effort
 * allows.
 * @param asked in the order in which they matter
 * @param within how much is searched at the most, see `EFFORT`
 * @returns what is known of each, in the order asked; null for those of which nothing is
 */
export function awayFrom(
  market: Market,
  best: Decision,
  means: Means,
  asked: readonly BarredUnit[],
  within: number,
): (Away | null)[] {
  const { found } = best;
  if (!found || !best.complete) return asked.map(() => null);
  // One bid's quantities are looked at again for each.
  const size = sizeOf(market, wholeRegion(market)) / Math.max(1, market.bids.length);
  const known = size * asked.length > BOUNDED ? asked.map(() => null) : bounded(market, best, asked);
  const effort = new Effort(within, NODES);
  if (effort.nodesFor(market) === 0 || asked.length === 0) return known;
  const relaxation = new Relaxation(market, new Bounds(market), means.solver, wholeRegion(market));
  const near = [{ bands: bandsOf(market, found), found }];
  try {
    return asked.map((barred, k) => {
      const nodes = effort.nodesFor(market);
      if (nodes === 0 || means.stop()) return known[k] ?? null;
      const decision = decideWithin(
        without(market, barred),
        { ...means, nodes },
        { prices: best.prices, near, relaxation },
      );
      effort.spend(market, decision.nodes);
      const searched = awayOf(decision, found.cost);
      const before = known[k];
      return before ? tighter(before, searched) : searched;
    });
  } finally {
    relaxation.free();
  }
}

/** What the prices that proved the best allocation say of others: no search, and no upper limit. */
function bounded(market: Market, { found, prices }: Decision, asked: readonly BarredUnit[]): (Away | null)[] {
  const region = wholeRegion(market);
  region.forbidden ??= new Uint8Array(market.bids.length * market.units.length);
  const bounds = found && prices ? new Bounds(market).barring(region, prices, asked) : null;
  return asked.map((_, k) => {
    const bound = bounds?.[k] ?? 0;
    const more = Math.max(0, bound - (found?.cost ?? 0));
    return { atLeastMinor: Number.isFinite(more) ? BigInt(more) : 0n, atMostMinor: null, proved: bound === Infinity };
  });
}

function awayOf({ found, bound, complete }: Decision, cost: number): Away {
  const least = Math.max(0, Math.min(bound, found?.cost ?? bound) - cost);
  return {
    atLeastMinor: Number.isFinite(least) ? BigInt(least) : 0n,
    atMostMinor: found ? BigInt(found.cost - cost) : null,
    proved: complete,
  };
}
