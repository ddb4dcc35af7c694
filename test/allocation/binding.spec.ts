/** Every rule where it binds: laid upon the cheapest allocation without it, and compared with trying everything. */
import fc from 'fast-check';
import type { AwardRule, Problem, ProblemBid, ProblemRules } from '../../src/allocation/rules/problem.js';
import type { LinearSolver } from '../../src/allocation/rules/relaxation.js';
import { cases, enough } from '../support/cases.js';
import { type Best, bidsByReceipt, bruteForce } from './brute-force.js';
import { solveHere, startHighs } from './in-process.js';
import { smallProblems } from './small-problems.js';

const AWARDS: readonly AwardRule[] = ['lot', 'tier', 'shared'];

/** The cheapest allocation of a problem without rules. */
interface Cheapest {
  readonly problem: Problem;
  readonly best: Best;
  /** providers */
  readonly winners: readonly string[];
  readonly losers: readonly string[];
  /** bids, the one with the most lines first */
  readonly winning: readonly ProblemBid[];
  /** lines of the provider with the most, of how many */
  readonly most: number;
  readonly total: number;
}

/** The problem with a rule that forbids the allocation; the problem as it is where it cannot. */
type Against = (cheapest: Cheapest) => Problem;

function ruled(rules: (cheapest: Cheapest) => Partial<ProblemRules>): Against {
  return (cheapest) => ({ ...cheapest.problem, rules: { ...cheapest.problem.rules, ...rules(cheapest) } });
}

/** The same for some bids. */
function bidding(change: (cheapest: Cheapest, bid: ProblemBid) => Partial<ProblemBid>): Against {
  return (cheapest) => ({
    ...cheapest.problem,
    bids: cheapest.problem.bids.map((bid) => ({ ...bid, ...change(cheapest, bid) })),
  });
}

function demandOf({ lots }: Problem, within: readonly string[]): number {
  const asked = lots.filter(({ id }) => within.includes(id)).flatMap((lot) => Object.values(lot.demand));
  return asked.reduce((sum, lines) => sum + lines, 0);
}

const RULES: Readonly<Record<string, Against>> = {
  include: ruled(({ losers: [loser] }) => (loser === undefined ? {} : { include: [loser] })),
  exclude: ruled(({ winners: [winner] }) => (winner === undefined ? {} : { exclude: [winner] })),
  minWinners: ruled(({ winners }) => ({ minWinners: winners.length + 1 })),
  maxWinners: ruled(({ winners }) => ({ maxWinners: Math.max(1, winners.length - 1) })),
  winners: ruled(({ winners, losers }) => ({ winners: losers.slice(0, 1), maxWinners: Math.max(1, winners.length) })),
  paid: ruled(({ best, winners: [winner = ''] }) => ({
    winners: [winner, 'Elsewhere'],
    paid: { [winner]: best.totalMinor / 2n, Elsewhere: best.totalMinor },
    maxCostShare: 0.5,
  })),
  groups: ruled(({ problem, winners }) => ({
    groups: [{ lots: problem.lots.map(({ id }) => id), minWinners: winners.length + 1 }],
  })),
  // Half a line less than it wins, so that no rounding of the decimal matters.
  maxShare: ruled(({ most, total }) => ({ maxShare: (most - 0.5) / total })),
  maxCostShare: ruled(({ best }) => {
    // The largest whole percentage below its part.
    const percents = Number((best.largest * 100n - 1n) / best.totalMinor);
    return percents < 1 ? {} : { maxCostShare: percents / 100 };
  }),
  alternative: bidding(({ winning }, bid) => {
    const twice = winning.filter(({ provider }) => winning.filter((one) => one.provider === provider).length > 1);
    return twice.some(({ id, provider }) => id === bid.id && provider === twice[0]?.provider)
      ? { alternative: 'one of these' }
      : {};
  }),
  capacity: bidding(({ best, problem, winning: [first] }, bid) => {
    const lines = best.lines[bidsByReceipt(problem).findIndex(({ id }) => id === bid.id)] ?? 0;
    return bid.id === first?.id ? { capacity: lines - 1 } : {};
  }),
  minimumLines: bidding(({ best, problem, winning }, bid) => {
    const lines = best.lines[bidsByReceipt(problem).findIndex(({ id }) => id === bid.id)] ?? 0;
    return bid.id === winning.at(-1)?.id ? { minimumLines: lines + 1 } : {};
  }),
  partners: bidding(({ problem, winning: [first] }, bid) => {
    if (bid.id !== first?.id) return {};
    // One partner serves all lots but the last, a line less than is asked for there; another one serves the last.
    const lots = problem.lots.map(({ id }) => id);
    const [own, other] = lots.length === 1 ? [lots, []] : [lots.slice(0, -1), lots.slice(-1)];
    const short = Math.max(0, demandOf(problem, own) - 1);
    return { partners: { east: { lots: own, capacity: short }, rest: { lots: other, capacity: 100 } } };
  }),
};

/** Two bids of a provider seldom win together where bids are few: so all of them are of one. */
function ofOneProvider(problem: Problem): Problem {
  return { ...problem, bids: problem.bids.map((bid) => ({ ...bid, provider: 'Hana' })) };
}

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

  /** null when there is no allocation at all */
  function cheapestOf(drawn: Problem): Cheapest | null {
    const problem = free(drawn);
    const best = bruteForce(problem);
    if (best === null) return null;
    const bids = bidsByReceipt(problem).map((bid, i) => ({ bid, lines: best.lines[i] ?? 0 }));
    const winning = bids.filter(({ lines }) => lines > 0).sort((a, b) => b.lines - a.lines);
    const winners = [...new Set(bids.flatMap(({ bid, lines }) => (lines > 0 ? [bid.provider] : [])))];
    const linesBy = winners.map((name) =>
      bids.reduce((sum, { bid, lines }) => sum + (bid.provider === name ? lines : 0), 0),
    );
    return {
      problem,
      best,
      winners,
      losers: [...new Set(bids.map(({ bid }) => bid.provider))].filter((name) => !winners.includes(name)),
      winning: winning.map(({ bid }) => bid),
      most: Math.max(...linesBy),
      total: linesBy.reduce((sum, lines) => sum + lines, 0),
    };
  }

  it.each(
    AWARDS.flatMap((award) =>
      Object.keys(RULES)
        // A part of the cost is no rule where lines are shared.
        .filter((rule) => (rule !== 'maxCostShare' && rule !== 'paid') || award !== 'shared')
        .map((rule): [AwardRule, string] => [award, rule]),
    ),
  )('award %s, %s: the cheapest of the others is found', (award, rule) => {
    let bound = 0;
    fc.assert(
      fc.property(smallProblems(award), (drawn) => {
        const cheapest = cheapestOf(rule === 'alternative' ? ofOneProvider(drawn) : drawn);
        const problem = cheapest && RULES[rule]?.(cheapest);
        const best = problem ? bruteForce(problem) : null;
        if (!cheapest || !problem || best === null) return;
        const { status, totalMinor } = solveHere(problem, highs);
        expect([status, totalMinor]).toEqual(['optimal', best.totalMinor]);
        if (best.totalMinor !== cheapest.best.totalMinor) bound += 1;
      }),
      { numRuns: cases(300), endOnFailure: true },
    );
    expect(bound).toBeGreaterThan(enough(3));
  });

  it.each(AWARDS)('award %s, budgetMinor beside another rule: kept by its cheapest, by nothing below it', (award) => {
    let bound = 0;
    fc.assert(
      fc.property(smallProblems(award), (drawn) => {
        const cheapest = cheapestOf(drawn);
        const problem = cheapest && RULES['minWinners']?.(cheapest);
        const best = problem ? bruteForce(problem) : null;
        if (!cheapest || !problem || best === null) return;
        const within = (budgetMinor: bigint) =>
          solveHere({ ...problem, rules: { ...problem.rules, budgetMinor } }, highs);
        const { status, totalMinor } = within(best.totalMinor);
        expect([status, totalMinor]).toEqual(['optimal', best.totalMinor]);
        if (best.totalMinor === 0n) return;
        expect(within(best.totalMinor - 1n).status).toBe('infeasible');
        // With the budget alone there would be one.
        if (best.totalMinor > cheapest.best.totalMinor) bound += 1;
      }),
      { numRuns: cases(300), endOnFailure: true },
    );
    expect(bound).toBeGreaterThan(enough(3));
  });
});
