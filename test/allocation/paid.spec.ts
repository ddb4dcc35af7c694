/** What winners are paid under another award counts in every part of the search that asks whose money it is. */
import { feasible } from '../../src/allocation/rules/decide.js';
import { marketOf } from '../../src/allocation/rules/market.js';
import type { LinearSolver } from '../../src/allocation/rules/relaxation.js';
import { twinsOf } from '../../src/allocation/rules/twins.js';
import { solveHere, startHighs } from './in-process.js';
import { bidAt, problemOf } from './sample-problem.js';

const BOTH = ['north', 'south'];
const [A, B] = ['provider of a', 'provider of b'];

let highs: LinearSolver;
beforeAll(async () => (highs = await startHighs()));

test('who is paid more already is no twin of another one', () => {
  const bids = [bidAt('a', 500n, BOTH), bidAt('b', 500n, BOTH)];
  const paid = (ofA: bigint, ofB: bigint) => problemOf(bids, { winners: [A, B], paid: { [A]: ofA, [B]: ofB } });
  expect(twinsOf(marketOf(paid(5n, 5n)))).toHaveLength(1);
  expect(twinsOf(marketOf(paid(5n, 6n)))).toEqual([]);
});

test('whether there is any allocation is asked without money, what is paid already included', () => {
  // Of nothing but what was paid, all would be the first one's; with both lots it is a third.
  const rules = { winners: [A], paid: { [A]: 30_000n }, minWinners: 2, maxCostShare: 0.7 };
  const problem = problemOf([bidAt('a', 500n, ['north']), bidAt('b', 500n, ['south'])], rules);
  expect(
    feasible(marketOf(problem), { solver: highs, stop: () => false, progress: () => undefined }).found,
  ).not.toBeNull();
  expect(solveHere(problem, highs)).toMatchObject({ status: 'optimal', totalMinor: 180_000n });
});

test('a part of the cost that is too small is told with what is paid already', () => {
  const rules = { winners: [A], paid: { [A]: 100_000n }, maxCostShare: 0.4 };
  const problem = problemOf([bidAt('a', 500n, ['north']), bidAt('b', 500n, ['south'])], rules);
  expect(solveHere(problem, highs).explanation.join(' ')).toContain(
    'Without the largest part of 0.4 of the cost there would be one; the smallest that helps is 1600.00 USD of 2800.00 USD (0.5715).',
  );
});

test('whoever wins nothing here stands in nobody’s way, however much it is paid already', () => {
  const rules = { winners: ['Elsewhere'], paid: { Elsewhere: 10_000_000n }, maxCostShare: 0.5 };
  expect(solveHere(problemOf([bidAt('a', 500n, BOTH)], rules), highs)).toMatchObject({ status: 'optimal' });
});

test('a budget that is overspent already stands in the way of no other rule, and is told with what it lacks', () => {
  const rules = { winners: [A], paid: { [A]: 300_000n }, budgetMinor: 299_999n };
  const problem = problemOf([bidAt('a', 500n, ['north']), bidAt('b', 500n, ['south'])], rules);
  expect(feasible(marketOf(problem), { solver: highs, stop: () => false, progress: () => undefined })).toMatchObject({
    found: expect.anything() as unknown,
    nodes: 0,
  });
  expect(solveHere(problem, highs)).toMatchObject({
    status: 'infeasible',
    explanation: [
      'The cheapest allocation costs 1800.00 USD; with 3000.00 USD that is awarded already, this is 1800.01 USD more than ' +
        'the budget of 2999.99 USD.',
    ],
  });
});
