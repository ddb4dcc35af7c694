import fc from 'fast-check';
import { canonicalJson } from '../../src/kernel/canonical.js';
import { priced } from '../../src/allocation/rules/allocation.js';
import { allocationOf } from '../../src/allocation/rules/awards.js';
import { check } from '../../src/allocation/rules/checker.js';
import { marketOf } from '../../src/allocation/rules/market.js';
import type { AwardRule, BidAward, Problem } from '../../src/allocation/rules/problem.js';
import { sizeOf, wholeRegion } from '../../src/allocation/rules/region.js';
import type { LinearSolver } from '../../src/allocation/rules/relaxation.js';
import { solveProblem } from '../../src/allocation/rules/solve.js';
import { cases, enough, untilSeen } from '../support/cases.js';
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

/** What is won, whatever it costs. */
function lotsOf(awards: readonly BidAward[]): string {
  return canonicalJson(awards.map(({ bid, lots }) => ({ bid, lots })));
}

/** The same problem with another price, or with other winners. */
function likeIt(problem: Problem, by: number): Problem {
  const changed = problem.bids[by % problem.bids.length];
  if (by > 3) return { ...problem, rules: { award: problem.rules.award, exclude: [changed?.provider ?? ''] } };
  const activation = (changed?.activation ?? 0n) + BigInt(by * 7);
  return { ...problem, bids: problem.bids.map((bid) => (bid === changed ? { ...bid, activation } : bid)) };
}

describe('awards that are known of a problem like it', () => {
  let highs: LinearSolver;
  beforeAll(async () => (highs = await startHighs()));

  it.each<AwardRule>(['lot', 'tier', 'shared'])('change nothing in what is proved: award %s', (award) => {
    const seen = { taken: 0, left: 0, other: 0 };
    const rarest = (): number => Math.min(...Object.values(seen));
    untilSeen(rarest, () =>
      fc.assert(
        fc.property(smallProblems(award), fc.integer({ min: 0, max: 7 }), (problem, by) => {
          const known = solveHere(likeIt(problem, by), highs).awards;
          const without = solveHere(problem, highs);
          expect(solveHere(problem, highs, { known })).toEqual(without);
          if (known.length === 0) return;
          const market = marketOf(problem);
          const keeps = priced(market, allocationOf(market, known)) !== null;
          seen[keeps ? 'taken' : 'left'] += 1;
          if (keeps && lotsOf(known) !== lotsOf(without.awards)) seen.other += 1;
        }),
        { numRuns: cases(300), endOnFailure: true },
      ),
    );
    expect(rarest()).toBeGreaterThan(enough(0));
  });

  it.each<AwardRule>(['lot', 'tier', 'shared'])(
    'change nothing where very many allocations cost the same: award %s',
    (award) => {
      const lots = Array.from({ length: 8 }, (_, l) => ({ id: `L${l}`, demand: { basic: 5, fast: 5 } }));
      const all = lots.map(({ id }) => id);
      const monthly = { basic: 500n, fast: 700n };
      const bids = ['a', 'b', 'c'].map((id) => bidAt(id, 0n, all, { bands: [{ from: 1, monthly }], capacity: 45 }));
      const problem: Problem = { ...problemOf(bids, { award }), lots };
      const without = solveHere(problem, highs);
      expect(without.status).toBe('optimal');
      const rotated = without.awards.map((of, i) => ({ ...of, bid: without.awards.at(i - 1)?.bid ?? '' }));
      for (const known of [rotated, solveHere(likeIt(problem, 4), highs).awards]) {
        expect(solveHere(problem, highs, { known })).toEqual(without);
      }
    },
  );

  it('are the answer when the limit comes before another one', () => {
    const problem = largeProblem(8, 12, 'lot');
    const best = solveHere(problem, highs);
    const means = { solver: highs, stop: () => true, progress: () => undefined };
    const { outcome } = solveProblem(problem, means, { known: best.awards });
    expect([outcome.status, outcome.totalMinor]).toEqual(['feasible', best.totalMinor]);
  });

  it('are left aside where they have parts of lines, which nobody can win', () => {
    const bids = [bidAt('a', 500n, ['north', 'south']), bidAt('b', 400n, ['north'], { capacity: 4, minimumLines: 4 })];
    const problem = problemOf(bids, { award: 'shared', maxShare: 0.9 });
    const known = [
      { bid: 'b', lots: { north: { basic: 4.5 } } },
      { bid: 'a', lots: { north: { basic: 5.5 }, south: { basic: 20 } } },
    ];
    expect(solveHere(problem, highs, { known })).toEqual(solveHere(problem, highs));
    expect(allocationOf(marketOf(problem), known).map((won) => [...won.values()])).toEqual([[20], []]);
  });

  it('are left aside where they are none of the problem', () => {
    const problem = problemOf([bidAt('a', 500n, ['north', 'south']), bidAt('b', 400n, ['north'])]);
    const without = solveHere(problem, highs);
    for (const known of [
      [],
      [{ bid: 'nobody', lots: { north: { basic: 10 }, south: { basic: 20 } } }],
      [{ bid: 'b', lots: { north: { basic: 10 }, south: { basic: 20 } } }],
      [{ bid: 'a', lots: { north: { basic: 10 } } }],
      [{ bid: 'a', lots: { elsewhere: { constructor: 3 } } }],
      [{ bid: 'a', lots: { north: { basic: -10 }, south: { basic: 20 } } }],
    ]) {
      expect(solveHere(problem, highs, { known })).toEqual(without);
    }
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
