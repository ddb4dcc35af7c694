/**
 * The winner determination problem of an award: the tender's demand and rules, and the bids that take part.
 *
 * A follow-up award asks for the cells of a fallen winner only. What other winners hold stays theirs: it counts against
 * their capacities and against the largest share, they are winners already, also within groups of lots, and what they are
 * paid counts towards budget and parts of the cost, so that the tender's published rules hold over all its awards together.
 * Their bands, minimum and activation count with it too: all units are the lines that the provider wins in the tender. Who
 * holds lines by one tariff of a bid with alternatives takes part with this one only.
 */
import type { Problem, ProblemLot } from '../../allocation/rules/problem.js';
import { shareLimit } from '../../allocation/rules/terms.js';
import {
  type BidApart,
  groupsWithin,
  problemBids,
  problemHead,
  tariffWithin,
  wholeProblem,
} from '../../auctions/rules/whole-problem.js';
import { leastLines } from '../../pricing/rules/band.js';
import type { Tariff } from '../../pricing/rules/tariff.js';
import { type AwardBid, type AwardCell, type AwardTender, lotsOf } from './award.js';
import { type HeldCell, heldPaid, linesOf, mayWinBeside, tariffLeft } from './held.js';

/**
 * @param bids all that were opened, those of winners elsewhere among them
 * @param scope the cells to be allocated; null for all demand
 * @param excluded bids that take no part
 * @param beside what is already won under the tender's other awards; cells that settled at no line hold nothing, and what
 *   joined later fills capacities only
 */
export function toProblem(
  tender: AwardTender,
  bids: readonly AwardBid[],
  scope: readonly AwardCell[] | null,
  excluded: ReadonlySet<string>,
  beside: readonly HeldCell[] = [],
): Problem {
  const held = beside.filter(({ lines }) => lines > 0);
  const taking = bids.filter((bid) => !excluded.has(bid.bidId));
  if (held.length === 0 && scope === null) return wholeProblem(tender, taking);
  const whole = problemHead(tender);
  const lots = scope === null ? whole.lots : askedIn(scope);
  // The share is of all lines of the tender: here it limits what each provider may still win.
  const mostLines = shareLimit(whole.rules.maxShare, demanded(whole.lots));
  const head = problemHead({ ...tender, maxShareBp: null, winnerGroups: [] });
  const holders = (cells: readonly HeldCell[]) => [...new Set(cells.map((cell) => cell.providerId))].sort();
  const winners = holders(held);
  const limitsMoney = tender.budgetMinor !== null || tender.maxCostShareBp !== null;
  // What winners are paid has the activation of their bids, whether or not the lines they hold are decided on.
  const activated = new Set(limitsMoney ? held.map(({ bidId }) => bidId) : []);
  return {
    ...head,
    lots,
    bids: problemBids(taking, (bid) => {
      const tariff = remaining(bid, tariffWithin(bid.tariff, lots), beside, mostLines);
      return tariff !== null && activated.has(bid.bidId) ? withoutActivation(tariff) : tariff;
    }),
    rules: {
      ...head.rules,
      ...(winners.length === 0 ? {} : { winners }),
      ...(winners.length === 0 || !limitsMoney ? {} : { paid: heldPaid(bids, held, tender.termMonths) }),
      ...groupsWithin(tender.winnerGroups, lots, (of) => holders(held.filter(({ lot }) => of.includes(lot)))),
    },
  };
}

function askedIn(cells: readonly AwardCell[]): ProblemLot[] {
  const lots = Object.entries(lotsOf(cells)).map(([id, demand]) => ({ id, demand }));
  return lots.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function demanded(lots: readonly ProblemLot[]): number {
  return lots.flatMap(({ demand }) => Object.values(demand)).reduce((a, b) => a + b, 0);
}

function withoutActivation({ activation: _paid, ...rest }: Tariff): Tariff {
  return rest;
}

/** What a tariff can still offer beside what its provider holds; null when that is nothing. */
function remaining(bid: BidApart, tariff: Tariff, held: readonly HeldCell[], mostLines: number): Tariff | null {
  if (!mayWinBeside(bid, held)) return null;
  const left = tariffLeft(bid.bidId, tariff, held);
  const ofProvider = linesOf(held.filter((cell) => cell.providerId === bid.providerId));
  const capacity = Math.min(left.capacity ?? Infinity, mostLines - ofProvider);
  if (Object.keys(left.lots).length === 0 || capacity < leastLines(left)) return null;
  return { ...left, capacity };
}
