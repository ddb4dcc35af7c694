import { fact } from '../platform/deeds/facts.js';

/** All invoices of a run are issued. */
export const billingIssued = fact<{ runId: string }>('billing.issued');

/** A credit note was issued. */
export const billingCredited = fact<{ creditNoteId: string }>('billing.credited');
