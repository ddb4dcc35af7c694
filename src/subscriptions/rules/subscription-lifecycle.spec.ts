import { lifecycleFaults, nextState, statesOf } from '../../kernel/lifecycle.js';
import { addOnLifecycle, PRESENT, subscriptionLifecycle, termEndLifecycle } from './subscription-lifecycle.js';

describe('the lives of a line, of an add-on and of a term', () => {
  it('leave no state unreachable', () => {
    const faults = [
      ...lifecycleFaults(subscriptionLifecycle),
      ...lifecycleFaults(addOnLifecycle),
      ...lifecycleFaults(termEndLifecycle),
    ];
    expect(faults).toEqual([]);
  });

  it('count a line for as long as something can still become of it', () => {
    const alive = statesOf(subscriptionLifecycle).filter(
      (state) => Object.keys(subscriptionLifecycle.table[state]).length > 0,
    );
    expect(alive).toEqual([...PRESENT]);
  });

  it('cancel only what was never installed, and end only what was', () => {
    expect(
      statesOf(subscriptionLifecycle).filter((state) => nextState(subscriptionLifecycle, state, 'cancel')),
    ).toEqual(['called-off']);
    expect(statesOf(subscriptionLifecycle).filter((state) => nextState(subscriptionLifecycle, state, 'end'))).toEqual([
      'active',
      'suspended',
    ]);
  });
});
