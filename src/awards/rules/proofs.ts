/** Gaps to win that are proved after their board is complete, because an officer wants them exact. */
import type { ResultStatus } from '../../allocation/rules/problem.js';
import { refuse, type Refusal } from '../../kernel/refusal.js';
import { noBoard, whyNotCompare } from './board.js';
import type { AwardState } from './lifecycle.js';

export const PROOF_LIMITS = {
  /**
   * the longest one gap may be searched for, from the moment a thread takes it, on a machine that has much else to do; the
   * work itself is limited by a count, see `GAP_NODES`. Most take seconds, and some no hour would do.
   */
  seconds: 120,
  /** gaps of a board that may wait at once; whoever wants more asks again when these are done */
  waiting: 2_500,
} as const;

/** What is known of an award whose gaps are to be proved. */
export interface Provable {
  readonly state: AwardState;
  /** how the award itself was solved */
  readonly solverStatus: ResultStatus | null;
  /** null when it has none */
  readonly board: 'solving' | 'complete' | null;
}

/** @returns why no gaps of an award are proved, or null */
export function whyNotProve({ state, solverStatus, board }: Provable): Refusal | null {
  const closed = whyNotCompare(state);
  if (closed) return closed;
  if (board === null) return noBoard();
  if (board === 'solving') {
    return refuse(
      'board.solving',
      'The alternatives to this award are still worked out. Gaps are proved once the board is complete.',
    );
  }
  if (solverStatus === 'optimal') return null;
  return refuse(
    'award.not-proved',
    'It is not proved that this award is the cheapest, so no gap to it can be. Have it evaluated again with more seconds.',
    { solverStatus },
  );
}
