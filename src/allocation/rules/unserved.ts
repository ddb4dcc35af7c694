/** How many lines cannot be served for want of coverage and capacity, whoever wins the others. */
import type { Minor } from '../../kernel/money.js';
import { awardsOf } from './awards.js';
import type { Problem, ProblemBid } from './problem.js';
import { apart, withoutMinimum } from './relaxed-bids.js';
import type { Trying } from './trying.js';

/** Lots that are named. */
const NAMED = 8;

/** The problem of serving all. Of the rules only the one remains that says what goes to one bid whole. */
function servingAll({ bids, rules, ...asked }: Problem): Problem {
  return { ...asked, bids: bids.map((bid) => withoutMinimum(apart(bid))), rules: { award: rules.award } };
}

/** The same problem, in which a line costs nothing. */
function free({ currency, lots, bids, rules }: Problem): Problem {
  const nothing = (prices: Readonly<Record<string, Minor>>) =>
    Object.fromEntries(Object.keys(prices).map((tier) => [tier, 0n]));
  const able = bids.map((bid): ProblemBid => {
    const { activation: _, adjustment: __, ...rest } = bid;
    return {
      ...rest,
      bands: rest.bands.map(({ from, monthly, lotMonthly = {} }) => ({
        from,
        monthly: nothing(monthly),
        lotMonthly: Object.fromEntries(Object.entries(lotMonthly).map(([lot, prices]) => [lot, nothing(prices)])),
      })),
      lots: Object.fromEntries(
        Object.entries(rest.lots).map(([lot, { surcharge: ___, setup: ____, ...limits }]) => [lot, limits]),
      ),
    };
  });
  return { currency, termMonths: 1, lots, bids: able, rules };
}

/** The same beside a bid that stands for nobody and alone costs anything: the cheapest allocation leaves it the fewest lines. */
function leavingFew(problem: Problem, nobody: string): Problem {
  const { lots } = problem;
  const tiers = [...new Set(lots.flatMap((lot) => Object.keys(lot.demand)))];
  const last: ProblemBid = {
    id: nobody,
    provider: nobody,
    receivedAt: '9999-12-31T23:59:59Z',
    bands: [{ from: 1, monthly: Object.fromEntries(tiers.map((tier) => [tier, 1n])) }],
    lots: Object.fromEntries(lots.map((lot) => [lot.id, {}])),
  };
  return { ...problem, bids: [...problem.bids, last] };
}

/** A sentence about the lines that stay without a bid; none when all can be served, or it was not found out. */
export function unservedWords(problem: Problem, trying: Trying): string[] {
  const ids = problem.bids.flatMap(({ id, provider }) => [id, provider]);
  const nobody = `nobody${'~'.repeat(Math.max(0, ...ids.map((id) => id.length)))}`;
  const serving = servingAll(problem);
  // Most often all can be served, and any allocation says so: the fewest lines are looked for among very many equals.
  if (trying.any(serving).awards) return [];
  const found = trying.cheapest(leavingFew(free(serving), nobody));
  if (!found?.decision.found || found.decision.found.cost === 0) return [];
  const { market, decision } = found;
  const left = awardsOf(market, decision.found?.allocation ?? []).find((award) => award.bid === nobody);
  const most = decision.found?.cost ?? 0;
  const least = Math.max(0, Math.min(most, decision.bound));
  if (!left || least === 0) return [];
  const lots = Object.entries(left.lots).map(([lot, tiers]) => {
    return `${Object.values(tiers).reduce((sum, lines) => sum + lines, 0)} in lot ${lot}`;
  });
  const named =
    lots.length > NAMED
      ? `${lots.slice(0, NAMED).join(', ')} and more in ${lots.length - NAMED} others`
      : lots.join(', ');
  const count = least === most ? `${most}` : `At least ${least} and at most ${most}`;
  return [`${count} of ${market.totalLines} lines cannot be served, whoever wins the others: for instance ${named}.`];
}
