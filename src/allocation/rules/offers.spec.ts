import { marketOf } from './market.js';
import type { Problem, ProblemBid } from './problem.js';
import { apart, roomy, withoutMinimum } from './relaxed-bids.js';
import { lineCost } from './terms.js';

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

it('bids that leave out a limit of their own offer what they would offer if they were reckoned anew', () => {
  const bid: ProblemBid = {
    id: 'a',
    provider: 'p',
    receivedAt: '2030-01-01T00:00:00Z',
    alternative: 'x',
    minimumLines: 3,
    capacity: 8,
    adjustment: { fast: -1n },
    bands: [
      { from: 2, monthly: { basic: 10n } },
      { from: 5, monthly: { basic: 9n, fast: 18n }, lotMonthly: { S: { basic: 7n } } },
    ],
    lots: {
      N: { setup: 5n, surcharge: 1n, capacity: 4, tiers: { basic: { capacity: 2 } } },
      S: { capacity: 1 },
      W: {},
    },
    partners: { one: { lots: ['N', 'S'], capacity: 4 } },
  };
  const lots = [...problem.lots, { id: 'W', demand: { basic: 1, fast: 12 } }];
  const open: ProblemBid = { ...bid, id: 'b', lots: { N: { setup: 4n }, W: {} }, partners: {} };
  const { partners: _, ...alone } = open;
  for (const award of ['lot', 'tier', 'shared'] as const) {
    for (const maxShare of [0.2, 0.6, 1]) {
      for (const relaxed of [apart, roomy, withoutMinimum, (one: ProblemBid) => roomy(withoutMinimum(one))]) {
        const bids = [bid, open, { ...alone, id: 'c' }];
        const given: Problem = { ...problem, lots, bids, rules: { award } };
        marketOf(given);
        const other: Problem = { ...given, bids: bids.map(relaxed), rules: { award, maxShare } };
        expect(marketOf(other)).toEqual(marketOf(structuredClone(other)));
        expect(marketOf(given)).toEqual(marketOf(structuredClone(given)));
      }
    }
  }
});

it('what a unit costs is what its lines cost one by one', () => {
  const others: Problem['bids'] = [
    {
      id: 'b',
      provider: 'q',
      receivedAt: '2030-01-02T00:00:00Z',
      adjustment: { basic: 3n, fast: -4n },
      bands: [
        { from: 1, monthly: { basic: 1_000_000_000_000n }, lotMonthly: { N: { fast: 999_999_999_999n } } },
        { from: 3, monthly: { fast: 21n }, lotMonthly: { N: {}, S: { basic: 2n } } },
      ],
      lots: { N: { surcharge: 7n, setup: 11n }, S: { surcharge: 1n } },
    },
  ];
  for (const award of ['lot', 'tier', 'shared'] as const) {
    const asked: Problem = { ...problem, bids: [...problem.bids, ...others], rules: { award } };
    const { bids, options, units, lots } = marketOf(asked);
    expect(options.length).toBeGreaterThan(2);
    for (const option of options) {
      const bid = asked.bids.find(({ id }) => id === bids[option.bid]?.id);
      if (!bid) throw new Error('no such bid');
      const costs = units.map(({ lot, cells, pieces }) => {
        const each = cells.map(({ tier, lines }) => {
          const line = lineCost(asked, bid, option.band, lots[lot] ?? '', tier);
          return line === null ? NaN : Number(line * BigInt(pieces === 1 ? lines : 1));
        });
        return each.reduce((sum, cost) => sum + cost, 0);
      });
      expect([...option.costs]).toEqual([...option.units].map((u) => costs[u]));
    }
  }
});
