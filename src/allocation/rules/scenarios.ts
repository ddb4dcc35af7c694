/** The alternatives to an allocation that people look at before they decide: the same problem under other rules. */
import type { BidAward, Problem, ProblemBid, ProblemRules } from './problem.js';

/**
 * - `winners`: with at most so many winners
 * - `cap`: with at most such a part of the lines for each provider
 * - `without`: without one of the winners
 * - `with`: with one of the losers among the winners
 * - `rule`: without one of the rules; what that saves is the price of the rule
 */
export type ScenarioKind = 'winners' | 'cap' | 'without' | 'with' | 'rule';

export interface Scenario {
  /** tells it apart on its board */
  readonly key: string;
  readonly kind: ScenarioKind;
  /** the number of winners, the part, the provider or the rule that it is about */
  readonly about: string;
  readonly problem: Problem;
}

/** How many winners are tried; where several have won already elsewhere, from as many on. */
const WINNERS = [1, 2, 3];
const CAPS = [0.4, 0.5, 0.6];

/** Rules that cost something: each is left out once. Without a budget the cheapest allocation stays the cheapest. */
export const PRICED = ['minWinners', 'maxWinners', 'maxShare', 'maxCostShare', 'groups', 'include', 'exclude'] as const;

/**
 * The scenarios of a problem, in the order of a board.
 * @param awards the cheapest allocation; empty when there is none, so that there are neither winners nor losers
 */
export function scenariosOf(problem: Problem, awards: readonly Pick<BidAward, 'bid'>[]): Scenario[] {
  const { rules } = problem;
  const providers = [...new Set(problem.bids.map((bid) => bid.provider))].sort();
  const excluded = new Set(rules.exclude);
  const taking = providers.filter((provider) => !excluded.has(provider));
  const providerOf = new Map(problem.bids.map((bid) => [bid.id, bid.provider]));
  const winning = new Set(awards.map((award) => providerOf.get(award.bid)));
  const scenario = (kind: ScenarioKind, about: string, changed: ProblemRules): Scenario => ({
    key: `${kind}:${about}`,
    kind,
    about,
    problem: { ...problem, rules: changed },
  });
  const beside = (list: readonly string[] | undefined, provider: string) => [...(list ?? []), provider].sort();
  return [
    ...winnersTried(rules, taking).map((most) => scenario('winners', String(most), withFew(rules, most))),
    ...CAPS.map((cap) => scenario('cap', String(cap), { ...rules, maxShare: cap })),
    ...taking
      .filter((provider) => winning.has(provider))
      .map((provider) => {
        const include = rules.include?.filter((name) => name !== provider);
        return scenario('without', provider, {
          ...rules,
          ...(include === undefined ? {} : { include }),
          exclude: beside(rules.exclude, provider),
        });
      }),
    ...taking
      .filter((provider) => winning.size > 0 && !winning.has(provider))
      .map((provider) => scenario('with', provider, { ...rules, include: beside(rules.include, provider) })),
    ...PRICED.filter((rule) => rules[rule] !== undefined).map((rule) => scenario('rule', rule, without(rules, rule))),
    ...(rules.award === 'shared' ? [] : [scenario('rule', 'award', { ...sharable(rules), award: 'shared' })]),
  ];
}

/** Numbers of winners, present ones counted: no fewer than there are already, and no more than there can be. */
function winnersTried({ winners = [] }: ProblemRules, taking: readonly string[]): number[] {
  const all = new Set([...winners, ...taking]).size;
  const already = Math.max(0, winners.length - 1);
  return WINNERS.map((most) => most + already).filter((most) => most <= all);
}

/** At most so many winners: who must win more of them, altogether or in a group, need not. */
function withFew(rules: ProblemRules, maxWinners: number): ProblemRules {
  const fewest = <T extends { readonly minWinners?: number }>(of: T): T =>
    of.minWinners === undefined ? of : { ...of, minWinners: Math.min(of.minWinners, maxWinners) };
  const { groups } = rules;
  return { ...fewest(rules), ...(groups === undefined ? {} : { groups: groups.map(fewest) }), maxWinners };
}

function without(rules: ProblemRules, rule: keyof ProblemRules): ProblemRules {
  return Object.fromEntries(Object.entries(rules).filter(([name]) => name !== rule)) as unknown as ProblemRules;
}

/** What is only taken where whole lots or tiers are awarded is left out. */
function sharable(rules: ProblemRules): ProblemRules {
  return without(rules, 'maxCostShare');
}

/** How concentrated an allocation is. */
export interface Resilience {
  readonly winners: number;
  /** the largest part of all lines that one provider wins, in basis points */
  readonly largestShareBp: number;
}

export function resilienceOf(
  problem: { readonly bids: readonly Pick<ProblemBid, 'id' | 'provider'>[] },
  awards: readonly Pick<BidAward, 'bid' | 'lines'>[],
): Resilience {
  const providerOf = new Map(problem.bids.map((bid) => [bid.id, bid.provider]));
  const lines = new Map<string, number>();
  for (const award of awards) {
    const provider = providerOf.get(award.bid) ?? '';
    lines.set(provider, (lines.get(provider) ?? 0) + award.lines);
  }
  const total = [...lines.values()].reduce((sum, n) => sum + n, 0);
  const largest = Math.max(0, ...lines.values());
  return { winners: lines.size, largestShareBp: total === 0 ? 0 : Math.round((largest * 10_000) / total) };
}
