/** Small problems of every sort, to be compared with trying everything. */
import fc from 'fast-check';
import type { AwardRule, Problem, ProblemBid, WinnerGroup } from '../../src/allocation/rules/problem.js';

const TIERS = ['basic', 'fast'];
const LOTS = ['north', 'south', 'west'];

/** How large the parts of small problems are. */
interface Size {
  readonly lots: number;
  readonly tiers: number;
  readonly bids: number;
  readonly lines: number;
}

const SIZES: Readonly<Record<AwardRule, Size>> = {
  lot: { lots: 3, tiers: 2, bids: 4, lines: 5 },
  tier: { lots: 3, tiers: 2, bids: 3, lines: 5 },
  shared: { lots: 2, tiers: 2, bids: 3, lines: 3 },
};

/** Present so many times as often as absent. */
function maybe<T>(value: fc.Arbitrary<T>, times: number): fc.Arbitrary<T | undefined> {
  return fc.option(value, { nil: undefined, freq: times + 1 });
}

/** Without members that are undefined: the format knows only present and absent. */
function present<T extends object>(value: T): T {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, member] as const),
  ) as T;
}

/** Present once in five: so many of these together would leave hardly any problem an allocation. */
function seldom<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
}

function record<T>(keys: readonly string[], value: fc.Arbitrary<T | undefined>): fc.Arbitrary<Record<string, T>> {
  return fc.record(Object.fromEntries(keys.map((key) => [key, value]))).map((all) => present(all) as Record<string, T>);
}

/** Amounts that are often equal, so that there are ties, or large and uneven. */
function amounts(scale: bigint): fc.Arbitrary<bigint> {
  return scale === 1n ? fc.bigInt(4n, 7n) : fc.bigInt(4n * scale, 7n * scale);
}

function bid(at: number, lots: readonly string[], tiers: readonly string[], scale: bigint): fc.Arbitrary<ProblemBid> {
  const price = amounts(scale);
  const small = fc.bigInt(0n, 2n * scale);
  const band = fc.record({
    step: fc.integer({ min: 1, max: 4 }),
    monthly: record(tiers, maybe(price, 8)),
    lotMonthly: maybe(record(lots, maybe(record(tiers, maybe(price, 2)), 2)), 1),
  });
  const limit = fc.integer({ min: 1, max: 12 });
  const terms = fc
    .record({
      surcharge: maybe(small, 1),
      setup: maybe(small, 1),
      capacity: seldom(limit),
      tiers: seldom(record(tiers, fc.record({ capacity: maybe(limit, 2) }).map(present))),
    })
    .map(present);
  return fc
    .record({
      provider: fc.constantFrom('Hana', 'Dool', 'Set'),
      minute: fc.integer({ min: 0, max: 2 }),
      first: fc.integer({ min: 0, max: 3 }),
      bands: fc.array(band, { minLength: 1, maxLength: 3 }),
      lots: record(lots, maybe(terms, 6)),
      capacity: seldom(fc.integer({ min: 0, max: 20 })),
      minimumLines: seldom(fc.integer({ min: 0, max: 8 })),
      activation: maybe(fc.bigInt(0n, 12n * scale), 1),
      adjustment: maybe(record(tiers, maybe(fc.bigInt(-2n * scale, 2n * scale), 1)), 1),
      alternative: fc.constantFrom(undefined, undefined, 'a'),
      joint: seldom(fc.record({ split: fc.integer({ min: 0, max: lots.length }), east: limit, rest: limit })),
    })
    .map(({ minute, first, bands, joint, ...rest }) => {
      let from = first;
      return present({
        ...rest,
        partners: joint && {
          east: { lots: lots.slice(0, joint.split), capacity: joint.east },
          rest: { lots: lots.slice(joint.split), capacity: joint.rest },
        },
        id: `bid-${at}`,
        receivedAt: `2026-03-01T10:0${minute}:00Z`,
        bands: bands.map(({ step, ...prices }, b) => {
          from = b === 0 ? first : from + step;
          return present({ from, ...prices });
        }),
      }) as ProblemBid;
    });
}

/** The same offer by another bid. */
function twinOf(of: ProblemBid, { id, provider, receivedAt }: ProblemBid): ProblemBid {
  return { ...of, id, provider, receivedAt };
}

/** Some lots, with the fewest or the most winners within them. */
function group(lots: readonly string[]): fc.Arbitrary<WinnerGroup> {
  return fc.oneof(
    fc.record({ lots: fc.subarray([...lots], { minLength: 1 }), minWinners: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ lots: fc.subarray([...lots], { minLength: 1 }), maxWinners: fc.integer({ min: 1, max: 2 }) }),
  );
}

/** Who is a winner already, with others that bid no more, within which groups, and paid how much. */
function already(
  winners: readonly string[] | undefined,
  groups: readonly WinnerGroup[] | undefined,
  paid: bigint | undefined,
): Pick<Problem['rules'], 'winners' | 'groups' | 'paid'> {
  if (winners === undefined) return groups === undefined ? {} : { groups };
  const within = groups?.map((one, at) => (at === 0 ? { ...one, winners: winners.slice(0, 1) } : one));
  return {
    winners,
    ...(within === undefined ? {} : { groups: within }),
    ...(paid === undefined ? {} : { paid: Object.fromEntries(winners.map((name) => [name, paid])) }),
  };
}

/** Who must win and who must not: never the same. */
function asking(
  bids: readonly ProblemBid[],
  include: number | undefined,
  exclude: string | undefined,
): { include?: string[] | undefined; exclude?: string[] | undefined } {
  const wanted = include === undefined ? undefined : bids[include]?.provider;
  return {
    include: wanted === undefined ? undefined : [wanted],
    exclude: exclude === undefined || exclude === wanted ? undefined : [exclude],
  };
}

/** Problems under one award rule; in some of them several bids offer the same. */
export function smallProblems(award: AwardRule): fc.Arbitrary<Problem> {
  const size = SIZES[award];
  const shape = fc.record({
    lots: fc.integer({ min: 1, max: size.lots }),
    tiers: fc.integer({ min: 1, max: size.tiers }),
    bids: fc.integer({ min: 1, max: size.bids }),
    scale: fc.constantFrom(1n, 1n, 100n, 100_000_007n),
    alike: fc.constantFrom(0, 0, 0, 2, 3),
  });
  return shape.chain(({ lots: lotCount, tiers: tierCount, bids, scale, alike }) => {
    const [lots, tiers] = [LOTS.slice(0, lotCount), TIERS.slice(0, tierCount)];
    const demand = record(tiers, fc.integer({ min: 0, max: size.lines }));
    const winners = fc
      .tuple(seldom(fc.integer({ min: 0, max: 3 })), seldom(fc.integer({ min: 1, max: 3 })))
      .map(([a, b]) => (a !== undefined && b !== undefined && a > b ? [b, a] : [a, b]));
    return fc
      .record({
        termMonths: fc.integer({ min: 1, max: 3 }),
        demands: fc.tuple(...lots.map(() => demand)),
        bids: fc.tuple(...Array.from({ length: bids }, (_, at) => bid(at, lots, tiers, scale))),
        winners,
        maxShare: seldom(fc.constantFrom(0.3, 0.5, 0.6, 0.7, 0.29, 1)),
        maxCostShare: award === 'shared' ? fc.constant(undefined) : seldom(fc.constantFrom(0.5, 0.57, 0.8)),
        include: fc.constantFrom(undefined, undefined, undefined, 0, 1),
        exclude: fc.constantFrom(undefined, undefined, undefined, undefined, 'Hana', 'Nobody'),
        budget: seldom(fc.bigInt(0n, 400n)),
        groups: seldom(fc.array(group(lots), { minLength: 1, maxLength: 2 })),
        paid: maybe(fc.bigInt(0n, 60n), 3),
        already: seldom(fc.subarray(['Hana', 'Set', 'Elsewhere'], { minLength: 1, maxLength: 2 })),
      })
      .filter(({ demands }) => demands.some((of) => Object.values(of).some((lines) => lines > 0)))
      .map(({ termMonths, demands, bids: made, winners: [minWinners, maxWinners], maxShare, ...asked }) => ({
        currency: 'KRW',
        termMonths,
        lots: lots.map((id, l) => ({ id, demand: demands[l] ?? {} })),
        bids: made.map((one, at) => (at > 0 && at < alike ? twinOf(made[0] ?? one, one) : one)),
        rules: present({
          award,
          minWinners,
          maxWinners,
          maxShare,
          ...asking(made, asked.include, asked.exclude),
          budgetMinor: asked.budget === undefined ? undefined : asked.budget * scale,
          ...already(asked.already, asked.groups, asked.paid === undefined ? undefined : asked.paid * scale),
          maxCostShare: asked.maxCostShare,
        }) as Problem['rules'],
      }));
  });
}
