/** Whose commands the agencies' own things obey: one agency's people are strangers to what is another's. */
import type { Actor } from '../../kernel/actor.js';
import { type Refusal, refuse } from '../../kernel/refusal.js';

/**
 * What belongs to an agency is decided by its own people. All agencies may read it, so that they are told whose it is.
 * Members, associations and providers are judged by what they are to it, and the system acts for the agency.
 * @param agencyId null when no agency has it yet: then any may act on it
 * @returns Refusal 'agency.not-yours' for people of another agency, else null
 */
export function whyNotForAgency(
  agencyId: string | null,
  actor: Pick<Actor, 'organisationId' | 'organisationKind'>,
): Refusal | null {
  if (agencyId === null || actor.organisationKind !== 'agency' || actor.organisationId === agencyId) return null;
  return refuse('agency.not-yours', `This belongs to another agency (${agencyId}): ask one of its people to do it.`, {
    kind: 'forbidden',
    agencyId,
  });
}
