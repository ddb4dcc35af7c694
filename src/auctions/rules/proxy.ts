/** How a proxy bids: by the smallest step that is enough, and not at all where even its floor brings nothing. */
import type { Tariff } from '../../pricing/rules/tariff.js';
import { evaluatedCost, type Reference } from './evaluated-cost.js';
import { leastStep } from './improvement.js';
import { PARTS, wayDown } from './price-path.js';
import type { ProxyOrder } from './proxy-instruction.js';

/**
 * How many lines of what it asks for a provider would win with this tariff: by exact allocation with all other tariffs
 * as they stand.
 */
export type WouldWin = (tariff: Tariff) => Promise<number>;

/**
 * The next tariff of a provider whose proxy is to act; null when it stays as it is.
 *
 * Asked for lots, the proxy wants as many of their lines as the floor would win: all of them, if it can. Asked for any
 * lines at all, it wants one. It looks for the fewest parts of the way to the floor by halving what is left between a
 * part that was seen to be enough and one that was not. Winning need not come and go with the price, as volume bands of
 * others answer too; the part that is found may not be the first of all, but it was seen to be enough. The same
 * question has the same answer, and takes at most eleven allocations.
 * @param won lines of what it asks for that it wins now
 */
export async function proxyImprovement(
  present: Tariff,
  order: ProxyOrder,
  reference: Reference,
  minimumStepBp: number,
  won: number,
  wouldWin: WouldWin,
): Promise<Tariff | null> {
  if (order.lots === null && won > 0) return null;
  const along = wayDown(present, order.floor, reference.termMonths);
  const first = firstStep(present, along, reference, minimumStepBp);
  if (first === null) return null;
  const atFloor = await wouldWin(along(PARTS));
  if (atFloor <= won) return null;
  const wanted = order.lots === null ? 1 : atFloor;
  let [short, enough] = [first - 1, PARTS];
  while (enough - short > 1) {
    const middle = Math.floor((short + enough) / 2);
    if ((await wouldWin(along(middle))) >= wanted) enough = middle;
    else short = middle;
  }
  return along(enough);
}

/** The fewest parts of the way that are an improvement at all; null when the floor is too near for one. */
function firstStep(
  present: Tariff,
  along: (parts: number) => Tariff,
  reference: Reference,
  minimumStepBp: number,
): number | null {
  const before = evaluatedCost(present, reference);
  const atMost = before - leastStep(before, minimumStepBp);
  const isEnough = (parts: number) => evaluatedCost(along(parts), reference) <= atMost;
  if (!isEnough(PARTS)) return null;
  let [short, enough] = [0, PARTS];
  while (enough - short > 1) {
    const middle = Math.floor((short + enough) / 2);
    if (isEnough(middle)) enough = middle;
    else short = middle;
  }
  return enough;
}
