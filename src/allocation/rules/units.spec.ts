import { marketOf } from './market.js';
import type { Problem } from './problem.js';

const problem: Problem = {
  currency: 'USD',
  termMonths: 10,
  lots: [
    { id: 'N', demand: { basic: 3, fast: 4 } },
    { id: 'S', demand: { basic: 2 } },
  ],
  bids: [
    {
      id: 'a',
      provider: 'p',
      receivedAt: '2030-01-01T00:00:00Z',
      bands: [
        { from: 1, monthly: { basic: 10n, fast: 20n } },
        { from: 5, monthly: { basic: 9n, fast: 18n }, lotMonthly: { S: { basic: 7n } } },
      ],
      lots: { N: { setup: 5n }, S: {} },
    },
  ],
  rules: { award: 'lot' },
};

it('the same bids cost what they would cost anew, whatever they were asked for before', () => {
  const others: Problem[] = [
    problem,
    { ...problem, rules: { award: 'shared' } },
    { ...problem, rules: { award: 'tier' } },
    { ...problem, termMonths: 11 },
    { ...problem, lots: [{ id: 'N', demand: { basic: 9, fast: 4 } }] },
  ];
  for (const each of others) {
    marketOf(problem);
    expect(marketOf(each)).toEqual(marketOf(structuredClone(each)));
  }
  expect([...(marketOf(problem).options[1]?.costs ?? [])]).toEqual([3 * 95 + 4 * 185, 2 * 70]);
});
