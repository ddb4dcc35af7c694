/**
 * How far bids are from winning what they do not win: the cost of the cheapest allocation in which the bid wins it, less
 * the cost of the cheapest allocation of all. Found by allocating anew with the unit held for the bid, not estimated
 * from prices: volume bands, shares and numbers of winners make one award change others.
 */
import type { Minor } from '../../kernel/money.js';
import { Bounds } from './bound.js';
import { decideWithin, type Decision, type Means, type Start } from './decide.js';
import { GAP_NODES, type GapNodes } from './effort.js';
import type { Allocation, HeldUnit, Market } from './market.js';
import { Nearby } from './near.js';
import { placeOf, wholeRegion } from './region.js';
import { type LinearSolver, Relaxation, UNGUIDED } from './relaxation.js';

/** A bid's gap to win a lot, or a tier of a lot where tiers are awarded by themselves or shared. */
export interface Gap {
  readonly bid: string;
  readonly lot: string;
  /** null where lots are awarded whole */
  readonly tier: string | null;
  /** lines that it would win: all, or where lines are shared the most that it can serve */
  readonly lines: number;
  /**
   * by how much its cost of these lines over the term would have to be lower for an allocation in which it wins them to
   * cost no more than the best, also where this is more than a budget leaves; 0 when it wins them. Ties go to the earlier bid. null when no allocation that keeps the
   * rules lets it win them, or, as long as that is not proved, when none was found.
   */
  readonly gapMinor: Minor | null;
  /** false when the limit came first: then the gap is at least `atLeastMinor` and at most `gapMinor` */
  readonly proved: boolean;
  readonly atLeastMinor: Minor;
}

/** What one gap is about. */
export type GapUnit = Pick<Gap, 'bid' | 'lot' | 'tier'>;

/** What a bid could win and does not win in full, in canonical order. */
export function openUnits(market: Market, best: Allocation, bids: ReadonlySet<string> | null): HeldUnit[] {
  return market.bids.flatMap(({ id }, bid) => {
    if (bids && !bids.has(id)) return [];
    return market.units.flatMap((unit, u): HeldUnit[] => {
      const pieces = mostPieces(market, bid, u);
      return pieces > 0 && (best[bid]?.get(u) ?? 0) < Math.min(pieces, unit.pieces) ? [{ bid, unit: u, pieces }] : [];
    });
  });
}

/** The most that a bid can serve of a unit. */
function mostPieces(market: Market, bid: number, unit: number): number {
  const can = market.bids[bid]?.options.map((o) => {
    const option = market.options[o];
    return option?.pieces[placeOf(option.units, unit)] ?? 0;
  });
  return Math.max(0, ...(can ?? []));
}

/**
 * The gaps of bids: all of them roughly first, and then exactly, one after the other, as long as the limit allows. So
 * each is told within its limits, however many there are, and the end comes soon after the limit. What a short search does not
 * prove waits until all others had theirs.
 * @param best the cheapest allocation of the market, with the prices that proved it
 * @param bids ids of the bids that are asked about; null for all
 */
export function gapsToWin(market: Market, best: Decision, means: Means, bids: ReadonlySet<string> | null): Gap[] {
  const { found } = best;
  if (!found) return [];
  const searching = new Searching(market, best, means);
  try {
    const held = openUnits(market, found.allocation, bids);
    let gaps = held.map((unit) => (means.stop() ? unknownGap(market, unit) : searching.roughly(unit)));
    for (const nodes of [GAP_NODES.short, GAP_NODES.medium, GAP_NODES.long, GAP_NODES.endless]) {
      gaps = held.map((unit, k) => searching.closer(gaps[k] ?? unknownGap(market, unit), unit, nodes));
    }
    return gaps;
  } finally {
    searching.free();
  }
}

/**
 * One gap by itself. What is far from winning is found by one search in seconds and by another never, whichever of both
 * it is: so it is searched for without linear programs, and where that is not enough with them. Each is limited by its
 * nodes, so that it comes as far on a machine that is busy.
 * @throws Error when the bid offers nothing there
 */
export function gapToWin(market: Market, best: Decision, means: Means, about: GapUnit): Gap | null {
  if (!best.found) return null;
  const bid = market.bids.findIndex(({ id }) => id === about.bid);
  const unit = market.units.findIndex(({ lot, cells: [cell] }) => {
    return market.lots[lot] === about.lot && (about.tier === null || cell?.tier === about.tier);
  });
  const held = { bid, unit, pieces: mostPieces(market, bid, unit) };
  if (held.pieces === 0) throw new Error('a gap is asked for where the bid offers nothing');
  const searching = new Searching(market, best, means);
  try {
    let gap = unknownGap(market, held);
    for (const nodes of [GAP_NODES.short, GAP_NODES.medium, GAP_NODES.long]) gap = searching.closer(gap, held, nodes);
    return gap;
  } finally {
    searching.free();
  }
}

/** Of two answers about one gap, what both together say. */
export function tighter(a: Gap, b: Gap): Gap {
  if (a.proved || b.proved) return b.proved ? b : a;
  const least = a.atLeastMinor > b.atLeastMinor ? a.atLeastMinor : b.atLeastMinor;
  const better = b.gapMinor === null || (a.gapMinor !== null && a.gapMinor < b.gapMinor) ? a : b;
  return { ...better, atLeastMinor: least, proved: better.gapMinor === least };
}

/** A gap of which nothing is known, because the limit came first. */
function unknownGap(market: Market, held: HeldUnit): Gap {
  return { ...unitOf(market, held), gapMinor: null, proved: false, atLeastMinor: 0n };
}

/** Searches for the gaps of a market, one after the other; each begins with what those of the same bid have found. */
class Searching {
  private readonly nearby = new Map<number, Nearby>();
  private readonly relaxations = new Map<LinearSolver, Relaxation>();

  constructor(
    private readonly market: Market,
    private readonly best: Decision,
    private readonly means: Means,
  ) {}

  free(): void {
    for (const relaxation of this.relaxations.values()) relaxation.free();
  }

  /** What is known of a gap from the prices of the best allocation alone. */
  roughly(held: HeldUnit): Gap {
    return gapOf(this.market, this.best, held, this.decide(held, { ...this.means, stop: () => true }));
  }

  /** A gap, searched for until it is proved or as far as the nodes go: first without linear programs, then with them. */
  closer(gap: Gap, held: HeldUnit, { unguided, guided }: GapNodes): Gap {
    const { means } = this;
    let known = gap;
    for (const [solver, nodes] of [
      [UNGUIDED, unguided],
      [means.solver, guided],
    ] as const) {
      if (known.proved || nodes === 0 || means.stop()) continue;
      const decision = this.decide(held, { ...means, solver, ...(nodes === Infinity ? {} : { nodes }) });
      this.nearbyOf(held).learn(decision);
      known = tighter(known, gapOf(this.market, this.best, held, decision));
    }
    return known;
  }

  /**
   * Allocates anew with what is held. Without a budget: a bid that is lower by its gap costs no more than the best, which
   * keeps the budget.
   */
  private decide(held: HeldUnit, means: Means): Decision {
    const nearby = this.nearbyOf(held);
    const start: Start = {
      prices: nearby.prices,
      near: nearby.of(held),
      relaxation: this.relaxationOf(means.solver),
    };
    return decideWithin({ ...this.market, budget: Infinity, held: [held] }, means, start);
  }

  private nearbyOf({ bid }: HeldUnit): Nearby {
    const nearby = this.nearby.get(bid) ?? new Nearby(this.market, this.best);
    this.nearby.set(bid, nearby);
    return nearby;
  }

  private relaxationOf(solver: LinearSolver): Relaxation {
    const { market } = this;
    const relaxation =
      this.relaxations.get(solver) ?? new Relaxation(market, new Bounds(market), solver, wholeRegion(market));
    this.relaxations.set(solver, relaxation);
    return relaxation;
  }
}

function gapOf(market: Market, best: Decision, held: HeldUnit, decision: Decision): Gap {
  const cost = best.found?.cost ?? 0;
  const within = decision.found ? BigInt(decision.found.cost - cost) : null;
  const least = Math.max(0, Math.min(decision.bound, decision.found?.cost ?? decision.bound) - cost);
  return {
    ...unitOf(market, held),
    gapMinor: within,
    proved: decision.complete && best.complete,
    atLeastMinor: Number.isFinite(least) ? BigInt(least) : 0n,
  };
}

/** What a gap is about. */
function unitOf(market: Market, held: HeldUnit): Pick<Gap, 'bid' | 'lot' | 'tier' | 'lines'> {
  const unit = market.units[held.unit];
  return {
    bid: market.bids[held.bid]?.id ?? '',
    lot: market.lots[unit?.lot ?? 0] ?? '',
    tier: wholeLots(market) ? null : (unit?.cells[0]?.tier ?? ''),
    lines: held.pieces * (unit?.weight ?? 0),
  };
}

function wholeLots(market: Market): boolean {
  return !market.divisible && new Set(market.units.map((unit) => unit.lot)).size === market.units.length;
}
