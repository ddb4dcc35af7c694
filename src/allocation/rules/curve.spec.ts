import fc from 'fast-check';
import { CURVE_PERCENT, curvePoint, resized } from './curve.js';
import type { Problem } from './problem.js';

const problemOf = (demands: readonly Record<string, number>[]): Problem => ({
  currency: 'USD',
  termMonths: 12,
  lots: demands.map((demand, l) => ({ id: `L${l}`, demand })),
  bids: [],
  rules: { award: 'lot' },
});
const linesOf = (problem: Problem) =>
  problem.lots.flatMap((lot) => Object.values(lot.demand)).reduce((a, b) => a + b, 0);

describe('a pool of another size', () => {
  it('has that part of the lines, and no cell is off by a line or more', () => {
    const demand = fc.record({ basic: fc.integer({ min: 0, max: 50 }), fast: fc.integer({ min: 0, max: 3 }) });
    fc.assert(
      fc.property(
        fc.array(demand, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(...CURVE_PERCENT),
        (all, percent) => {
          const problem = problemOf(all);
          fc.pre(linesOf(problem) > 0);
          const other = resized(problem, percent);
          expect(linesOf(other)).toBe(Math.max(1, Math.round((linesOf(problem) * percent) / 100)));
          for (const [l, { demand: cells }] of other.lots.entries()) {
            for (const [tier, lines] of Object.entries(cells)) {
              const exact = ((all[l]?.[tier as 'basic'] ?? 0) * percent) / 100;
              expect(Math.abs(lines - exact)).toBeLessThanOrEqual(1);
            }
          }
        },
      ),
    );
  });

  it('is the pool itself at 100 percent', () => {
    const problem = problemOf([{ basic: 7, fast: 0 }, { basic: 3 }]);
    expect(resized(problem, 100)).toEqual(problem);
    const rules = { award: 'lot', budgetMinor: 7n, minWinners: 2 } as const;
    expect(resized({ ...problem, rules }, 100).rules).toEqual(rules);
    expect(resized({ ...problem, rules }, 110).rules).toEqual({ award: 'lot', minWinners: 2 });
  });

  it('has the groups of winners but for those with a lot that has no line left', () => {
    const problem = problemOf([{ basic: 40 }, { basic: 1 }, { basic: 0 }]);
    const groups = [
      { lots: ['L0', 'L1'], minWinners: 2 },
      { lots: ['L0', 'L2'], maxWinners: 1 },
    ];
    const of = (percent: number, some = groups) =>
      resized({ ...problem, rules: { ...problem.rules, groups: some } }, percent).rules;
    expect(of(10)).toEqual({ award: 'lot', groups: groups.slice(1) });
    expect(of(10, groups.slice(0, 1))).toEqual({ award: 'lot' });
    expect(of(100)).toEqual({ award: 'lot', groups });
    expect(of(110)).toEqual({ award: 'lot', groups });
  });
});

test('a point is the cost per line and month', () => {
  const problem = problemOf([{ basic: 7 }, { basic: 3 }]);
  expect(curvePoint(problem, 50, { status: 'optimal', totalMinor: 60_061n })).toEqual({
    percent: 50,
    lines: 10,
    lineMonthly: 501n,
    proved: true,
  });
  expect(curvePoint(problem, 50, { status: 'unknown', totalMinor: null })).toMatchObject({
    lineMonthly: null,
    proved: false,
  });
});
