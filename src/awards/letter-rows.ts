/** Rows of letters to bidders. */
import { toJson } from '../kernel/canonical.js';
import type { Minor } from '../kernel/money.js';
import type { Deed } from '../platform/deeds/deeds.js';
import type { LotCode } from '../pricing/rules/tariff.js';
import type { AwardBid, AwardTender } from './rules/award.js';
import { addCosts, type LetterAward, lettersOf } from './rules/letter.js';

/**
 * Letters that are made and written at once. Each names every lot, and so may a tariff: whoever bids meanwhile must not wait
 * for all, and memory must not hold all.
 */
const AT_ONCE = 5;

type Head = Omit<AwardBid, 'tariff'>;

/**
 * Writes every bidder its letter, in the order of the bids.
 * @param heads of all opened bids, among them every winner's
 * @param read these bids with their tariffs
 */
export async function writeLetters(
  deed: Deed,
  award: LetterAward,
  tender: AwardTender,
  heads: readonly Head[],
  read: (some: readonly Head[]) => Promise<readonly AwardBid[]>,
): Promise<void> {
  const won = new Map(award.winners.map((winner) => [winner.bidId, winner]));
  const costs = new Map<LotCode, Minor>();
  for (const some of parts(heads.filter(({ bidId }) => won.has(bidId)))) {
    for (const { bidId, tariff } of await read(some)) {
      const winner = won.get(bidId);
      if (winner) addCosts(costs, winner, tariff, tender.termMonths);
    }
  }
  const letterTo = lettersOf(award, tender, costs);
  for (const some of parts(heads)) {
    const bids = await read(some);
    await deed.tx.query(
      `insert into award_letter (award_id, provider_id, bid_id, content, written_at)
       select $1::uuid, letter.*, $5::timestamptz from unnest($2::uuid[], $3::uuid[], $4::jsonb[]) as letter`,
      [
        award.id,
        bids.map((bid) => bid.providerId),
        bids.map((bid) => bid.bidId),
        bids.map((bid) => toJson(letterTo(bid))),
        deed.now,
      ],
    );
  }
}

function parts(heads: readonly Head[]): Head[][] {
  const count = Math.ceil(heads.length / AT_ONCE);
  return Array.from({ length: count }, (_part, at) => heads.slice(at * AT_ONCE, (at + 1) * AT_ONCE));
}
