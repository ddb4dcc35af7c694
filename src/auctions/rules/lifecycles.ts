import { lifecycle, type StateOf, statesOf } from '../../kernel/lifecycle.js';

/**
 * At the deadline an auction is `closing`: bids that were received before it are still being recorded. Nothing is told
 * of the bids before it is `closed`, and nothing is read of them before they are opened. Then the auction waits for its
 * beginning, or goes on to `settling` at once: there, time is over and what came in time is taken into account, which
 * puts the end off, gives the next one its turn, or decides.
 */
export const auctionLifecycle = lifecycle('auction', 'open', {
  open: { 'end-bidding': 'closing', cancel: 'cancelled' },
  closing: { close: 'closed', cancel: 'cancelled' },
  closed: { admit: 'waiting', reckon: 'settling', fail: 'failed', cancel: 'cancelled' },
  waiting: { begin: 'live', pause: 'paused', cancel: 'cancelled' },
  live: { 'end-time': 'settling', pause: 'paused', cancel: 'cancelled' },
  resting: { 'end-rest': 'live', pause: 'paused', cancel: 'cancelled' },
  paused: { 'resume-waiting': 'waiting', 'resume-live': 'live', 'resume-resting': 'resting', cancel: 'cancelled' },
  settling: { extend: 'live', 'next-turn': 'live', rest: 'resting', decide: 'decided', cancel: 'cancelled' },
  decided: {},
  failed: {},
  cancelled: {},
});

export type AuctionState = StateOf<typeof auctionLifecycle>;
export const AUCTION_STATES: readonly AuctionState[] = statesOf(auctionLifecycle);

/** A provider has at most one standing bid in an auction. */
export const bidLifecycle = lifecycle('bid', 'standing', {
  standing: { replace: 'replaced', withdraw: 'withdrawn', open: 'opened', exclude: 'unreadable' },
  replaced: {},
  withdrawn: {},
  opened: {},
  unreadable: {},
});

export type BidState = StateOf<typeof bidLifecycle>;
