/** When the log of an auction is published, and to whom all of it. */
import { type Refusal, refuse } from '../../kernel/refusal.js';
import type { AuctionState } from './lifecycles.js';

const OVER: ReadonlySet<AuctionState> = new Set(['decided', 'failed', 'cancelled']);

/** @param events how many there are */
export function whyNoLog(state: AuctionState, events: number): Refusal | null {
  if (!OVER.has(state)) {
    return refuse(
      'auction.not-over',
      'The log is published once the auction is decided, has failed or is cancelled. Until then follow its feed.',
    );
  }
  if (events > 0) return null;
  return refuse('auction.no-log', 'The tender was cancelled before its bids were opened, so that there is no log.');
}
