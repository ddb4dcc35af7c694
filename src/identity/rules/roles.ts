/** Which roles a person may hold, and which it cannot lose. */
import type { OrganisationKind, Role } from '../../kernel/actor.js';
import { invalid, type Refusal, refuse } from '../../kernel/refusal.js';
import { may, ROLES_OF } from './permissions.js';

export const ROLES: readonly Role[] = Object.values(ROLES_OF).flat();

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

/** Roles that let people in and out: every organisation keeps somebody with one. */
export const LETTING_IN: readonly Role[] = ROLES.filter((role) => may([role], 'people.invite'));

/**
 * May the role be taken from somebody?
 * @param othersLetIn would there still be somebody who can let people in?
 */
export function whyNotWithdraw(role: Role, othersLetIn: boolean): Refusal | null {
  if (othersLetIn || !LETTING_IN.includes(role)) return null;
  return refuse(
    'people.last',
    `Nobody else in your organisation can let people in. Invite another ${role} first; once they have accepted, one of ` +
      'you can take this role away.',
  );
}
