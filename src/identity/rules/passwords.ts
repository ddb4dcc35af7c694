/** What a password must be, and how it is refused. */
import { invalid, type Refusal, refuse } from '../../kernel/refusal.js';

export const PASSWORD_LEAST = 12;
export const PASSWORD_MOST = 200;
export const PASSWORD_REASON = `must have ${PASSWORD_LEAST} to ${PASSWORD_MOST} characters`;

/** @returns the refusal of a password that is too short or too long, or null */
export function whyNotPassword(password: string): Refusal | null {
  const characters = Array.from(password).length;
  return characters >= PASSWORD_LEAST && characters <= PASSWORD_MOST
    ? null
    : invalid('password.length', `The password ${PASSWORD_REASON}.`, [{ path: 'password', reason: PASSWORD_REASON }]);
}

/** The refusal of a sign-in: the same for an address that nobody has and a password that is not its. */
export function notSignedIn(): Refusal {
  return refuse('session.wrong', 'The email address or the password is wrong.', { kind: 'unauthenticated' });
}

/** The refusal of everything that a temporary password is not good for. */
export function temporaryPassword(): Refusal {
  return refuse(
    'password.temporary',
    'Your password is a temporary one that somebody else has seen. Choose your own first (PUT /api/v1/me/password).',
    { kind: 'forbidden' },
  );
}

/** The refusal of a change by somebody who does not know the present password. */
export function notThePresent(): Refusal {
  return invalid('password.present', 'This is not your present password. Give the one you signed in with.', [
    { path: 'present', reason: 'must be the password you sign in with' },
  ]);
}

/** The refusal of a change that changes nothing. */
export function notAnother(): Refusal {
  return invalid('password.same', 'This is your present password. Choose another one.', [
    { path: 'password', reason: 'must be another one than the present' },
  ]);
}
