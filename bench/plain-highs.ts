/**
 * The floor of the allocation benchmark: one plain call of HiGHS with the textbook formulation, one yes-or-no column per
 * bid and band, quantities tied to the band's limits, every rule a row. It shares nothing with the product's own model.
 * Run by itself in a process: `node plain-highs.js`, a problem as JSON lines on the standard input.
 */
import { pathToFileURL } from 'node:url';
import { text } from 'node:stream/consumers';
import highsModule from 'highs';
import { lineCost, shareLimit } from '../src/allocation/rules/terms.js';
import { parseProblem } from '../src/allocation/rules/parse-problem.js';
import type { Problem } from '../src/allocation/rules/problem.js';

export interface PlainAnswer {
  /** of the processor */
  readonly milliseconds: number;
  readonly status: string;
  /** relative, by the solver's own word; 1 without an answer */
  readonly gap: number;
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
  readonly rowLower: number[] = [];
  readonly rowUpper: number[] = [];

  row(lower: number, upper: number): number {
    this.rowLower.push(lower);
    return this.rowUpper.push(upper) - 1;
  }

  column(cost: number, upper: number, integral: boolean, entries: Entry[]): void {
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
  for (const bid of problem.bids) {
    const one = sheet.row(0, 1);
    bid.bands.forEach((band, b) => {
      const to = Math.min((bid.bands[b + 1]?.from ?? Infinity) - 1, bid.capacity ?? Infinity, most, total);
      const [above, below] = [sheet.row(0, Infinity), sheet.row(-Infinity, 0)];
      sheet.column(Number(bid.activation ?? 0n), 1, true, [
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
        sheet.column(cost, pieces(unit), problem.rules.award !== 'shared', [
          { row: demand[u] ?? 0, value: 1 },
          { row: above, value: weight },
          { row: below, value: weight },
        ]);
      });
    });
  }
  return sheet;
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
  model.options.set({ output_flag: false, mip_rel_gap: 1e-6, time_limit: seconds, random_seed: 0 });
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
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const reading = parseProblem(await text(process.stdin));
  if (!reading.ok) throw new Error(JSON.stringify(reading.faults));
  console.log(JSON.stringify(await solve(reading.problem, Number(process.argv[2] ?? 60))));
}
