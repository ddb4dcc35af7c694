/**
 * The floor of the allocation benchmark: one plain call of HiGHS with the textbook formulation, one yes-or-no column per
 * bid and band, quantities tied to the band's limits, every rule a row. It shares nothing with the product's own model.
 * Run by itself in a process: `node plain-highs.js`, a problem as JSON lines on the standard input.
 */
import { pathToFileURL } from 'node:url';
import { text } from 'node:stream/consumers';
import highsModule from 'highs';
import { check } from '../src/allocation/rules/checker.js';
import { lineCost, shareLimit } from '../src/allocation/rules/terms.js';
import { parseProblem } from '../src/allocation/rules/parse-problem.js';
import type { BidAward, Problem } from '../src/allocation/rules/problem.js';
import { bandReached } from '../src/pricing/rules/band.js';
import { PLAIN_GAP } from './agreement.js';

export interface PlainAnswer {
  /** of the processor */
  readonly milliseconds: number;
  readonly status: string;
  /** relative, by the solver's own word; 1 without an answer */
  readonly gap: number;
  /** what its allocation costs, reckoned again in whole minor units; null without one that keeps the rules */
  readonly total: number | null;
}

/** What a column stands for: a band, or pieces of cells in it. */
interface Meaning {
  readonly bid: number;
  readonly band: number;
  readonly lot: string;
  /** none for the band itself; lines of a piece */
  readonly cells: readonly { readonly tier: string; readonly lines: number }[];
}

interface Entry {
  readonly row: number;
  readonly value: number;
}

/** Columns with their rows, as they are written down. */
class Sheet {
  readonly cost: number[] = [];
  readonly upper: number[] = [];
  readonly integral: boolean[] = [];
  readonly columns: Entry[][] = [];
  readonly meanings: Meaning[] = [];
  readonly rowLower: number[] = [];
  readonly rowUpper: number[] = [];

  row(lower: number, upper: number): number {
    this.rowLower.push(lower);
    return this.rowUpper.push(upper) - 1;
  }

  column(meaning: Meaning, cost: number, upper: number, integral: boolean, entries: Entry[]): void {
    this.meanings.push(meaning);
    this.cost.push(cost);
    this.upper.push(upper);
    this.integral.push(integral);
    this.columns.push(entries);
  }
}

function textbook(problem: Problem): Sheet {
  const sheet = new Sheet();
  const whole = problem.rules.award === 'lot';
  const units = problem.lots.flatMap((lot) => {
    const cells = Object.entries(lot.demand)
      .filter(([, lines]) => lines > 0)
      .map(([tier, lines]) => ({ tier, lines }));
    return whole ? [{ lot: lot.id, cells }] : cells.map((cell) => ({ lot: lot.id, cells: [cell] }));
  });
  const linesOf = (unit: (typeof units)[number]) => unit.cells.reduce((sum, cell) => sum + cell.lines, 0);
  const total = units.reduce((sum, unit) => sum + linesOf(unit), 0);
  const pieces = (unit: (typeof units)[number]) => (problem.rules.award === 'shared' ? linesOf(unit) : 1);
  const demand = units.map((unit) => sheet.row(pieces(unit), pieces(unit)));
  const winners = sheet.row(problem.rules.minWinners ?? 0, problem.rules.maxWinners ?? Infinity);
  const most = shareLimit(problem.rules.maxShare, total);
  for (const [i, bid] of problem.bids.entries()) {
    const one = sheet.row(0, 1);
    bid.bands.forEach((band, b) => {
      const to = Math.min((bid.bands[b + 1]?.from ?? Infinity) - 1, bid.capacity ?? Infinity, most, total);
      const [above, below] = [sheet.row(0, Infinity), sheet.row(-Infinity, 0)];
      const here = { bid: i, band: b, lot: '', cells: [] };
      sheet.column(here, Number(bid.activation ?? 0n), 1, true, [
        { row: one, value: 1 },
        { row: winners, value: 1 },
        { row: above, value: -Math.max(band.from, bid.minimumLines ?? 0) },
        { row: below, value: -to },
      ]);
      units.forEach((unit, u) => {
        const costs = unit.cells.map(({ tier, lines }) => {
          const line = lineCost(problem, bid, b, unit.lot, tier);
          return line === null ? Infinity : (Number(line) * lines) / (pieces(unit) === 1 ? 1 : pieces(unit));
        });
        const cost = costs.reduce((sum, each) => sum + each, 0);
        if (cost === Infinity) return;
        const weight = pieces(unit) === 1 ? linesOf(unit) : 1;
        const cells = pieces(unit) === 1 ? unit.cells : unit.cells.map(({ tier }) => ({ tier, lines: 1 }));
        const won = { bid: i, band: b, lot: unit.lot, cells };
        sheet.column(won, cost, pieces(unit), problem.rules.award !== 'shared', [
          { row: demand[u] ?? 0, value: 1 },
          { row: above, value: weight },
          { row: below, value: weight },
        ]);
      });
    });
  }
  return sheet;
}

/** The cost of the allocation that columns say, rounded to whole pieces; null when that breaks a rule. */
function totalOf(problem: Problem, sheet: Sheet, columns: ArrayLike<number>): number | null {
  const won = new Map<number, Map<string, Map<string, number>>>();
  sheet.meanings.forEach(({ bid, lot, cells }, c) => {
    const pieces = Math.round(columns[c] ?? 0);
    if (pieces === 0 || cells.length === 0) return;
    const lots = won.get(bid) ?? new Map<string, Map<string, number>>();
    const tiers = lots.get(lot) ?? new Map<string, number>();
    for (const { tier, lines } of cells) tiers.set(tier, (tiers.get(tier) ?? 0) + pieces * lines);
    won.set(bid, lots.set(lot, tiers));
  });
  const awards = [...won].flatMap(([i, lots]): BidAward[] => {
    const bid = problem.bids[i];
    if (!bid) return [];
    const cells = [...lots].flatMap(([lot, tiers]) => [...tiers].map(([tier, lines]) => ({ lot, tier, lines })));
    const lines = cells.reduce((sum, cell) => sum + cell.lines, 0);
    const band = bandReached(bid, lines) ?? 0;
    const costMinor = cells.reduce(
      (sum, { lot, tier, lines: count }) => sum + (lineCost(problem, bid, band, lot, tier) ?? 0n) * BigInt(count),
      bid.activation ?? 0n,
    );
    const named = Object.fromEntries([...lots].map(([lot, tiers]) => [lot, Object.fromEntries(tiers)]));
    return [{ bid: bid.id, band, lines, lots: named, costMinor }];
  });
  const { violations, totalMinor } = check(problem, awards);
  return violations.length === 0 ? Number(totalMinor) : null;
}

async function solve(problem: Problem, seconds: number): Promise<PlainAnswer> {
  const loadHighs = highsModule as unknown as typeof highsModule.default;
  const began = process.cpuUsage();
  const highs = await loadHighs();
  const sheet = textbook(problem);
  const starts = [0];
  for (const entries of sheet.columns) starts.push((starts.at(-1) ?? 0) + entries.length);
  const flat = sheet.columns.flat();
  const model = highs.createModel({
    numCols: sheet.cost.length,
    numRows: sheet.rowLower.length,
    colCost: sheet.cost,
    colLower: sheet.cost.map(() => 0),
    colUpper: sheet.upper,
    rowLower: sheet.rowLower,
    rowUpper: sheet.rowUpper,
    integrality: Int32Array.from(sheet.integral, Number),
    matrix: {
      format: 'csc',
      numRows: sheet.rowLower.length,
      numCols: sheet.cost.length,
      starts: Int32Array.from(starts),
      indices: Int32Array.from(flat, (entry) => entry.row),
      values: Float64Array.from(flat, (entry) => entry.value),
    },
  });
  model.options.set({ output_flag: false, mip_rel_gap: PLAIN_GAP, time_limit: seconds, random_seed: 0 });
  model.run();
  const { optimal: found, infeasible: none } = highs.constants.modelStatus;
  const status = model.getModelStatus();
  const proved = status === found || status === none;
  const gap = Number(model.info.get('mip_gap'));
  const { user, system } = process.cpuUsage(began);
  return {
    milliseconds: (user + system) / 1_000,
    status: proved ? 'proved' : 'limit',
    gap: proved ? 0 : Number.isFinite(gap) ? Math.min(1, gap) : 1,
    total: status === none ? null : totalOf(problem, sheet, model.getSolution().colValue),
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const reading = parseProblem(await text(process.stdin));
  if (!reading.ok) throw new Error(JSON.stringify(reading.faults));
  console.log(JSON.stringify(await solve(reading.problem, Number(process.argv[2] ?? 60))));
}
