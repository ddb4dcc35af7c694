import { fact } from '../platform/deeds/facts.js';

/** A pool's joining period ended at or above its critical mass: its demand is frozen. */
export const poolLocked = fact<{ poolId: string }>('pools.locked');

/** A locked pool was given up for good: its pledges ended, and no tender may be made of it any more. */
export const poolReleased = fact<{ poolId: string }>('pools.released');
