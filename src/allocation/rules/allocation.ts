/** What every bid wins, and what that costs. Exact integers. */
import { groupsKept } from './groups.js';
import type { Allocation, BandOption, Market } from './market.js';

/** An allocation that keeps all rules. */
export interface Found {
  readonly cost: number;
  readonly allocation: Allocation;
  /** lines per bid, in the order of receipt */
  readonly lines: readonly number[];
}

/** Lines of each bid. */
export function linesOf(market: Market, allocation: Allocation): number[] {
  return allocation.map((won) => {
    let lines = 0;
    for (const [unit, pieces] of won) lines += pieces * (market.units[unit]?.weight ?? 0);
    return lines;
  });
}

/** The option that a number of lines reaches, -1 when the bid cannot win so many. */
export function optionAt(market: Market, bid: number, lines: number): number {
  const within = (o: number) => (market.options[o]?.lo ?? Infinity) <= lines && lines <= (market.options[o]?.hi ?? 0);
  return market.bids[bid]?.options.find(within) ?? -1;
}

function costIn(market: Market, option: BandOption, won: ReadonlyMap<number, number>): number | null {
  let cost = 0;
  let places = 0;
  for (let k = 0; k < option.units.length; k += 1) {
    const pieces = won.get(option.units[k] ?? -1) ?? 0;
    if (pieces === 0) continue;
    if (pieces < 0 || pieces > (option.pieces[k] ?? 0)) return null;
    cost += pieces * (option.costs[k] ?? 0);
    places += 1;
  }
  if (places < won.size) return null;
  for (const limit of option.limits) {
    let lines = 0;
    for (const k of limit.places) {
      const unit = option.units[k] ?? -1;
      lines += (won.get(unit) ?? 0) * (market.units[unit]?.weight ?? 0);
    }
    if (lines > limit.lines) return null;
  }
  return cost;
}

/** The allocation with its cost over the term, or null when it breaks a rule. */
export function priced(market: Market, allocation: Allocation): Found | null {
  const left = market.units.map((unit) => unit.pieces);
  const lines = linesOf(market, allocation);
  const ofProvider = market.providers.map(() => 0);
  const paid = market.providers.map(() => 0);
  let cost = 0;
  for (const [i, won] of allocation.entries()) {
    const bid = market.bids[i];
    if (won.size === 0 || !bid) continue;
    const option = market.options[optionAt(market, i, lines[i] ?? 0)];
    const own = option ? costIn(market, option, won) : null;
    if (own === null) return null;
    cost += own + bid.activation;
    paid[bid.provider] = (paid[bid.provider] ?? 0) + own + bid.activation;
    ofProvider[bid.provider] = (ofProvider[bid.provider] ?? 0) + (lines[i] ?? 0);
    for (const [unit, pieces] of won) left[unit] = (left[unit] ?? 0) - pieces;
  }
  if (left.some((pieces) => pieces !== 0) || cost > market.budget) return null;
  const twice = (slot: readonly number[]) => slot.filter((i) => (lines[i] ?? 0) > 0).length > 1;
  if (market.slotsOf.some((slots) => slots.some(twice))) return null;
  if (ofProvider.some((n, p) => n === 0 && market.included[p] === 1)) return null;
  if (partExceeded(market, ofProvider, paid, cost)) return null;
  if (!groupsKept(market, allocation)) return null;
  if (market.held.some(({ bid, unit, pieces }) => (allocation[bid]?.get(unit) ?? 0) < pieces)) return null;
  const winners = ofProvider.reduce((sum, n, p) => sum + (n > 0 ? (market.counts[p] ?? 1) : 0), 0);
  if (winners < market.minWinners || winners > market.maxWinners) return null;
  return ofProvider.some((n) => n > market.shareLines) ? null : { cost, allocation, lines };
}

/** Is one of those that win paid too large a part of what all are, what was paid before included? */
function partExceeded(
  { costShare, paid: before, paidAll }: Market,
  lines: readonly number[],
  paid: readonly number[],
  cost: number,
): boolean {
  if (!costShare) return false;
  const most = BigInt(cost + paidAll) * costShare.parts;
  return paid.some((part, p) => (lines[p] ?? 0) > 0 && BigInt(part + (before[p] ?? 0)) * costShare.whole > most);
}

/** Does the first prefer earlier bids more: more lines for the first bid in which they differ? */
export function earlier(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i += 1) {
    if (a[i] !== b[i]) return (a[i] ?? 0) > (b[i] ?? 0);
  }
  return false;
}
