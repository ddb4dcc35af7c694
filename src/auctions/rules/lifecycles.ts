import { lifecycle, type StateOf } from '../../kernel/lifecycle.js';

/**
 * At the deadline an auction is `closing`: bids that were received before it are still being recorded. Nothing is told
 * of the bids before it is `closed`, and nothing is read of them before it is `opened`.
 */
export const auctionLifecycle = lifecycle('auction', 'open', {
  open: { 'end-bidding': 'closing', cancel: 'cancelled' },
  closing: { close: 'closed', cancel: 'cancelled' },
  closed: { open: 'opened', cancel: 'cancelled' },
  opened: {},
  cancelled: {},
});

export type AuctionState = StateOf<typeof auctionLifecycle>;

/** A provider has at most one standing bid in an auction. */
export const bidLifecycle = lifecycle('bid', 'standing', {
  standing: { replace: 'replaced', withdraw: 'withdrawn', open: 'opened', exclude: 'unreadable' },
  replaced: {},
  withdrawn: {},
  opened: {},
  unreadable: {},
});

export type BidState = StateOf<typeof bidLifecycle>;
