import { fact } from '../platform/deeds/facts.js';

/** An award waits for its evaluation. */
export const evaluationAsked = fact<{ awardId: string }>('awards.evaluation-asked');

/** A second person approved what was recommended; the standstill runs. */
export const awardApproved = fact<{ awardId: string }>('awards.approved');

/** A winner fell out; the id is that of the follow-up award, which waits for its evaluation. */
export const awardFellThrough = fact<{ awardId: string }>('awards.fell-through');
