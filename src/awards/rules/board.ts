/**
 * The scenario board of an award: what its officer wants to know before recommending it. Each entry is a problem of its
 * own, that differs from the award's in one thing only, so that entries can be solved side by side and in any order.
 */
import { CURVE_PERCENT, linesOf, resized } from '../../allocation/rules/curve.js';
import type { BidAward, Problem, ProblemRules } from '../../allocation/rules/problem.js';
import { scenariosOf, type ScenarioKind } from '../../allocation/rules/scenarios.js';
import { canonicalJson } from '../../kernel/canonical.js';
import { nextState } from '../../kernel/lifecycle.js';
import { invalid, refuse, type Refusal } from '../../kernel/refusal.js';
import { awardLifecycle, type AwardState } from './lifecycle.js';

/** Written limits of a board. What is beyond them is left out, and named on the board. */
export const BOARD_LIMITS = {
  /** the longest a scenario or a point of the curve may be solved, from the moment a thread takes it */
  seconds: 30,
  /** the longest the gaps of one bid may be looked for; those that are not proved by then are told as at least and at most */
  gapSeconds: 6,
  /** providers whose absence, and others whose presence, is looked at */
  providers: 50,
  /** bids whose gaps to win are looked for */
  bids: 100,
} as const;

export type EntryKind = ScenarioKind | 'curve' | 'gaps';

/** In what the problem of an entry differs from the award's. */
export type Change =
  | { readonly rules: ProblemRules }
  /** with this part of the demand */
  | { readonly percent: number }
  /** the same problem; what is asked for is how far this bid is from winning */
  | { readonly gapsOf: string };

export interface BoardEntry {
  readonly kind: EntryKind;
  /** the number of winners, the part, the provider, the rule, the percentage or the bid that it is about */
  readonly about: string;
  readonly change: Change;
  /** lines that its problem asks for */
  readonly lines: number;
}

export interface Board {
  readonly entries: readonly BoardEntry[];
  readonly leftOut: LeftOut;
}

/** What a board does not look at, because there is too much of it. */
export interface LeftOut {
  /** providers without a scenario of their own */
  readonly providers: readonly string[];
  /** bids without gaps to win */
  readonly bids: readonly string[];
}

/** The longest an entry may be solved. */
export function secondsOf(change: Change): number {
  return 'gapsOf' in change ? BOARD_LIMITS.gapSeconds : BOARD_LIMITS.seconds;
}

/** The problem of an entry. */
export function problemOf(problem: Problem, change: Change): Problem {
  if ('rules' in change) return { ...problem, rules: change.rules };
  return 'percent' in change ? resized(problem, change.percent) : problem;
}

/**
 * What entries ask, each as one text: which problem, how far a bid is from winning in it, and for how long at most. Equal
 * questions have equal texts, whichever change led to them.
 * @param problemHash stands for the bids, which are nearly all of a problem and the same in all entries
 */
export function questionsIn(problem: Problem, problemHash: string): (change: Change) => string {
  const own = canonicalJson(problem.lots);
  return (change) => {
    const { lots, rules } = problemOf(problem, change);
    const demand = lots === problem.lots ? own : canonicalJson(lots);
    const gapsOf = 'gapsOf' in change ? change.gapsOf : null;
    return canonicalJson({ problemHash, demand, rules, gapsOf, seconds: secondsOf(change) });
  };
}

/**
 * All entries of a board in its order: scenarios, the price curve, gaps to win.
 * @param awards what the award gives to whom
 */
export function boardOf(
  problem: Problem,
  awards: readonly Pick<BidAward, 'bid'>[],
  limits: { readonly providers: number; readonly bids: number } = BOARD_LIMITS,
): Board {
  const lines = linesOf(problem);
  const excluded = new Set(problem.rules.exclude);
  const bids = problem.bids.filter((bid) => !excluded.has(bid.provider)).map((bid) => bid.id);
  const { kept, leftOut } = within(problem, awards, limits.providers);
  return {
    entries: [
      ...kept.map(({ kind, about, problem: { rules } }): BoardEntry => ({ kind, about, change: { rules }, lines })),
      ...CURVE_PERCENT.map((percent): BoardEntry => ({
        kind: 'curve',
        about: String(percent),
        change: { percent },
        lines: linesOf(resized(problem, percent)),
      })),
      ...bids
        .slice(0, limits.bids)
        .map((bid): BoardEntry => ({ kind: 'gaps', about: bid, change: { gapsOf: bid }, lines })),
    ],
    leftOut: { providers: leftOut, bids: bids.slice(limits.bids) },
  };
}

/** Scenarios about a provider are kept for those whose bids came first, winners and losers each by themselves. */
function within(problem: Problem, awards: readonly Pick<BidAward, 'bid'>[], most: number) {
  const order = [...new Set(problem.bids.map((bid) => bid.provider))];
  const place = new Map(order.map((provider, at) => [provider, at]));
  const scenarios = scenariosOf(problem, awards);
  const leftOut = (['without', 'with'] as const).flatMap((kind) =>
    scenarios
      .filter((scenario) => scenario.kind === kind)
      .map(({ about }) => about)
      .sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0))
      .slice(most),
  );
  const kept = scenarios.filter(
    ({ kind, about }) => !((kind === 'without' || kind === 'with') && leftOut.includes(about)),
  );
  return { kept, leftOut };
}

/** @returns why there are no alternatives to be looked at, or null */
export function whyNotCompare(state: AwardState): Refusal | null {
  if (nextState(awardLifecycle, state, 'edit') !== null) return null;
  return refuse(
    'award.wrong-state',
    `The alternatives to an award are worked out while it can still be changed; this one is ${state}.`,
    { state },
  );
}

/** @returns why the alternatives to an award would be those to another one, or null */
export function whyQuestionChanged(evaluated: string | null, present: string): Refusal | null {
  if (evaluated === present) return null;
  return refuse(
    'award.held-changed',
    'What winners hold beside this award has changed since it was evaluated. Have it evaluated again, and compare then.',
  );
}

export function noBoard(): Refusal {
  return refuse(
    'board.not-found',
    'The alternatives to this award have not been worked out. An officer begins that while the award can be changed.',
    { kind: 'not-found' },
  );
}

/** Gaps are asked for of a bid, or in a lot, that the problem does not have. */
export function unknownIn(what: 'bid' | 'lot'): Refusal {
  return invalid(`award.unknown-${what}`, `Name a ${what} that takes part in this award, or none for all.`, [
    { path: what === 'bid' ? 'bidId' : 'lot', reason: `is no ${what} that takes part in this award` },
  ]);
}

/** What one is off another, in percent of the other with two digits; null without an other. */
export function percentOff(amount: bigint, of: bigint): number | null {
  if (of <= 0n) return null;
  const half = amount < 0n ? -(of / 2n) : of / 2n;
  return Number((amount * 10_000n + half) / of) / 100;
}

/** A gap over the term per line and month, rounded up: so much less, and the bid wins. */
export function gapPerLineMonthly(gapMinor: bigint, lines: number, termMonths: number): bigint {
  const months = BigInt(lines) * BigInt(termMonths);
  return (gapMinor + months - 1n) / months;
}
