/** Groups, included and excluded providers, and pairs of rules: what is said of them is what trying everything says. */
import fc from 'fast-check';
import type { AwardRule, Problem, ProblemBid, ProblemRules, WinnerGroup } from '../../src/allocation/rules/problem.js';
import type { LinearSolver } from '../../src/allocation/rules/relaxation.js';
import { cases, enough } from '../support/cases.js';
import { bruteForce } from './brute-force.js';
import { solveHere, startHighs } from './in-process.js';
import { smallProblems } from './small-problems.js';

const AWARDS: readonly AwardRule[] = ['lot', 'tier', 'shared'];
const PROVIDERS = ['Dool', 'Hana', 'Set'];

function ruled(problem: Problem, rules: Partial<ProblemRules>): Problem {
  return { ...problem, rules: { ...problem.rules, ...rules } };
}

function without(problem: Problem, rule: keyof ProblemRules): Problem {
  const { [rule]: _, ...rules } = problem.rules;
  return { ...problem, rules: rules as ProblemRules };
}

/** Bids that serve all lots, so that hardly anything but the rules is left to forbid an allocation. */
function open(problem: Problem, rules: Partial<ProblemRules>, capacity: number | null): Problem {
  const tiers = [...new Set(problem.lots.flatMap((lot) => Object.keys(lot.demand)))];
  const lots = Object.fromEntries(problem.lots.map(({ id }) => [id, {}]));
  const bids = problem.bids.map(({ id, provider, receivedAt, bands }): ProblemBid => {
    const prices = Object.fromEntries(tiers.map((tier) => [tier, 6n]));
    const full = bands.map(({ from, monthly }) => ({ from, monthly: { ...prices, ...monthly } }));
    return { id, provider, receivedAt, lots, bands: full, ...(capacity === null ? {} : { capacity }) };
  });
  return { ...problem, bids, rules: { award: problem.rules.award, ...rules } };
}

/** Each bid is of another provider than the one before it; whoever does not bid cannot be asked to win. */
function byTurns(problem: Problem): Problem {
  const bids = problem.bids.map((bid, at) => ({ ...bid, provider: PROVIDERS[at % PROVIDERS.length] ?? '' }));
  const include = problem.rules.include?.filter((name) => bids.some(({ provider }) => provider === name));
  return { ...problem, bids, rules: { ...problem.rules, ...(include ? { include } : {}) } };
}

/** Problems with rules that are drawn, in which few bids can do everything. */
function under(award: AwardRule, rules: fc.Arbitrary<Partial<ProblemRules>>): fc.Arbitrary<Problem> {
  return fc
    .record({ problem: smallProblems(award), rules, part: fc.constantFrom(null, null, 0.5, 0.7) })
    .map(({ problem, rules: drawn, part }) => {
      const total = problem.lots.flatMap(({ demand }) => Object.values(demand)).reduce((sum, lines) => sum + lines, 0);
      const within = new Set(problem.lots.map(({ id }) => id));
      const groups = drawn.groups?.map((group) => ({ ...group, lots: group.lots.filter((lot) => within.has(lot)) }));
      const bidding = new Set(problem.bids.map(({ provider }) => provider));
      const include = drawn.include?.filter((name) => bidding.has(name)) ?? [];
      const { include: _, ...others } = drawn;
      const kept = {
        ...others,
        ...(include.length > 0 ? { include } : {}),
        ...(groups ? { groups: groups.filter(({ lots }) => lots.length > 0) } : {}),
      };
      return open(problem, kept, part === null ? null : Math.max(1, Math.floor(total * part)));
    });
}

const numbers: fc.Arbitrary<Omit<WinnerGroup, 'lots'>> = fc.constantFrom(
  { minWinners: 2 },
  { minWinners: 3 },
  { maxWinners: 1 },
  { minWinners: 2, maxWinners: 2 },
);
const groups = fc.tuple(numbers, numbers, fc.boolean()).map(([one, other, all]): Partial<ProblemRules> => ({
  groups: all
    ? [{ lots: ['north', 'south', 'west'], maxWinners: 1 }]
    : [
        { lots: ['north'], ...one },
        { lots: ['south', 'west'], ...other },
      ],
}));
const lists: fc.Arbitrary<Partial<ProblemRules>> = fc.oneof(
  fc.record({
    include: fc.constantFrom(['Dool', 'Hana'], ['Hana', 'Set'], PROVIDERS),
    maxWinners: fc.constantFrom(1, 2),
  }),
  fc.record({ exclude: fc.constantFrom(['Dool', 'Hana'], ['Hana', 'Set']), minWinners: fc.constantFrom(2, 2, 3) }),
  fc.constant({ include: ['Dool', 'Hana'], exclude: ['Set'], maxShare: 0.4 }),
);
const several: fc.Arbitrary<Partial<ProblemRules>> = fc
  .record({
    maxWinners: fc.constantFrom(undefined, 1, 2),
    minWinners: fc.constantFrom(undefined, 1, 3),
    maxShare: fc.constantFrom(undefined, 0.2, 0.3),
    include: fc.constantFrom(undefined, ['Hana'], ['Hana', 'Set']),
    group: fc.constantFrom(undefined, { lots: ['north'], minWinners: 2 }, { lots: ['north', 'south'], minWinners: 3 }),
  })
  .map(({ group, ...rules }) => {
    const given = Object.entries(rules).filter(([, value]) => value !== undefined);
    const { minWinners = 0, maxWinners = 9, ...rest } = Object.fromEntries(given) as Partial<ProblemRules>;
    return {
      ...rest,
      ...(maxWinners === 9 ? {} : { maxWinners }),
      ...(minWinners === 0 ? {} : { minWinners: Math.min(minWinners, maxWinners) }),
      ...(group ? { groups: [group] } : {}),
    };
  });

/** The rules of problems without bids of their own limits, by the words they have. */
const RELAXED: readonly (readonly [words: RegExp, relax: (problem: Problem) => Problem | null])[] = [
  [/^the maximum share/, (problem) => without(problem, 'maxShare')],
  [/^the maximum of/, (problem) => without(problem, 'maxWinners')],
  [/^the minimum of/, (problem) => without(problem, 'minWinners')],
  [/^the demand that/, (problem) => without(problem, 'include')],
  [/^the exclusion of/, (problem) => without(problem, 'exclude')],
  [/^the numbers of winners/, (problem) => without(problem, 'groups')],
  [/^whole lots/, (problem) => ruled(problem, { award: 'tier' })],
  // Trying everything takes too long where lines are shared that were not before.
  [/^whole awards/, () => null],
  [
    /minimum volumes$/,
    (problem) => ({
      ...problem,
      bids: problem.bids.map(({ bands, ...bid }) => ({
        ...bid,
        bands: bands.map((band, b) => (b === 0 ? { ...band, from: Math.min(band.from, 1) } : band)),
      })),
    }),
  ],
  [/capacities$/, (problem) => ({ ...problem, bids: problem.bids.map((bid) => ({ ...bid, capacity: 99 })) })],
];

function relaxed(problem: Problem, words: string): Problem | null {
  const relax = RELAXED.find(([pattern]) => pattern.test(words))?.[1];
  if (!relax) throw new Error(`nobody knows ${words}`);
  return relax(problem);
}

/** How far one of a pair has to give way, as a problem with it and as one with a step less; null when it is not said. */
function steps(problem: Problem, words: string, amount: string | undefined): { at: Problem; less: Problem } | null {
  const lines = /(\d+) of (\d+) lines?/.exec(amount ?? '');
  const number = Number(/helps is (\d+)/.exec(amount ?? '')?.[1]);
  if (amount === undefined) return null;
  if (words.startsWith('the maximum share')) {
    const share = (more: number) => ruled(problem, { maxShare: (Number(lines?.[1]) - more) / Number(lines?.[2]) });
    return { at: share(0), less: share(0.5) };
  }
  const rule = words.startsWith('the maximum of') ? 'maxWinners' : 'minWinners';
  const less = rule === 'maxWinners' ? number - 1 : number + 1;
  return { at: ruled(problem, { [rule]: number }), less: ruled(problem, { [rule]: less }) };
}

describe('what would be enough, of groups and of lists', () => {
  /** what was seen under all rules of award together: what is drawn seldom may be missing under one of them */
  const saw = new Map<string, number>();
  const note = (of: string, seen: Readonly<Record<string, number>>): void => {
    for (const [what, times] of Object.entries(seen)) {
      saw.set(`${of} ${what}`, (saw.get(`${of} ${what}`) ?? 0) + times);
    }
  };
  let highs: LinearSolver;
  beforeAll(async () => (highs = await startHighs()));

  it.each(AWARDS)('the smallest change of the numbers of one group: award %s', (award) => {
    const seen = { fewest: 0, most: 0, none: 0 };
    fc.assert(
      fc.property(under(award, groups), (problem) => {
        if (bruteForce(problem) !== null) return;
        const words = solveHere(problem, highs).explanation.join('\n');
        const told = /winners within groups of lots there would be one; (.*)\./.exec(words)?.[1];
        expect(told !== undefined).toBe(bruteForce(without(problem, 'groups')) !== null);
        const changes = [...(told ?? '').matchAll(/the (fewest|most) within ([a-z, ]+) from (\d) to (\d)/g)];
        const all = problem.rules.groups ?? [];
        const at = (group: WinnerGroup, numbersAt: Omit<WinnerGroup, 'lots'>) =>
          bruteForce(ruled(problem, { groups: all.map((one) => (one === group ? { ...one, ...numbersAt } : one)) }));
        const helpful = all.flatMap((group) => [
          ...(group.minWinners !== undefined && at(group, { minWinners: 0 }) ? ['fewest'] : []),
          ...(group.maxWinners !== undefined && at(group, { maxWinners: 9 }) ? ['most'] : []),
        ]);
        if (told !== undefined) expect(changes.map(([, which]) => which)).toEqual(helpful);
        if (told === 'no single one of them would do') seen.none += 1;
        for (const [, which, lots, from, to] of changes) {
          const group = all.find((one) => one.lots.join(', ').replace(/, (\w+)$/, ' and $1') === lots);
          if (!group) throw new Error(`no group has ${lots}`);
          const [rule, less] = which === 'fewest' ? (['minWinners', 1] as const) : (['maxWinners', -1] as const);
          expect(group[rule]).toBe(Number(from));
          expect(at(group, { [rule]: Number(to) })).not.toBeNull();
          expect(at(group, { [rule]: Number(to) + less })).toBeNull();
          seen[rule === 'minWinners' ? 'fewest' : 'most'] += 1;
        }
      }),
      { numRuns: cases(150), endOnFailure: true },
    );
    note('group', seen);
  });

  it.each(AWARDS)('the one provider that need not win, or that may: award %s', (award) => {
    const seen = { include: 0, exclude: 0 };
    fc.assert(
      fc.property(under(award, lists), (drawn) => {
        const problem = byTurns(drawn);
        if (bruteForce(problem) !== null) return;
        const words = solveHere(problem, highs).explanation.join('\n');
        for (const [rule, verb, head] of [
          ['include', 'release', 'Without the demand that'],
          ['exclude', 'admit', 'Without the exclusion of'],
        ] as const) {
          const bidding = new Set(problem.bids.map(({ provider }) => provider));
          const names = (problem.rules[rule] ?? []).filter((name) => rule === 'include' || bidding.has(name));
          const sentence = words.split('\n').find((each) => each.startsWith(head) && !each.includes(' together '));
          if (rule === 'include' && /no bid covers it|can serve/.test(words)) continue;
          if (/^Every bid is|^There is no bid/.test(words)) continue;
          expect(sentence !== undefined).toBe(names.length > 0 && bruteForce(without(problem, rule)) !== null);
          if (sentence === undefined || names.length < 2) continue;
          const one = new RegExp(`enough to ${verb} one of them: (.*)\\.`).exec(sentence)?.[1]?.split(', or ') ?? [];
          const helps = names.filter(
            (name) => bruteForce(ruled(problem, { [rule]: names.filter((each) => each !== name) })) !== null,
          );
          expect(one.toSorted()).toEqual(helps.toSorted());
          seen[rule] += 1;
        }
      }),
      { numRuns: cases(300), endOnFailure: true },
    );
    note('list', seen);
  });

  it.each(AWARDS)('pairs, where no rule would be enough alone: award %s', (award) => {
    const seen = { pairs: 0, amounts: 0, none: 0 };
    fc.assert(
      fc.property(under(award, several), (problem) => {
        if (bruteForce(problem) !== null) return;
        const { explanation } = solveHere(problem, highs);
        const pairs = explanation.flatMap((sentence) => {
          const parts =
            /^Without (.*) and (the .*|whole .*) together there would be one, for ([\d.]+) KRW at the least(; .*)?\.$/.exec(
              sentence,
            );
          return parts ? [parts] : [];
        });
        if (explanation.some((sentence) => sentence.includes(' together there would be one'))) {
          expect(pairs.length).toBeGreaterThan(0);
        }
        const costs = pairs.map(([, , , cost]) => BigInt((cost ?? '').replace('.', '')));
        expect(costs).toEqual(costs.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
        for (const [at, [, first = '', second = '', , amounts = '']] of pairs.entries()) {
          const [one, other] = [relaxed(problem, first), relaxed(problem, second)];
          const both = one && relaxed(one, second);
          if (!one || !other || !both) continue;
          expect([bruteForce(one), bruteForce(other)]).toEqual([null, null]);
          expect(bruteForce(both)?.totalMinor).toBe(costs[at]);
          seen.pairs += 1;
          const ofFirst = /of the first ([^;]*?)(?:, and with that|$)/.exec(amounts)?.[1];
          const ofSecond = /of the second (.*)$/.exec(amounts)?.[1];
          const given = steps(problem, first, ofFirst);
          if (given) expect(bruteForce(relaxed(given.less, second) ?? problem)).toBeNull();
          const then = steps(given?.at ?? one, second, ofSecond);
          if (!then) continue;
          expect(bruteForce(then.at)).not.toBeNull();
          expect(bruteForce(then.less)).toBeNull();
          seen.amounts += 1;
        }
        if (explanation.some((sentence) => sentence.startsWith('Without '))) return;
        if (/cannot be served|no bid|can serve at most/.test(explanation.join(' '))) return;
        // Neither a rule nor two of them.
        const rules = RELAXED.slice(0, 6).map(([, relax]) => relax);
        for (const relax of rules) {
          for (const beside of rules) {
            const problemWithout = relax(problem);
            const left = problemWithout && beside(problemWithout);
            if (left) expect(bruteForce(left)).toBeNull();
          }
        }
        seen.none += 1;
      }),
      { numRuns: cases(150), endOnFailure: true },
    );
    note('pair', seen);
  });

  it('of each of these some were seen', () => {
    expect(Math.min(...saw.values())).toBeGreaterThan(enough(0));
  });
});
