import { fact } from '../platform/deeds/facts.js';

/** A signed agreement has its offers; those of firm lines may be accepted already. */
export const offersMade = fact<{ agreementId: string }>('subscriptions.offers-made');

/** Offers of an agreement were accepted, or are not accepted any more: this one, or any of them when it is null. */
export const offersAnswered = fact<{ agreementId: string; offerId: string | null }>('subscriptions.offers-answered');

/** The offers of an agreement are at their end: those that agreed to its price have become subscriptions. */
export const roundSettled = fact<{ agreementId: string }>('subscriptions.round-settled');

/** Too few lines agreed: no offer of the agreement becomes a subscription. */
export const roundFallen = fact<{ agreementId: string }>('subscriptions.round-fallen');

/** The line of a settled offer came to nothing: it was cancelled, or ended before it worked for a day. It is never billed. */
export const lineDropped = fact<{ agreementId: string; offerId: string }>('subscriptions.line-dropped');
