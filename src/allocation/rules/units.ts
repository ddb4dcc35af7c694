/** What is asked for: the lots in order, and what of them is awarded together. */
import type { AwardRule, Problem, ProblemLot } from './problem.js';

/** What is awarded together: lines of a cell by the line, a whole cell, or a whole lot. */
export interface Unit {
  readonly lot: number;
  /** how many pieces are to be awarded: the lines of the cell when shared, else 1 */
  readonly pieces: number;
  /** lines of a piece: 1 when shared, else all lines of the unit */
  readonly weight: number;
  readonly cells: readonly { readonly tier: string; readonly lines: number }[];
}

export interface Demand {
  /** ids, ascending */
  readonly lots: readonly string[];
  /** ascending by lot, and by tier in it */
  readonly units: readonly Unit[];
  readonly totalLines: number;
}

/** Sorts codes by code unit, the same on every machine. */
export function ascending(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Why nothing keeps all rules is found by solving one demand under one set of rules after another. */
const KNOWN = new WeakMap<readonly ProblemLot[], Map<AwardRule, Demand>>();

/** What a problem asks for; the same object for the same lots and award rule. */
export function demandOf({ lots, rules: { award } }: Pick<Problem, 'lots' | 'rules'>): Demand {
  const known = KNOWN.get(lots) ?? new Map<AwardRule, Demand>();
  KNOWN.set(lots, known);
  const demand = known.get(award) ?? demandBy(lots, award);
  known.set(award, demand);
  return demand;
}

function demandBy(asked: readonly ProblemLot[], award: AwardRule): Demand {
  const inOrder = [...asked].sort((a, b) => ascending(a.id, b.id));
  const units = inOrder.flatMap(({ demand }, lot) => unitsOf(demand, lot, award));
  const totalLines = units.reduce((sum, unit) => sum + unit.pieces * unit.weight, 0);
  return { lots: inOrder.map(({ id }) => id), units, totalLines };
}

function unitsOf(demand: ProblemLot['demand'], lot: number, award: AwardRule): Unit[] {
  const cells = Object.entries(demand)
    .filter(([, lines]) => lines > 0)
    .sort(([a], [b]) => ascending(a, b))
    .map(([tier, lines]) => ({ tier, lines }));
  if (cells.length === 0) return [];
  if (award === 'lot') {
    return [{ lot, pieces: 1, weight: cells.reduce((sum, cell) => sum + cell.lines, 0), cells }];
  }
  const whole = award === 'tier';
  return cells.map((cell) => ({
    lot,
    pieces: whole ? 1 : cell.lines,
    weight: whole ? cell.lines : 1,
    cells: [cell],
  }));
}
