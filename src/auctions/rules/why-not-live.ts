/** What may be done in an auction whose bids are opened, and when. Times are the database's. */
import { type Refusal, refuse } from '../../kernel/refusal.js';
import type { Alias } from './events.js';
import type { AuctionState } from './lifecycles.js';

export interface LiveInTime {
  readonly state: AuctionState;
  readonly dueAt: Date | null;
  readonly endsAt: Date | null;
  /** in an auction in rounds, whose turn it is */
  readonly turnOf: Alias | null;
}

const OVER: ReadonlySet<AuctionState> = new Set(['decided', 'failed', 'cancelled']);
const SEALED: ReadonlySet<AuctionState> = new Set(['open', 'closing', 'closed']);

/**
 * Why an improvement that was received at this instant is not taken. The instant of receipt counts: while an auction is
 * settling, what came before its end is still taken.
 * @param alias the participant's; null when the provider has no opened bid
 */
export function whyNotImproveNow(auction: LiveInTime, alias: Alias | null, received: Date): Refusal | null {
  const { state, endsAt, dueAt, turnOf } = auction;
  if (SEALED.has(state)) {
    return refuse(
      'auction.not-opened',
      'The bids of this tender are not opened yet. Send a sealed bid while it takes them.',
    );
  }
  if (OVER.has(state)) return over(state);
  if (alias === null) {
    return refuse(
      'auction.no-bid',
      'You have no opened bid in this tender: it was withdrawn, or none was sent. Only opened bids can be improved.',
    );
  }
  if (state === 'waiting') {
    return refuse('auction.not-begun', `The auction begins at ${iso(dueAt)}. Send the improvement then.`, {
      beginsAt: dueAt,
    });
  }
  if (state === 'paused')
    return refuse('auction.paused', 'The auction is paused. Nothing was recorded; wait until it goes on.');
  if (state === 'resting') {
    return refuse('auction.resting', `The next round begins at ${iso(dueAt)}. Nothing was recorded.`, {
      beginsAt: dueAt,
    });
  }
  if (endsAt === null)
    return refuse('auction.sealed-only', 'In this tender the opened bids decide; nobody improves them by hand.');
  if (received >= endsAt) {
    const sentence = `Time ended at ${iso(endsAt)}; this was received at ${iso(received)} by the clock of the database, and nothing was recorded. Should the auction be extended, send it again.`;
    return refuse('auction.too-late', sentence, { endsAt, received });
  }
  if (turnOf !== null && turnOf !== alias) {
    return refuse(
      'auction.not-your-turn',
      'It is the turn of another provider. Nothing was recorded; send it in your turn.',
    );
  }
  return null;
}

/** Why a proxy is not taken now: before the deadline of the sealed bids it is, and until the end of a live auction. */
export function whyNotInstructNow(
  auction: LiveInTime & { readonly deadline: Date },
  alias: Alias | null,
  received: Date,
): Refusal | null {
  const { state, deadline, endsAt } = auction;
  if (OVER.has(state)) return over(state);
  if (state === 'open' || state === 'closing') {
    return received < deadline
      ? null
      : refuse('auction.too-late', `The bidding ended at ${iso(deadline)}; nothing was recorded.`, {
          deadline,
          received,
        });
  }
  if (state === 'closed') {
    return refuse('auction.not-opened', 'The bids are about to be opened. Send this again when the auction has begun.');
  }
  if (alias === null)
    return refuse('auction.no-bid', 'You have no opened bid in this tender, so there is nothing to improve.');
  if (state === 'settling' && (endsAt === null || received >= endsAt)) {
    return refuse('auction.too-late', 'Time is over, and the result is being reckoned. Nothing was recorded.', {
      endsAt,
      received,
    });
  }
  return null;
}

/** Why a proxy is not taken for a bid with alternatives: it lowers one tariff, and a step of it may let another one win. */
export function whyNotForAlternatives(hasAlternatives: boolean): Refusal | null {
  if (!hasAlternatives) return null;
  const sentence =
    'Your sealed bid has alternatives, and a proxy lowers the one tariff of a bid. Send a bid without alternatives first.';
  return refuse('proxy.alternatives', sentence);
}

/** Why an auction cannot be paused now. */
export function whyNotPause({ state }: Pick<LiveInTime, 'state'>): Refusal | null {
  if (state === 'waiting' || state === 'live' || state === 'resting') return null;
  if (state === 'paused') return refuse('auction.paused', 'The auction is paused already.');
  if (state === 'settling') {
    return refuse(
      'auction.settling',
      'Time is over, and the result is being reckoned; there is nothing left to pause. Try again if it is extended.',
    );
  }
  return OVER.has(state) ? over(state) : refuse('auction.not-opened', 'The bids of this tender are not opened yet.');
}

/** Why an auction cannot be resumed now. */
export function whyNotResume({ state }: Pick<LiveInTime, 'state'>): Refusal | null {
  return state === 'paused' ? null : refuse('auction.not-paused', 'The auction is not paused.', { state });
}

function over(state: AuctionState): Refusal {
  if (state === 'cancelled') return refuse('auction.cancelled', 'This tender was cancelled; nothing more is taken.');
  if (state === 'failed') return refuse('auction.failed', 'This tender failed, because too few providers bid.');
  return refuse('auction.decided', 'The auction has ended, and its result stands. Nothing was recorded.');
}

function iso(instant: Date | null): string {
  return instant?.toISOString() ?? 'a time that is not set';
}
