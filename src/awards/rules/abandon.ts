/** When a tender that cannot be awarded may be given up, or a follow-up award that nobody can serve. */
import { refuse, type Refusal } from '../../kernel/refusal.js';
import type { AwardCell } from './award.js';
import type { AwardState } from './lifecycle.js';

/** An award of the tender, and which of its winners fell out. */
export interface Standing {
  readonly round: number;
  readonly state: AwardState;
  readonly winners: readonly { readonly bidId: string }[];
  /** bids of its winners that fell out of it */
  readonly fallen: readonly string[];
}

/**
 * A tender can be abandoned while nobody holds anything of it: an award in standstill was told to every bidder, and a
 * final one binds as long as one of its winners has not fallen out.
 * @returns the refusal, or null
 */
export function whyNotAbandonTender(awards: readonly Standing[]): Refusal | null {
  const holding = awards.find(holds);
  if (!holding) return null;
  const { round, state } = holding;
  return refuse(
    'tender.awarded',
    `Award ${round} of this tender was approved and is ${state === 'final' ? 'final' : 'in standstill'}. Only a tender of which nobody holds an approved award can be abandoned.`,
    { round, state },
  );
}

/** @returns why an award may not be abandoned by itself, or null */
export function whyNotAbandonAward(award: {
  readonly state: AwardState;
  readonly fallenFrom: string | null;
}): Refusal | null {
  if (award.state !== 'failed') {
    return refuse('award.wrong-state', `An award that is ${award.state} cannot be abandoned; only a failed one can.`, {
      state: award.state,
    });
  }
  if (award.fallenFrom !== null) return null;
  return refuse(
    'award.not-follow-up',
    'This award is for all lines of its tender, not a follow-up. Have it evaluated again, or abandon the tender.',
  );
}

/** What it means for the lines of an award that it was abandoned. @param scope its cells; null for all of the tender */
export function abandonment(scope: readonly AwardCell[] | null): string {
  if (scope === null)
    return 'The tender was abandoned: no line of it is awarded, and its members get no offer from it.';
  const lines = scope.reduce((sum, cell) => sum + cell.lines, 0);
  return `Its ${lines} ${lines === 1 ? 'line is' : 'lines are'} awarded to nobody, and the members get no other offer.`;
}

function holds({ state, winners, fallen }: Standing): boolean {
  return state === 'standstill' || (state === 'final' && winners.some((winner) => !fallen.includes(winner.bidId)));
}
