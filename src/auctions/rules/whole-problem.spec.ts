import { readProblem } from '../../allocation/rules/parse-problem.js';
import { LIMITS } from '../../allocation/rules/problem.js';
import type { Tariff } from '../../pricing/rules/tariff.js';
import { MAX_GROUPED_LOTS, MAX_GROUPS } from '../../tenders/rules/group-faults.js';
import { MAX_BUDGET_MINOR } from '../../tenders/rules/money-faults.js';
import { problemBids, problemHead, type ProblemTender, tariffWithin, wholeProblem } from './whole-problem.js';

const tender: ProblemTender = {
  currency: 'KRW',
  termMonths: 36,
  awardRule: 'shared',
  minWinners: 1,
  maxWinners: 3,
  maxShareBp: 2_900,
  winnerGroups: [],
  budgetMinor: null,
  maxCostShareBp: null,
  lots: [
    { code: 'S', demand: { fast: { firm: 50, interest: 5 } } },
    { code: 'N', demand: { fast: { firm: 30, interest: 10 }, slow: { firm: 5, interest: 0 } } },
  ],
};
const tariff: Tariff = {
  bands: [{ from: 1, monthly: { fast: 9n, huge: 8n }, lotMonthly: { W: { fast: 7n }, N: { slow: 6n, huge: 5n } } }],
  lots: { N: { tiers: { fast: { capacity: 4 }, huge: { capacity: 3 } } }, S: { setup: 2n }, W: {} },
  capacity: 60,
};

it('asks for all lines under the published rules, whatever order the lots come in', () => {
  expect(problemHead(tender)).toEqual({
    currency: 'KRW',
    termMonths: 36,
    lots: [
      { id: 'N', demand: { fast: 40, slow: 5 } },
      { id: 'S', demand: { fast: 55 } },
    ],
    rules: { award: 'shared', minWinners: 1, maxWinners: 3, maxShare: 0.29 },
  });
});

it('has groups of winners, budget and cost share as they are published', () => {
  const winnerGroups = [
    { lots: ['S', 'N'], minWinners: 2, maxWinners: null },
    { lots: ['S'], minWinners: null, maxWinners: 1 },
  ];
  const ruled = { ...tender, awardRule: 'lot' as const, winnerGroups, budgetMinor: 7n, maxCostShareBp: 5_700 };
  const { rules } = problemHead(ruled);
  expect(rules).toEqual({
    award: 'lot',
    minWinners: 1,
    maxWinners: 3,
    maxShare: 0.29,
    maxCostShare: 0.57,
    budgetMinor: 7n,
    groups: [
      { lots: ['N', 'S'], minWinners: 2 },
      { lots: ['S'], maxWinners: 1 },
    ],
  });
  expect(readProblem({ ...problemHead(ruled), bids: [] })).toMatchObject({ ok: true, problem: { rules } });
});

it('has limits within those of the solver', () => {
  expect(MAX_BUDGET_MINOR).toBeLessThanOrEqual(LIMITS.worstTotalMinor);
  expect(MAX_GROUPS).toBeLessThanOrEqual(LIMITS.groups);
  expect(MAX_GROUPED_LOTS).toBeLessThanOrEqual(LIMITS.groupedLots);
});

it('says nothing of limits that the tender does not set', () => {
  const free = { ...tender, minWinners: 0, maxWinners: null, maxShareBp: null };
  expect(problemHead(free).rules).toEqual({ award: 'shared' });
  expect(problemHead({ ...free, minWinners: null }).rules).toEqual({ award: 'shared' });
});

it('has a bid per tariff, by the id and the instant it is given', () => {
  const receivedAt = new Date('2030-01-01T00:00:00.250Z');
  const problem = wholeProblem(tender, [{ bidId: 'B2', providerId: 'p', receivedAt, tariff }]);
  expect(problem.bids).toEqual([
    {
      bands: [{ from: 1, monthly: { fast: 9n }, lotMonthly: { N: { slow: 6n } } }],
      lots: { N: { tiers: { fast: { capacity: 4 } } }, S: { setup: 2n } },
      capacity: 60,
      id: 'B2',
      provider: 'p',
      receivedAt: '2030-01-01T00:00:00.250Z',
    },
  ]);
  expect(readProblem(problem)).toMatchObject({ ok: true });
});

it('keeps the partners of a joint bid, with those of their lots that are asked for', () => {
  const partners = {
    Hanmi: { lots: ['S', 'W'], capacity: 7 },
    Daedong: { lots: ['E'], capacity: 7 },
  };
  const joint = { ...tariff, lots: { ...tariff.lots, E: {} }, partners };
  const whole = wholeProblem(tender, [{ bidId: 'b', providerId: 'p', receivedAt: new Date(0), tariff: joint }]);
  expect(whole.bids[0]?.partners).toEqual({ Hanmi: { lots: ['S'], capacity: 7 } });
  expect(readProblem(whole)).toMatchObject({ ok: true, problem: whole });
  expect(tariffWithin({ ...tariff, partners: { Daedong: partners.Daedong } }, whole.lots)).not.toHaveProperty(
    'partners',
  );
});

it('leaves a tariff as it is when all of it is asked for', () => {
  const all = ['N', 'S', 'W'].map((id) => ({ id, demand: { fast: 1, huge: 1, slow: 1 } }));
  expect(tariffWithin(tariff, all)).toEqual(tariff);
});

it('has a bid per tariff of a bid with alternatives, of which at most one may win', () => {
  const receivedAt = new Date('2030-01-01T00:00:00Z');
  const several = {
    ...tariff,
    alternatives: { small: { ...tariff, capacity: 3 }, large: { ...tariff, minimumLines: 30 } },
  };
  const bids = [
    { bidId: 'b1', providerId: 'p', receivedAt, tariff: several },
    { bidId: 'b2', providerId: 'q', receivedAt, tariff },
  ];
  const problem = wholeProblem(tender, bids);
  expect(problem.bids.map(({ id, provider, alternative }) => [id, provider, alternative])).toEqual([
    ['b1', 'p', 'bid'],
    ['b1/large', 'p', 'bid'],
    ['b1/small', 'p', 'bid'],
    ['b2', 'q', undefined],
  ]);
  expect(problem.bids.map(({ capacity, minimumLines }) => [capacity, minimumLines])).toEqual([
    [60, undefined],
    [60, 30],
    [3, undefined],
    [60, undefined],
  ]);
  expect(readProblem(problem)).toMatchObject({ ok: true, problem });
  // One that takes part alone is an alternative to nothing.
  const alone = problemBids(bids.slice(0, 1), ({ alternative, tariff: one }) => (alternative === 'small' ? one : null));
  expect(alone).toEqual([
    { ...several.alternatives.small, id: 'b1/small', provider: 'p', receivedAt: receivedAt.toISOString() },
  ]);
});
