/** Who wins which lines: quantities per lot and tier become runs of lines in the order of the lines. */
import type { BidAward, ProblemBid } from '../../allocation/rules/problem.js';
import { alternativeOf, bidOf } from '../../auctions/rules/tariff-id.js';
import { tariffBy } from '../../pricing/rules/alternatives.js';
import { passedBands } from '../../pricing/rules/tariff-beside.js';
import type { AwardBid, AwardCell, Winner } from './award.js';
import { type HeldCell, heldLines } from './held.js';

/** Bids in the order in which they are preferred: receipt, then id. */
export function inOrderOfReceipt<B extends Pick<AwardBid, 'bidId' | 'receivedAt'>>(bids: readonly B[]): B[] {
  return [...bids].sort(
    (a, b) => a.receivedAt.getTime() - b.receivedAt.getTime() || (a.bidId < b.bidId ? -1 : a.bidId > b.bidId ? 1 : 0),
  );
}

/**
 * Gives each winner its cells. Within a lot and tier the earlier bid takes the earlier lines. Bands, which the problem
 * counted beside the lines held, are those of the tariff as it was bid again.
 * @param scope the cells that were allocated; null when it was the whole demand, which starts at the first line
 * @param asked the bids of the problem: an activation that it counts as paid with lines that nobody has decided on is a part
 *   of what this award costs all the same, for its agreement charges it
 */
export function shareOut(
  awards: readonly BidAward[],
  bids: readonly AwardBid[],
  scope: readonly AwardCell[] | null,
  held: readonly HeldCell[] = [],
  asked: readonly Pick<ProblemBid, 'id' | 'activation'>[] = [],
): Winner[] {
  const next = new Map<string, number>((scope ?? []).map((cell) => [keyOf(cell.lot, cell.tier), cell.from]));
  const byBid = new Map(awards.map((award) => [bidOf(award.bid), award]));
  return inOrderOfReceipt(bids).flatMap((bid): Winner[] => {
    const award = byBid.get(bid.bidId);
    if (award === undefined) return [];
    const cells: AwardCell[] = [];
    for (const [lot, tiers] of sortedEntries(award.lots)) {
      for (const [tier, lines] of sortedEntries(tiers)) {
        const key = keyOf(lot, tier);
        const from = next.get(key) ?? 0;
        if (lines > 0) cells.push({ lot, tier, from, lines });
        next.set(key, from + lines);
      }
    }
    const { lines } = award;
    const { bidId, providerId } = bid;
    const alternative = alternativeOf(award.bid);
    const tariff = tariffBy(bid.tariff, alternative);
    const before = heldLines(held, bidId);
    const charged = before === 0 ? (tariff.activation ?? 0n) : 0n;
    const inProblem = asked.find(({ id }) => id === award.bid);
    const costMinor = inProblem ? award.costMinor - (inProblem.activation ?? 0n) + charged : award.costMinor;
    const band = award.band + passedBands(tariff, before);
    const by = alternative === null ? {} : { alternative };
    return [{ bidId, providerId, ...by, band, lines, heldLines: before, costMinor, cells }];
  });
}

function keyOf(lot: string, tier: string): string {
  return JSON.stringify([lot, tier]);
}

function sortedEntries<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
