import { fact } from '../platform/deeds/facts.js';

/** The run of a month waits for its preview. */
export const runPlanned = fact<{ runId: string; version: number }>('billing.planned');

/** An officer started a run. */
export const runStarted = fact<{ runId: string }>('billing.started');

/** All invoices of a run are issued. */
export const runIssued = fact<{ runId: string }>('billing.issued');

/** A month is over for an agency that bills in a currency, whether or not it has anything to bill. */
export const monthOver = fact<{ agencyId: string; currency: string }>('billing.month-over');

/** A credit note took back charges of an invoice. */
export const creditNoteIssued = fact<{ creditNoteId: string }>('billing.credited');
