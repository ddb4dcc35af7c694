import { fact } from '../platform/deeds/facts.js';

/** All invoices of a run are issued. */
export const runIssued = fact<{ runId: string }>('billing.issued');

/** A credit note took back charges of an invoice. */
export const creditNoteIssued = fact<{ creditNoteId: string }>('billing.credited');
