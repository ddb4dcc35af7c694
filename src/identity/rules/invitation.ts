/** An organisation that was made without people gets its first person by an invitation. */
import { invalid, type Refusal, refuse } from '../../kernel/refusal.js';

/** An invitation that is not accepted ends this long after it was made. */
export const INVITATION_DAYS = 14;

/** May somebody be invited from outside? Where people are, they add others themselves. */
export function whyNotInvite(people: number): Refusal | null {
  if (people === 0) return null;
  return refuse(
    'member.has-people',
    'This member has people already, so nobody else can let somebody in. Ask them to add the person themselves.',
  );
}

/** The refusal of a token: the same for one that never was, one that was used or replaced, and one that is too old. */
export function notInvited(): Refusal {
  return invalid(
    'invitation.not-valid',
    'This invitation is unknown, was used or replaced, or has expired. Ask whoever invited you for another one.',
    [{ path: 'token', reason: 'is not the token of an invitation that can be accepted' }],
  );
}

/** The refusal of a password that is not the one of the invited address's account. */
export function notThePassword(): Refusal {
  return invalid(
    'invitation.password',
    'The invited email address has an account, and this is not its password. Give the password you sign in with.',
    [{ path: 'password', reason: 'must be the one that the invited email address signs in with' }],
  );
}
