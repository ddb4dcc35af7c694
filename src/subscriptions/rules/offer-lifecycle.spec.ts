import { lifecycleFaults, statesOf } from '../../kernel/lifecycle.js';
import { offerLifecycle, roundLifecycle } from './offer-lifecycle.js';

describe('the lives of offers and rounds', () => {
  it('leave no state unreachable', () => {
    expect([...lifecycleFaults(offerLifecycle), ...lifecycleFaults(roundLifecycle)]).toEqual([]);
  });

  it('end every offer that was not declined, one way or another', () => {
    const undecided = statesOf(offerLifecycle).filter((state) => 'lapse' in offerLifecycle.table[state]);
    expect(undecided).toEqual(['made', 'standing', 'accepted']);
    const ends = statesOf(offerLifecycle).filter((state) => Object.keys(offerLifecycle.table[state]).length === 0);
    expect(ends).toEqual(['settled', 'priced-out', 'lapsed']);
  });

  it('cannot price out who accepted the at-most price', () => {
    expect(Object.keys(offerLifecycle.table.accepted)).not.toContain('price-out');
  });
});
