import { invalid, type Refusal } from '../../kernel/refusal.js';
import { addDays } from '../../kernel/period.js';

export const DECISIONS = ['suspend', 'refrain'] as const;

/** What an officer decides about the lines of a member that does not pay. */
export interface Suspension {
  readonly decision: (typeof DECISIONS)[number];
  readonly why: string;
  /** until when the member has time; only for who refrains */
  readonly until?: Date | undefined;
}

/** Time that may be given at once. */
const LONGEST_DAYS = 90;

/** @returns the refusal of a time that means nothing, or null */
export function whyNotSuspend({ decision, until }: Suspension, now: Date): Refusal | null {
  if (until === undefined) return null;
  const reason =
    decision === 'suspend'
      ? 'must not be given when the decision is suspend'
      : until <= now || until > addDays(now, LONGEST_DAYS)
        ? `must lie within the next ${LONGEST_DAYS} days`
        : null;
  return reason === null ? null : invalid('suspension.until', `until ${reason}.`, [{ path: 'until', reason }]);
}
