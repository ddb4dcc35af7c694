import { lifecycle, type StateOf, type VerbOf } from '../../kernel/lifecycle.js';

/**
 * A pool: drafted, open for joining, then locked by itself, or lapsed below its critical mass. A locked pool for which
 * no provider was found is released: its pledges end with it.
 */
export const poolLifecycle = lifecycle('pool', 'draft', {
  draft: { edit: 'draft', open: 'open', cancel: 'cancelled' },
  open: { lock: 'locked', lapse: 'lapsed', cancel: 'cancelled' },
  locked: { release: 'released' },
  released: {},
  lapsed: {},
  cancelled: {},
});

export type PoolState = StateOf<typeof poolLifecycle>;
export type PoolVerb = VerbOf<typeof poolLifecycle>;

/** Was its demand frozen when joining ended? */
export function hasSnapshot(state: PoolState): boolean {
  return state === 'locked' || state === 'released';
}

/**
 * What the end of joining does. Every line counts towards the critical mass, firm or of interest: the pool promises
 * providers a demand worth bidding for, and shows them how much of it is firm.
 * @param lines firm lines and lines of interest together
 */
export function endOfJoining(lines: number, criticalMass: number): 'lock' | 'lapse' {
  return lines >= criticalMass ? 'lock' : 'lapse';
}
