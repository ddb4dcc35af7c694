import { fact } from '../platform/deeds/facts.js';

/** An award waits for its evaluation. */
export const evaluationAsked = fact<{ awardId: string }>('awards.evaluation-asked');

/** A second person approved what was recommended; the standstill runs. */
export const awardApproved = fact<{ awardId: string }>('awards.approved');

/** A winner fell out; the id is that of the follow-up award, which waits for its evaluation. */
export const awardFellThrough = fact<{ awardId: string }>('awards.fell-through');

/** Something is asked of the solver for a scenario board; the hash is that of the question. */
export const solveAsked = fact<{ inputHash: string }>('awards.solve-asked');

/** Everything that a scenario board asks has its answer. */
export const boardCompleted = fact<{ awardId: string; problemHash: string }>('awards.board-completed');
