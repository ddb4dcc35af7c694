/** Why a lot went where it went, in words. */
import { formatMoney, type Minor } from '../../kernel/money.js';
import type { Away } from './away.js';
import { lineMonthlyOf } from './curve.js';
import type { LotReason, RunnerUp } from './lots.js';
import type { BrokenRule } from './move-rules.js';
import type { Problem } from './problem.js';

/** What words need to know of a problem, and what bids are called in them. */
export interface Told {
  readonly problem: Pick<Problem, 'currency' | 'termMonths'>;
  nameOf(bid: string): string;
}

/** The reason of a lot in a few sentences. */
export function lotWords(reason: LotReason, told: Told): string {
  const { lot, tier, lines, wonLines, bid, costMinor, runnerUp, away } = reason;
  const what = tier === null ? `Lot ${lot}` : `Lot ${lot}, ${tier}`;
  const part = wonLines === lines ? counted(lines) : `${wonLines} of ${counted(lines)}`;
  return [
    `${what}: ${told.nameOf(bid)} wins ${part} at ${perLine(costMinor, wonLines, told)}, ` +
      `${money(costMinor, told)} over the term.`,
    runnerUp ? runnerUpWords(reason, runnerUp, told) : 'No other bid can serve them beside what it wins.',
    ...(away ? awayWords(bid, away, told) : []),
  ].join(' ');
}

function money(amount: Minor, { problem }: Told): string {
  return `${formatMoney(amount, problem.currency)} ${problem.currency}`;
}

function counted(lines: number): string {
  return lines === 1 ? '1 line' : `${lines} lines`;
}

function perLine(cost: Minor, lines: number, told: Told): string {
  const { termMonths } = told.problem;
  const about = cost % (BigInt(lines) * BigInt(termMonths)) === 0n ? '' : 'about ';
  return `${about}${money(lineMonthlyOf(cost, lines, termMonths), told)} a line and month, set-up included`;
}

function runnerUpWords(reason: LotReason, runnerUp: RunnerUp, told: Told): string {
  const { wonLines, costMinor } = reason;
  const here = runnerUp.costMinor - costMinor;
  const name = told.nameOf(runnerUp.bid);
  const price =
    `at its prices from ${counted(runnerUp.band)} on, ${perLine(runnerUp.costMinor, wonLines, told)}, ` +
    `${money(runnerUp.costMinor, told)} over the term`;
  if (here > 0n) return `The next cheapest here is ${name}, ${price}: ${money(here, told)} more.`;
  const cheaper = here === 0n ? 'costs as much here' : `would cost ${money(-here, told)} less here`;
  return `${name} ${cheaper} (${price}), but ${whyNot(here, reason, runnerUp, told)}.`;
}

/** Why lines did not go to a bid that costs no more for them. */
function whyNot(here: Minor, { bid }: LotReason, runnerUp: RunnerUp, told: Told): string {
  const { moreMinor, broken } = runnerUp;
  if (broken.length > 0) return broken.map((rule) => brokenWords(rule, told)).join(', and ');
  const elsewhere = (moreMinor ?? 0n) - here;
  const parts = shiftWords(runnerUp, bid, told);
  const because = parts.length > 0 ? `: ${parts.join('; ')}` : '';
  if (moreMinor === null || moreMinor > 0n) return `${money(elsewhere, told)} more elsewhere${because}`;
  if (moreMinor === 0n && elsewhere === 0n) return 'the whole would cost the same';
  if (moreMinor === 0n) return `${money(elsewhere, told)} more elsewhere, so that the whole costs the same${because}`;
  return `the limit came before this was tried: the whole would cost ${money(-moreMinor, told)} less`;
}

function shiftWords({ bid, shifts, activationMinor, savedMinor }: RunnerUp, winner: string, told: Told): string[] {
  const change = (amount: Minor) => (amount < 0n ? `${money(-amount, told)} less` : `${money(amount, told)} more`);
  return [
    ...shifts.map(
      (shift) =>
        `${told.nameOf(shift.bid)} would ${shift.to < shift.from ? 'fall' : 'rise'} from its prices from ` +
        `${counted(shift.from)} on to those from ${counted(shift.to)} on, ${change(shift.moreMinor)} for its other lines`,
    ),
    ...(activationMinor > 0n ? [`the activation of ${told.nameOf(bid)} is ${money(activationMinor, told)}`] : []),
    ...(savedMinor > 0n ? [`that of ${told.nameOf(winner)}, ${money(savedMinor, told)}, would be saved`] : []),
  ];
}

function brokenWords({ rule, bid, count, limit }: BrokenRule, told: Told): string {
  const name = told.nameOf(bid ?? '');
  const lines = counted(count ?? 0);
  switch (rule) {
    case 'minimum':
      return `${name} would win ${lines} and asks for ${limit} at least`;
    case 'not-offered':
      return `${name} does not offer all that it would win at its prices for ${lines}`;
    case 'maxShare':
      return `its provider would win ${lines}, and no provider may win more than ${limit}`;
    case 'maxCostShare':
      return `the provider of ${name} would be paid a larger part of the cost than one provider may be`;
    case 'minWinners':
      return `only ${providers(count)} would win, and ${limit} must`;
    case 'maxWinners':
      return `${providers(count)} would win, and only ${limit} may`;
    case 'include':
      return `the provider of ${name} must win, and would not`;
    case 'alternative':
      return `it is an alternative to ${name}, and only one of these may win`;
    case 'groups':
      return `${providers(count)} would win in a group of lots in which ${limit} ${(count ?? 0) < (limit ?? 0) ? 'must' : 'may'}`;
    case 'budget':
      return 'the whole would cost more than the budget';
  }
}

function providers(count: number | null): string {
  return count === 1 ? '1 provider' : `${count} providers`;
}

/** What the whole would cost without the winner here. */
function awayWords(bid: string, { atLeastMinor, atMostMinor, proved }: Away, told: Told): string[] {
  const without = `Without ${told.nameOf(bid)} here`;
  if (atMostMinor === null) {
    if (proved) return [`${without} no allocation would keep all rules.`];
    return atLeastMinor > 0n ? [`${without} the whole would cost at least ${money(atLeastMinor, told)} more.`] : [];
  }
  if (proved) {
    const more = atMostMinor === 0n ? 'as much' : `${money(atMostMinor, told)} more`;
    return [`${without} the whole would cost ${more}.`];
  }
  const least = atLeastMinor > 0n ? `at least ${money(atLeastMinor, told)} and ` : '';
  return [`${without} the whole would cost ${least}at most ${money(atMostMinor, told)} more.`];
}
