import type { BidAward, Problem } from './problem.js';
import { readProblem } from './parse-problem.js';
import { resilienceOf, scenariosOf } from './scenarios.js';

const bid = (id: string, provider: string): Problem['bids'][number] => ({
  id,
  provider,
  receivedAt: '2026-03-01T10:00:00Z',
  bands: [{ from: 1, monthly: { basic: 500n } }],
  lots: { north: {}, south: {} },
});
const problem: Problem = {
  currency: 'USD',
  termMonths: 12,
  lots: [
    { id: 'north', demand: { basic: 10 } },
    { id: 'south', demand: { basic: 20 } },
  ],
  bids: [bid('a1', 'Hana'), bid('a2', 'Hana'), bid('b', 'Dool'), bid('c', 'Set')],
  rules: { award: 'lot', minWinners: 2, maxShare: 0.7, maxCostShare: 0.8, include: ['Dool'], exclude: ['Set'] },
};
const award = (id: string, lines: number): BidAward => ({ bid: id, band: 0, lines, lots: {}, costMinor: 1n });
const awards = [award('a1', 5), award('a2', 5), award('b', 20)];

describe('scenarios', () => {
  const all = scenariosOf(problem, awards);
  const rulesOf = (key: string) => all.find((one) => one.key === key)?.problem.rules;

  it('are the board in its order, each a problem by itself', () => {
    expect(all.map(({ key }) => key)).toEqual([
      'winners:1',
      'winners:2',
      'cap:0.4',
      'cap:0.5',
      'cap:0.6',
      'without:Dool',
      'without:Hana',
      'rule:minWinners',
      'rule:maxShare',
      'rule:maxCostShare',
      'rule:include',
      'rule:exclude',
      'rule:award',
    ]);
    for (const one of all) expect(readProblem(one.problem)).toMatchObject({ ok: true });
  });

  it('keep the other rules, as far as they go together', () => {
    expect(rulesOf('winners:1')).toEqual({ ...problem.rules, minWinners: 1, maxWinners: 1 });
    expect(rulesOf('without:Dool')).toEqual({ ...problem.rules, include: [], exclude: ['Set', 'Dool'].sort() });
    expect(rulesOf('rule:award')).toEqual({ ...problem.rules, award: 'shared', maxCostShare: undefined });
    expect(rulesOf('rule:maxShare')).not.toHaveProperty('maxShare');
  });

  it('count those who have won already: from as many winners on, and no fewer', () => {
    const counted = (rules: Partial<Problem['rules']>) =>
      scenariosOf({ ...problem, rules: { award: 'lot', ...rules } }, awards)
        .filter(({ kind }) => kind === 'winners')
        .map(({ about }) => Number(about));
    expect(counted({})).toEqual([1, 2, 3]);
    expect(counted({ winners: ['Hana'] })).toEqual([1, 2, 3]);
    expect(counted({ winners: ['Hana', 'Elsewhere'] })).toEqual([2, 3, 4]);
    expect(counted({ winners: ['Set', 'Hana', 'Dool'] })).toEqual([3]);
  });

  it('ask no group for more winners than there may be, and price all groups together', () => {
    const groups = [
      { lots: ['north', 'south'], minWinners: 2 },
      { lots: ['south'], maxWinners: 1 },
    ];
    const of = scenariosOf({ ...problem, rules: { award: 'lot', groups } }, awards);
    expect(of.find(({ key }) => key === 'winners:1')?.problem.rules).toEqual({
      award: 'lot',
      groups: [{ lots: ['north', 'south'], minWinners: 1 }, groups[1]],
      maxWinners: 1,
    });
    expect(of.find(({ key }) => key === 'rule:groups')?.problem.rules).toEqual({ award: 'lot' });
  });

  it('force in those who lost', () => {
    const free = { ...problem, rules: { award: 'tier' } as const };
    expect(scenariosOf(free, awards).filter(({ kind }) => kind === 'with')).toMatchObject([
      { about: 'Set', problem: { rules: { award: 'tier', include: ['Set'] } } },
    ]);
  });

  it('have neither winners nor losers where there is no allocation', () => {
    const kinds = new Set(scenariosOf(problem, []).map(({ kind }) => kind));
    expect([...kinds]).toEqual(['winners', 'cap', 'rule']);
  });
});

test('resilience counts providers, not bids', () => {
  expect(resilienceOf(problem, awards)).toEqual({ winners: 2, largestShareBp: 6_667 });
  expect(resilienceOf(problem, [])).toEqual({ winners: 0, largestShareBp: 0 });
});
