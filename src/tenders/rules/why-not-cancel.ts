import { type Refusal, refuse } from '../../kernel/refusal.js';
import type { TenderState } from './tender-lifecycle.js';

/** Why a tender may not be called off any more: after the bidding, only a decision on the bids can end it. */
export function whyNotCancel(
  tender: { readonly state: TenderState; readonly biddingEndsAt: Date | null },
  now: Date,
): Refusal | null {
  if (tender.state !== 'published' || tender.biddingEndsAt === null || now < tender.biddingEndsAt) return null;
  return refuse(
    'tender.bidding-ended',
    `The bidding ended at ${tender.biddingEndsAt.toISOString()}; a tender can be cancelled only before that. Decide on the bids instead.`,
    { biddingEndsAt: tender.biddingEndsAt },
  );
}
