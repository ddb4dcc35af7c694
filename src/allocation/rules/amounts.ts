/** How far a rule without which there would be an allocation has to give way: the smallest change of it that helps. */
import { formatMoney, type Minor } from '../../kernel/money.js';
import { leastLines } from '../../pricing/rules/band.js';
import type { BidAward, Problem, ProblemBid, ProblemRules, WinnerGroup } from './problem.js';
import { asksFor } from './relaxed-bids.js';
import { bidsInOrder, paidBefore, shareLimit } from './terms.js';
import { type Least, leastSteps, type Tried, type Trying } from './trying.js';

/** Bids whose minimum volumes, groups whose numbers and providers whose release are tried one by one. */
const ONE_BY_ONE = 50;
/** Lots of a group that are named. */
const NAMED = 8;
/** Allocations with ever smaller parts of the cost that are looked for. */
const PART_STEPS = 40;
/** More than any cost, so that two parts of costs differ by more than one of so many. */
const FINEST = 10n ** 16n;

/** How far a rule has to give way. */
export interface Amount {
  readonly words: string;
  /** a problem in which it has given way so far, and no further; absent where several changes would each be enough */
  at?(problem: Problem): Problem;
}

/** An amount in a problem, where some awards keep all rules of it but the one. */
export type AmountOf = (problem: Problem, awards: readonly BidAward[]) => Amount | null;

export function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

/** The smallest decimal of so many digits that is no less than a part; 1 at the most. */
function decimalUp(part: bigint, whole: bigint, digits = 4): number {
  const scale = 10n ** BigInt(digits);
  const up = (part * scale + whole - 1n) / whole;
  return up >= scale ? 1 : Number(`0.${up.toString().padStart(digits, '0')}`);
}

/** A share that allows exactly so many lines of so many: there are fewer lines than twelve digits tell apart. */
function shareOf(lines: number, total: number): number {
  return decimalUp(BigInt(lines), BigInt(total), 12);
}

function linesBy(problem: Problem, awards: readonly BidAward[]): Map<string, number> {
  const providerOf = new Map(problem.bids.map(({ id, provider }) => [id, provider]));
  const lines = new Map<string, number>();
  for (const award of awards) {
    const provider = providerOf.get(award.bid) ?? '';
    lines.set(provider, (lines.get(provider) ?? 0) + award.lines);
  }
  return lines;
}

/** The same problem with other rules. */
export function ruled(problem: Problem, rules: Partial<ProblemRules>): Problem {
  return { ...problem, rules: { ...problem.rules, ...rules } };
}

/** The same problem without one of its rules. */
export function unruled(problem: Problem, rule: keyof ProblemRules): Problem {
  const { [rule]: _, ...rules } = problem.rules;
  return { ...problem, rules: rules as ProblemRules };
}

export class Amounts {
  constructor(private readonly trying: Trying) {}

  readonly share: AmountOf = (problem, awards) => {
    const total = totalLines(problem);
    const present = shareLimit(problem.rules.maxShare, total);
    const needs = (found: readonly BidAward[]) => Math.max(...linesBy(problem, found).values()) - present;
    const at = (more: number) => ({ maxShare: shareOf(present + more, total) });
    const { steps, proved } = this.least(problem, needs(awards), at, needs);
    const lines = present + steps;
    return {
      words: `the smallest that helps is ${most(proved)}${lines} of ${plural(total, 'line')} (${decimalUp(BigInt(lines), BigInt(total))})`,
      at: (other) => ruled(other, at(steps)),
    };
  };

  readonly mostWinners: AmountOf = (problem, awards) => {
    const present = problem.rules.maxWinners ?? 0;
    const needs = (found: readonly BidAward[]) => winnersWith(problem, found) - present;
    const at = (more: number) => ({ maxWinners: present + more });
    const { steps, proved } = this.least(problem, needs(awards), at, needs);
    return {
      words: `the smallest that helps is ${most(proved)}${present + steps}`,
      at: (other) => ruled(other, at(steps)),
    };
  };

  readonly fewestWinners: AmountOf = (problem, awards) => {
    const present = problem.rules.minWinners ?? 0;
    const needs = (found: readonly BidAward[]) => present - winnersWith(problem, found);
    const at = (fewer: number) => ({ minWinners: present - fewer });
    const { steps, proved } = this.least(problem, needs(awards), at, needs);
    return {
      words: `the largest that helps is ${least(proved)}${present - steps}`,
      at: (other) => ruled(other, at(steps)),
    };
  };

  /** The smallest part of the cost that would do: from one allocation to one with a smaller part, until there is none. */
  readonly costPart: AmountOf = (problem, awards) => {
    const free = unruled(problem, 'maxCostShare');
    let best = largestPart(free, awards);
    let proved = false;
    for (let step = 0; step < PART_STEPS; step += 1) {
      // Between two parts of costs there is no third one closer than this to the larger.
      const below = { parts: best.paid * FINEST - 1n, whole: best.total * FINEST };
      const { awards: found, complete } = this.trying.any(free, below);
      proved = found === null && complete;
      if (found === null) break;
      best = largestPart(free, found);
    }
    const money = (amount: Minor) => `${formatMoney(amount, problem.currency)} ${problem.currency}`;
    const part = decimalUp(best.paid, best.total);
    return {
      words: `the smallest that helps is ${most(proved)}${money(best.paid)} of ${money(best.total)} (${part})`,
      at: (other) => ruled(other, { maxCostShare: part }),
    };
  };

  /** What the cheapest allocation costs, whatever may be spent. */
  readonly budget: AmountOf = (problem) => {
    const tried = this.trying.cheapest(unruled(problem, 'budgetMinor'));
    const found = tried?.decision.found;
    if (!tried || !found) return null;
    const budgetMinor = BigInt(found.cost) + paidBefore(problem.rules);
    const money = `${formatMoney(budgetMinor, problem.currency)} ${problem.currency}`;
    return {
      words: `the smallest that helps is ${most(tried.decision.complete)}${money}`,
      at: (other) => ruled(other, { budgetMinor }),
    };
  };

  /** Which bid's minimum volume alone would have to fall, and to what. */
  readonly minimums: AmountOf = (problem) => {
    const asking = bidsInOrder(problem.bids).filter((bid) => leastLines(bid) > 1);
    const { found, open } = eachOf(asking, (bid: ProblemBid) => {
      const present = leastLines(bid);
      const at = (lines: number): Problem => ({
        ...problem,
        bids: problem.bids.map((one) => (one === bid ? asksFor(one, lines) : one)),
      });
      const needs = (awards: readonly BidAward[]) =>
        present - (awards.find((award) => award.bid === bid.id)?.lines ?? present);
      const fallen = this.alone(at(1), (fewer) => at(present - fewer), needs);
      return said(
        fallen,
        ({ steps, proved }) => `bid ${bid.id}'s from ${present} to ${least(proved)}${present - steps}`,
      );
    });
    if (found.length > 0) return { words: `it would be enough that one of them falls: ${found.join(', or ')}` };
    return open ? null : { words: "no single bid's would do" };
  };

  /** Which number of which group alone would have to change, and to what. */
  readonly groups: AmountOf = (problem) => {
    const { groups = [] } = problem.rules;
    const numbers = groups.flatMap((group) =>
      (['minWinners', 'maxWinners'] as const).flatMap((side) =>
        group[side] === undefined ? [] : [{ group, side, present: group[side] }],
      ),
    );
    const { found, open } = eachOf(numbers, ({ group, side, present }) => {
      const sign = side === 'minWinners' ? -1 : 1;
      const at = (value: number | null): Problem =>
        ruled(problem, { groups: groups.map((one) => (one === group ? numbered(one, side, value) : one)) });
      const needs = (awards: readonly BidAward[]) => sign * (winnersIn(problem, group, awards) - present);
      const changed = this.alone(at(null), (steps) => at(present + sign * steps), needs);
      return said(changed, ({ steps, proved }) => {
        const bound = side === 'minWinners' ? least(proved) : most(proved);
        const which = side === 'minWinners' ? 'fewest' : 'most';
        return `the ${which} within ${named(group.lots)} from ${present} to ${bound}${present + sign * steps}`;
      });
    });
    if (found.length > 0) return { words: `it would be enough to change ${found.join(', or ')}` };
    return open ? null : { words: 'no single one of them would do' };
  };

  /** Which provider alone would have to be left out of a list of several. */
  single(names: readonly string[], verb: string, without: (name: string) => Problem): Amount | null {
    if (names.length < 2) return null;
    const { found, open } = eachOf(names, (name) => {
      const { awards, complete } = this.trying.any(without(name));
      return { words: awards ? name : null, open: !awards && !complete };
    });
    if (found.length > 0) return { words: `it would be enough to ${verb} one of them: ${found.join(', or ')}` };
    return open ? null : { words: `to ${verb} a single one of them would not do` };
  }

  /** The least steps away from a rule, where awards say how many steps they need. */
  private least(
    problem: Problem,
    high: number,
    rulesAt: (steps: number) => Partial<ProblemRules>,
    needs: (awards: readonly BidAward[]) => number,
  ): Least {
    return leastSteps(high, (steps) => needed(this.trying.any(ruled(problem, rulesAt(steps))), needs));
  }

  /** The same for one of several: null when leaving it out alone does not help, or is not known to. */
  private alone(
    without: Problem,
    at: (steps: number) => Problem,
    needs: (awards: readonly BidAward[]) => number,
  ): { readonly least: Least | null; readonly open: boolean } {
    const { awards, complete } = this.trying.any(without);
    const high = awards ? needs(awards) : 0;
    if (high <= 0) return { least: null, open: !complete };
    return { least: leastSteps(high, (steps) => needed(this.trying.any(at(steps)), needs)), open: false };
  }
}

function needed({ awards, complete }: Tried, needs: (awards: readonly BidAward[]) => number) {
  return { needs: awards && needs(awards), complete };
}

/** What is said of each of some, one by one, and whether something was left open. */
function eachOf<T>(
  all: readonly T[],
  tryOne: (one: T) => { readonly words: string | null; readonly open: boolean },
): { readonly found: string[]; readonly open: boolean } {
  const tried = all.slice(0, ONE_BY_ONE).map(tryOne);
  return {
    found: tried.flatMap(({ words }) => words ?? []),
    open: all.length > ONE_BY_ONE || tried.some((one) => one.open),
  };
}

function said(
  { least: steps, open }: { readonly least: Least | null; readonly open: boolean },
  words: (steps: Least) => string,
): { readonly words: string | null; readonly open: boolean } {
  return { words: steps && words(steps), open };
}

function most(proved: boolean): string {
  return proved ? '' : 'at most ';
}

function least(proved: boolean): string {
  return proved ? '' : 'at least ';
}

function totalLines({ lots }: Problem): number {
  return lots.flatMap((lot) => Object.values(lot.demand)).reduce((sum, lines) => sum + lines, 0);
}

/** How many different providers win by some awards or are winners already. */
function winnersWith(problem: Problem, awards: readonly BidAward[]): number {
  return new Set([...(problem.rules.winners ?? []), ...linesBy(problem, awards).keys()]).size;
}

/** The same within a group. */
function winnersIn(problem: Problem, { lots, winners = [] }: WinnerGroup, awards: readonly BidAward[]): number {
  const within = awards.filter((award) => lots.some((lot) => Object.hasOwn(award.lots, lot)));
  return new Set([...winners, ...linesBy(problem, within).keys()]).size;
}

/** A group with another number, or without it. */
function numbered(group: WinnerGroup, side: 'minWinners' | 'maxWinners', value: number | null): WinnerGroup {
  const { [side]: _, ...rest } = group;
  return value === null ? rest : { ...rest, [side]: value };
}

function named(lots: readonly string[]): string {
  const more = lots.length - NAMED;
  const last = more > 0 ? `${more} more` : lots.at(-1);
  const first = lots.slice(0, more > 0 ? NAMED : -1);
  return first.length === 0 ? (last ?? '') : `${first.join(', ')} and ${last}`;
}

/** What the winner that is paid most is paid, of what all are, what was paid before included. */
function largestPart(problem: Problem, awards: readonly BidAward[]): { readonly paid: Minor; readonly total: Minor } {
  const providerOf = new Map(problem.bids.map(({ id, provider }) => [id, provider]));
  const before = new Map(Object.entries(problem.rules.paid ?? {}));
  const paid = new Map<string, Minor>();
  let total = paidBefore(problem.rules);
  for (const { bid, costMinor } of awards) {
    const provider = providerOf.get(bid) ?? '';
    paid.set(provider, (paid.get(provider) ?? before.get(provider) ?? 0n) + costMinor);
    total += costMinor;
  }
  return { paid: [...paid.values()].reduce((large, amount) => (amount > large ? amount : large), 0n), total };
}
