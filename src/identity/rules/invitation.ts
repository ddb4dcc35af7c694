/** Nobody makes an account for somebody else: whoever may let a person in hands over an invitation. */
import type { Role } from '../../kernel/actor.js';
import { invalid, type Refusal, refuse } from '../../kernel/refusal.js';

/** An invitation that is not accepted ends this long after it was made. */
export const INVITATION_DAYS = 14;

/** May somebody be invited from outside? Where people are, they invite others themselves. */
export function whyNotInvite(people: number): Refusal | null {
  if (people === 0) return null;
  return refuse(
    'organisation.has-people',
    'This organisation has people already, so nobody else can let somebody in. Ask them to invite the person.',
  );
}

/** Who accepts: somebody signed in, or somebody who gives an address and a password. */
interface Acceptor {
  readonly email?: string | undefined;
  readonly password?: string | undefined;
}

/** Is it said whose account joins? Never the invited address by itself: anybody may have registered with it. */
export function whyNotAccept(signedIn: boolean, { email, password }: Acceptor): Refusal | null {
  if (signedIn && email === undefined && password === undefined) return null;
  const missing = Object.entries({ email, password }).filter(([, value]) => value === undefined);
  if (missing.length === 0) return null;
  return invalid(
    'invitation.whose-account',
    'Say whose account joins: sign in first and send the token alone, or give an email address and a password.',
    missing.map(([path]) => ({ path, reason: 'must be given unless you are signed in and send the token alone' })),
  );
}

/** The refusal of a token: the same for one that never was, one that was used or ended, and one that is too old. */
export function notInvited(): Refusal {
  return invalid(
    'invitation.not-valid',
    'This invitation is unknown, was used, replaced or taken back, or has expired. Ask whoever invited you for another.',
    [{ path: 'token', reason: 'is not the token of an invitation that can be accepted' }],
  );
}

/** The refusal of a password that is not the one of the address's account. */
export function notThePassword(): Refusal {
  return invalid(
    'invitation.password',
    'The email address has an account, and this is not its password. Give the password you sign in with; if the account ' +
      'is not yours, give another address of yours.',
    [{ path: 'password', reason: 'must be the one that the email address signs in with' }],
  );
}

/** The refusal of roles that one has already; the invitation stays as it is. */
export function alreadyThere(roles: readonly Role[]): Refusal {
  return refuse(
    'person.already-there',
    `You are ${roles.join(' and ')} in this organisation already. The invitation is for somebody else, or another account.`,
  );
}
