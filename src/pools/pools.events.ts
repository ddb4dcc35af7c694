import { fact } from '../platform/deeds/facts.js';

/** A pool's joining period ended at or above its critical mass: its demand is frozen. */
export const poolLocked = fact<{ poolId: string }>('pools.locked');
