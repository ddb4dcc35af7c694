/** Whose offers and subscriptions an actor may see: a filter for every read, null standing for everybody's. */
import type { Actor } from '../../kernel/actor.js';

export interface Sight {
  readonly memberId: string | null;
  readonly associationId: string | null;
  readonly providerId: string | null;
}

const EVERYTHING: Sight = { memberId: null, associationId: null, providerId: null };

/** An id that nothing has: whoever belongs to no organisation sees nothing. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

export function sightOf(actor: Pick<Actor, 'organisationId' | 'organisationKind'>): Sight {
  const own = actor.organisationId ?? NOBODY;
  switch (actor.organisationKind) {
    case 'agency':
      return EVERYTHING;
    case 'association':
      return { ...EVERYTHING, associationId: own };
    case 'provider':
      return { ...EVERYTHING, providerId: own };
    case 'member':
    case null:
      return { ...EVERYTHING, memberId: own };
  }
}
