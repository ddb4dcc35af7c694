import fc from 'fast-check';
import { decide, decidedBefore } from '../../src/allocation/rules/decide.js';
import { type Gap, gapsToWin, gapToWin, tighter } from '../../src/allocation/rules/gaps.js';
import { marketOf } from '../../src/allocation/rules/market.js';
import type { AwardRule, Problem } from '../../src/allocation/rules/problem.js';
import type { LinearSolver } from '../../src/allocation/rules/relaxation.js';
import { bruteForce } from './brute-force.js';
import { cases, enough } from '../support/cases.js';
import { startHighs } from './in-process.js';
import { largeProblem } from './large-problem.js';
import { bidAt, problemOf } from './sample-problem.js';
import { smallProblems } from './small-problems.js';

function gapsOf(problem: Problem, solver: LinearSolver, bids: readonly string[] | null = null): Gap[] {
  const market = marketOf(problem);
  const means = { solver, stop: () => false, progress: () => undefined };
  return gapsToWin(market, decide(market, means), means, bids && new Set(bids));
}

/** Lower by its gap a bid costs no more than the best, which keeps the budget. */
function withoutBudget(problem: Problem): Problem {
  const { budgetMinor: _, ...rules } = problem.rules;
  return { ...problem, rules };
}

describe('the gap to win', () => {
  let highs: LinearSolver;
  beforeAll(async () => (highs = await startHighs()));

  it.each<AwardRule>(['lot', 'tier', 'shared'])('is what trying everything says: award %s', (award) => {
    let seen = 0;
    fc.assert(
      fc.property(smallProblems(award), (problem) => {
        const best = bruteForce(problem);
        for (const gap of gapsOf(problem, highs)) {
          const forced = bruteForce(withoutBudget(problem), gap);
          const wanted = forced === null || best === null ? null : forced.totalMinor - best.totalMinor;
          expect(gap).toMatchObject({ gapMinor: wanted, proved: true });
          if (wanted !== null) expect(gap.atLeastMinor).toBe(wanted);
          seen += 1;
        }
      }),
      { numRuns: cases(150), endOnFailure: true },
    );
    expect(seen).toBeGreaterThan(enough(20));
  });

  it.each<AwardRule>(['lot', 'tier', 'shared'])(
    'is the same found by itself from what was proved: award %s',
    (award) => {
      const means = { solver: highs, stop: () => false, progress: () => undefined };
      fc.assert(
        fc.property(smallProblems(award), (problem) => {
          const market = marketOf(problem);
          const { found } = decide(market, means);
          if (!found) return;
          const best = decidedBefore(market, found, means);
          for (const gap of gapsOf(problem, highs)) expect(gapToWin(market, best, means, gap)).toEqual(gap);
        }),
        { numRuns: cases(30), endOnFailure: true },
      );
    },
  );

  it('is told by two answers as the tighter of both, and as proved where they meet', () => {
    const of = (atLeastMinor: bigint, gapMinor: bigint | null, proved = false): Gap => {
      return { bid: 'a', lot: 'north', tier: null, lines: 1, gapMinor, proved, atLeastMinor };
    };
    expect(tighter(of(1n, null), of(0n, 9n))).toEqual(of(1n, 9n));
    expect(tighter(of(3n, 7n), of(2n, 9n))).toEqual(of(3n, 7n));
    expect(tighter(of(3n, 7n), of(7n, 9n))).toEqual(of(7n, 7n, true));
    expect(tighter(of(3n, 7n), of(5n, 5n, true))).toEqual(of(5n, 5n, true));
    expect(tighter(of(4n, null, true), of(3n, 9n))).toEqual(of(4n, null, true));
  });

  it('closes exactly: with so much less the bid wins when it came first, with a little more it does not', () => {
    const early = { receivedAt: '2026-03-01T09:00:00Z' };
    const problem = problemOf([bidAt('a', 500n, ['north', 'south'], early), bidAt('b', 450n, ['north', 'south'])]);
    expect(gapsOf(problem, highs, ['b'])).toEqual([]);
    // 10 lines in the north, each 0.50 a month dearer for a year
    expect(gapsOf(problem, highs, ['a'])[0]).toEqual({
      bid: 'a',
      lot: 'north',
      tier: null,
      lines: 10,
      gapMinor: 6_000n,
      proved: true,
      atLeastMinor: 6_000n,
    });
    const linesAt = (monthly: bigint, setup: bigint) => {
      const [a, b] = problem.bids;
      const bands = [{ from: 1, monthly: { basic: 500n }, lotMonthly: { north: { basic: monthly } } }];
      const bids = a && b ? [{ ...a, bands, lots: { ...a.lots, north: { setup } } }, b] : [];
      const market = marketOf({ ...problem, bids });
      return decide(market, { solver: highs, stop: () => false, progress: () => undefined }).found?.lines;
    };
    expect(linesAt(450n, 0n)).toEqual([10, 20]);
    expect(linesAt(450n, 1n)).toEqual([0, 30]);
  });

  it('is null where the rules never let the bid win, and what it wins whole is not asked about', () => {
    const bids = [bidAt('a', 500n, ['north', 'south']), bidAt('b', 600n, ['north'])];
    expect(gapsOf(problemOf(bids, { maxWinners: 1 }), highs)).toMatchObject([
      { bid: 'b', lot: 'north', gapMinor: null, proved: true },
    ]);
  });

  it('is told where it is more than a budget leaves: lower by it, the bid keeps the budget', () => {
    const bids = [bidAt('a', 500n, ['north', 'south']), bidAt('b', 600n, ['north'])];
    // 10 lines, each 1.00 a month dearer for a year
    expect(gapsOf(problemOf(bids, { budgetMinor: 180_000n }), highs)).toMatchObject([
      { bid: 'b', lot: 'north', gapMinor: 12_000n, proved: true },
    ]);
  });

  it('says how far it came when the limit comes first', () => {
    const problem = largeProblem(10, 30, 'lot');
    const market = marketOf(problem);
    const means = { solver: highs, stop: () => false, progress: () => undefined };
    const best = decide(market, means);
    let asked = 0;
    const hurried = { ...means, stop: () => (asked += 1) > 3 };
    const gaps = gapsToWin(market, best, hurried, new Set(['b0']));
    expect(gaps.some(({ proved }) => !proved)).toBe(true);
    for (const { atLeastMinor, gapMinor } of gaps) expect(gapMinor === null || atLeastMinor <= gapMinor).toBe(true);
  });

  it('is told of every lot however early the limit comes: roughly of all before exactly of one', () => {
    const market = marketOf(largeProblem(10, 30, 'lot'));
    const means = { solver: highs, stop: () => false, progress: () => undefined };
    const best = decide(market, means);
    const within = (asks: number) => {
      let asked = 0;
      const stop = () => (asked += 1) > asks;
      return gapsToWin(market, best, { ...means, stop }, new Set(['b0']));
    };
    const late = within(0);
    expect(late.length).toBeGreaterThan(10);
    for (const gap of late) expect(gap).toMatchObject({ gapMinor: null, proved: false, atLeastMinor: 0n });
    const rough = within(late.length);
    expect(rough.map(({ lot }) => lot)).toEqual(late.map(({ lot }) => lot));
    expect(rough.at(-1)).toMatchObject({ bid: 'b0', gapMinor: expect.any(BigInt) });
  });
});
