import { type Refusal, refuse } from '../../kernel/refusal.js';
import type { TenderState } from './tender-lifecycle.js';

interface TenderInTime {
  readonly state: TenderState;
  readonly biddingEndsAt: Date | null;
}

/** Why a tender may not be cancelled any more: after the bidding, what became of the bids has a say in it. */
export function whyNotCancel({ state, biddingEndsAt }: TenderInTime, now: Date): Refusal | null {
  if (state !== 'published' || biddingEndsAt === null || now < biddingEndsAt) return null;
  return refuse(
    'tender.bidding-ended',
    `The bidding ended at ${biddingEndsAt.toISOString()}; a tender can be cancelled only before that. Decide on the bids instead, or abandon the tender if it cannot be awarded.`,
    { biddingEndsAt },
  );
}

/** Why a tender may not be abandoned yet, as far as the tender itself tells: until its bidding ends it is cancelled. */
export function whyNotAbandon({ state, biddingEndsAt }: TenderInTime, now: Date): Refusal | null {
  if (state === 'cancelled' || (state === 'published' && biddingEndsAt !== null && now >= biddingEndsAt)) return null;
  return refuse(
    'tender.bidding-not-ended',
    'A tender is abandoned only after its bidding has ended. Cancel this one instead.',
    { state, biddingEndsAt },
  );
}

/** Why a pool may not be given up: while a tender of it is published, providers count on its lines. */
export function whyNotRelease(
  tenders: readonly { readonly id: string; readonly state: TenderState }[],
): Refusal | null {
  const published = tenders.find((tender) => tender.state === 'published');
  if (!published) return null;
  return refuse(
    'pool.put-out',
    `This pool is put out to tender (${published.id}). Cancel or abandon that tender first.`,
    { tenderId: published.id },
  );
}
