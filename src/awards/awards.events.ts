import { fact } from '../platform/deeds/facts.js';

/** An award waits for its evaluation. */
export const evaluationAsked = fact<{ awardId: string }>('awards.evaluation-asked');

/** A second person approved what was recommended; the standstill runs. */
export const awardApproved = fact<{ awardId: string }>('awards.approved');

/** A winner fell out; the id is that of the follow-up award, which waits for its evaluation. */
export const awardFellThrough = fact<{ awardId: string }>('awards.fell-through');

/** An award was written whose reasons are in bounds, and waits for more exact ones. */
export const weighingAsked = fact<{ awardId: string }>('awards.weighing-asked');

/** Something is asked of the solver for a scenario board; the hash is that of the question. */
export const solveAsked = fact<{ inputHash: string }>('awards.solve-asked');

/** Everything that a scenario board asks has its answer. */
export const boardCompleted = fact<{ awardId: string; problemHash: string }>('awards.board-completed');

/** A gap to win is to be proved: the one at this position of an answer to a question of a board. */
export const proofAsked = fact<{ inputHash: string; position: number }>('awards.proof-asked');
