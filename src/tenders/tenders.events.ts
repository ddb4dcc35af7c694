import { fact } from '../platform/deeds/facts.js';

/** The tender is out: its content is frozen, providers may bid. */
export const tenderPublished = fact<{ tenderId: string }>('tenders.published');

/** A published tender was called off: a bid of it that is sealed is never opened, and nothing of it is awarded. */
export const tenderCancelled = fact<{ tenderId: string }>('tenders.cancelled');
