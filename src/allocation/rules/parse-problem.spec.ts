import { toJson } from '../../kernel/canonical.js';
import { parseProblem, readProblem } from './parse-problem.js';
import { LIMITS, type Problem } from './problem.js';

const GOOD = {
  currency: 'USD',
  termMonths: 12,
  lots: [
    { id: 'north', demand: { basic: 10, fast: 0 } },
    { id: 'south', demand: { basic: 20 } },
  ],
  bids: [
    {
      id: 'a',
      provider: 'Hana',
      receivedAt: '2026-03-01T10:00:00.123456Z',
      bands: [
        { from: 1, monthly: { basic: 500 } },
        { from: 15, monthly: { basic: 450, fast: 700 }, lotMonthly: { north: { basic: 440 } } },
      ],
      lots: { north: { surcharge: 5, setup: 100, capacity: 8, tiers: { basic: { capacity: 7 } } }, south: {} },
      capacity: 25,
      minimumLines: 3,
      activation: 10_000,
      adjustment: { basic: -10 },
    },
  ],
  rules: { award: 'shared', minWinners: 1, maxWinners: 3, maxShare: 0.6 },
};

type Path = readonly (string | number)[];

/** A copy with one member changed; undefined takes it out. */
function changed(path: Path, value: unknown, root: unknown = GOOD): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const copy: Record<string, unknown> = { ...(root as Record<string, unknown>) };
  const member = changed(rest, value, copy[key]);
  if (member === undefined) Reflect.deleteProperty(copy, key);
  else copy[key] = member;
  return Array.isArray(root) ? Object.values(copy) : copy;
}

function faultsOf(tree: unknown): string[] {
  const reading = parseProblem(JSON.stringify(tree));
  return reading.ok ? [] : reading.faults.map(({ path, reason }) => `${path}: ${reason}`);
}

describe('reading a problem', () => {
  it('takes any three letters for a currency: amounts are in minor units, whatever it is', () => {
    expect(faultsOf({ ...GOOD, currency: 'QQQ' })).toEqual([]);
  });

  it('reads every field, money as bigint', () => {
    const reading = parseProblem(JSON.stringify(GOOD));
    if (!reading.ok) throw new Error(JSON.stringify(reading.faults));
    const bid = reading.problem.bids[0];
    expect(bid?.bands[1]).toEqual({
      from: 15,
      monthly: { basic: 450n, fast: 700n },
      lotMonthly: { north: { basic: 440n } },
    });
    expect(bid).toMatchObject({ capacity: 25, minimumLines: 3, activation: 10_000n, adjustment: { basic: -10n } });
    expect(bid?.lots['north']).toEqual({ surcharge: 5n, setup: 100n, capacity: 8, tiers: { basic: { capacity: 7 } } });
    expect(reading.problem.rules).toEqual(GOOD.rules);
  });

  it('reads a problem that code has built like the file it would be written to', () => {
    const reading = parseProblem(JSON.stringify(GOOD));
    const problem = reading.ok ? reading.problem : null;
    expect(readProblem(problem)).toEqual({ ok: true, problem });
    expect(parseProblem(toJson(problem))).toEqual({ ok: true, problem });
  });

  it('leaves absent what is absent', () => {
    const bare = {
      id: 'a',
      provider: 'Hana',
      receivedAt: '2026-03-01T10:00:00+09:00',
      bands: [{ from: 0, monthly: { basic: 0 } }],
      lots: { north: {} },
    };
    const reading = parseProblem(JSON.stringify({ ...GOOD, bids: [bare], rules: { award: 'lot' } }));
    expect(reading).toMatchObject({ ok: true, problem: { rules: { award: 'lot' } } });
    const bid = reading.ok ? reading.problem.bids[0] : undefined;
    expect(Object.keys(bid ?? {})).toEqual(['id', 'provider', 'receivedAt', 'bands', 'lots']);
  });

  const bid = ['bids', 0] as const;
  it.each<[string, Path, unknown, string]>([
    [
      'negative price',
      [...bid, 'bands', 1, 'monthly', 'basic'],
      -1,
      'bids[0].bands[1].monthly.basic: is -1, but must be at least 0',
    ],
    [
      'part of a minor unit',
      [...bid, 'bands', 0, 'monthly', 'basic'],
      1.5,
      'bids[0].bands[0].monthly.basic: is 1.5, but must be an integer',
    ],
    ['money as text', [...bid, 'activation'], '10', 'bids[0].activation: is "10", but must be an integer'],
    [
      'money of 10^15',
      [...bid, 'activation'],
      1e15,
      'bids[0].activation: is 1000000000000000, but must be at most 1000000000000',
    ],
    [
      'null money',
      [...bid, 'lots', 'north', 'setup'],
      null,
      'bids[0].lots.north.setup: is null, but must be an integer',
    ],
    [
      'negative surcharge',
      [...bid, 'lots', 'north', 'surcharge'],
      -5,
      'bids[0].lots.north.surcharge: is -5, but must be at least 0',
    ],
    ['negative demand', ['lots', 1, 'demand', 'basic'], -2, 'lots[1].demand.basic: is -2, but must be at least 0'],
    ['half a line', ['lots', 0, 'demand', 'basic'], 0.5, 'lots[0].demand.basic: is 0.5, but must be an integer'],
    ['negative capacity', [...bid, 'capacity'], -1, 'bids[0].capacity: is -1, but must be at least 0'],
    [
      'negative tier capacity',
      [...bid, 'lots', 'north', 'tiers', 'basic', 'capacity'],
      -1,
      'bids[0].lots.north.tiers.basic.capacity: is -1, but must be at least 0',
    ],
    ['unknown lot in the coverage', [...bid, 'lots', 'west'], {}, 'bids[0].lots.west: no lot has the id "west"'],
    [
      'unknown lot in an override',
      [...bid, 'bands', 1, 'lotMonthly', 'west'],
      { basic: 1 },
      'bids[0].bands[1].lotMonthly.west: no lot has the id "west"',
    ],
    [
      'unknown tier',
      [...bid, 'bands', 0, 'monthly', 'giga'],
      1,
      'bids[0].bands[0].monthly.giga: no lot asks for the tier "giga"',
    ],
    [
      'unknown tier in an adjustment',
      [...bid, 'adjustment', 'giga'],
      1,
      'bids[0].adjustment.giga: no lot asks for the tier "giga"',
    ],
    [
      'bands that do not ascend',
      [...bid, 'bands', 1, 'from'],
      1,
      'bids[0].bands[1].from: is 1, but must be above the 1 of the band before',
    ],
    ['no bands', [...bid, 'bands'], [], 'bids[0].bands: is empty, but must have at least one band'],
    [
      'no band prices',
      [...bid, 'bands', 0, 'monthly'],
      undefined,
      'bids[0].bands[0].monthly: is missing, but must be an object',
    ],
    ['unknown award', ['rules', 'award'], 'all', 'rules.award: must be one of "lot", "tier", "shared"'],
    ['more winners at least than at most', ['rules', 'minWinners'], 4, 'rules.minWinners: is 4, but maxWinners is 3'],
    ['no winners at most', ['rules', 'maxWinners'], 0, 'rules.maxWinners: is 0, but must be at least 1'],
    ['share of nothing', ['rules', 'maxShare'], 0, 'rules.maxShare: is 0, but must be a number above 0 and at most 1'],
    [
      'share beyond all',
      ['rules', 'maxShare'],
      1.01,
      'rules.maxShare: is 1.01, but must be a number above 0 and at most 1',
    ],
    [
      'unknown field',
      ['rules', 'maxshare'],
      0.5,
      'rules.maxshare: is not a field of the format; known here: award, winners, paid, minWinners, maxWinners, maxShare',
    ],
    ['unknown field in a bid', [...bid, 'capcity'], 5, 'bids[0].capcity: is not a field of the format'],
    ['no term', ['termMonths'], 0, 'termMonths: is 0, but must be at least 1'],
    ['missing term', ['termMonths'], undefined, 'termMonths: is missing, but must be an integer'],
    ['currency by name', ['currency'], 'dollars', 'currency: is "dollars", but must be an ISO 4217 code'],
    ['no lots', ['lots'], [], 'lots: no lot asks for a line'],
    ['lots that are no list', ['lots'], {}, 'lots: is an object, but must be a list'],
    [
      'instant without a zone',
      [...bid, 'receivedAt'],
      '2026-03-01T10:00:00',
      'bids[0].receivedAt: is "2026-03-01T10:00:00", but must be an instant',
    ],
    [
      '30 February',
      [...bid, 'receivedAt'],
      '2026-02-30T10:00:00Z',
      'bids[0].receivedAt: is "2026-02-30T10:00:00Z", but must be an instant',
    ],
    ['empty id', [...bid, 'id'], '', 'bids[0].id: has 0 characters, but must have 1 to 200'],
    ['id with a line break', [...bid, 'id'], 'a\nb', 'bids[0].id: is not a name'],
    ['lot twice', ['lots', 1, 'id'], 'north', 'lots[1].id: is "north" like lots[0].id'],
    ['bid twice', ['bids', 1], GOOD.bids[0], 'bids[1].id: is "a" like bids[0].id'],
    [
      'bonus larger than the price',
      [...bid, 'adjustment', 'basic'],
      -600,
      'bids[0].adjustment: makes a line of "basic" in lot "north" cost -1040 in band 0',
    ],
    ['a root that is a list', [], [], ': is a list, but must be an object'],
  ])('refuses a %s at its place', (_what, path, value, fault) => {
    expect(faultsOf(changed(path, value)).join('\n')).toContain(fault);
  });

  it('demand of zero everywhere is no problem to solve', () => {
    const lots = [
      { id: 'north', demand: { basic: 0, fast: 0 } },
      { id: 'south', demand: {} },
    ];
    expect(faultsOf({ ...GOOD, lots })).toEqual(['lots: no lot asks for a line']);
  });

  it('never rounds: an integer beyond 2^53 is refused with its digits', () => {
    const text = JSON.stringify(GOOD).replace('"activation":10000', '"activation":9007199254740993');
    const reading = parseProblem(text);
    expect(reading.ok ? [] : reading.faults).toEqual([
      { path: 'bids[0].activation', reason: 'is 9007199254740993, but must be at most 1000000000000' },
    ]);
  });

  it('refuses a key that is there twice, where the last one would win in silence', () => {
    const text = JSON.stringify(GOOD).replace('"capacity":25', '"capacity":25,"capacity":5');
    expect(parseProblem(text)).toMatchObject({ ok: false, faults: [{ line: 1 }] });
  });

  it('takes names that objects inherit for what they are', () => {
    const demand = JSON.parse('{"constructor": 3, "toString": 2}') as Record<string, number>;
    const lots = [{ id: 'hasOwnProperty', demand }];
    const offers = { ...GOOD.bids[0], bands: [{ from: 1, monthly: {} }], lots: { hasOwnProperty: {} }, adjustment: {} };
    expect(faultsOf({ ...GOOD, lots, bids: [offers] })).toEqual([]);
    expect(faultsOf({ ...GOOD, lots: [{ id: '__proto__', demand: { basic: 1 } }], bids: [] })).toEqual([
      'lots[0].id: is not a name',
    ]);
  });

  it('names every fault, up to a limit', () => {
    const bad = changed([...bid, 'bands', 0, 'monthly', 'basic'], -1, changed(['termMonths'], 0));
    expect(faultsOf(bad)).toHaveLength(2);
    const demand = Object.fromEntries(Array.from({ length: 500 }, (_, t) => [`t${t}`, -1]));
    expect(faultsOf({ ...GOOD, lots: [{ id: 'north', demand }], bids: [] })).toHaveLength(LIMITS.faults);
  });

  it.each<[string, unknown, string]>([
    [
      'bids',
      { bids: Array.from({ length: LIMITS.bids + 1 }, () => GOOD.bids[0]) },
      'bids: has 5001 entries; at most 5000 are taken',
    ],
    [
      'lots',
      { lots: Array.from({ length: LIMITS.lots + 1 }, (_, l) => ({ id: `l${l}`, demand: {} })) },
      'lots: has 5001 entries',
    ],
    [
      'bands',
      { bids: [{ ...GOOD.bids[0], bands: Array.from({ length: 51 }, (_, from) => ({ from, monthly: {} })) }] },
      'bids[0].bands: has 51 entries',
    ],
    [
      'tiers',
      {
        bids: [],
        lots: [{ id: 'north', demand: Object.fromEntries(Array.from({ length: 101 }, (_, t) => [`t${t}`, 1])) }],
      },
      'lots: different tiers: 101; at most 100 are taken',
    ],
    [
      'lines',
      { bids: [], lots: [{ id: 'north', demand: { a: 1e9, b: 1 } }] },
      'lots: lines altogether: 1000000001; at most 1000000000 are taken',
    ],
    [
      'lines of a cell',
      { bids: [], lots: [{ id: 'north', demand: { a: 1e12 } }] },
      'lots[0].demand.a: is 1000000000000, but must be at most 1000000000',
    ],
    [
      'money altogether',
      {
        lots: [
          { id: 'north', demand: { basic: 1e6, fast: 1 } },
          { id: 'south', demand: {} },
        ],
        bids: [{ ...GOOD.bids[0], bands: [{ from: 1, monthly: { basic: 1e10 } }] }],
      },
      'bids: all lines at their dearest would cost',
    ],
  ])('refuses too many %s', (_what, change, fault) => {
    expect(faultsOf({ ...GOOD, ...(change as object) }).join('\n')).toContain(fault);
  });

  it('the largest problem that is taken still adds up exactly', () => {
    const most = Number(LIMITS.worstTotalMinor) * 9;
    expect(most).toBeLessThan(Number.MAX_SAFE_INTEGER);
    const empty: Problem['bids'] = [];
    expect(readProblem({ ...GOOD, bids: empty }).ok).toBe(true);
  });
});
