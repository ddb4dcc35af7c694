/**
 * The linear relaxation of ever smaller regions, solved by a linear solver that is handed in. What comes back only
 * guides: prices for the exact bound, fractions for rounding and branching.
 */
import type { Bounds } from './bound.js';
import {
  formulate,
  fractionsOf,
  violatedLinks,
  type Formulation,
  type Fractions,
  type LinearProgram,
  type LinearRows,
} from './formulation.js';
import type { Market } from './market.js';
import type { Prices } from './prices.js';
import { sizeOf, type Region } from './region.js';

/** A linear program that is loaded in a solver and solved again and again. */
export interface LinearModel {
  /** columns ascend */
  setColumns(columns: readonly number[], lower: readonly number[], upper: readonly number[]): void;
  setRow(row: number, lower: number, upper: number): void;
  addRows(rows: LinearRows): void;
  /** values of the columns and prices of the rows, or null when the solver has no answer */
  solve(): { readonly columns: Float64Array; readonly prices: Float64Array } | null;
  free(): void;
}

export interface LinearSolver {
  load(program: LinearProgram): LinearModel;
}

/** Answers nothing: a search then goes by its prices alone. */
export const UNGUIDED: LinearSolver = {
  load: () => ({
    setColumns: () => undefined,
    setRow: () => undefined,
    addRows: () => undefined,
    solve: () => null,
    free: () => undefined,
  }),
};

/** Rounds of adding link rows to one relaxation, and rows added in a round. */
const LINK_ROUNDS = 20;
const LINKS_A_ROUND = 1_000;

export interface Relaxed {
  readonly fractions: Fractions;
  readonly prices: Prices;
}

export class Relaxation {
  private readonly formulation: Formulation;
  private readonly model: LinearModel;
  private readonly lower: number[];
  private readonly upper: number[];
  private readonly oneLower: Float64Array;
  private readonly links = new Set<number>();
  private barring = false;
  /** how many quantities it was built for: worth building anew when a region has far fewer */
  readonly size: number;

  constructor(
    private readonly market: Market,
    private readonly bounds: Bounds,
    solver: LinearSolver,
    region: Region,
  ) {
    this.formulation = formulate(market, region);
    this.model = solver.load(this.formulation.program);
    this.lower = this.formulation.program.lower.slice();
    this.upper = this.formulation.program.upper.slice();
    this.oneLower = new Float64Array(market.bids.length);
    this.size = sizeOf(market, region);
  }

  free(): void {
    this.model.free();
  }

  /**
   * Solves the relaxation of a region within the one it was built for.
   * @param links whether to add the link rows that the solution violates, and solve again
   */
  solve(region: Region, links: boolean): Relaxed | null {
    this.confine(region);
    for (let round = 0; ; round += 1) {
      const solved = this.model.solve();
      if (!solved) return null;
      if (links && round < LINK_ROUNDS) {
        const rows = violatedLinks(this.market, this.formulation, solved.columns, this.links, LINKS_A_ROUND);
        if (rows.lower.length > 0) {
          this.model.addRows(rows);
          continue;
        }
      }
      return {
        fractions: fractionsOf(this.market, this.formulation, solved.columns),
        prices: this.pricesOf(solved.prices),
      };
    }
  }

  private pricesOf(rows: Float64Array): Prices {
    const { demandRow, shareRow, costScale } = this.formulation;
    const unit = Float64Array.from(demandRow, (row) => (rows[row] ?? 0) / costScale);
    const share = Float64Array.from(shareRow, (row) => (row < 0 ? 0 : -(rows[row] ?? 0) / costScale));
    return this.bounds.pricesOf(unit, share);
  }

  /** Sets the bounds of columns and rows that differ from the region solved before. */
  private confine(region: Region): void {
    const { market, formulation, model } = this;
    const changed: number[] = [];
    const set = (column: number, lower: number, upper: number) => {
      if (this.lower[column] === lower && this.upper[column] === upper) return;
      this.lower[column] = lower;
      this.upper[column] = upper;
      changed.push(column);
    };
    // Where lines are shared, hardly any region bars anything; once one has, the next has to let it in again.
    const barring = region.forbidden !== null;
    const bars = barring || this.barring;
    this.barring = barring;
    market.bids.forEach((bid, i) => {
      const open = bid.options.filter((o) => region.allowed[o] === 1);
      const must = region.must[i] === 1 && open.length > 0;
      for (const o of bid.options) {
        const band = formulation.bandColumn[o] ?? -1;
        if (band < 0) continue;
        set(band, must && open.length === 1 ? (region.allowed[o] ?? 0) : 0, region.allowed[o] ?? 0);
        if (!bars) continue;
        formulation.quantityColumns[o]?.forEach((column, k) => {
          const u = market.options[o]?.units[k] ?? 0;
          const barred = region.allowed[o] !== 1 || region.forbidden?.[i * market.units.length + u] === 1;
          if (column >= 0) set(column, 0, barred ? 0 : (formulation.program.upper[column] ?? 0));
        });
      }
      if (this.oneLower[i] !== (must ? 1 : 0)) {
        this.oneLower[i] = must ? 1 : 0;
        model.setRow(formulation.oneRow[i] ?? 0, must ? 1 : 0, 1);
      }
    });
    if (changed.length === 0) return;
    changed.sort((a, b) => a - b);
    model.setColumns(
      changed,
      changed.map((c) => this.lower[c] ?? 0),
      changed.map((c) => this.upper[c] ?? 0),
    );
  }
}
