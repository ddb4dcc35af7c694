/** Whose a pool is: who may see it, act on it, and bring members into it. Roles are judged before, by the deed. */
import type { Actor } from '../../kernel/actor.js';
import { notFound, type Refusal, refuse } from '../../kernel/refusal.js';

export interface Sponsored {
  readonly sponsorId: string;
  /** null: never opened, so nobody else needs to know of it */
  readonly openedAt: Date | null;
}

type Viewer = Pick<Actor, 'organisationId' | 'organisationKind'> | null;

/** A pool that was opened is public; before that it is between its sponsor and the agency. */
export function whyNotSee(pool: Sponsored, viewer: Viewer): Refusal | null {
  return pool.openedAt !== null || runs(pool, viewer) ? null : notFound('pool');
}

/** An officer may act on every pool, an association's manager on those it sponsors. */
export function whyNotRun(pool: Sponsored, actor: Viewer): Refusal | null {
  if (runs(pool, actor)) return null;
  return (
    whyNotSee(pool, actor) ??
    refuse('pool.not-yours', 'This pool is sponsored by somebody else; only its sponsor or the agency may do this.', {
      kind: 'forbidden',
    })
  );
}

/**
 * An association brings its members into its own pools and into the agency's. Into another association's pool each
 * member may come by itself.
 */
export function whyNotBring(pool: Sponsored, sponsorIsAgency: boolean, actor: Viewer): Refusal | null {
  if (runs(pool, actor)) return null;
  const hidden = whyNotSee(pool, actor);
  if (hidden || sponsorIsAgency) return hidden;
  return refuse(
    'pool.not-yours',
    'This pool is sponsored by another association. Import into your own pool or into one of the agency.',
    { kind: 'forbidden' },
  );
}

function runs(pool: Sponsored, actor: Viewer): boolean {
  return actor !== null && (actor.organisationKind === 'agency' || actor.organisationId === pool.sponsorId);
}
