import { fact } from '../platform/deeds/facts.js';

/** Stripe told us of an event of a kind that somebody applies. */
export const stripeToldUs = fact<{ eventId: string }>('payments.stripe-told-us');

/** It is night: Stripe's list of events is to be held against the inbox. */
export const reconciliationBegan = fact<{ reconciliationId: string }>('payments.reconciliation-began');
