/** Rows of letters to bidders. */
import { toJson } from '../kernel/canonical.js';
import type { Deed } from '../platform/deeds/deeds.js';
import type { AwardBid } from './rules/award.js';
import type { LetterContent } from './rules/letter.js';

/** Letters that are made and written at once: each names every lot, and whoever bids meanwhile must not wait for all. */
const AT_ONCE = 5;

/** Writes every bidder its letter, in the order of the bids. */
export async function writeLetters(
  deed: Deed,
  awardId: string,
  bids: readonly AwardBid[],
  letterTo: (bid: AwardBid) => LetterContent,
): Promise<void> {
  for (let from = 0; from < bids.length; from += AT_ONCE) {
    const some = bids.slice(from, from + AT_ONCE);
    await deed.tx.query(
      `insert into award_letter (award_id, provider_id, bid_id, content, written_at)
       select $1::uuid, letter.*, $5::timestamptz from unnest($2::uuid[], $3::uuid[], $4::jsonb[]) as letter`,
      [
        awardId,
        some.map((bid) => bid.providerId),
        some.map((bid) => bid.bidId),
        some.map((bid) => toJson(letterTo(bid))),
        deed.now,
      ],
    );
  }
}
