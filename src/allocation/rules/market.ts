/**
 * A problem in the form that the search computes with: bids in canonical order, what is awarded together as one unit,
 * and for every bid and band (an option) what it may win and at which cost. All numbers here are integers below 2^53,
 * which the limits of a problem guarantee, so that arithmetic in doubles is exact.
 */
import { pieceCosts, type Unit } from './units.js';
import { bandLimits, bidsInOrder, type Fraction, fractionOf, shareLimit, tierLimit } from './terms.js';
import type { Problem, ProblemBid } from './problem.js';
import { groupsOf, type MarketGroup, moreWinners } from './winners.js';

/** A bid in one of its bands. */
export interface BandOption {
  readonly bid: number;
  /** index in the tariff's bands */
  readonly band: number;
  /** the fewest and the most lines of the bid in this band: band, capacity, minimum, share and coverage folded */
  readonly lo: number;
  readonly hi: number;
  /** the units offered, ascending, with the most pieces and the cost of a piece over the term */
  readonly units: Int32Array;
  readonly pieces: Float64Array;
  readonly costs: Float64Array;
  /** limits that bind within the option, a lot's before the one of the partner that serves it: either apart or nested */
  readonly limits: readonly OptionLimit[];
}

/** The most lines of some units together. */
export interface OptionLimit {
  /** places in the option's `units`, ascending */
  readonly places: Int32Array;
  readonly lines: number;
}

/** Per bid in canonical order: pieces per unit, only those that are more than zero. */
export type Allocation = readonly ReadonlyMap<number, number>[];

/** A bid that is to win at least so many pieces of a unit. */
export interface HeldUnit {
  readonly bid: number;
  readonly unit: number;
  readonly pieces: number;
}

/** A unit that a bid is not to win. */
export interface BarredUnit {
  readonly bid: number;
  readonly unit: number;
}

export interface MarketBid {
  readonly id: string;
  readonly provider: number;
  readonly activation: number;
  /** indices in `Market.options`, ascending by band */
  readonly options: readonly number[];
}

export interface Market {
  readonly lots: readonly string[];
  readonly units: readonly Unit[];
  readonly bids: readonly MarketBid[];
  readonly options: readonly BandOption[];
  readonly providers: readonly string[];
  /** bids of each provider */
  readonly bidsOf: readonly (readonly number[])[];
  /** the same, alternatives together: at most one bid of a slot wins */
  readonly slotsOf: readonly (readonly (readonly number[])[])[];
  /** 1 for a provider that must win */
  readonly included: Uint8Array;
  readonly groups: readonly MarketGroup[];
  /** what bids are to win in any case: where the question is what that would cost */
  readonly held: readonly HeldUnit[];
  /** what bids are not to win: where the question is what they save. The bid's options do not offer it, either */
  readonly barred: readonly BarredUnit[];
  /** the largest part of the total cost that one provider may be paid; null without such a limit */
  readonly costShare: Fraction | null;
  /** per provider what it is paid under another award already, and what all are who win there, in parts of the cost */
  readonly paid: Float64Array;
  readonly paidAll: number;
  /** the most that an allocation may cost beside what is paid already; Infinity without a budget */
  readonly budget: number;
  readonly divisible: boolean;
  readonly totalLines: number;
  /** the most lines of one provider */
  readonly shareLines: number;
  /** per provider, 1 when winning makes it one more winner; 0 when it is a winner already */
  readonly counts: Uint8Array;
  /** how many more winners there must and may be; the most is below zero when there are too many already */
  readonly minWinners: number;
  readonly maxWinners: number;
  /** how many providers may win lines, those that are winners already among them */
  readonly mayWin: number;
}

/** Sorts codes by code unit, the same on every machine. */
function ascending(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function unitsOf(problem: Problem, lots: readonly string[]): Unit[] {
  const units: Unit[] = [];
  const byId = new Map(problem.lots.map((lot) => [lot.id, lot]));
  lots.forEach((id, lot) => {
    const cells = Object.entries(byId.get(id)?.demand ?? {})
      .filter(([, lines]) => lines > 0)
      .sort(([a], [b]) => ascending(a, b))
      .map(([tier, lines]) => ({ tier, lines }));
    if (cells.length === 0) return;
    if (problem.rules.award === 'lot') {
      const weight = cells.reduce((sum, cell) => sum + cell.lines, 0);
      units.push({ lot, pieces: 1, weight, cells });
      return;
    }
    for (const cell of cells) {
      const whole = problem.rules.award === 'tier';
      units.push({ lot, pieces: whole ? 1 : cell.lines, weight: whole ? cell.lines : 1, cells: [cell] });
    }
  });
  return units;
}

/** The most pieces of a unit that a bid can serve by the limits of lot, tier and bid. */
function servable(bid: ProblemBid, lot: string, unit: Unit, hi: number): number {
  const most = Math.min(bid.lots[lot]?.capacity ?? Infinity, hi);
  const [cell] = unit.cells;
  if (unit.pieces > 1) return Math.min(unit.pieces, most, cell ? tierLimit(bid, lot, cell.tier) : Infinity);
  return unit.weight <= most && unit.cells.every(({ tier, lines }) => lines <= tierLimit(bid, lot, tier)) ? 1 : 0;
}

/** The limits of lots and partners that bind, and the most lines that they leave altogether. */
function limitsOf(
  market: { lots: readonly string[]; units: readonly Unit[] },
  bid: ProblemBid,
  offered: { units: Int32Array; pieces: Float64Array },
): { limits: OptionLimit[]; reach: number } {
  const joint = new Set(Object.values(bid.partners ?? {}).flatMap((partner) => partner.lots));
  const byLot = new Map<string, { places: number[]; lines: number }>();
  let reach = 0;
  for (let place = 0; place < offered.units.length; place += 1) {
    const unit = market.units[offered.units[place] ?? 0];
    const lot = market.lots[unit?.lot ?? 0] ?? '';
    const lines = (offered.pieces[place] ?? 0) * (unit?.weight ?? 0);
    if (bid.lots[lot]?.capacity === undefined && !joint.has(lot)) {
      reach += lines;
      continue;
    }
    const within = byLot.get(lot) ?? { places: [], lines: 0 };
    byLot.set(lot, within);
    within.places.push(place);
    within.lines += lines;
  }
  const limits: OptionLimit[] = [];
  const limit = (within: { places: number[]; lines: number }, capacity: number): void => {
    if (within.lines <= capacity) return;
    limits.push({ places: Int32Array.from(within.places), lines: capacity });
    within.lines = capacity;
  };
  for (const [lot, within] of byLot) limit(within, bid.lots[lot]?.capacity ?? Infinity);
  for (const partner of Object.values(bid.partners ?? {})) {
    const served = partner.lots.flatMap((lot) => byLot.get(lot) ?? []);
    for (const lot of partner.lots) byLot.delete(lot);
    const all = {
      places: served.flatMap(({ places }) => places).sort((a, b) => a - b),
      lines: served.reduce((sum, { lines }) => sum + lines, 0),
    };
    limit(all, partner.capacity);
    reach += all.lines;
  }
  for (const { lines } of byLot.values()) reach += lines;
  return { limits, reach };
}

function optionOf(
  market: { lots: readonly string[]; units: readonly Unit[]; totalLines: number; shareLines: number },
  bid: ProblemBid,
  index: number,
  band: number,
  costs: Float64Array,
): BandOption | null {
  const { from, to } = bandLimits(bid, band);
  const most = Math.min(to, market.shareLines, market.totalLines);
  const { units, lots } = market;
  const at = new Int32Array(units.length);
  const pieces = new Float64Array(units.length);
  let count = 0;
  for (let u = 0; u < units.length; u += 1) {
    const unit = units[u];
    if (unit === undefined || Number.isNaN(costs[u])) continue;
    const some = servable(bid, lots[unit.lot] ?? '', unit, most);
    if (some <= 0) continue;
    at[count] = u;
    pieces[count] = some;
    count += 1;
  }
  const offered = { units: at.slice(0, count), pieces: pieces.slice(0, count) };
  const { limits, reach } = limitsOf(market, bid, offered);
  const hi = Math.min(most, reach);
  if (from > hi) return null;
  return { bid: index, band, lo: from, hi, ...offered, costs: picked(costs, offered.units), limits };
}

function picked(costs: Float64Array, units: Int32Array): Float64Array {
  const some = new Float64Array(units.length);
  for (let k = 0; k < units.length; k += 1) some[k] = costs[units[k] ?? 0] ?? NaN;
  return some;
}

/** Bids of a provider, those that are alternatives to one another together. */
function slotsOf(own: readonly number[], bids: readonly ProblemBid[]): number[][] {
  const slots = new Map<string, number[]>();
  for (const bid of own) {
    const mark = bids[bid]?.alternative;
    const key = mark === undefined ? `bid ${bid}` : `mark ${mark}`;
    slots.set(key, [...(slots.get(key) ?? []), bid]);
  }
  return [...slots.values()];
}

/** The canonical form of a problem: the same for every order of its lots, bids and keys. */
export function marketOf(problem: Problem): Market {
  const lots = problem.lots.map((lot) => lot.id).sort(ascending);
  const units = unitsOf(problem, lots);
  const totalLines = units.reduce((sum, unit) => sum + unit.pieces * unit.weight, 0);
  const shareLines = shareLimit(problem.rules.maxShare, totalLines);
  const excluded = new Set(problem.rules.exclude);
  const sorted = bidsInOrder(problem.bids).filter((bid) => !excluded.has(bid.provider));
  const providers = [...new Set(sorted.map((bid) => bid.provider))].sort(ascending);
  const options: BandOption[] = [];
  const bids = sorted.map((bid, index): MarketBid => {
    const first = options.length;
    pieceCosts(problem, lots, units, bid).forEach((costs, band) => {
      const option = optionOf({ lots, units, totalLines, shareLines }, bid, index, band, costs);
      if (option) options.push(option);
    });
    return {
      id: bid.id,
      provider: providers.indexOf(bid.provider),
      activation: Number(bid.activation ?? 0n),
      options: Array.from({ length: options.length - first }, (_, k) => first + k),
    };
  });
  const bidsOf = providers.map((_, p) => bids.flatMap((bid, i) => (bid.provider === p ? [i] : [])));
  const included = new Set(problem.rules.include);
  const paid = new Map(Object.entries(problem.rules.paid ?? {}));
  const paidAll = Number([...paid.values()].reduce((sum, amount) => sum + amount, 0n));
  const { counts, minWinners, maxWinners } = moreWinners(problem.rules, providers);
  const newcomers = counts.reduce((sum, one) => sum + one, 0);
  const most = Math.min(newcomers, maxWinners);
  return {
    lots,
    units,
    bids,
    options,
    providers,
    bidsOf,
    slotsOf: bidsOf.map((own) => slotsOf(own, sorted)),
    included: Uint8Array.from(providers, (provider) => (included.has(provider) ? 1 : 0)),
    groups: groupsOf(problem.rules.groups ?? [], { lots, units, providers }),
    held: [],
    barred: [],
    costShare: problem.rules.maxCostShare === undefined ? null : fractionOf(problem.rules.maxCostShare),
    paid: Float64Array.from(providers, (provider) => Number(paid.get(provider) ?? 0n)),
    paidAll,
    budget: Number(problem.rules.budgetMinor ?? Infinity) - paidAll,
    divisible: problem.rules.award === 'shared',
    totalLines,
    shareLines,
    counts,
    // Where nobody has won before, somebody must.
    minWinners: newcomers === providers.length ? Math.max(1, minWinners) : minWinners,
    maxWinners: most,
    mayWin: providers.length - newcomers + Math.max(0, most),
  };
}
