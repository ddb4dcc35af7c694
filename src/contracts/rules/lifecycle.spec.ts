import { lifecycleFaults } from '../../kernel/lifecycle.js';
import { agreementLifecycle } from './lifecycle.js';

test('every state of an agreement is reached by a verb', () => {
  expect(lifecycleFaults(agreementLifecycle)).toEqual([]);
});

test('what both parties signed can only fall through', () => {
  expect(Object.keys(agreementLifecycle.table.signed)).toEqual(['fall-through']);
  expect(agreementLifecycle.table.fallen).toEqual({});
});
