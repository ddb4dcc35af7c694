/**
 * Which rules leave a problem without an allocation, and how far they would have to give way, found by trying: each by
 * itself, and where none helps alone, in pairs.
 */
import { formatMoney } from '../../kernel/money.js';
import { type Amount, type AmountOf, Amounts, plural, ruled, unruled } from './amounts.js';
import type { BidAward, Problem, ProblemBid, ProblemRules } from './problem.js';
import { apart, roomy, withoutMinimum } from './relaxed-bids.js';
import type { Trying } from './trying.js';

/** Pairs that are named, the cheapest first; those after the first so many that help are not looked for. */
const NAMED_PAIRS = 3;
const HELPFUL_PAIRS = 12;

/** A rule that can be left out, and how far it would have to give way once that is known to help. */
interface Relief {
  readonly words: string;
  /** null where it cannot be left out */
  relax(problem: Problem): Problem | null;
  readonly amount?: AmountOf;
  /** false when it is known already that leaving it out alone does not help */
  readonly alone?: false;
}

interface Pair {
  readonly first: Relief;
  readonly second: Relief;
  readonly awards: readonly BidAward[];
  /** of the cheapest allocation, and whether that is proved; null when none was found for its cost */
  readonly cost: { readonly minor: bigint; readonly proved: boolean } | null;
}

export class Reliefs {
  private readonly amounts: Amounts;

  /**
   * @param problem without the bids of excluded providers
   * @param excluded these bids
   */
  constructor(
    private readonly problem: Problem,
    private readonly trying: Trying,
    private readonly excluded: readonly ProblemBid[] = [],
  ) {
    this.amounts = new Amounts(trying);
  }

  /**
   * The rules without which, each by itself, there would be an allocation; where there are none, the pairs.
   * @param known whether the reason is known already, so that the search for more of it has to end soon
   * @returns sentences of both, and whether the limit left a single rule open
   */
  sentences(known: boolean): { readonly words: string[]; readonly pairs: string[]; readonly open: boolean } {
    const words: string[] = [];
    const useless: Relief[] = [];
    let open = false;
    for (const relief of this.reliefs()) {
      const problem = relief.relax(this.problem);
      if (relief.alone === false || problem === null) {
        useless.push(relief);
        continue;
      }
      const { awards, complete } = known ? this.trying.any(problem) : this.trying.freely(problem);
      if (awards) words.push(this.single(relief, awards));
      else if (complete) useless.push(relief);
      else open = true;
    }
    return { words, pairs: words.length > 0 ? [] : this.pairs(useless), open };
  }

  /** Whether those that are excluded would have been enough; nothing where they would not. */
  ofExclusion(): string[] {
    const relief = this.reliefs().find(({ words }) => words === this.exclusion());
    const problem = relief?.relax(this.problem);
    const { awards } = problem ? this.trying.any(problem) : { awards: null };
    return relief && awards ? [this.single(relief, awards)] : [];
  }

  private single(relief: Relief, awards: readonly BidAward[]): string {
    const amount = relief.amount?.(this.problem, awards) ?? null;
    return `Without ${relief.words} there would be one${amount === null ? '' : `; ${amount.words}`}.`;
  }

  /** Of the pairs of rules that help together, those that allow the cheapest allocations. */
  private pairs(reliefs: readonly Relief[]): string[] {
    const found: Pair[] = [];
    for (const [at, first] of reliefs.entries()) {
      for (const second of reliefs.slice(at + 1)) {
        if (found.length >= HELPFUL_PAIRS) break;
        const problem = this.without(first, second);
        const { awards } = problem ? this.trying.any(problem) : { awards: null };
        if (problem && awards) found.push({ first, second, awards, cost: this.costOf(problem) });
      }
    }
    const order = ({ cost }: Pair) => cost?.minor ?? null;
    found.sort((a, b) => {
      const [one, other] = [order(a), order(b)];
      if (one === null || other === null) return Number(one === null) - Number(other === null);
      return one < other ? -1 : one > other ? 1 : 0;
    });
    return found.slice(0, NAMED_PAIRS).map((pair) => this.together(pair));
  }

  private without(first: Relief, second: Relief): Problem | null {
    const problem = first.relax(this.problem);
    // Some can be left out only behind another one.
    return (problem && second.relax(problem)) ?? null;
  }

  private costOf(problem: Problem): Pair['cost'] {
    const decision = this.trying.cheapest(problem)?.decision;
    return decision?.found ? { minor: BigInt(decision.found.cost), proved: decision.complete } : null;
  }

  private together({ first, second, awards, cost }: Pair): string {
    const { currency } = this.problem;
    const price = cost && `${formatMoney(cost.minor, currency)} ${currency} at ${cost.proved ? 'the least' : 'most'}`;
    const [one, other] = this.both(first, second, awards);
    const amounts = [
      ...(one ? [`of the first ${one.words}`] : []),
      ...(other ? [`${one ? 'and with that ' : ''}of the second ${other.words}`] : []),
    ];
    return (
      `Without ${first.words} and ${second.words} together there would be one` +
      `${price === null ? '' : `, for ${price}`}${amounts.length === 0 ? '' : `; ${amounts.join(', ')}`}.`
    );
  }

  /** How far both have to give way: the first as little as the second lets it, then the second as little as that lets it. */
  private both(
    first: Relief,
    second: Relief,
    awards: readonly BidAward[],
  ): readonly [one: Amount | null, other: Amount | null] {
    const beside = second.relax(this.problem);
    const one = exact(beside && first.amount?.(beside, awards));
    const given = one?.at?.(this.problem) ?? first.relax(this.problem);
    const without = given && second.relax(given);
    const left = without ? this.trying.any(without).awards : null;
    return [one, exact(given && left && second.amount?.(given, left))];
  }

  private exclusion(): string {
    return `the exclusion of ${[...new Set(this.excluded.map(({ provider }) => provider))].join(', ')}`;
  }

  private reliefs(): Relief[] {
    const { problem, amounts, excluded } = this;
    const { maxShare, maxWinners, minWinners, maxCostShare, budgetMinor, include = [], award } = problem.rules;
    const without = (rule: keyof ProblemRules, words: string, amount?: AmountOf): Relief[] =>
      problem.rules[rule] === undefined
        ? []
        : [{ words, relax: (of) => unruled(of, rule), ...(amount ? { amount } : {}) }];
    const bidding = (words: string, change: (bid: ProblemBid) => ProblemBid, amount?: AmountOf): Relief => ({
      words,
      relax: (of) => ({ ...of, bids: of.bids.map(change) }),
      ...(amount ? { amount } : {}),
    });
    const admitting = (of: Problem, names: readonly string[]): Problem => ({
      ...ruled(of, { exclude: (of.rules.exclude ?? []).filter((name) => !names.includes(name)) }),
      bids: [...of.bids, ...excluded.filter(({ provider }) => names.includes(provider))],
    });
    const barred = [...new Set(excluded.map(({ provider }) => provider))];
    return [
      ...without('maxShare', `the maximum share of ${maxShare}`, amounts.share),
      ...without('maxWinners', `the maximum of ${plural(maxWinners ?? 0, 'winner')}`, amounts.mostWinners),
      ...without('minWinners', `the minimum of ${plural(minWinners ?? 0, 'winner')}`, amounts.fewestWinners),
      ...without('include', `the demand that ${include.join(', ')} must win`, (of) =>
        amounts.single(include, 'release', (name) => ruled(of, { include: include.filter((each) => each !== name) })),
      ),
      ...(barred.length === 0
        ? []
        : [
            {
              words: this.exclusion(),
              relax: (of: Problem) => admitting(of, barred),
              amount: (of: Problem) => amounts.single(barred, 'admit', (name) => admitting(of, [name])),
            },
          ]),
      ...without('maxCostShare', `the largest part of ${maxCostShare} of the cost`, amounts.costPart),
      // Whether it alone is what leaves no allocation is looked at before any other rule.
      ...without('budgetMinor', `the budget of ${moneyOf(problem, budgetMinor ?? 0n)}`, amounts.budget).map(
        (relief): Relief => ({ ...relief, alone: false }),
      ),
      ...without('groups', 'the numbers of winners within groups of lots', amounts.groups),
      ...(problem.bids.some((bid) => bid.alternative !== undefined)
        ? [bidding('alternatives of which only one may win', apart)]
        : []),
      ...(award === 'lot'
        ? [
            {
              words: 'whole lots to one bid (tier by tier instead)',
              relax: (of: Problem) => ruled(of, { award: 'tier' }),
            },
          ]
        : []),
      ...(award === 'shared'
        ? []
        : [
            {
              words: 'whole awards to one bid (shared by quantity instead)',
              // A part of the cost is no rule where lines are shared.
              relax: (of: Problem) => (of.rules.maxCostShare === undefined ? ruled(of, { award: 'shared' }) : null),
            },
          ]),
      bidding("the bids' minimum volumes", withoutMinimum, amounts.minimums),
      bidding("the bids' capacities", roomy),
    ];
  }
}

/** Of several that would each be enough, nothing is said beside another rule. */
function exact(amount: Amount | null | undefined): Amount | null {
  return amount?.at ? amount : null;
}

function moneyOf({ currency }: Problem, amount: bigint): string {
  return `${formatMoney(amount, currency)} ${currency}`;
}
