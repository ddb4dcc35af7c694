import { readProblem } from '../../allocation/rules/parse-problem.js';
import type { Tariff } from '../../pricing/rules/tariff.js';
import type { AwardBid, AwardTender } from './award.js';
import { toProblem } from './to-problem.js';

const tender: AwardTender = {
  currency: 'KRW',
  termMonths: 36,
  awardRule: 'shared',
  minWinners: 1,
  maxWinners: 3,
  maxShareBp: 6_000,
  winnerGroups: [],
  budgetMinor: null,
  maxCostShareBp: null,
  lots: [
    {
      code: 'N',
      title: 'North',
      told: true,
      demand: { fast: { firm: 30, interest: 10 }, slow: { firm: 5, interest: 0 } },
    },
    { code: 'S', title: 'South', told: true, demand: { fast: { firm: 50, interest: 5 } } },
  ],
};

function bid(name: string, more: Partial<AwardBid['tariff']> = {}): AwardBid {
  return {
    bidId: `bid-${name}`,
    providerId: name,
    receivedAt: new Date('2030-01-01T00:00:00Z'),
    tariff: { bands: [{ from: 1, monthly: { fast: 100n, slow: 50n } }], lots: { N: {}, S: {} }, ...more },
  };
}

const none = new Set<string>();
const scope = [{ lot: 'S', tier: 'fast', from: 20, lines: 35 }];

describe('the problem of the first award', () => {
  test('asks for firm and interested lines alike, under the published rules', () => {
    const problem = toProblem(tender, [bid('a')], null, none);
    expect(problem).toMatchObject({
      currency: 'KRW',
      termMonths: 36,
      lots: [
        { id: 'N', demand: { fast: 40, slow: 5 } },
        { id: 'S', demand: { fast: 55 } },
      ],
      rules: { award: 'shared', minWinners: 1, maxWinners: 3, maxShare: 0.6 },
    });
    expect(problem.bids).toEqual([
      { ...bid('a').tariff, id: 'bid-a', provider: 'a', receivedAt: '2030-01-01T00:00:00.000Z' },
    ]);
  });

  test('leaves out what of a tariff nobody asks for, which would be no part of the problem', () => {
    const tariff: Tariff = {
      bands: [{ from: 1, monthly: { fast: 9n, huge: 8n }, lotMonthly: { W: { fast: 7n }, N: { slow: 6n, huge: 5n } } }],
      lots: { N: { tiers: { fast: { capacity: 4 }, huge: { capacity: 3 } } }, W: {} },
    };
    expect(toProblem(tender, [bid('a', tariff)], null, none).bids[0]).toMatchObject({
      bands: [{ from: 1, monthly: { fast: 9n }, lotMonthly: { N: { slow: 6n } } }],
      lots: { N: { tiers: { fast: { capacity: 4 } } } },
    });
    const problem = toProblem(tender, [bid('a', tariff)], null, none);
    expect(Object.keys(problem.bids[0]?.bands[0]?.monthly ?? {})).toEqual(['fast']);
    expect(Object.keys(problem.bids[0]?.lots ?? {})).toEqual(['N']);
    expect(readProblem(problem)).toMatchObject({ ok: true });
    expect(readProblem(toProblem(tender, [bid('a', tariff), bid('b')], scope, none))).toMatchObject({ ok: true });
  });

  test('says nothing of limits that the tender does not set', () => {
    const free = { ...tender, minWinners: null, maxWinners: null, maxShareBp: null };
    expect(toProblem(free, [bid('a')], null, none).rules).toEqual({ award: 'shared' });
  });

  test('leaves excluded bids out', () => {
    expect(toProblem(tender, [bid('a'), bid('b')], null, new Set(['bid-a'])).bids.map((each) => each.id)).toEqual([
      'bid-b',
    ]);
  });
});

describe('the problem of a follow-up award', () => {
  const held = [{ bidId: 'bid-b', providerId: 'b', lot: 'S', tier: 'fast', lines: 20, decided: true }];

  test('asks for the fallen cells only', () => {
    expect(toProblem(tender, [bid('a')], scope, none).lots).toEqual([{ id: 'S', demand: { fast: 35 } }]);
  });

  test('keeps only the lots and lot prices that are asked for', () => {
    const bands = [{ from: 1, monthly: { fast: 100n }, lotMonthly: { N: { fast: 90n }, S: { fast: 95n } } }];
    const [only] = toProblem(tender, [bid('a', { bands })], scope, none).bids;
    expect(only?.lots).toEqual({ S: {} });
    expect(only?.bands).toEqual([{ from: 1, monthly: { fast: 100n }, lotMonthly: { S: { fast: 95n } } }]);
  });

  test('counts what a winner holds against its capacities', () => {
    const lots = { N: {}, S: { capacity: 60, tiers: { fast: { capacity: 50 } } } };
    const [only] = toProblem(tender, [bid('b', { capacity: 70, lots })], scope, none, held).bids;
    expect(only).toMatchObject({ capacity: 40, lots: { S: { capacity: 40, tiers: { fast: { capacity: 30 } } } } });
  });

  test('keeps the largest share over all awards of the tender', () => {
    const problem = toProblem(tender, [bid('a'), bid('b')], scope, none, held);
    expect(problem.rules).not.toHaveProperty('maxShare');
    expect(problem.bids.map(({ provider, capacity }) => [provider, capacity])).toEqual([
      ['a', 60],
      ['b', 40],
    ]);
  });

  test('keeps groups of winners over all awards, as far as their lots are asked for', () => {
    const winnerGroups = [
      { lots: ['N', 'S'], minWinners: 2, maxWinners: null },
      { lots: ['N'], minWinners: null, maxWinners: 1 },
    ];
    const inNorth = held.map((cell) => ({ ...cell, lot: 'N' }));
    const problem = toProblem({ ...tender, winnerGroups }, [bid('a'), bid('b')], scope, none, inNorth);
    // The group of the north alone is not asked for, and so has nothing to keep.
    expect(problem.rules.groups).toEqual([{ lots: ['S'], winners: ['b'], minWinners: 2 }]);
    expect(readProblem(problem)).toMatchObject({ ok: true });
  });

  test('counts what winners are paid where a rule is about money, also of a bid that takes no part any more', () => {
    const rich = { ...tender, budgetMinor: 900_000n };
    const out = new Set(['bid-b']);
    const { rules, bids } = toProblem(rich, [bid('a'), bid('b')], scope, out, held);
    expect(rules).toMatchObject({ budgetMinor: 900_000n, winners: ['b'], paid: { b: 20n * 100n * 36n } });
    expect(bids.map((each) => each.provider)).toEqual(['a']);
    const part = { ...tender, awardRule: 'tier' as const, maxCostShareBp: 5_000 };
    expect(toProblem(part, [bid('a'), bid('b')], scope, out, held).rules).toMatchObject({
      maxCostShare: 0.5,
      paid: { b: 72_000n },
    });
    expect(toProblem(tender, [bid('a'), bid('b')], scope, out, held).rules).not.toHaveProperty('paid');
  });

  test('counts an activation once, also with lines that are only drafted', () => {
    const bids = [bid('a', { activation: 7n }), bid('b', { activation: 7n })];
    const drafted = held.map((cell) => ({ ...cell, decided: false }));
    const problem = toProblem({ ...tender, budgetMinor: 900_000n }, bids, scope, none, drafted);
    expect(problem.rules.paid).toEqual({ b: 20n * 100n * 36n + 7n });
    expect(problem.bids.map(({ activation }) => activation)).toEqual([7n, undefined]);
  });

  test('counts nobody as a winner whose lines all settled at none', () => {
    const bids = [bid('a'), bid('b', { activation: 7n })];
    const winnerGroups = [{ lots: ['S'], minWinners: 2, maxWinners: null }];
    const settled = held.map((cell) => ({ ...cell, lines: 0 }));
    const ruled = { ...tender, budgetMinor: 900_000n, winnerGroups };
    expect(toProblem(ruled, bids, scope, none, settled)).toEqual(toProblem(ruled, bids, scope, none));
  });

  test('leaves out whoever has too little left to accept an award', () => {
    const rich = bid('b', { minimumLines: 61 });
    expect(toProblem(tender, [rich], scope, none, held).bids).toEqual([]);
    expect(toProblem(tender, [bid('b', { lots: { S: { capacity: 20 } } })], scope, none, held).bids).toEqual([]);
    expect(toProblem(tender, [bid('b', { lots: { N: {} } })], scope, none, held).bids).toEqual([]);
  });

  test('counts bands, minimum and activation together with what a winner holds', () => {
    const bands = [1, 15, 50].map((from, at) => ({ from, monthly: { fast: BigInt(100 - at) } }));
    const [only] = toProblem(tender, [bid('b', { bands, minimumLines: 50, activation: 7n })], scope, none, held).bids;
    expect(only?.bands).toEqual([
      { from: 1, monthly: { fast: 99n } },
      { from: 30, monthly: { fast: 98n } },
    ]);
    expect(only?.minimumLines).toBe(30);
    expect(only).not.toHaveProperty('activation');
    // Whoever holds none begins at the first line, as does whose other lines are only drafted.
    const begins = { bands, minimumLines: 50, activation: 7n };
    expect(toProblem(tender, [bid('a', begins)], scope, none, held).bids[0]).toMatchObject(begins);
    const drafted = held.map((cell) => ({ ...cell, decided: false }));
    expect(toProblem(tender, [bid('b', begins)], scope, none, drafted).bids).toEqual([]);
    const few = { ...begins, minimumLines: 40 };
    expect(toProblem(tender, [bid('b', few)], scope, none, drafted).bids[0]).toMatchObject({ ...few, capacity: 40 });
  });

  test('keeps the number of winners over all awards of the tender: present ones are counted, and may win more', () => {
    const few = { ...tender, minWinners: 2, maxWinners: 2 };
    const problem = toProblem(few, [bid('a'), bid('b')], scope, none, [...held, ...held]);
    expect(problem.rules).toMatchObject({ winners: ['b'], minWinners: 2, maxWinners: 2 });
    expect(problem.bids.map((each) => each.provider)).toEqual(['a', 'b']);
    expect(readProblem(problem)).toMatchObject({ ok: true });
    expect(toProblem(few, [bid('a')], scope, none).rules).not.toHaveProperty('winners');
  });
});

describe('bids with alternatives', () => {
  const alternatives = {
    small: { ...bid('b').tariff, capacity: 70 },
    other: { ...bid('b').tariff, lots: { N: {} }, activation: 7n },
  };
  const main = bid('b', { capacity: 80 });
  const both = { ...main, tariff: { ...main.tariff, alternatives } };
  const cell = { bidId: 'bid-b', providerId: 'b', lot: 'S', tier: 'fast', lines: 20, decided: true };
  const idsOf = (held: Parameters<typeof toProblem>[4]) =>
    toProblem(tender, [bid('a'), both], scope, none, held).bids.map(({ id, alternative }) => [id, alternative]);

  test('take part by every tariff that fits', () => {
    const whole = toProblem(tender, [both], null, none);
    expect(whole.bids.map(({ id }) => id)).toEqual(['bid-b', 'bid-b/other', 'bid-b/small']);
    expect(readProblem(whole)).toMatchObject({ ok: true });
    // The other one does not cover the south.
    expect(idsOf([])).toEqual([
      ['bid-a', undefined],
      ['bid-b', 'bid'],
      ['bid-b/small', 'bid'],
    ]);
    expect(toProblem(tender, [bid('a'), both], null, new Set(['bid-b'])).bids.map(({ id }) => id)).toEqual(['bid-a']);
  });

  test('take part by the one by which they hold lines, if by any: of one bid one tariff wins in a tender', () => {
    const by = (alternative: string | null, more = {}) => idsOf([{ ...cell, alternative, ...more }]);
    expect(by('small')).toEqual([
      ['bid-a', undefined],
      ['bid-b/small', undefined],
    ]);
    expect(by(null)).toEqual([
      ['bid-a', undefined],
      ['bid-b', undefined],
    ]);
    expect(idsOf([cell])).toEqual(by(null));
    expect(by('other')).toEqual([['bid-a', undefined]]);
    expect(by('small', { decided: false })).toEqual(by('small'));
    expect(by('small', { lines: 0 })).toEqual(by('small'));
    const held = [{ ...cell, alternative: 'small' }];
    expect(toProblem(tender, [both], scope, none, held).bids).toMatchObject([{ id: 'bid-b/small', capacity: 40 }]);
  });

  test('are paid for what they hold at the prices of the one by which they hold it', () => {
    const rich = { ...tender, budgetMinor: 900_000n };
    const held = [{ ...cell, lot: 'N', alternative: 'other' }];
    expect(toProblem(rich, [both], scope, none, held).rules.paid).toEqual({ b: 20n * 100n * 36n + 7n });
  });
});
