/**
 * The independent checker. It knows nothing of how an answer was found: from the problem and the awards alone it counts
 * lines and money again, in exact integers, and lists every rule that is broken. It shares no code with the search, so
 * that one mistake cannot hide another.
 */
import type { Minor } from '../../kernel/money.js';
import type { BidAward, Problem, ProblemBid } from './problem.js';

export interface Check {
  /** empty when the awards keep all rules and their costs are right */
  readonly violations: readonly string[];
  /** what the awards cost over the term; meaningless with violations */
  readonly totalMinor: Minor;
}

interface Line {
  readonly lot: string;
  readonly tier: string;
  readonly lines: number;
}

function linesOf(award: BidAward): Line[] {
  return Object.entries(award.lots).flatMap(([lot, tiers]) =>
    Object.entries(tiers).map(([tier, lines]) => ({ lot, tier, lines })),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}

function member<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record && Object.prototype.hasOwnProperty.call(record, key) ? record[key] : undefined;
}

/** Checks awards against a problem. */
export function check(problem: Problem, awards: readonly BidAward[]): Check {
  const violations = [
    ...checkDemand(problem, awards),
    ...checkWinners(problem, awards),
    ...checkChoice(problem, awards),
  ];
  let totalMinor = 0n;
  const seen = new Set<string>();
  for (const award of awards) {
    const bid = problem.bids.find((one) => one.id === award.bid);
    if (!bid || seen.has(award.bid)) {
      violations.push(`bid ${award.bid}: ${bid ? 'is awarded twice' : 'there is no such bid'}`);
      continue;
    }
    seen.add(award.bid);
    const own = checkAward(problem, bid, award);
    violations.push(...own.violations.map((violation) => `bid ${award.bid}: ${violation}`));
    totalMinor += own.costMinor;
  }
  violations.push(...checkCostShare(problem, awards, totalMinor));
  const { budgetMinor } = problem.rules;
  const before = paidBefore(problem);
  if (budgetMinor !== undefined && totalMinor + before > budgetMinor) {
    const beside = before === 0n ? '' : ` beside ${before} that is paid already`;
    violations.push(`costs ${totalMinor}${beside}, more than the budget of ${budgetMinor}`);
  }
  return { violations, totalMinor };
}

/** Everything that is asked for is served once, and by as many bids as the award rule allows. */
function checkDemand(problem: Problem, awards: readonly BidAward[]): string[] {
  const violations: string[] = [];
  const served = new Map<string, number>();
  const bidsOfLot = new Map<string, Set<string>>();
  const bidsOfCell = new Map<string, Set<string>>();
  for (const award of awards) {
    for (const { lot, tier, lines } of linesOf(award)) {
      const cell = JSON.stringify([lot, tier]);
      served.set(cell, (served.get(cell) ?? 0) + lines);
      bidsOfLot.set(lot, (bidsOfLot.get(lot) ?? new Set()).add(award.bid));
      bidsOfCell.set(cell, (bidsOfCell.get(cell) ?? new Set()).add(award.bid));
    }
  }
  for (const lot of problem.lots) {
    for (const [tier, lines] of Object.entries(lot.demand)) {
      const cell = JSON.stringify([lot.id, tier]);
      const got = served.get(cell) ?? 0;
      if (got !== lines) violations.push(`lot ${lot.id}, ${tier}: ${got} of ${lines} lines are served`);
      if (problem.rules.award === 'tier' && (bidsOfCell.get(cell)?.size ?? 0) > 1) {
        violations.push(`lot ${lot.id}, ${tier}: is split between bids`);
      }
      served.delete(cell);
    }
    if (problem.rules.award === 'lot' && (bidsOfLot.get(lot.id)?.size ?? 0) > 1) {
      violations.push(`lot ${lot.id}: is split between bids`);
    }
  }
  for (const cell of served.keys()) violations.push(`${cell}: is served, but nobody asks for it`);
  return violations;
}

/** The number of providers that win, and the share of each. */
function checkWinners(problem: Problem, awards: readonly BidAward[]): string[] {
  const violations: string[] = [];
  const { winners = [], minWinners, maxWinners, maxShare } = problem.rules;
  const lines = new Map<string, number>();
  for (const award of awards) {
    const provider = problem.bids.find((bid) => bid.id === award.bid)?.provider ?? '';
    lines.set(provider, (lines.get(provider) ?? 0) + sum(linesOf(award).map((line) => line.lines)));
  }
  const count = new Set([...winners, ...lines.keys()]).size;
  if (minWinners !== undefined && count < minWinners)
    violations.push(`${count} providers win, fewer than ${minWinners}`);
  if (maxWinners !== undefined && count > maxWinners)
    violations.push(`${count} providers win, more than ${maxWinners}`);
  if (maxShare === undefined) return violations;
  const total = sum(problem.lots.flatMap((lot) => Object.values(lot.demand)));
  const { parts, whole } = ratioOf(maxShare);
  for (const [provider, won] of lines) {
    if (BigInt(won) * whole > BigInt(total) * parts) {
      violations.push(`provider ${provider}: wins ${won} of ${total} lines, more than a share of ${maxShare}`);
    }
  }
  return violations;
}

/** The part of the total cost that each provider is paid. */
function checkCostShare(problem: Problem, awards: readonly BidAward[], totalMinor: Minor): string[] {
  const { maxCostShare, paid: before } = problem.rules;
  if (maxCostShare === undefined) return [];
  const all = totalMinor + paidBefore(problem);
  const paid = new Map<string, Minor>();
  for (const award of awards) {
    const provider = problem.bids.find((bid) => bid.id === award.bid)?.provider ?? '';
    paid.set(provider, (paid.get(provider) ?? member(before, provider) ?? 0n) + award.costMinor);
  }
  const { parts, whole } = ratioOf(maxCostShare);
  return [...paid]
    .filter(([, amount]) => amount * whole > all * parts)
    .map(([name, amount]) => `provider ${name}: is paid ${amount} of ${all}, more than ${maxCostShare} of it`);
}

/** What winners are paid under another award already. */
function paidBefore(problem: Problem): Minor {
  return Object.values(problem.rules.paid ?? {}).reduce((all, amount) => all + amount, 0n);
}

/** Who must win, who must not, and alternatives of which only one may. */
function checkChoice(problem: Problem, awards: readonly BidAward[]): string[] {
  const { include = [], exclude = [] } = problem.rules;
  const winning = awards.flatMap((award) => problem.bids.filter((bid) => bid.id === award.bid));
  const providers = new Set(winning.map((bid) => bid.provider));
  const chosen = winning.flatMap(({ provider, alternative }) =>
    alternative === undefined ? [] : [JSON.stringify([provider, alternative])],
  );
  const lotsOf = new Map(awards.map((award) => [award, new Set(linesOf(award).map((line) => line.lot))]));
  const grouped = (problem.rules.groups ?? []).flatMap(({ lots, winners = [], minWinners, maxWinners }) => {
    const within = awards.filter((award) => lots.some((lot) => lotsOf.get(award)?.has(lot)));
    const here = within.map((award) => problem.bids.find((bid) => bid.id === award.bid)?.provider ?? '');
    const count = new Set([...winners, ...here]).size;
    const what = `lots ${lots.join(', ')}: ${count} providers win`;
    return [
      ...(minWinners !== undefined && count < minWinners ? [`${what}, fewer than ${minWinners}`] : []),
      ...(maxWinners !== undefined && count > maxWinners ? [`${what}, more than ${maxWinners}`] : []),
    ];
  });
  return [
    ...grouped,
    ...include.filter((name) => !providers.has(name)).map((name) => `provider ${name}: must win, but does not`),
    ...exclude.filter((name) => providers.has(name)).map((name) => `provider ${name}: wins, but must not`),
    ...chosen
      .filter((mark, at) => chosen.indexOf(mark) !== at)
      .map((mark) => `${mark}: more than one of these alternatives wins`),
  ];
}

/** A share as the fraction of integers that its shortest decimal is. */
function ratioOf(share: number): { readonly parts: bigint; readonly whole: bigint } {
  const decimal = share.toString().toLowerCase();
  const exponent = decimal.includes('e') ? -Number(decimal.slice(decimal.indexOf('e') + 1)) : 0;
  const digits = decimal.replace(/e.*$/, '');
  const behind = digits.includes('.') ? digits.length - digits.indexOf('.') - 1 : 0;
  return { parts: BigInt(digits.replace('.', '')), whole: 10n ** BigInt(behind + exponent) };
}

function checkAward(problem: Problem, bid: ProblemBid, award: BidAward): { violations: string[]; costMinor: Minor } {
  const violations: string[] = [];
  const lines = linesOf(award);
  const won = sum(lines.map((line) => line.lines));
  const reached = bid.bands.filter((band) => band.from <= won);
  const band = reached.at(-1);
  if (lines.some((line) => !Number.isSafeInteger(line.lines) || line.lines <= 0))
    violations.push('lines must be whole and more than 0');
  if (won !== award.lines) violations.push(`says ${award.lines} lines, has ${won}`);
  if (!band) violations.push(`wins ${won} lines, fewer than its first band`);
  if (reached.length - 1 !== award.band) violations.push(`says band ${award.band}, reaches ${reached.length - 1}`);
  if (won < (bid.minimumLines ?? 0))
    violations.push(`wins ${won} lines, fewer than its minimum of ${bid.minimumLines}`);
  if (won > (bid.capacity ?? won)) violations.push(`wins ${won} lines, more than its capacity of ${bid.capacity}`);
  let costMinor = bid.activation ?? 0n;
  for (const { lot, tier, lines: count } of lines) {
    const terms = member(bid.lots, lot);
    const price = member(member(band?.lotMonthly, lot), tier) ?? member(band?.monthly, tier);
    if (!terms) violations.push(`does not cover lot ${lot}`);
    if (price === undefined) violations.push(`does not offer ${tier} in lot ${lot}`);
    const limit = member(terms?.tiers, tier)?.capacity;
    if (limit !== undefined && count > limit)
      violations.push(`wins ${count} lines of ${tier} in lot ${lot}, more than ${limit}`);
    const month = (price ?? 0n) + (terms?.surcharge ?? 0n) + (member(bid.adjustment, tier) ?? 0n);
    costMinor +=
      (month * BigInt(problem.termMonths) + (terms?.setup ?? 0n)) * BigInt(Number.isSafeInteger(count) ? count : 0);
  }
  const linesIn = new Map<string, number>();
  for (const { lot, lines: count } of lines) linesIn.set(lot, (linesIn.get(lot) ?? 0) + count);
  for (const [lot, terms] of Object.entries(bid.lots)) {
    const inLot = linesIn.get(lot) ?? 0;
    if (inLot > (terms.capacity ?? inLot))
      violations.push(`wins ${inLot} lines in lot ${lot}, more than ${terms.capacity}`);
  }
  for (const [name, partner] of Object.entries(bid.partners ?? {})) {
    const served = sum([...new Set(partner.lots)].map((lot) => linesIn.get(lot) ?? 0));
    if (served > partner.capacity)
      violations.push(`partner ${name} serves ${served} lines, more than ${partner.capacity}`);
  }
  if (costMinor !== award.costMinor) violations.push(`says ${award.costMinor}, costs ${costMinor}`);
  return { violations, costMinor };
}
