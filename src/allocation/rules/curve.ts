/** The price curve from real tariffs: what a line costs a month when the pool is smaller or larger than it is. */
import { divideRounded, type Minor } from '../../kernel/money.js';
import type { Problem, ProblemLot, ProblemRules, Result, ResultStatus } from './problem.js';

/** Sizes of the pool that are looked at, in percent of its demand. */
export const CURVE_PERCENT = [
  10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150, 160, 170, 180, 190, 200,
];

export interface CurvePoint {
  readonly percent: number;
  readonly lines: number;
  /** cost over the term per line and month, rounded; null when such a pool cannot be served */
  readonly lineMonthly: Minor | null;
  /** whether it was proved that no allocation is cheaper */
  readonly proved: boolean;
}

/**
 * The same problem with a part of the demand in every cell. The sum of the cells is the part of the whole, rounded; what
 * rounding leaves goes to the cells with the largest remainders, then by lot and tier. A budget is one for the whole demand:
 * other pools have none. Groups of winners with a lot that has no line left are left out: nobody might be able to
 * keep what they ask for.
 * @param percent at least 1; a pool that has no line left keeps one
 */
export function resized(problem: Problem, percent: number): Problem {
  const cells = problem.lots.flatMap((lot) =>
    Object.entries(lot.demand).map(([tier, lines]) => {
      const share = lines * percent;
      return { lot: lot.id, tier, lines: Math.floor(share / 100), remainder: share % 100 };
    }),
  );
  const wanted = linesOf(problem);
  let left = Math.max(1, Math.round((wanted * percent) / 100)) - cells.reduce((sum, cell) => sum + cell.lines, 0);
  const order = cells.toSorted((a, b) => b.remainder - a.remainder || compare(a.lot, b.lot) || compare(a.tier, b.tier));
  for (const cell of order) {
    if (left <= 0) break;
    cell.lines += 1;
    left -= 1;
  }
  const demand = new Map<string, Record<string, number>>();
  for (const { lot, tier, lines } of cells) demand.set(lot, { ...demand.get(lot), [tier]: lines });
  const lots = problem.lots.map(({ id }): ProblemLot => ({ id, demand: demand.get(id) ?? {} }));
  return { ...problem, lots, rules: percent === 100 ? problem.rules : rulesOfOther(problem, lots) };
}

function rulesOfOther({ lots: whole, rules }: Problem, lots: readonly ProblemLot[]): ProblemRules {
  const { budgetMinor: _, groups = [], ...others } = rules;
  const asked = (of: readonly ProblemLot[]) =>
    new Set(of.filter((lot) => linesOf({ lots: [lot] }) > 0).map(({ id }) => id));
  const [before, left] = [asked(whole), asked(lots)];
  const kept = groups.filter((group) => group.lots.every((lot) => left.has(lot) || !before.has(lot)));
  return kept.length === 0 ? others : { ...others, groups: kept };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A point of the curve from the result of the resized problem. */
export function curvePoint(
  problem: Problem,
  percent: number,
  result: Pick<Result, 'status' | 'totalMinor'>,
): CurvePoint {
  const lines = linesOf(problem);
  return {
    percent,
    lines,
    lineMonthly: result.totalMinor === null ? null : lineMonthlyOf(result.totalMinor, lines, problem.termMonths),
    proved: isProved(result.status),
  };
}

/** All lines that a problem asks for. */
export function linesOf({ lots }: Pick<Problem, 'lots'>): number {
  return lots.flatMap((lot) => Object.values(lot.demand)).reduce((sum, lines) => sum + lines, 0);
}

/** What a cost over the term comes to per line and month, rounded. */
export function lineMonthlyOf(totalMinor: Minor, lines: number, termMonths: number): Minor {
  return divideRounded(totalMinor, BigInt(lines) * BigInt(termMonths));
}

/** Is it proved that nothing is cheaper, or that there is nothing? */
export function isProved(status: ResultStatus): boolean {
  return status === 'optimal' || status === 'infeasible';
}
