import { lifecycle, lifecycleFaults, nextState, statesOf, transition, type StateOf } from './lifecycle.js';
import { Refusal } from './refusal.js';

const door = lifecycle('door', 'closed', {
  closed: { open: 'open' },
  open: { close: 'closed', remove: 'gone' },
  gone: {},
});

describe('lifecycle', () => {
  it('knows its states and where a verb leads', () => {
    const state: StateOf<typeof door> = 'closed';
    expect(statesOf(door)).toEqual(['closed', 'open', 'gone']);
    expect(transition(door, state, 'open')).toBe('open');
    expect(nextState(door, 'closed', 'remove')).toBeNull();
    // @ts-expect-error a verb that no state has does not compile
    expect(nextState(door, 'closed', 'paint')).toBeNull();
  });

  it('refuses a verb that does not apply, and says what does', () => {
    try {
      transition(door, 'open', 'open');
      throw new Error('was not refused');
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal);
      expect((error as Refusal).code).toBe('door.cannot-open');
      expect((error as Refusal).message).toContain('possible now: close, remove');
    }
  });

  it('finds a state that nothing leads to', () => {
    expect(lifecycleFaults(door)).toEqual([]);
    expect(lifecycleFaults(lifecycle('d', 'a', { a: {}, b: { go: 'a' } }))).toEqual(['d: nothing leads to b']);
    // @ts-expect-error a target that is not a state does not compile
    lifecycle('d', 'a', { a: { go: 'nowhere' } });
  });
});
