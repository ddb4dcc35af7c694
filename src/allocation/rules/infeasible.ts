/** Why no allocation keeps all the rules: what is missing, or the rules without which there would be one, and by how much. */
import { formatMoney, type Minor } from '../../kernel/money.js';
import { decide, type Means } from './decide.js';
import { marketOf, type Market } from './market.js';
import type { Problem, ProblemBid } from './problem.js';
import { ownersByUnit, ownersOf, placeOf, wholeRegion } from './region.js';
import { withoutMinimum } from './relaxed-bids.js';
import { Reliefs } from './reliefs.js';
import { paidBefore } from './terms.js';
import { Trying } from './trying.js';
import { unservedWords } from './unserved.js';

/** Reasons of one sort that are listed one by one. */
const LISTED = 10;

function lines(count: number): string {
  return count === 1 ? '1 line' : `${count} lines`;
}

/** Explains an infeasible problem, the plainest reasons first. */
export function explainInfeasible(given: Problem, market: Market, means: Pick<Means, 'solver' | 'stop'>): string[] {
  const excluded = new Set(given.rules.exclude);
  const problem = { ...given, bids: given.bids.filter((bid) => !excluded.has(bid.provider)) };
  if (problem.bids.length === 0) return [given.bids.length === 0 ? 'There is no bid.' : 'Every bid is excluded.'];
  if (problem.rules.budgetMinor !== undefined) {
    const dear = overBudget(problem, problem.rules.budgetMinor, means);
    if (dear !== null) return [dear];
  }
  const { maxShare: _, ...rules } = problem.rules;
  const plain = marketOf({ ...problem, rules, bids: problem.bids.map(withoutMinimum) });
  const trying = new Trying(means);
  const missing = missingSupply(problem, plain);
  const short = missing.length > 0 ? missing : shortCapacity(plain);
  const unserved = unservedWords(problem, trying);
  const reliefs = new Reliefs(
    problem,
    trying,
    given.bids.filter((bid) => excluded.has(bid.provider)),
  );
  if (short.length > 0) return [...short, ...unserved, ...reliefs.ofExclusion()];
  const counted = [...outOfReach(problem, market), ...winnersAndShares(problem, market)];
  const { words, pairs, open } = reliefs.sentences(counted.length > 0);
  if (counted.length > 0) return [...counted, ...unserved, ...words, ...pairs];
  const head =
    unserved.length > 0
      ? 'All demand can be reached, but not all of it together.'
      : 'All demand can be reached, but the rules together leave no allocation.';
  if (words.length > 0 || unserved.length > 0) return [head, ...unserved, ...words, ...pairs];
  const none = open
    ? 'The limit came before a single rule was found to explain it.'
    : 'No single rule explains it: several must give way.';
  return [head, none, ...pairs];
}

/** How far the cheapest allocation is above the budget; null when there is none at any cost. */
function overBudget(problem: Problem, budget: Minor, means: Pick<Means, 'solver' | 'stop'>): string | null {
  const { budgetMinor: _, ...rules } = problem.rules;
  const { found, bound, complete } = decide(marketOf({ ...problem, rules }), { ...means, progress: () => undefined });
  if (!found) return null;
  const before = paidBefore(rules);
  // That no allocation keeps the budget is proved, and so what it leaves is too little, whatever else is.
  const proved = [BigInt(Math.max(0, bound)), budget - before + 1n].reduce((a, b) => (a > b ? a : b));
  const least = complete ? BigInt(found.cost) : proved;
  const money = (amount: Minor) => `${formatMoney(amount, problem.currency)} ${problem.currency}`;
  const costs = complete
    ? `The cheapest allocation costs ${money(least)}`
    : `No allocation costs less than ${money(least)}`;
  if (before === 0n) return `${costs}, ${money(least - budget)} more than the budget of ${money(budget)}.`;
  return (
    `${costs}; with ${money(before)} that is awarded already, this is ${money(least + before - budget)} more than the ` +
    `budget of ${money(budget)}.`
  );
}

/** Bids that can never win as many lines as they ask for, when without them something cannot be served. */
function outOfReach(problem: Problem, market: Market): string[] {
  const lost = ownersByUnit(market, wholeRegion(market)).some((owners) => owners.length === 0);
  if (!lost) return [];
  const bids = new Map(problem.bids.map((bid) => [bid.id, bid]));
  return market.bids.flatMap(({ id, options }) => {
    const bid = bids.get(id);
    const least = Math.max(bid?.minimumLines ?? 0, bid?.bands[0]?.from ?? 0);
    return options.length > 0 || least <= 1
      ? []
      : [`Bid ${id} cannot win the ${lines(least)} that it asks for at least.`];
  });
}

/** Cells that nobody can serve, whoever else wins. */
function missingSupply(problem: Problem, market: Market): string[] {
  const region = wholeRegion(market);
  const served = servedWhole(market);
  const reasons: string[] = [];
  market.units.forEach((unit, u) => {
    if (served[u] === 1) return;
    const lot = market.lots[unit.lot] ?? '';
    const covering = problem.bids.filter((bid) => Object.hasOwn(bid.lots, lot));
    if (covering.length === 0) {
      reasons.push(`Lot ${lot}: no bid covers it.`);
      return;
    }
    const short = unit.cells.flatMap((cell) => cellReason(market, covering, lot, cell.tier, cell.lines));
    if (short.length > 0) reasons.push(...short);
    else if (ownersOf(market, region, u).length === 0) {
      const what =
        unit.cells.length > 1 || problem.rules.award === 'lot' ? `Lot ${lot}` : `Lot ${lot}, ${unit.cells[0]?.tier}`;
      reasons.push(`${what}: no single bid can serve all its ${lines(unit.pieces * unit.weight)}.`);
    } else if (market.divisible) {
      const most = mostOf(market, u);
      if (most < unit.pieces) {
        reasons.push(
          `Lot ${lot}, ${unit.cells[0]?.tier}: all bids together can serve ${most} of ${lines(unit.pieces)}.`,
        );
      }
    }
  });
  const unique = [...new Set(reasons)];
  return unique.length > LISTED
    ? [...unique.slice(0, LISTED), `And ${unique.length - LISTED} more of this kind.`]
    : unique;
}

/** Per unit, 1 when a bid can serve all of it: of most units, nothing else need be looked at. */
function servedWhole(market: Market): Uint8Array {
  const served = new Uint8Array(market.units.length);
  for (const { units, pieces } of market.options) {
    for (let k = 0; k < units.length; k += 1) {
      const u = units[k] ?? 0;
      if ((pieces[k] ?? 0) >= (market.units[u]?.pieces ?? Infinity)) served[u] = 1;
    }
  }
  return served;
}

function cellReason(
  market: Market,
  covering: readonly ProblemBid[],
  lot: string,
  tier: string,
  demand: number,
): string[] {
  const offers = (bid: ProblemBid) =>
    bid.bands.some(
      (band) =>
        Object.hasOwn(band.monthly, tier) ||
        (Object.hasOwn(band.lotMonthly ?? {}, lot) && Object.hasOwn(band.lotMonthly?.[lot] ?? {}, tier)),
    );
  const offering = covering.filter(offers);
  if (offering.length === 0) return [`Lot ${lot}: no bid that covers it offers ${tier}.`];
  const limitOf = (bid: ProblemBid) =>
    Math.min(
      bid.lots[lot]?.capacity ?? demand,
      bid.lots[lot]?.tiers?.[tier]?.capacity ?? demand,
      bid.capacity ?? demand,
    );
  const together = offering.reduce((sum, bid) => sum + limitOf(bid), 0);
  if (market.divisible && together < demand) {
    return [`Lot ${lot}, ${tier}: the bids that offer it can serve ${together} of ${lines(demand)}.`];
  }
  return [];
}

/** The most pieces of a unit that all bids can serve, each in its best band. */
function mostOf(market: Market, unit: number): number {
  return market.bids.reduce((sum, bid) => {
    const pieces = bid.options.map((o) => {
      const option = market.options[o];
      return option?.pieces[placeOf(option.units, unit)] ?? 0;
    });
    return sum + Math.max(0, ...pieces);
  }, 0);
}

/** Most lines per provider, whatever the others win. */
function reachOf(market: Market): number[] {
  return market.bidsOf.map((bids) => {
    const most = bids.map((i) =>
      Math.max(0, ...(market.bids[i]?.options ?? []).map((o) => market.options[o]?.hi ?? 0)),
    );
    return Math.min(
      market.shareLines,
      most.reduce((sum, n) => sum + n, 0),
    );
  });
}

function shortCapacity(market: Market): string[] {
  const total = reachOf(market).reduce((sum, n) => sum + n, 0);
  if (total >= market.totalLines) return [];
  return [`All bids together can serve at most ${total} of ${lines(market.totalLines)}.`];
}

function winnersAndShares(problem: Problem, market: Market): string[] {
  const reasons: string[] = [];
  const reaches = reachOf(market);
  const reach = reaches.toSorted((a, b) => b - a);
  const able = reach.filter((n) => n > 0).length;
  const { winners = [], minWinners, maxWinners, maxShare } = problem.rules;
  const newcomers = reaches.filter((n, p) => n > 0 && market.counts[p] === 1);
  if (minWinners !== undefined && winners.length + newcomers.length < minWinners) {
    const can =
      winners.length === 0
        ? `only ${able} can win any lines`
        : `beside the ${winners.length} that have won already only ${newcomers.length} can win any lines`;
    reasons.push(`At least ${minWinners} providers must win, but ${can}.`);
  }
  if (maxWinners !== undefined && winners.length > maxWinners) {
    return [...reasons, `At most ${maxWinners} providers may win, but ${winners.length} have won already.`];
  }
  const large = market.units.filter((unit) => unit.weight > market.shareLines);
  if (maxShare !== undefined && large.length > 0) {
    return large.slice(0, LISTED).map((unit) => {
      const what = unit.cells.length > 1 || problem.rules.award === 'lot' ? '' : `, ${unit.cells[0]?.tier}`;
      const most = `the ${lines(market.shareLines)} that a share of ${maxShare} allows one provider`;
      return `Lot ${market.lots[unit.lot]}${what}: its ${lines(unit.weight)} go to one bid whole, and are more than ${most}.`;
    });
  }
  const shared = reach.reduce((sum, n) => sum + n, 0);
  if (maxShare !== undefined && shared < market.totalLines) {
    reasons.push(
      `No provider may win more than ${lines(market.shareLines)} (a share of ${maxShare}); ` +
        `the ${able} that can win any reach ${shared} of ${market.totalLines} so.`,
    );
  }
  newcomers.sort((a, b) => b - a);
  const present = reaches.filter((_, p) => market.counts[p] === 0);
  const few = [...present, ...newcomers.slice(0, market.maxWinners)].reduce((sum, n) => sum + n, 0);
  if (maxWinners !== undefined && few < market.totalLines && shared >= market.totalLines) {
    const whose =
      winners.length === 0
        ? 'the largest of them'
        : `the ${winners.length} that have won already, with the largest of the others,`;
    reasons.push(`At most ${maxWinners} providers may win; ${whose} reach ${few} of ${lines(market.totalLines)}.`);
  }
  return reasons;
}
