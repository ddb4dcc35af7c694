/** Whose a pool is: who may see it, act on it, and bring members into it. Roles are judged before, by the deed. */
import { whyNotForAgency } from '../../identity/rules/whose-agency.js';
import type { Actor } from '../../kernel/actor.js';
import { notFound, type Refusal, refuse } from '../../kernel/refusal.js';

export interface Sponsored {
  readonly sponsorId: string;
  /** null: never opened, so nobody else needs to know of it */
  readonly openedAt: Date | null;
}

export interface Owned extends Sponsored {
  /** null: an association's, which no agency has put out to tender yet */
  readonly agencyId: string | null;
}

type Viewer = Pick<Actor, 'organisationId' | 'organisationKind'> | null;

/** A pool that was opened is public; before that it is between its sponsor and the agencies. */
export function whyNotSee(pool: Sponsored, viewer: Viewer): Refusal | null {
  return pool.openedAt !== null || knows(pool, viewer) ? null : notFound('pool');
}

/**
 * A pool that an agency drafted is run by that agency. One that an association drafted is run by the association, and any
 * agency may help, until an agency publishes its tender: from then on it is that agency's.
 */
export function whyNotRun(pool: Owned, actor: Viewer): Refusal | null {
  if (actor?.organisationKind === 'agency') return whyNotForAgency(pool.agencyId, actor);
  if (pool.agencyId === null && sponsors(pool, actor)) return null;
  return (
    whyNotSee(pool, actor) ??
    refuse(
      'pool.not-yours',
      'Only the agency that has this pool may do this, or the association that drafted it while no agency has it yet.',
      { kind: 'forbidden' },
    )
  );
}

/**
 * An association brings its members into its own pools and into the agency's. Into another association's pool each
 * member may come by itself.
 */
export function whyNotBring(pool: Sponsored, sponsorIsAgency: boolean, actor: Viewer): Refusal | null {
  if (sponsors(pool, actor)) return null;
  const hidden = whyNotSee(pool, actor);
  if (hidden || sponsorIsAgency) return hidden;
  return refuse(
    'pool.not-yours',
    'This pool is sponsored by another association. Import into your own pool or into one of the agency.',
    { kind: 'forbidden' },
  );
}

function knows(pool: Sponsored, viewer: Viewer): boolean {
  return viewer?.organisationKind === 'agency' || sponsors(pool, viewer);
}

function sponsors(pool: Sponsored, actor: Viewer): boolean {
  return actor !== null && actor.organisationId === pool.sponsorId;
}
