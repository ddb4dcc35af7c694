/** Which single rule leaves a problem without an allocation, and how far it would have to give way, found by trying. */
import { formatMoney, type Minor } from '../../kernel/money.js';
import { leastLines } from '../../pricing/rules/band.js';
import type { TariffLot } from '../../pricing/rules/tariff.js';
import type { AwardRule, BidAward, Problem, ProblemBid, ProblemRules } from './problem.js';
import { bidsInOrder, shareLimit } from './terms.js';
import { type Least, leastSteps, type Trying } from './trying.js';

/** Bids whose minimum volumes are tried one by one. */
const MINIMUMS = 50;
/** Allocations with ever smaller parts of the cost that are looked for. */
const PART_STEPS = 40;
/** More than any cost, so that two parts of costs differ by more than one of so many. */
const FINEST = 10n ** 16n;

/** A rule left out, and what more is known of it once that is known to help. */
interface Relief {
  readonly words: string;
  readonly problem: Problem;
  amount?(awards: readonly BidAward[]): string | null;
}

function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

/** A bid that takes any number of lines up to those that it asked for at the least. */
function asksFor(bid: ProblemBid, least: number): ProblemBid {
  const { minimumLines, ...rest } = bid;
  return {
    ...rest,
    ...(minimumLines === undefined || least <= 1 ? {} : { minimumLines: Math.min(minimumLines, least) }),
    bands: bid.bands.map((band, b) => (b === 0 ? { ...band, from: Math.min(band.from, Math.max(1, least)) } : band)),
  };
}

/** A bid that takes any number of lines. */
export function withoutMinimum(bid: ProblemBid): ProblemBid {
  return asksFor(bid, 1);
}

/** A bid without limits to what it can serve. */
function roomy(bid: ProblemBid): ProblemBid {
  const { capacity: _, partners: __, ...rest } = bid;
  const lots = Object.entries(bid.lots).map(([lot, { setup, surcharge }]): [string, TariffLot] => [
    lot,
    { ...(setup === undefined ? {} : { setup }), ...(surcharge === undefined ? {} : { surcharge }) },
  ]);
  return { ...rest, lots: Object.fromEntries(lots) };
}

/** A bid that is no alternative to another. */
export function apart(bid: ProblemBid): ProblemBid {
  const { alternative: _, ...rest } = bid;
  return rest;
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

export class Reliefs {
  private readonly total: number;

  constructor(
    private readonly problem: Problem,
    private readonly trying: Trying,
  ) {
    this.total = problem.lots.flatMap((lot) => Object.values(lot.demand)).reduce((sum, lines) => sum + lines, 0);
  }

  /**
   * The rules without which, each by itself, there would be an allocation.
   * @param known whether the reason is known already, so that the search for more of it has to end soon
   * @returns sentences, and whether the limit left a rule open
   */
  sentences(known: boolean): { readonly words: string[]; readonly open: boolean } {
    const words: string[] = [];
    let open = false;
    for (const relief of this.reliefs()) {
      const { awards, complete } = known ? this.trying.any(relief.problem) : this.trying.freely(relief.problem);
      if (awards) {
        const amount = relief.amount?.(awards) ?? null;
        words.push(`Without ${relief.words} there would be one${amount === null ? '' : `; ${amount}`}.`);
      } else if (!complete) open = true;
    }
    return { words, open };
  }

  private reliefs(): Relief[] {
    const { problem } = this;
    const { maxShare, maxWinners, minWinners, maxCostShare, include, award } = problem.rules;
    const awarded = (rule: AwardRule): Problem => ({ ...problem, rules: { ...problem.rules, award: rule } });
    const without = (rule: keyof ProblemRules, words: string, amount?: Relief['amount']): Relief[] => {
      if (problem.rules[rule] === undefined) return [];
      const { [rule]: _, ...rules } = problem.rules;
      return [{ words, problem: { ...problem, rules: rules as ProblemRules }, ...(amount ? { amount } : {}) }];
    };
    return [
      ...without('maxShare', `the maximum share of ${maxShare}`, (awards) => this.shareAmount(awards)),
      ...without('maxWinners', `the maximum of ${plural(maxWinners ?? 0, 'winner')}`, (awards) =>
        this.mostWinners(awards),
      ),
      ...without('minWinners', `the minimum of ${plural(minWinners ?? 0, 'winner')}`, (awards) =>
        this.fewestWinners(awards),
      ),
      ...without('include', `the demand that ${include?.join(', ')} must win`),
      ...without('maxCostShare', `the largest part of ${maxCostShare} of the cost`, (awards) => this.costPart(awards)),
      ...without('groups', 'the numbers of winners within groups of lots'),
      ...(problem.bids.some((bid) => bid.alternative !== undefined)
        ? [{ words: 'alternatives of which only one may win', problem: { ...problem, bids: problem.bids.map(apart) } }]
        : []),
      ...(award === 'lot' ? [{ words: 'whole lots to one bid (tier by tier instead)', problem: awarded('tier') }] : []),
      // A part of the cost is no rule where lines are shared.
      ...(award !== 'shared' && maxCostShare === undefined
        ? [{ words: 'whole awards to one bid (shared by quantity instead)', problem: awarded('shared') }]
        : []),
      {
        words: "the bids' minimum volumes",
        problem: { ...problem, bids: problem.bids.map(withoutMinimum) },
        amount: () => this.minimums(),
      },
      { words: "the bids' capacities", problem: { ...problem, bids: problem.bids.map(roomy) } },
    ];
  }

  /** The least steps away from a rule, where awards say how many steps they need. */
  private least(
    high: number,
    rulesAt: (steps: number) => Partial<ProblemRules>,
    needs: (awards: readonly BidAward[]) => number,
  ): Least {
    return leastSteps(high, (steps) => {
      const rules = { ...this.problem.rules, ...rulesAt(steps) };
      const { awards, complete } = this.trying.any({ ...this.problem, rules });
      return { needs: awards && needs(awards), complete };
    });
  }

  private shareAmount(awards: readonly BidAward[]): string {
    const { problem, total } = this;
    const present = shareLimit(problem.rules.maxShare, total);
    const needs = (found: readonly BidAward[]) => Math.max(...linesBy(problem, found).values()) - present;
    const { steps, proved } = this.least(
      needs(awards),
      (more) => ({ maxShare: shareOf(present + more, total) }),
      needs,
    );
    const lines = present + steps;
    return `the smallest that helps is ${most(proved)}${lines} of ${plural(total, 'line')} (${decimalUp(BigInt(lines), BigInt(total))})`;
  }

  /** How many different providers win by some awards or are winners already. */
  private winnersWith(awards: readonly BidAward[]): number {
    return new Set([...(this.problem.rules.winners ?? []), ...linesBy(this.problem, awards).keys()]).size;
  }

  private mostWinners(awards: readonly BidAward[]): string {
    const present = this.problem.rules.maxWinners ?? 0;
    const needs = (found: readonly BidAward[]) => this.winnersWith(found) - present;
    const { steps, proved } = this.least(needs(awards), (more) => ({ maxWinners: present + more }), needs);
    return `the smallest that helps is ${most(proved)}${present + steps}`;
  }

  private fewestWinners(awards: readonly BidAward[]): string {
    const present = this.problem.rules.minWinners ?? 0;
    const needs = (found: readonly BidAward[]) => present - this.winnersWith(found);
    const { steps, proved } = this.least(needs(awards), (fewer) => ({ minWinners: present - fewer }), needs);
    return `the largest that helps is ${proved ? '' : 'at least '}${present - steps}`;
  }

  /** The smallest part of the cost that would do: from one allocation to one with a smaller part, until there is none. */
  private costPart(awards: readonly BidAward[]): string {
    const { maxCostShare: _, ...rules } = this.problem.rules;
    const problem = { ...this.problem, rules };
    let best = largestPart(problem, awards);
    let proved = false;
    for (let step = 0; step < PART_STEPS; step += 1) {
      // Between two parts of costs there is no third one closer than this to the larger.
      const below = { parts: best.paid * FINEST - 1n, whole: best.total * FINEST };
      const { awards: found, complete } = this.trying.any(problem, below);
      proved = found === null && complete;
      if (found === null) break;
      best = largestPart(problem, found);
    }
    const money = (amount: Minor) => `${formatMoney(amount, problem.currency)} ${problem.currency}`;
    const part = decimalUp(best.paid, best.total);
    return `the smallest that helps is ${most(proved)}${money(best.paid)} of ${money(best.total)} (${part})`;
  }

  /** Which bid's minimum volume alone would have to fall, and to what. */
  private minimums(): string | null {
    const { problem } = this;
    const asking = bidsInOrder(problem.bids).filter((bid) => leastLines(bid) > 1);
    let open = asking.length > MINIMUMS;
    const fallen = asking.slice(0, MINIMUMS).flatMap((bid): string[] => {
      const least = leastLines(bid);
      const at = (lines: number) => {
        const bids = problem.bids.map((one) => (one === bid ? asksFor(one, lines) : one));
        return this.trying.any({ ...problem, bids });
      };
      const needs = (awards: readonly BidAward[] | null) =>
        awards && least - (awards.find((award) => award.bid === bid.id)?.lines ?? least);
      const { awards, complete } = at(1);
      const high = needs(awards);
      if (high === null || high <= 0) {
        open ||= !complete;
        return [];
      }
      const { steps, proved } = leastSteps(high, (fewer) => {
        const tried = at(least - fewer);
        return { needs: needs(tried.awards), complete: tried.complete };
      });
      return [`bid ${bid.id}'s from ${least} to ${proved ? '' : 'at least '}${least - steps}`];
    });
    if (fallen.length === 0) return open ? null : "no single bid's would do";
    return `it would be enough that one of them falls: ${fallen.join(', or ')}`;
  }
}

function most(proved: boolean): string {
  return proved ? '' : 'at most ';
}

/** What the winner that is paid most is paid, of what all are, what was paid before included. */
function largestPart(problem: Problem, awards: readonly BidAward[]): { readonly paid: Minor; readonly total: Minor } {
  const providerOf = new Map(problem.bids.map(({ id, provider }) => [id, provider]));
  const before = new Map(Object.entries(problem.rules.paid ?? {}));
  const paid = new Map<string, Minor>();
  let total = [...before.values()].reduce((sum, amount) => sum + amount, 0n);
  for (const { bid, costMinor } of awards) {
    const provider = providerOf.get(bid) ?? '';
    paid.set(provider, (paid.get(provider) ?? before.get(provider) ?? 0n) + costMinor);
    total += costMinor;
  }
  return { paid: [...paid.values()].reduce((large, amount) => (amount > large ? amount : large), 0n), total };
}
