import fc from 'fast-check';
import { canonicalJson } from '../../src/kernel/canonical.js';
import { check } from '../../src/allocation/rules/checker.js';
import { marketOf } from '../../src/allocation/rules/market.js';
import type { AwardRule, Problem } from '../../src/allocation/rules/problem.js';
import { sizeOf, wholeRegion } from '../../src/allocation/rules/region.js';
import type { LinearSolver } from '../../src/allocation/rules/relaxation.js';
import { cases } from '../support/cases.js';
import { solveHere, startHighs } from './in-process.js';
import { largeProblem } from './large-problem.js';
import { bidAt, problemOf } from './sample-problem.js';
import { smallProblems } from './small-problems.js';

/** The same members in another order. */
function turned<T extends object>(value: T, by: number): T {
  const entries = Object.entries(value);
  return Object.fromEntries([...entries.slice(by % entries.length), ...entries.slice(0, by % entries.length)]) as T;
}

function shuffled(problem: Problem, by: number): Problem {
  const order = <T>(list: readonly T[]) => list.map((_, i) => list[(i + by) % list.length] as T).toReversed();
  const lots = order(problem.lots).map((lot) => ({ ...lot, demand: turned({ ...lot.demand }, by) }));
  const bids = order(problem.bids).map((bid) => turned({ ...bid, lots: turned({ ...bid.lots }, by) }, by));
  return turned({ ...problem, lots, bids }, by);
}

describe('the same problem has the same answer', () => {
  let highs: LinearSolver;
  beforeAll(async () => (highs = await startHighs()));

  it.each<AwardRule>(['lot', 'tier', 'shared'])('in whatever order its parts come: award %s', (award) => {
    fc.assert(
      fc.property(smallProblems(award), fc.integer({ min: 1, max: 5 }), (problem, by) => {
        const [one, other] = [solveHere(problem, highs), solveHere(shuffled(problem, by), highs)];
        expect(JSON.stringify(canonicalJson(other))).toBe(JSON.stringify(canonicalJson(one)));
        expect(Object.keys(other.awards[0]?.lots ?? {})).toEqual(Object.keys(one.awards[0]?.lots ?? {}));
      }),
      { numRuns: cases(60) },
    );
  });

  it.each<AwardRule>(['lot', 'shared'])(
    'also a larger one, and when others were solved in between: award %s',
    (award) => {
      const problem = largeProblem(8, 12, award);
      const first = solveHere(problem, highs);
      expect(first.status).toBe('optimal');
      solveHere(largeProblem(5, 9, award, 3), highs);
      expect(solveHere(shuffled(problem, 3), highs)).toEqual(first);
    },
  );

  it('also one so large that a kernel of it is searched first', () => {
    const problem = largeProblem(20, 24, 'shared');
    const market = marketOf(problem);
    expect(sizeOf(market, wholeRegion(market))).toBeGreaterThan(4_500);
    const first = solveHere(problem, highs);
    expect(first.status).toBe('optimal');
    expect(check(problem, first.awards)).toEqual({ violations: [], totalMinor: first.boundMinor });
    expect(solveHere(shuffled(problem, 3), highs)).toEqual(first);
  });
});

describe('ties go to the earlier bid', () => {
  let highs: LinearSolver;
  beforeAll(async () => (highs = await startHighs()));

  const both = ['north', 'south'];
  const early = { receivedAt: '2026-03-01T09:00:00.000001Z' };
  const late = { receivedAt: '2026-03-01T09:00:00.000002Z' };

  it('to the one received first, to the microsecond, whatever it is called', () => {
    const awards = solveHere(problemOf([bidAt('a', 500n, both, late), bidAt('b', 500n, both, early)]), highs).awards;
    expect(awards.map((award) => [award.bid, award.lines])).toEqual([['b', 30]]);
  });

  it('to the smaller id when both were received at the same instant', () => {
    const awards = solveHere(problemOf([bidAt('b', 500n, both), bidAt('a', 500n, both)]), highs).awards;
    expect(awards.map((award) => [award.bid, award.lines])).toEqual([['a', 30]]);
  });

  it('an instant counts, not how it is written', () => {
    const berlin = { receivedAt: '2026-03-01T10:30:00+01:00' };
    const utc = { receivedAt: '2026-03-01T09:00:00Z' };
    const awards = solveHere(problemOf([bidAt('a', 500n, both, berlin), bidAt('b', 500n, both, utc)]), highs).awards;
    expect(awards.map((award) => award.bid)).toEqual(['b']);
  });

  it('the earlier bid gets as many lines as the cost allows, also where lines are shared', () => {
    const small = { ...early, capacity: 13 };
    const problem = problemOf([bidAt('a', 500n, both, late), bidAt('b', 500n, both, small)], { award: 'shared' });
    const awards = solveHere(problem, highs).awards;
    expect(awards.map((award) => [award.bid, award.lines])).toEqual([
      ['b', 13],
      ['a', 17],
    ]);
  });

  it('never at a price: one minor unit less wins, however late', () => {
    const awards = solveHere(problemOf([bidAt('a', 500n, both, early), bidAt('b', 499n, both, late)]), highs).awards;
    expect(awards.map((award) => award.bid)).toEqual(['b']);
  });

  it('among many equal bids the answer comes at once', () => {
    const bids = Array.from({ length: 12 }, (_, i) =>
      bidAt(`bid-${String(i).padStart(2, '0')}`, 500n, both, {
        bands: [
          { from: 1, monthly: { basic: 500n } },
          { from: 15, monthly: { basic: 450n } },
        ],
      }),
    );
    const outcome = solveHere(problemOf(bids, { award: 'shared', maxShare: 0.5 }), highs);
    expect(outcome.status).toBe('optimal');
    expect(outcome.awards.map((award) => [award.bid, award.lines])).toEqual([
      ['bid-00', 15],
      ['bid-01', 15],
    ]);
    expect(outcome.explanation.join(' ')).not.toContain('left open');
  });
});
