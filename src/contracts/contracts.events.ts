import { fact } from '../platform/deeds/facts.js';

/** Both parties signed a framework agreement. */
export const agreementSigned = fact<{ agreementId: string }>('contracts.signed');
