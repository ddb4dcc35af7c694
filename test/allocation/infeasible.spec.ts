import { explainInfeasible } from '../../src/allocation/rules/infeasible.js';
import { marketOf } from '../../src/allocation/rules/market.js';
import type { LinearSolver } from '../../src/allocation/rules/relaxation.js';
import type { Problem } from '../../src/allocation/rules/problem.js';
import { solveHere, startHighs } from './in-process.js';
import { largeProblem } from './large-problem.js';
import { bidAt, problemOf } from './sample-problem.js';

const BOTH = ['north', 'south'];

describe('an infeasible problem is explained in words', () => {
  let highs: LinearSolver;
  beforeAll(async () => (highs = await startHighs()));

  function reasons(problem: Problem): readonly string[] {
    const outcome = solveHere(problem, highs);
    expect(outcome).toMatchObject({ status: 'infeasible', totalMinor: null, boundMinor: null, gap: null, awards: [] });
    return outcome.explanation;
  }

  it('no bid at all', () => {
    expect(reasons(problemOf([]))).toEqual(['There is no bid.']);
  });

  it('a lot that nobody covers', () => {
    expect(reasons(problemOf([bidAt('a', 500n, ['north'])]))).toEqual([
      'Lot south: no bid covers it.',
      '20 of 30 lines cannot be served, whoever wins the others: for instance 20 in lot south.',
    ]);
  });

  it('a tier that nobody offers where it is asked for', () => {
    const bid = bidAt('a', 500n, BOTH, { bands: [{ from: 1, monthly: {}, lotMonthly: { north: { basic: 500n } } }] });
    expect(reasons(problemOf([bid]))).toEqual([
      'Lot south: no bid that covers it offers basic.',
      '20 of 30 lines cannot be served, whoever wins the others: for instance 20 in lot south.',
    ]);
  });

  it('a budget that the cheapest allocation does not keep', () => {
    // 30 lines at 5.00 for a year
    expect(reasons(problemOf([bidAt('a', 500n, BOTH)], { budgetMinor: 179_999n }))).toEqual([
      'The cheapest allocation costs 1800.00 USD, 0.01 USD more than the budget of 1799.99 USD.',
    ]);
    const rules = { winners: ['Set'], paid: { Set: 200_000n }, budgetMinor: 379_999n };
    expect(reasons(problemOf([bidAt('a', 500n, BOTH)], rules))).toEqual([
      'The cheapest allocation costs 1800.00 USD; with 2000.00 USD that is awarded already, this is 0.01 USD more than the ' +
        'budget of 3799.99 USD.',
    ]);
  });

  it('a budget that is too small is told as such, however early the limit comes', () => {
    const problem = largeProblem(8, 20, 'shared');
    const { totalMinor } = solveHere(problem, highs);
    const budgetMinor = (totalMinor ?? 0n) - 1n;
    const tight = { ...problem, rules: { ...problem.rules, budgetMinor } };
    const within = (asks: number) => {
      let asked = 0;
      const [dear] = explainInfeasible(tight, marketOf(tight), { solver: highs, stop: () => (asked += 1) > asks });
      return dear ?? '';
    };
    const told = [1, 5, 20, 60, 120].map(within);
    const early = told.filter((words) => words.startsWith('No allocation costs less than'));
    expect(early.length).toBeGreaterThan(0);
    for (const words of early) expect(words).toContain(' 0.01 USD more than the budget of');
  });

  it('bids that are all excluded', () => {
    expect(reasons(problemOf([bidAt('a', 500n, BOTH)], { exclude: ['provider of a'] }))).toEqual([
      'Every bid is excluded.',
    ]);
  });

  it('that all lines could be served is told by any allocation, without a search for the best of very many', () => {
    const problem: Problem = { ...largeProblem(6, 60, 'lot'), rules: { award: 'lot', maxWinners: 1 } };
    let programs = 0;
    const counting: LinearSolver = { load: (program) => highs.load(((programs += 1), program)) };
    const { status, explanation } = solveHere(problem, counting);
    expect([status, explanation.at(-1)]).toEqual([
      'infeasible',
      expect.stringMatching(/^Without the maximum of 1 winner there would be one; the smallest that helps is \d\.$/),
    ]);
    expect(explanation.join(' ')).not.toContain('cannot be served');
    expect(programs).toBe(0);
  });

  it('two providers for a lot that goes to one bid whole', () => {
    const bids = [bidAt('a', 500n, BOTH), bidAt('b', 600n, BOTH)];
    const groups = [{ lots: ['north'], minWinners: 2 }];
    expect(reasons(problemOf(bids, { groups }))).toEqual([
      'All demand can be reached, but the rules together leave no allocation.',
      'Without the numbers of winners within groups of lots there would be one; it would be enough to change the fewest within north from 2 to 1.',
      'Without whole awards to one bid (shared by quantity instead) there would be one.',
    ]);
  });

  it('providers that must win, and those that must not, where one of them would be enough', () => {
    const bids = ['a', 'b', 'c'].map((id) => bidAt(id, 500n, BOTH));
    const [a = '', b = '', c = ''] = bids.map(({ provider }) => provider);
    expect(reasons(problemOf(bids, { include: [a, b, c], maxWinners: 2, award: 'shared' }))).toEqual([
      'All demand can be reached, but the rules together leave no allocation.',
      'Without the maximum of 2 winners there would be one; the smallest that helps is 3.',
      `Without the demand that ${a}, ${b}, ${c} must win there would be one; ` +
        `it would be enough to release one of them: ${a}, or ${b}, or ${c}.`,
    ]);
    const narrow = [bidAt('a', 500n, BOTH), bidAt('b', 500n, ['south']), bidAt('c', 500n, ['north'])];
    expect(reasons(problemOf(narrow, { exclude: [a, b] }))).toEqual([
      'Lot south: no bid covers it.',
      '20 of 30 lines cannot be served, whoever wins the others: for instance 20 in lot south.',
      `Without the exclusion of ${a}, ${b} there would be one; it would be enough to admit one of them: ${a}, or ${b}.`,
    ]);
  });

  it('two rules that would have to give way together, the cheapest pair first', () => {
    const bids = [bidAt('a', 500n, BOTH), bidAt('b', 400n, BOTH), bidAt('c', 450n, ['south'])];
    const groups = [{ lots: ['north'], minWinners: 3 }];
    expect(reasons(problemOf(bids, { award: 'shared', maxWinners: 2, maxShare: 0.3, groups }))).toEqual([
      'No provider may win more than 9 lines (a share of 0.3); the 3 that can win any reach 27 of 30 so.',
      'Without the maximum share of 0.3 and the numbers of winners within groups of lots together there would be one, ' +
        'for 1440.00 USD at the least; of the first the smallest that helps is 15 of 30 lines (0.5).',
    ]);
    expect(reasons(problemOf(bids.slice(0, 2), { award: 'shared', minWinners: 3, maxShare: 0.3 }))).toEqual([
      'At least 3 providers must win, but only 2 can win any lines.',
      'No provider may win more than 9 lines (a share of 0.3); the 2 that can win any reach 18 of 30 so.',
      'Without the maximum share of 0.3 and the minimum of 3 winners together there would be one, for 1440.00 USD at the ' +
        'least; of the first the smallest that helps is 15 of 30 lines (0.5), and with that of the second the largest that helps is 2.',
    ]);
    const budget = { award: 'shared', minWinners: 3, budgetMinor: 1n } as const;
    expect(reasons(problemOf(bids.slice(0, 2), budget))).toEqual([
      'At least 3 providers must win, but only 2 can win any lines.',
      'Without the minimum of 3 winners and the budget of 0.01 USD together there would be one, for 1440.00 USD at the ' +
        'least; of the first the largest that helps is 2, and with that of the second the smallest that helps is 1452.00 USD.',
    ]);
  });

  it('alternatives that would only do together', () => {
    const of = { provider: 'Hana', alternative: 'x' };
    expect(reasons(problemOf([bidAt('a', 500n, ['north'], of), bidAt('b', 500n, ['south'], of)]))).toEqual([
      'All demand can be reached, but the rules together leave no allocation.',
      'Without alternatives of which only one may win there would be one.',
    ]);
  });

  it('too little capacity in a lot', () => {
    const lots = { north: {}, south: { tiers: { basic: { capacity: 4 } } } };
    const bids = [bidAt('a', 500n, [], { lots }), bidAt('b', 500n, [], { lots })];
    expect(reasons(problemOf(bids, { award: 'shared' }))).toEqual([
      'Lot south, basic: the bids that offer it can serve 8 of 20 lines.',
      '12 of 30 lines cannot be served, whoever wins the others: for instance 12 in lot south.',
    ]);
  });

  it('too little capacity altogether', () => {
    const bids = [bidAt('a', 500n, BOTH, { capacity: 12 }), bidAt('b', 500n, BOTH, { capacity: 9 })];
    expect(reasons(problemOf(bids, { award: 'shared' }))).toEqual([
      'All bids together can serve at most 21 of 30 lines.',
      '9 of 30 lines cannot be served, whoever wins the others: for instance 9 in lot south.',
    ]);
  });

  it('a lot that no single bid can serve', () => {
    const bids = [bidAt('a', 500n, BOTH, { capacity: 15 }), bidAt('b', 500n, BOTH, { capacity: 15 })];
    expect(reasons(problemOf(bids))).toEqual([
      'Lot south: no single bid can serve all its 20 lines.',
      '20 of 30 lines cannot be served, whoever wins the others: for instance 20 in lot south.',
    ]);
  });

  it('a share that leaves too few providers', () => {
    const bids = [bidAt('a', 500n, BOTH), bidAt('b', 500n, BOTH)];
    expect(reasons(problemOf(bids, { award: 'shared', maxShare: 0.4 }))).toEqual([
      'No provider may win more than 12 lines (a share of 0.4); the 2 that can win any reach 24 of 30 so.',
      'Without the maximum share of 0.4 there would be one; the smallest that helps is 15 of 30 lines (0.5).',
    ]);
  });

  it('more winners asked for than there are providers', () => {
    const mine = { provider: 'one and the same' };
    const bids = [bidAt('a', 500n, BOTH, mine), bidAt('b', 500n, BOTH, mine)];
    expect(reasons(problemOf(bids, { minWinners: 2 }))).toEqual([
      'At least 2 providers must win, but only 1 can win any lines.',
      'Without the minimum of 2 winners there would be one; the largest that helps is 1.',
    ]);
  });

  it('fewer winners allowed than the demand needs', () => {
    const bids = ['a', 'b', 'c'].map((id) => bidAt(id, 500n, BOTH, { capacity: 12 }));
    expect(reasons(problemOf(bids, { award: 'shared', maxWinners: 2 }))).toEqual([
      'At most 2 providers may win; the largest of them reach 24 of 30 lines.',
      'Without the maximum of 2 winners there would be one; the smallest that helps is 3.',
      "Without the bids' capacities there would be one.",
    ]);
  });

  it('those that have won already, where they count', () => {
    const bids = ['a', 'b', 'c'].map((id) => bidAt(id, 500n, BOTH, { capacity: 12 }));
    const winners = ['x', 'a'].map((name) => (name === 'a' ? (bids[0]?.provider ?? '') : name));
    const shared = { award: 'shared', winners } as const;
    expect(reasons(problemOf(bids, { ...shared, maxWinners: 3 }))).toEqual([
      'At most 3 providers may win; the 2 that have won already, with the largest of the others, reach 24 of 30 lines.',
      'Without the maximum of 3 winners there would be one; the smallest that helps is 4.',
      "Without the bids' capacities there would be one.",
    ]);
    expect(reasons(problemOf(bids, { ...shared, minWinners: 5 }))).toEqual([
      'At least 5 providers must win, but beside the 2 that have won already only 2 can win any lines.',
      'Without the minimum of 5 winners there would be one; the largest that helps is 4.',
    ]);
    expect(reasons(problemOf(bids, { ...shared, maxWinners: 1 }))[0]).toBe(
      'At most 1 providers may win, but 2 have won already.',
    );
  });

  it('a bid that can never win what it asks for, when nobody else serves a lot', () => {
    const bids = [bidAt('a', 500n, ['north']), bidAt('b', 500n, BOTH, { minimumLines: 31 })];
    expect(reasons(problemOf(bids))).toEqual([
      'Bid b cannot win the 31 lines that it asks for at least.',
      "Without the bids' minimum volumes there would be one; it would be enough that one of them falls: bid b's from 31 to 30.",
    ]);
  });

  it('otherwise the rules without which it would be feasible', () => {
    const bids = [
      bidAt('a', 500n, BOTH, { minimumLines: 25, capacity: 29 }),
      bidAt('b', 500n, BOTH, { minimumLines: 15 }),
    ];
    const south = bidAt('c', 500n, ['south'], { minimumLines: 20 });
    const north = bidAt('d', 500n, ['north'], { capacity: 9 });
    const share = { award: 'shared', maxShare: 0.97, minWinners: 3 } as const;
    expect(reasons(problemOf([...bids, south, north], share))).toEqual([
      'All demand can be reached, but the rules together leave no allocation.',
      'Without the minimum of 3 winners there would be one; the largest that helps is 2.',
      "Without the bids' minimum volumes there would be one; it would be enough that one of them falls: " +
        "bid a's from 25 to 14, or bid b's from 15 to 9, or bid c's from 20 to 14.",
    ]);
  });

  it('a lot that is larger than the share of one provider', () => {
    expect(reasons(problemOf([bidAt('a', 500n, BOTH), bidAt('b', 500n, BOTH)], { maxShare: 0.6 }))).toEqual([
      'Lot south: its 20 lines go to one bid whole, and are more than the 18 lines that a share of 0.6 allows one provider.',
      'Without the maximum share of 0.6 there would be one; the smallest that helps is 20 of 30 lines (0.6667).',
      'Without whole awards to one bid (shared by quantity instead) there would be one.',
    ]);
  });

  it('whole lots, when sharing would do', () => {
    const lots = ['east', 'north', 'south', 'west'].map((id) => ({ id, demand: { basic: 10 } }));
    const all = lots.map((lot) => lot.id);
    const bids = [bidAt('a', 500n, all, { capacity: 25 }), bidAt('b', 500n, all, { capacity: 15 })];
    expect(reasons({ ...problemOf(bids), lots })).toEqual([
      'All demand can be reached, but not all of it together.',
      '10 of 40 lines cannot be served, whoever wins the others: for instance 10 in lot west.',
      'Without whole awards to one bid (shared by quantity instead) there would be one.',
      "Without the bids' capacities there would be one.",
    ]);
  });
});
