/** What may be done to an auction and its bids, and when. Times are the database's. */
import { type Refusal, refuse } from '../../kernel/refusal.js';
import type { TenderState } from '../../tenders/rules/tender-lifecycle.js';
import type { AuctionState, BidState } from './lifecycles.js';

export interface AuctionInTime {
  readonly state: AuctionState;
  readonly deadline: Date;
}

/**
 * Why a bid, or its withdrawal, that was received at this instant may not be recorded. The instant of receipt counts,
 * not the one at which the record is written: until the auction is closed, what came in time is taken.
 */
export function whyNotReceive({ state, deadline }: AuctionInTime, received: Date): Refusal | null {
  if (state === 'cancelled') {
    return refuse('auction.cancelled', 'This tender was cancelled; bids are neither taken nor opened.');
  }
  const times = { deadline, received };
  const at = `${received.toISOString()} by the clock of the database`;
  if (received >= deadline) {
    const sentence = `The bidding ended at ${deadline.toISOString()}; this was received at ${at}, and nothing was recorded.`;
    return refuse('auction.too-late', sentence, times);
  }
  if (state === 'open' || state === 'closing') return null;
  const sentence = `This was received in time, at ${at}, but could not be recorded before the auction was closed. Nothing was recorded; tell the agency.`;
  return refuse('auction.closed', sentence, times);
}

/** Why a bid with alternatives is not taken from a provider that has a proxy, which can lower one tariff only. */
export function whyNotWithProxy(hasProxy: boolean): Refusal | null {
  if (!hasProxy) return null;
  const sentence =
    'You have instructed a proxy, which lowers the one tariff of a bid. Take it back to bid alternatives, or send one tariff.';
  return refuse('bid.has-proxy', sentence);
}

/**
 * Why a provider that has no bid in a tender cannot bid any more. Whoever has one has its place, also for another bid.
 * @param others providers that have one
 * @param most `roomFor` the tender
 */
export function whyNoRoom(others: number, most: number): Refusal | null {
  if (others < most) return null;
  const sentence =
    `${most} providers have a bid in this tender, and among no more can its award be worked out. Nothing was recorded. Bid ` +
    'as a partner in the joint bid of one of them, or try again before the bidding ends: a place is free once a bid is ' +
    'withdrawn.';
  return refuse('bid.no-room', sentence, { most });
}

/** Why a bid that its provider wants back stays as it is. */
export function whyNotWithdraw(bid: { readonly state: BidState }): Refusal | null {
  if (bid.state === 'standing') return null;
  return refuse('bid.cannot-withdraw', `This bid is ${bid.state}; only a standing bid can be withdrawn.`, {
    state: bid.state,
  });
}

/**
 * Why the bids may not be opened now. That its tender was cancelled may not have come to the auction yet, so the
 * tender is asked too.
 */
export function whyNotOpen(
  { state, deadline }: AuctionInTime,
  tenderState: TenderState | null,
  now: Date,
): Refusal | null {
  if (state === 'cancelled' || tenderState === 'cancelled') {
    return refuse('auction.cancelled', 'This tender was cancelled; its bids are never opened.');
  }
  if (now < deadline) {
    const sentence = `The bids stay sealed until the bidding ends at ${deadline.toISOString()}; it is ${now.toISOString()}.`;
    return refuse('auction.sealed', sentence, { deadline, now });
  }
  if (state === 'closed') return null;
  if (state !== 'open' && state !== 'closing') {
    return refuse('auction.already-opened', 'The bids of this tender have been opened already.');
  }
  const sentence = 'The bidding has ended and the last bids are being recorded. Try again in a few seconds.';
  return refuse('auction.closing', sentence, { deadline, now });
}
