import { parseProblem } from './parse-problem.js';

const BID = {
  id: 'a',
  provider: 'Hana',
  receivedAt: '2026-03-01T10:00:00Z',
  bands: [{ from: 1, monthly: { basic: 500 } }],
  lots: { north: {}, south: {} },
};

function reading(rules: object, bid: object = {}): ReturnType<typeof parseProblem> {
  return parseProblem(
    JSON.stringify({
      currency: 'USD',
      termMonths: 12,
      lots: [
        { id: 'north', demand: { basic: 10 } },
        { id: 'south', demand: { basic: 20 } },
      ],
      bids: [{ ...BID, ...bid }],
      rules: { award: 'lot', ...rules },
    }),
  );
}

describe('reading the rules of a problem', () => {
  it('reads every rule, money as bigint', () => {
    const groups = [{ lots: ['north'], winners: ['Set'], minWinners: 1, maxWinners: 2 }, { lots: [] }];
    const rules = {
      winners: ['Hana', 'Set'],
      paid: { Set: 300 },
      maxCostShare: 0.5,
      budgetMinor: 7_000,
      include: ['Hana'],
      exclude: ['Dool'],
      groups,
    };
    const read = reading(rules);
    expect(read.ok && read.problem.rules).toEqual({ award: 'lot', ...rules, paid: { Set: 300n }, budgetMinor: 7_000n });
  });

  it('reads alternatives and the partners of a joint bid', () => {
    const partners = { east: { lots: ['north'], capacity: 4 }, west: { lots: ['south'], capacity: 0 } };
    const read = reading({}, { alternative: 'small', partners });
    expect(read.ok && read.problem.bids[0]).toMatchObject({ alternative: 'small', partners });
  });

  it.each<[string, object, object, string]>([
    ['a negative budget', { budgetMinor: -1 }, {}, 'rules.budgetMinor: is -1, but must be at least 0'],
    ['a stranger that must win', { include: ['Dool'] }, {}, 'rules.include[0]: no bid is of "Dool"'],
    [
      'one that must win and must not',
      { include: ['Hana'], exclude: ['Hana'] },
      {},
      'rules.include[0]: is "Hana", which is in exclude too',
    ],
    ['no list', { exclude: 'Hana' }, {}, 'rules.exclude: is "Hana", but must be a list'],
    ['a winner twice', { winners: ['Set', 'Set'] }, {}, 'rules.winners[1]: is "Set" like rules.winners[0]'],
    [
      'a payment to one that has not won',
      { winners: ['Set'], paid: { Dool: 1 } },
      {},
      'rules.paid.Dool: is of a provider that is not in rules.winners: name it there too',
    ],
    [
      'a payment below nothing',
      { winners: ['Set'], paid: { Set: -1 } },
      {},
      'rules.paid.Set: is -1, but must be at least 0',
    ],
    [
      'payments beyond what a problem may cost',
      { winners: ['Set', 'Hana'], paid: { Set: 1_000_000_000_000_000, Hana: 1 } },
      {},
      'rules.paid: is 1000000000000001 together; at most 1000000000000000 is taken',
    ],
    ['winners that are no list', { winners: 2 }, {}, 'rules.winners: is 2, but must be a list'],
    [
      'a winner within some lots that is none of all',
      { winners: ['Set'], groups: [{ lots: ['north'], winners: ['Dool'], maxWinners: 1 }] },
      {},
      'rules.groups[0].winners[0]: is "Dool", which is not in rules.winners: name it there too',
    ],
    [
      'a group of strange lots',
      { groups: [{ lots: ['west'] }] },
      {},
      'rules.groups[0].lots[0]: no lot has the id "west"',
    ],
    [
      'a group with too many winners',
      { groups: [{ lots: ['north'], minWinners: 3, maxWinners: 2 }] },
      {},
      'rules.groups[0].minWinners: is 3, but maxWinners is 2',
    ],
    [
      'a cost share where lines are shared',
      { award: 'shared', maxCostShare: 0.5 },
      {},
      'rules.maxCostShare: is only taken where whole lots or tiers are awarded; use maxShare',
    ],
    [
      'a cost share of nothing',
      { maxCostShare: 0 },
      {},
      'rules.maxCostShare: is 0, but must be a number above 0 and at most 1',
    ],
    [
      'two partners for a lot',
      {},
      { partners: { east: { lots: ['north'], capacity: 1 }, west: { lots: ['north'], capacity: 1 } } },
      'bids[0].partners.west.lots[0]: is "north", which "east" serves already',
    ],
    [
      'a partner without a capacity',
      {},
      { partners: { east: { lots: [] } } },
      'bids[0].partners.east.capacity: is missing, but must be an integer',
    ],
  ])('refuses %s with its place', (_what, rules, bid, fault) => {
    const read = reading(rules, bid);
    expect(read.ok ? [] : read.faults.map(({ path, reason }) => `${path}: ${reason}`)).toContain(fault);
  });
});
