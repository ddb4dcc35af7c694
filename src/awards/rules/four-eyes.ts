/** Who may decide on an award, and on what: two different persons, and only what the second one saw. */
import { nextState } from '../../kernel/lifecycle.js';
import { refuse, type Refusal } from '../../kernel/refusal.js';
import { awardLifecycle, type AwardState } from './lifecycle.js';

export interface Decidable {
  readonly state: AwardState;
  readonly contentHash: string | null;
  /** everybody who shaped it: recommended, wrote its reasons, had it evaluated without a bid */
  readonly preparedBy: readonly string[];
}

/** @returns the refusal of a recommendation, or null */
export function whyNotRecommend(award: Pick<Decidable, 'state'>, reasons: string): Refusal | null {
  if (nextState(awardLifecycle, award.state, 'recommend') === null) return wrongState(award.state, 'recommended');
  if (reasons.trim() === '') {
    return refuse('award.without-reasons', 'Say why you recommend this award; the approver decides on your reasons.', {
      kind: 'invalid',
      faults: [{ path: 'reasons', reason: 'must not be empty' }],
    });
  }
  return null;
}

/**
 * Approval needs a person who had no hand in the recommendation, whatever roles that person holds, and the hash of
 * the content that this person read.
 * @returns the refusal of an approval, or null
 */
export function whyNotApprove(award: Decidable, personId: string | null, seenHash: string): Refusal | null {
  if (nextState(awardLifecycle, award.state, 'approve') === null) return wrongState(award.state, 'approved');
  return whyNotSecondEyes(award, personId) ?? whyChanged(award, seenHash);
}

/** @returns the refusal of a rejection, or null */
export function whyNotReject(award: Decidable, personId: string | null): Refusal | null {
  if (nextState(awardLifecycle, award.state, 'reject') === null) return wrongState(award.state, 'rejected');
  return whyNotSecondEyes(award, personId);
}

/**
 * That a winner falls out by decision, and not because its members accepted too little, is for a second person too.
 * @returns the refusal, or null
 */
export function whyNotLetFall(award: Pick<Decidable, 'state' | 'preparedBy'>, personId: string | null): Refusal | null {
  if (award.state === 'final') return whyNotSecondEyes(award, personId);
  return refuse(
    'award.wrong-state',
    `No winner can fall out of an award that is ${award.state}; only of one whose standstill has ended.`,
    { state: award.state },
  );
}

function whyNotSecondEyes(award: Pick<Decidable, 'preparedBy'>, personId: string | null): Refusal | null {
  if (personId !== null && !award.preparedBy.includes(personId)) return null;
  return refuse(
    'award.same-person',
    'You had a hand in this recommendation, so another person must decide on it. Ask a colleague who approves.',
    { kind: 'forbidden' },
  );
}

function whyChanged(award: Decidable, seenHash: string): Refusal | null {
  if (award.contentHash !== null && award.contentHash === seenHash) return null;
  return refuse(
    'award.changed',
    'What you saw is not what is recommended now. Read the award again and approve with its present content hash.',
    { kind: 'stale' },
  );
}

function wrongState(state: AwardState, done: string): Refusal {
  return refuse('award.wrong-state', `An award that is ${state} cannot be ${done}.`, { state });
}
