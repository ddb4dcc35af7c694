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

/** Who has lost a password chooses another one within this time of asking. */
export const LOST_PASSWORD_MINUTES = 60;

/** What somebody is written who has lost a password. The mailer puts the token in. */
export function lostPasswordLetter(name: string): { readonly subject: string; readonly text: string } {
  return {
    subject: 'Choose another password',
    text: [
      `${name},`,
      'somebody has said to have lost the password of your account, which goes by this address.',
      'If it was you, choose another password with this token (POST /api/v1/lost-passwords/choose):',
      '{token}',
      `It is good for ${LOST_PASSWORD_MINUTES} minutes and once. All your sessions will end.`,
      'If it was not you, do nothing: your password stays as it is. Give the token to nobody.',
    ].join('\n\n'),
  };
}

/** What is written to somebody whose password has become another one by a letter. */
export function chosenPasswordLetter(name: string): { readonly subject: string; readonly text: string } {
  return {
    subject: 'Your password has been changed',
    text: [
      `${name},`,
      'another password was chosen for your account with the token of a letter to this address.',
      'If it was not you, somebody else reads your letters: choose another password, and tell whoever runs this system.',
    ].join('\n\n'),
  };
}

/** The refusal where no letters are sent. */
export function noLetters(): Refusal {
  return refuse(
    'password.no-letters',
    'This system sends no letters. Ask a colleague to invite you again, or whoever runs this system.',
  );
}

/** The refusal of a token that nobody was sent, that was used, replaced, or is too old. */
export function notLost(): Refusal {
  return invalid(
    'password.token',
    'This token is not good, or not any more. Ask for another letter (POST /api/v1/lost-passwords).',
    [{ path: 'token', reason: `must be that of your last letter, used within ${LOST_PASSWORD_MINUTES} minutes` }],
  );
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
