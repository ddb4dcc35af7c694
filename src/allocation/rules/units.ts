/** What is awarded together, and what bids ask for it. */
import type { Minor } from '../../kernel/money.js';
import type { Problem, ProblemBid, ProblemRules } from './problem.js';
import { lineCost } from './terms.js';

/** What is awarded together: lines of a cell by the line, a whole cell, or a whole lot. */
export interface Unit {
  readonly lot: number;
  /** how many pieces are to be awarded: the lines of the cell when shared, else 1 */
  readonly pieces: number;
  /** lines of a piece: 1 when shared, else all lines of the unit */
  readonly weight: number;
  readonly cells: readonly { readonly tier: string; readonly lines: number }[];
}

/** Cost of a piece of a unit in a band, or null when one of its tiers is not offered there. */
function pieceCost(problem: Problem, bid: ProblemBid, band: number, lot: string, unit: Unit): number | null {
  let cost: Minor = 0n;
  for (const cell of unit.cells) {
    const line = lineCost(problem, bid, band, lot, cell.tier);
    if (line === null) return null;
    cost += line * BigInt(unit.pieces === 1 ? cell.lines : 1);
  }
  return Number(cost);
}

/** Costs that were reckoned, and of what they depend beside the bid. */
interface PieceCosts {
  readonly asked: Pick<Problem, 'lots' | 'termMonths'> & Pick<ProblemRules, 'award'>;
  readonly byBand: readonly Float64Array[];
}

/** Why nothing keeps all rules is found by solving the same bids under one set of rules after another. */
const KNOWN_COSTS = new WeakMap<ProblemBid, PieceCosts>();

/**
 * What a bid asks for a piece of each unit, by band; NaN where it does not offer one.
 * @param lots ids by number; units are those of the problem
 */
export function pieceCosts(
  problem: Problem,
  lots: readonly string[],
  units: readonly Unit[],
  bid: ProblemBid,
): readonly Float64Array[] {
  const { rules, termMonths } = problem;
  const known = KNOWN_COSTS.get(bid);
  const { asked } = known ?? {};
  if (known && asked?.lots === problem.lots && asked.termMonths === termMonths && asked.award === rules.award)
    return known.byBand;
  const byBand = bid.bands.map((_band, band) =>
    Float64Array.from(units, (unit) => pieceCost(problem, bid, band, lots[unit.lot] ?? '', unit) ?? NaN),
  );
  KNOWN_COSTS.set(bid, { asked: { lots: problem.lots, termMonths, award: rules.award }, byBand });
  return byBand;
}
