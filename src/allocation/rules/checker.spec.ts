import { check } from './checker.js';
import type { BidAward, Problem } from './problem.js';

const PROBLEM: Problem = {
  currency: 'USD',
  termMonths: 10,
  lots: [
    { id: 'north', demand: { basic: 10, fast: 4 } },
    { id: 'south', demand: { basic: 6 } },
  ],
  bids: [
    {
      id: 'a',
      provider: 'Hana',
      receivedAt: '2026-03-01T10:00:00Z',
      bands: [
        { from: 5, monthly: { basic: 50n, fast: 70n } },
        { from: 12, monthly: { basic: 45n, fast: 60n }, lotMonthly: { north: { fast: 65n } } },
      ],
      lots: { north: { surcharge: 2n, setup: 30n, capacity: 14, tiers: { fast: { capacity: 4 } } } },
      capacity: 14,
      minimumLines: 6,
      activation: 1_000n,
      adjustment: { basic: -1n },
    },
    {
      id: 'b',
      provider: 'Dool',
      receivedAt: '2026-03-01T10:01:00Z',
      bands: [{ from: 1, monthly: { basic: 52n } }],
      lots: { north: {}, south: {} },
    },
  ],
  rules: { award: 'tier', minWinners: 2, maxWinners: 2, maxShare: 0.7 },
};

// (45 + 2 - 1) x 10 + 30 = 490 a basic line, (65 + 2) x 10 + 30 = 700 a fast one, and the activation.
const A: BidAward = { bid: 'a', band: 1, lines: 14, lots: { north: { basic: 10, fast: 4 } }, costMinor: 8_700n };
const B: BidAward = { bid: 'b', band: 0, lines: 6, lots: { south: { basic: 6 } }, costMinor: 3_120n };

function violations(awards: readonly BidAward[], rules: Partial<Problem['rules']> = {}): readonly string[] {
  return check({ ...PROBLEM, rules: { ...PROBLEM.rules, ...rules } }, awards).violations;
}

describe('the independent checker', () => {
  it('finds nothing wrong with right awards, and counts their cost', () => {
    expect(check(PROBLEM, [A, B])).toEqual({ violations: [], totalMinor: 11_820n });
  });

  it('finds a partner that is to serve more than it can, and alternatives that win both', () => {
    const bids = PROBLEM.bids.map((bid) => ({ ...bid, partners: { east: { lots: ['north'], capacity: 13 } } }));
    expect(check({ ...PROBLEM, bids }, [A, B]).violations).toEqual([
      'bid a: partner east serves 14 lines, more than 13',
    ]);
    const twice = PROBLEM.bids.map((bid) => ({ ...bid, provider: 'Hana', alternative: 'x' }));
    const rules = { award: 'tier' } as const;
    expect(check({ ...PROBLEM, rules, bids: twice }, [A, B]).violations).toEqual([
      '["Hana","x"]: more than one of these alternatives wins',
    ]);
  });

  it.each<[string, BidAward[], Partial<Problem['rules']>, string]>([
    ['one that must win', [A, B], { include: ['Set'] }, 'provider Set: must win, but does not'],
    ['one that must not win', [A, B], { exclude: ['Dool'] }, 'provider Dool: wins, but must not'],
    ['a cost above the budget', [A, B], { budgetMinor: 11_819n }, 'costs 11820, more than the budget of 11819'],
    [
      'a cost above what is left of the budget',
      [A, B],
      { winners: ['Set'], paid: { Set: 181n }, budgetMinor: 12_000n },
      'costs 11820 beside 181 that is paid already, more than the budget of 12000',
    ],
    [
      'too large a part of what all are paid',
      [A, B],
      { winners: ['Hana', 'Set'], maxWinners: 3, paid: { Hana: 300n, Set: 1_000n }, maxCostShare: 0.68 },
      'provider Hana: is paid 9000 of 13120',
    ],
    ['too large a part of the cost', [A, B], { maxCostShare: 0.73 }, 'provider Hana: is paid 8700 of 11820'],
    [
      'too few winners in a group',
      [A, B],
      { groups: [{ lots: ['north'], minWinners: 2 }] },
      'lots north: 1 providers win, fewer than 2',
    ],
    [
      'too many winners in a group',
      [A, B],
      { groups: [{ lots: ['north', 'south'], maxWinners: 1 }] },
      'lots north, south: 2 providers win, more than 1',
    ],
    ['lines that are not served', [A], { minWinners: 1 }, 'lot south, basic: 0 of 6 lines are served'],
    ['lines that nobody asks for', [A, { ...B, lots: { south: { basic: 6, fast: 1 } } }], {}, 'nobody asks for it'],
    ['a wrong cost', [{ ...A, costMinor: 8_699n }, B], {}, 'bid a: says 8699, costs 8700'],
    ['a wrong band', [{ ...A, band: 0 }, B], {}, 'bid a: says band 0, reaches 1'],
    ['a wrong count', [{ ...A, lines: 13 }, B], {}, 'bid a: says 13 lines, has 14'],
    ['an unknown bid', [A, B, { ...B, bid: 'c' }], {}, 'bid c: there is no such bid'],
    ['a bid awarded twice', [A, B, B], {}, 'bid b: is awarded twice'],
    ['a split tier', [A, { ...B, lots: { north: { basic: 1 }, south: { basic: 5 } } }], {}, 'is split between bids'],
    [
      'a split lot',
      [A, { ...B, lots: { north: { fast: 1 }, south: { basic: 6 } } }],
      { award: 'lot' },
      'lot north: is split',
    ],
    ['too few winners', [A, B], { minWinners: 3 }, '2 providers win, fewer than 3'],
    ['too many winners', [A, B], { minWinners: 1, maxWinners: 1 }, '2 providers win, more than 1'],
    ['too large a share', [A, B], { maxShare: 0.69 }, 'provider Hana: wins 14 of 20 lines'],
    ['a lot not covered', [{ ...A, lots: { south: { basic: 6 } }, lines: 6 }], {}, 'bid a: does not cover lot south'],
    ['a tier not offered', [A, { ...B, lots: { south: { fast: 6 } } }], {}, 'bid b: does not offer fast in lot south'],
    [
      'fewer lines than the first band',
      [{ ...A, lots: { north: { basic: 4 } }, lines: 4 }],
      {},
      'fewer than its first band',
    ],
    [
      'fewer lines than the minimum',
      [{ ...A, lots: { north: { basic: 5 } }, lines: 5 }],
      {},
      'fewer than its minimum of 6',
    ],
    [
      'more lines than the capacity',
      [{ ...A, lots: { north: { basic: 15 } }, lines: 15 }],
      {},
      'more than its capacity of 14',
    ],
    [
      'more lines than the lot allows',
      [{ ...A, lots: { north: { basic: 15 } }, lines: 15 }],
      {},
      'in lot north, more than 14',
    ],
    [
      'more lines than the tier allows',
      [{ ...A, lots: { north: { fast: 6 } }, lines: 6 }],
      {},
      'of fast in lot north, more than 4',
    ],
    [
      'parts of lines',
      [{ ...A, lots: { north: { basic: 9.5, fast: 4.5 } } }, B],
      {},
      'lines must be whole and more than 0',
    ],
  ])('finds %s', (_what, awards, rules, violation) => {
    expect(violations(awards, rules).join('\n')).toContain(violation);
  });
});
