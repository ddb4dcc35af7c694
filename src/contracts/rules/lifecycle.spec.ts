import { lifecycleFaults, nextState, statesOf } from '../../kernel/lifecycle.js';
import { agreementLifecycle } from './lifecycle.js';

test('every state of an agreement is reached by a verb', () => {
  expect(lifecycleFaults(agreementLifecycle)).toEqual([]);
});

test('what both parties signed can only fall through', () => {
  expect(Object.keys(agreementLifecycle.table.signed)).toEqual(['fall-through']);
  expect(agreementLifecycle.table.fallen).toEqual({});
});

test('a winner can be let fall exactly until both parties have signed', () => {
  const states = statesOf(agreementLifecycle).filter((state) => nextState(agreementLifecycle, state, 'let-fall'));
  expect(states).toEqual(['issued', 'signed-by-agency', 'signed-by-provider', 'returned']);
});
