/** Solving without threads, for tests of the rules: the same HiGHS, and one that answers nonsense. */
import { HighsSolver } from '../../src/allocation/highs.solver.js';
import type { LinearSolver } from '../../src/allocation/rules/relaxation.js';
import { type Asked, solveProblem, type Outcome } from '../../src/allocation/rules/solve.js';
import type { Problem } from '../../src/allocation/rules/problem.js';

export async function startHighs(): Promise<LinearSolver> {
  return HighsSolver.start({ secondsLeft: () => 60 });
}

export function solveHere(problem: Problem, solver: LinearSolver, asked: Asked = {}): Outcome {
  return solveProblem(problem, { solver, stop: () => false, progress: () => undefined }, asked).outcome;
}

/** A linear solver whose every answer is nonsense, the same nonsense in every run. */
export function nonsense(): LinearSolver {
  let state = 12_345;
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  const price = () => [Infinity, Number.NaN][Math.floor(random() * 40)] ?? (random() - 0.3) * 10 ** (random() * 8);
  return {
    load: (program) => {
      let rows = program.rows.lower.length;
      return {
        setColumns: () => undefined,
        setRow: () => undefined,
        addRows: (more) => void (rows += more.lower.length),
        solve: () => ({
          columns: Float64Array.from(program.cost, () => (random() < 0.3 ? Number.NaN : random() * 2)),
          prices: Float64Array.from({ length: rows }, price),
        }),
        free: () => undefined,
      };
    },
  };
}
