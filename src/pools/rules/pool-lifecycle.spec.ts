import fc from 'fast-check';
import { lifecycleFaults, nextState, statesOf } from '../../kernel/lifecycle.js';
import { endOfJoining, poolLifecycle, type PoolVerb } from './pool-lifecycle.js';

describe('the lifecycle of a pool', () => {
  it('reaches every state, and ends in three of them', () => {
    expect(lifecycleFaults(poolLifecycle)).toEqual([]);
    const verbs: PoolVerb[] = ['edit', 'open', 'lock', 'release', 'lapse', 'cancel'];
    const ends = statesOf(poolLifecycle).filter((state) =>
      verbs.every((verb) => nextState(poolLifecycle, state, verb) === null),
    );
    expect(ends).toEqual(['released', 'lapsed', 'cancelled']);
  });

  it('locks exactly from the critical mass on', () => {
    fc.assert(
      fc.property(fc.nat({ max: 200 }), fc.integer({ min: 1, max: 200 }), (lines, criticalMass) => {
        const verb = endOfJoining(lines, criticalMass);
        expect(verb).toBe(lines < criticalMass ? 'lapse' : 'lock');
        expect(nextState(poolLifecycle, 'open', verb)).not.toBeNull();
      }),
    );
  });
});
