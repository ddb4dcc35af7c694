import fc from 'fast-check';
import { Bounds } from '../../src/allocation/rules/bound.js';
import { check } from '../../src/allocation/rules/checker.js';
import { decide } from '../../src/allocation/rules/decide.js';
import { marketOf } from '../../src/allocation/rules/market.js';
import { readProblem } from '../../src/allocation/rules/parse-problem.js';
import { Probe } from '../../src/allocation/rules/probe.js';
import type { AwardRule, BidAward, Problem } from '../../src/allocation/rules/problem.js';
import { wholeRegion } from '../../src/allocation/rules/region.js';
import type { LinearSolver } from '../../src/allocation/rules/relaxation.js';
import { Search } from '../../src/allocation/rules/search.js';
import { Server } from '../../src/allocation/rules/serve.js';
import { breakTies } from '../../src/allocation/rules/ties.js';
import { type Best, bidsByReceipt, bruteForce } from './brute-force.js';
import { cases } from '../support/cases.js';
import { nonsense, solveHere, startHighs } from './in-process.js';
import { largeProblem } from './large-problem.js';
import { smallProblems } from './small-problems.js';

const AWARDS: readonly AwardRule[] = ['lot', 'tier', 'shared'];

function linesByReceipt(problem: Problem, awards: readonly BidAward[]): number[] {
  return bidsByReceipt(problem).map((bid) => awards.find((award) => award.bid === bid.id)?.lines ?? 0);
}

/** What branch and bound is compared in: cost and lines. */
function cheapest(best: Best | null): Pick<Best, 'totalMinor' | 'lines'> | null {
  return best && { totalMinor: best.totalMinor, lines: best.lines };
}

/** Branch and bound alone: no heuristic before it, no rounding on the way. */
function searchAlone(
  problem: Problem,
  solver: LinearSolver,
): { readonly best: Pick<Best, 'totalMinor' | 'lines'> | null; readonly bound: number } {
  const market = marketOf(problem);
  const probe = new Probe(
    market,
    new Bounds(market),
    new Server(market),
    solver,
    market.budget,
    () => undefined,
    () => false,
  );
  probe.round = () => undefined;
  const limits = { nodes: 200_000, stop: () => false };
  const outcome = new Search(probe, limits, () => undefined).run(wholeRegion(market), null);
  expect(outcome.complete).toBe(true);
  expect(breakTies(probe, outcome.tied ?? [], limits)).toBe(true);
  probe.free();
  const won = new Map(market.bids.map(({ id }, i) => [id, probe.best?.lines[i] ?? 0]));
  const best = probe.best && {
    totalMinor: BigInt(probe.best.cost),
    lines: bidsByReceipt(problem).map(({ id }) => won.get(id) ?? 0),
  };
  return { best, bound: outcome.bound };
}

/** To say why there is no allocation takes most of the time, and is told the same way whatever the case: one in three. */
function provedToHaveNone(problem: Problem, solver: LinearSolver): void {
  if (problem.termMonths === 1) {
    const { explanation, ...outcome } = solveHere(problem, solver);
    expect(outcome).toEqual({ status: 'infeasible', totalMinor: null, boundMinor: null, gap: null, awards: [] });
    expect(explanation).not.toEqual([]);
  } else {
    const means = { solver, stop: () => false, progress: () => undefined };
    expect(decide(marketOf(problem), means)).toMatchObject({ found: null, complete: true });
  }
}

describe('winner determination is exact', () => {
  let highs: LinearSolver;
  beforeAll(async () => (highs = await startHighs()));

  it.each(AWARDS)('finds what trying everything finds, ties to the earlier bid: award %s', (award) => {
    fc.assert(
      fc.property(smallProblems(award), (problem) => {
        expect(readProblem(problem)).toEqual({ ok: true, problem });
        const best = bruteForce(problem);
        if (best === null) return provedToHaveNone(problem, highs);
        const outcome = solveHere(problem, highs);
        expect(outcome.status).toBe('optimal');
        expect(outcome.totalMinor).toBe(best.totalMinor);
        expect(outcome.boundMinor).toBe(best.totalMinor);
        expect(check(problem, outcome.awards)).toEqual({ violations: [], totalMinor: best.totalMinor });
        expect(linesByReceipt(problem, outcome.awards)).toEqual(best.lines);
      }),
      { numRuns: cases(600), endOnFailure: true },
    );
  });

  it.each(AWARDS)('the search proves it without any heuristic: award %s', (award) => {
    fc.assert(
      fc.property(smallProblems(award), (problem) => {
        const best = bruteForce(problem);
        const found = searchAlone(problem, highs);
        expect(found.best).toEqual(cheapest(best));
        const beyond = marketOf(problem).budget + 1;
        expect(found.bound).toBe(best === null ? beyond : Number(best.totalMinor));
      }),
      { numRuns: cases(200), endOnFailure: true },
    );
  });

  it.each(AWARDS)('floats only propose: with a linear solver that answers nonsense, the same: award %s', (award) => {
    fc.assert(
      fc.property(smallProblems(award), (problem) => {
        expect(searchAlone(problem, nonsense()).best).toEqual(cheapest(bruteForce(problem)));
      }),
      { numRuns: cases(200), endOnFailure: true },
    );
  });

  it('assigns whole lots all at once where their bands are decided: a proof that would take thousands of splits', () => {
    const market = marketOf(largeProblem(4, 40, 'lot', 2));
    const means = { solver: highs, stop: () => false, progress: () => undefined };
    const { found, bound, complete } = decide(market, { ...means, nodes: 500 });
    expect(complete).toBe(true);
    expect(found?.cost).toBe(bound);
  });
});
