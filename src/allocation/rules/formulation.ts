/**
 * The linear relaxation of a region as arrays: one yes-or-no column per bid and band, quantities linked to the band's
 * own limits, money in the objective only. Demand is elastic at a penalty, so that the program has an answer.
 * Link rows (quantity <= limit x band) are many and rarely needed: they are added when a solution violates them.
 */
import type { Market } from './market.js';
import type { Region } from './region.js';
import type { MarketGroup } from './winners.js';

/** Rows of a linear program; row r has its entries in [starts[r], starts[r + 1]). */
export interface LinearRows {
  readonly lower: number[];
  readonly upper: number[];
  readonly starts: number[];
  readonly indices: number[];
  readonly values: number[];
}

/** A linear program to be minimised; bounds are infinite where there is none. */
export interface LinearProgram {
  readonly cost: number[];
  readonly lower: number[];
  readonly upper: number[];
  readonly rows: LinearRows;
}

/** Where things stand in the program; -1 where there is no such column or row. */
export interface Formulation {
  readonly program: LinearProgram;
  /** a cost in the program is a cost in minor units times this power of two */
  readonly costScale: number;
  /** per option, its yes-or-no column, and the columns of its quantities in the order of its units */
  readonly bandColumn: Int32Array;
  readonly quantityColumns: readonly Int32Array[];
  /** per unit, the row of its demand */
  readonly demandRow: Int32Array;
  /** per bid, the row "at most one band" */
  readonly oneRow: Int32Array;
  /** per provider, the row of its share */
  readonly shareRow: Int32Array;
}

/** The largest cost in the program: above it the tolerances of the solver lose minor units. */
const LARGEST_COST = 2 ** 20;
const OPEN = Infinity;

class Builder {
  readonly cost: number[] = [];
  readonly lower: number[] = [];
  readonly upper: number[] = [];
  readonly rows: LinearRows = emptyRows();

  column(cost: number, upper: number, lower = 0): number {
    this.cost.push(cost);
    this.lower.push(lower);
    return this.upper.push(upper) - 1;
  }

  row(lower: number, upper: number, entries: readonly (readonly [column: number, value: number])[]): number {
    return addRow(this.rows, lower, upper, entries);
  }
}

function emptyRows(): LinearRows {
  return { lower: [], upper: [], starts: [0], indices: [], values: [] };
}

function addRow(
  rows: LinearRows,
  lower: number,
  upper: number,
  entries: readonly (readonly [column: number, value: number])[],
): number {
  for (const [column, value] of entries) {
    rows.indices.push(column);
    rows.values.push(value);
  }
  rows.starts.push(rows.indices.length);
  rows.lower.push(lower);
  return rows.upper.push(upper) - 1;
}

/** A penalty per piece of a unit that is dearer than any way of serving it that is worth while. */
function penalties(market: Market): Float64Array {
  const activation = market.bids.reduce((most, bid) => Math.max(most, bid.activation), 0);
  const penalty = new Float64Array(market.units.length).fill(activation + 1);
  for (const option of market.options) {
    option.units.forEach((u, k) => {
      penalty[u] = Math.max(penalty[u] ?? 0, 2 * (option.costs[k] ?? 0) + activation + 1);
    });
  }
  return penalty;
}

/** The relaxation of a region. */
export function formulate(market: Market, region: Region): Formulation {
  const { options, units, bids, providers } = market;
  const build = new Builder();
  const penalty = penalties(market);
  const dearest = penalty.reduce((most, value) => Math.max(most, value), 1);
  let costScale = 1;
  while (dearest * costScale > LARGEST_COST) costScale /= 2;
  const bandColumn = new Int32Array(options.length).fill(-1);
  const serving: [number, number][][] = units.map(() => []);
  const quantityColumns = options.map((option, o) => {
    const columns = new Int32Array(option.units.length).fill(-1);
    if (region.allowed[o] !== 1) return columns;
    bandColumn[o] = build.column((bids[option.bid]?.activation ?? 0) * costScale, 1);
    return columns.map((_, k) => {
      const u = option.units[k] ?? 0;
      if (region.forbidden?.[option.bid * units.length + u] === 1) return -1;
      const column = build.column((option.costs[k] ?? 0) * costScale, option.pieces[k] ?? 0);
      serving[u]?.push([column, 1]);
      return column;
    });
  });
  /** the quantities of an option, or of some of its places, in lines */
  const linesOf = (o: number, places?: Int32Array): [number, number][] =>
    Array.from(places ?? quantityColumns[o]?.keys() ?? [], (k): [number, number] => [
      quantityColumns[o]?.[k] ?? -1,
      units[options[o]?.units[k] ?? 0]?.weight ?? 1,
    ]).filter(([column]) => column >= 0);
  const demandRow = Int32Array.from(units, (unit, u) => {
    const cost = (penalty[u] ?? 0) * costScale;
    const [missing, surplus] = [build.column(cost, OPEN), build.column(cost, OPEN)];
    return build.row(unit.pieces, unit.pieces, [...(serving[u] ?? []), [missing, 1], [surplus, -1]]);
  });
  options.forEach((option, o) => {
    const band = bandColumn[o] ?? -1;
    if (band < 0) return;
    build.row(-OPEN, 0, [...linesOf(o), [band, -option.hi]]);
    build.row(0, OPEN, [...linesOf(o), [band, -option.lo]]);
    for (const { places, lines } of option.limits) build.row(-OPEN, 0, [...linesOf(o, places), [band, -lines]]);
  });
  const bandsOf = (bid: number) =>
    (bids[bid]?.options ?? []).flatMap((o): [number, number][] =>
      (bandColumn[o] ?? -1) < 0 ? [] : [[bandColumn[o] ?? 0, 1]],
    );
  const oneRow = Int32Array.from(bids, (_, i) => build.row(0, 1, bandsOf(i)));
  for (const slot of market.slotsOf.flat()) if (slot.length > 1) build.row(0, 1, slot.flatMap(bandsOf));
  const wins = providers.map((_, p) => build.column(0, 1, market.included[p] ?? 0));
  const shareRow = Int32Array.from(providers, (_, p) => {
    const own = market.bidsOf[p] ?? [];
    for (const i of own) build.row(-OPEN, 0, [...bandsOf(i), [wins[p] ?? 0, -1]]);
    build.row(0, OPEN, [...own.flatMap(bandsOf), [wins[p] ?? 0, -1]]);
    if (own.length < 2) return -1;
    return build.row(
      -OPEN,
      market.shareLines,
      own.flatMap((i) => (bids[i]?.options ?? []).flatMap((o) => linesOf(o))),
    );
  });
  build.row(
    market.minWinners,
    market.maxWinners,
    wins.flatMap((column, p): [number, number][] => (market.counts[p] === 1 ? [[column, 1]] : [])),
  );
  for (const group of market.groups) addGroup(build, market, group, quantityColumns);
  if (region.least) addLeast(build, market, region.least, quantityColumns);
  const { cost, lower, upper, rows } = build;
  return { program: { cost, lower, upper, rows }, costScale, bandColumn, quantityColumns, demandRow, oneRow, shareRow };
}

/** A yes-or-no column per provider that wins in a group, and how many of them may be yes. */
function addGroup(build: Builder, market: Market, group: MarketGroup, quantityColumns: readonly Int32Array[]): void {
  const within = new Set(group.units);
  const wins: [number, number][] = [];
  market.bidsOf.forEach((bids, p) => {
    if (group.counts[p] === 0) return;
    const parts = bids.flatMap((i) =>
      (market.bids[i]?.options ?? []).flatMap((o) =>
        Array.from(quantityColumns[o] ?? [], (column, k): [number, number] => [
          within.has(market.options[o]?.units[k] ?? -1) ? column : -1,
          market.units[market.options[o]?.units[k] ?? 0]?.weight ?? 1,
        ]).filter(([column]) => column >= 0),
      ),
    );
    if (parts.length === 0) return;
    const win = build.column(0, 1);
    wins.push([win, 1]);
    const lines = group.units.reduce((sum, u) => sum + linesIn(market, u), 0);
    if (group.maxWinners < OPEN) build.row(-OPEN, 0, [...parts, [win, -lines]]);
    if (group.minWinners > 0) build.row(0, OPEN, [...parts, [win, -1]]);
  });
  build.row(group.minWinners, Math.min(group.maxWinners, OPEN), wins);
}

function linesIn(market: Market, unit: number): number {
  return (market.units[unit]?.pieces ?? 0) * (market.units[unit]?.weight ?? 0);
}

/** What bids win at the least where lines are shared. */
function addLeast(build: Builder, market: Market, least: Float64Array, quantityColumns: readonly Int32Array[]): void {
  least.forEach((pieces, at) => {
    if (pieces === 0) return;
    const [bid, unit] = [Math.floor(at / market.units.length), at % market.units.length];
    const columns = (market.bids[bid]?.options ?? []).flatMap((o): [number, number][] => {
      const column = quantityColumns[o]?.[market.options[o]?.units.indexOf(unit) ?? -1] ?? -1;
      return column < 0 ? [] : [[column, 1]];
    });
    build.row(pieces, OPEN, columns);
  });
}

/** What a solution of the program says about bands and units. */
export interface Fractions {
  /** per option */
  readonly bands: Float64Array;
  /** per bid x unit, pieces */
  readonly pieces: Float64Array;
}

export function fractionsOf(market: Market, formulation: Formulation, columns: Float64Array): Fractions {
  const units = market.units.length;
  const bands = new Float64Array(market.options.length);
  const pieces = new Float64Array(market.bids.length * units);
  market.options.forEach((option, o) => {
    bands[o] = columns[formulation.bandColumn[o] ?? -1] ?? 0;
    formulation.quantityColumns[o]?.forEach((column, k) => {
      const at = option.bid * units + (option.units[k] ?? 0);
      if (column >= 0) pieces[at] = (pieces[at] ?? 0) + (columns[column] ?? 0);
    });
  });
  return { bands, pieces };
}

/** The link rows that a solution violates, the worst first, at most so many; remembers them in `known`. */
export function violatedLinks(
  market: Market,
  formulation: Formulation,
  columns: Float64Array,
  known: Set<number>,
  most: number,
): LinearRows {
  const found: { column: number; band: number; limit: number; by: number }[] = [];
  market.options.forEach((option, o) => {
    const band = formulation.bandColumn[o] ?? -1;
    const taken = columns[band] ?? 1;
    if (band < 0 || taken > 1 - 1e-6) return;
    formulation.quantityColumns[o]?.forEach((column, k) => {
      const limit = option.pieces[k] ?? 1;
      const by = (columns[column] ?? 0) / limit - taken;
      if (column >= 0 && by > 1e-5 && !known.has(column)) found.push({ column, band, limit, by });
    });
  });
  found.sort((a, b) => b.by - a.by || a.column - b.column);
  const rows = emptyRows();
  for (const { column, band, limit } of found.slice(0, most)) {
    known.add(column);
    addRow(rows, -OPEN, 0, [
      [column, 1],
      [band, -limit],
    ]);
  }
  return rows;
}
