/** An award in words: who wins what, in which band, for how much, and what proves it. */
import { formatMoney, type Minor } from '../../kernel/money.js';
import { priced } from './allocation.js';
import type { Decision } from './decide.js';
import type { Market } from './market.js';
import type { BidAward, Problem } from './problem.js';
import { paidBefore } from './terms.js';

/** Lots that are named in a sentence before they are only counted. */
const NAMED = 8;

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMED;
  return more > 0 ? `${names.slice(0, NAMED).join(', ')} and ${more} more` : names.join(', ');
}

/** The awards, the proof, and the cheapest bid that could do everything alone. */
export function explainAwards(
  problem: Problem,
  market: Market,
  awards: readonly BidAward[],
  decision: Decision,
): string[] {
  const money = (amount: Minor) => `${formatMoney(amount, problem.currency)} ${problem.currency}`;
  const total = awards.reduce((sum, award) => sum + award.costMinor, 0n);
  const bids = new Map(problem.bids.map((bid) => [bid.id, bid]));
  const winners = new Set(awards.map((award) => bids.get(award.bid)?.provider));
  const words = [
    `${plural(winners.size, 'provider')} of ${market.providers.length} ${winners.size === 1 ? 'wins' : 'win'} all ` +
      `${plural(market.totalLines, 'line')} for ${money(total)} over ${plural(problem.termMonths, 'month')}.`,
  ];
  for (const award of awards) {
    const bid = bids.get(award.bid);
    const lots = Object.keys(award.lots);
    words.push(
      `${bid?.provider} (bid ${award.bid}) wins ${plural(award.lines, 'line')} in ${plural(lots.length, 'lot')} ` +
        `(${listed(lots)}) at its prices from ${plural(bid?.bands[award.band]?.from ?? 0, 'line')} on, for ${money(award.costMinor)}.`,
    );
  }
  words.push(...proof(decision, total, money), ...budgetWords(problem, total, money));
  const alone = cheapestAlone(market);
  if (alone && awards.length > 1) {
    const more = alone.cost - total;
    words.push(
      `One bid for everything would be ${alone.bid} at the least, for ${money(alone.cost)}: ${money(more)} more.`,
    );
  }
  return words;
}

function proof(decision: Decision, total: Minor, money: (amount: Minor) => string): string[] {
  if (!decision.complete) {
    const bound = BigInt(Math.max(0, decision.bound));
    return [
      `The limit came before the proof: no allocation costs less than ${money(bound)}, ${money(total - bound)} below.`,
    ];
  }
  const words = ['No allocation that keeps all rules costs less: proved in whole minor units.'];
  if (!decision.tiesSettled) {
    words.push('Whether another allocation of exactly this cost gives more to an earlier bid was left open.');
  }
  return words;
}

/** What a budget leaves. */
function budgetWords({ rules }: Problem, total: Minor, money: (amount: Minor) => string): string[] {
  if (rules.budgetMinor === undefined) return [];
  const before = paidBefore(rules);
  const beside = before === 0n ? '' : `, of which ${money(before)} is awarded already,`;
  return [`The budget of ${money(rules.budgetMinor)}${beside} leaves ${money(rules.budgetMinor - before - total)}.`];
}

/** The cheapest bid that can serve everything by itself, if the rules allow one winner. */
function cheapestAlone(market: Market): { readonly bid: string; readonly cost: Minor } | null {
  let best: { bid: string; cost: Minor } | null = null;
  market.bids.forEach((bid, i) => {
    if (!bid.options.some((o) => market.options[o]?.units.length === market.units.length)) return;
    const everything = new Map(market.units.map((unit, u) => [u, unit.pieces]));
    const found = priced(
      market,
      market.bids.map((_, j) => (j === i ? everything : new Map<number, number>())),
    );
    if (found && (best === null || BigInt(found.cost) < best.cost)) best = { bid: bid.id, cost: BigInt(found.cost) };
  });
  return best;
}
