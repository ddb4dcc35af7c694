/** Which roles a person may hold, and what a password must be. */
import type { OrganisationKind, Role } from '../../kernel/actor.js';
import { invalid, type Refusal } from '../../kernel/refusal.js';
import { ROLES_OF } from './permissions.js';

export const ROLES: readonly Role[] = Object.values(ROLES_OF).flat();

export const PASSWORD_LEAST = 12;
export const PASSWORD_MOST = 200;
export const PASSWORD_REASON = `must have ${PASSWORD_LEAST} to ${PASSWORD_MOST} characters`;

/** @returns the refusal of roles that do not belong to the kind of organisation, or null */
export function whyNotRoles(kind: OrganisationKind, roles: readonly Role[], path = 'roles'): Refusal | null {
  const allowed = ROLES_OF[kind];
  const wrong = roles.filter((role) => !allowed.includes(role));
  if (wrong.length === 0) return null;
  return invalid(
    'roles.not-of-kind',
    `The roles of a ${kind} organisation are: ${allowed.join(', ')}. ${wrong.join(', ')} cannot be given here.`,
    [{ path, reason: `must be of ${allowed.join(', ')}` }],
  );
}

/** @returns the refusal of a password that is too short or too long, or null */
export function whyNotPassword(password: string): Refusal | null {
  const characters = Array.from(password).length;
  return characters >= PASSWORD_LEAST && characters <= PASSWORD_MOST
    ? null
    : invalid('password.length', `The password ${PASSWORD_REASON}.`, [{ path: 'password', reason: PASSWORD_REASON }]);
}
