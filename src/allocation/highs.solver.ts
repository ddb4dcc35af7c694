/** HiGHS behind the interface of the relaxation. Runs only in a solver thread: every call blocks. */
import highsModule, { type Highs } from 'highs';
import type { LinearProgram, LinearRows } from './rules/formulation.js';
import type { LinearModel, LinearSolver } from './rules/relaxation.js';

/** How long a linear program may take. */
export interface HighsLimits {
  secondsLeft(): number;
}

type Model = ReturnType<Highs['createModel']>;

// The package's types describe its CommonJS build; imported as ESM its default export is the loader itself.
const loadHighs = highsModule as unknown as typeof highsModule.default;

/** A loaded HiGHS; a program that crashes it (memory) leaves it without answers, which the search can do without. */
export class HighsSolver implements LinearSolver {
  /** set when HiGHS has failed and the thread should be replaced */
  broken = false;

  private constructor(
    private readonly highs: Highs,
    private readonly limits: HighsLimits,
  ) {}

  static async start(limits: HighsLimits): Promise<HighsSolver> {
    return new HighsSolver(await loadHighs(), limits);
  }

  /** Bytes that the solver's memory has grown to; it never shrinks. */
  get memoryBytes(): number {
    return this.highs.memoryBytes;
  }

  load(program: LinearProgram): LinearModel {
    const model = this.guard(() => this.create(program));
    return {
      setColumns: (columns, lower, upper) => {
        const selection = { kind: 'set', indices: columns } as const;
        this.guard(() => model?.changeColsBounds(selection, lower, upper));
      },
      setRow: (row, lower, upper) => {
        this.guard(() => model?.changeRowBounds(row, lower, upper));
      },
      addRows: (rows) => {
        const [lower, upper] = [Float64Array.from(rows.lower), Float64Array.from(rows.upper)];
        this.guard(() => model?.addRows({ lower, upper, matrix: matrixOf(rows, program.cost.length) }));
      },
      solve: () => this.guard(() => (model ? this.solve(model) : null)),
      free: () => {
        this.guard(() => model?.dispose());
      },
    };
  }

  private create(program: LinearProgram): Model {
    const { cost, lower, upper, rows } = program;
    const model = this.highs.createModel({
      numCols: cost.length,
      numRows: rows.lower.length,
      colCost: cost,
      colLower: lower,
      colUpper: upper,
      rowLower: rows.lower,
      rowUpper: rows.upper,
      matrix: matrixOf(rows, cost.length),
    });
    // Presolve would throw away the basis that makes the next, slightly different program quick.
    model.options.set({ output_flag: false, presolve: 'off', solver: 'simplex', random_seed: 0 });
    return model;
  }

  private solve(model: Model): { columns: Float64Array; prices: Float64Array } | null {
    const seconds = this.limits.secondsLeft();
    if (seconds <= 0) return null;
    model.zeroAllClocks();
    model.options.set('time_limit', seconds);
    model.run();
    if (model.getModelStatus() !== this.highs.constants.modelStatus.optimal) return null;
    const { colValue, rowDual } = model.getSolution();
    return { columns: colValue, prices: rowDual };
  }

  /** After a failure inside WebAssembly nothing there can be trusted. */
  private guard<T>(call: () => T): T | null {
    if (this.broken) return null;
    try {
      return call();
    } catch {
      this.broken = true;
      return null;
    }
  }
}

function matrixOf(rows: LinearRows, columns: number) {
  return {
    format: 'csr',
    numRows: rows.lower.length,
    numCols: columns,
    starts: Int32Array.from(rows.starts),
    indices: Int32Array.from(rows.indices),
    values: Float64Array.from(rows.values),
  } as const;
}
