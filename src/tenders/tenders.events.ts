import { fact } from '../platform/deeds/facts.js';

/** The tender is out: its content is frozen, providers may bid. */
export const tenderPublished = fact<{ tenderId: string }>('tenders.published');

/** A published tender was called off before its bidding ended: no bid of it may ever be opened. */
export const tenderCancelled = fact<{ tenderId: string }>('tenders.cancelled');
