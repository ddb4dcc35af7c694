/** Every rule where it binds: laid upon the cheapest allocation without it, and compared with trying everything. */
import fc from 'fast-check';
import type { AwardRule, Problem, ProblemRules } from '../../src/allocation/rules/problem.js';
import type { LinearSolver } from '../../src/allocation/rules/relaxation.js';
import { cases, enough } from '../support/cases.js';
import { bidsByReceipt, bruteForce } from './brute-force.js';
import { solveHere, startHighs } from './in-process.js';
import { smallProblems } from './small-problems.js';

/** What a rule says against an allocation that it is to forbid; nothing where it cannot. */
type Against = (
  winners: readonly string[],
  losers: readonly string[],
  lots: readonly string[],
  costs: bigint,
) => Partial<ProblemRules>;

const RULES: Readonly<Record<string, Against>> = {
  include: (_winners, [loser]) => (loser === undefined ? {} : { include: [loser] }),
  exclude: ([winner]) => (winner === undefined ? {} : { exclude: [winner] }),
  minWinners: (winners) => ({ minWinners: winners.length + 1 }),
  maxWinners: (winners) => ({ maxWinners: Math.max(1, winners.length - 1) }),
  winners: (winners, losers) => ({ winners: losers.slice(0, 1), maxWinners: Math.max(1, winners.length) }),
  paid: ([winner = ''], _losers, _lots, costs) => ({
    winners: [winner, 'Elsewhere'],
    paid: { [winner]: costs / 2n, Elsewhere: costs },
    maxCostShare: 0.5,
  }),
  groups: (winners, _losers, lots) => ({ groups: [{ lots, minWinners: winners.length + 1 }] }),
};

/** Free of rules, and with bids that can do what they offer everywhere, so that most have an allocation. */
function free(problem: Problem): Problem {
  const tiers = [...new Set(problem.lots.flatMap((lot) => Object.keys(lot.demand)))];
  const bids = problem.bids.map(({ id, provider, receivedAt, bands, lots, activation }) => ({
    id,
    provider,
    receivedAt,
    bands: bands.map((band) => ({
      ...band,
      monthly: { ...Object.fromEntries(tiers.map((tier) => [tier, 6n])), ...band.monthly },
    })),
    lots: Object.fromEntries(problem.lots.map((lot) => [lot.id, lots[lot.id] ?? {}])),
    ...(activation === undefined ? {} : { activation }),
  }));
  return { ...problem, bids, rules: { award: problem.rules.award } };
}

describe('a rule that forbids the cheapest allocation', () => {
  let highs: LinearSolver;
  beforeAll(async () => (highs = await startHighs()));

  it.each(
    (['lot', 'shared'] as const).flatMap((award) =>
      // A part of the cost is no rule where lines are shared.
      Object.keys(RULES)
        .filter((rule) => award === 'lot' || rule !== 'paid')
        .map((rule): [AwardRule, string] => [award, rule]),
    ),
  )('award %s, %s: the cheapest of the others is found', (award, rule) => {
    let bound = 0;
    fc.assert(
      fc.property(smallProblems(award), (drawn) => {
        const without = free(drawn);
        const cheapest = bruteForce(without);
        if (cheapest === null) return;
        const bids = bidsByReceipt(without);
        const winners = [...new Set(bids.filter((_, i) => (cheapest.lines[i] ?? 0) > 0).map((bid) => bid.provider))];
        const losers = [...new Set(bids.map((bid) => bid.provider))].filter((name) => !winners.includes(name));
        const lots = without.lots.map(({ id }) => id);
        const rules = { ...without.rules, ...RULES[rule]?.(winners, losers, lots, cheapest.totalMinor) };
        const best = bruteForce({ ...without, rules });
        if (best === null) return;
        const { status, totalMinor } = solveHere({ ...without, rules }, highs);
        expect([status, totalMinor]).toEqual(['optimal', best.totalMinor]);
        if (best.totalMinor !== cheapest.totalMinor) bound += 1;
      }),
      { numRuns: cases(300), endOnFailure: true },
    );
    expect(bound).toBeGreaterThan(enough(3));
  });
});
