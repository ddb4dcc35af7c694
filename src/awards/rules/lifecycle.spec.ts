import { lifecycleFaults } from '../../kernel/lifecycle.js';
import { awardLifecycle } from './lifecycle.js';

test('every state of an award is reached by a verb', () => {
  expect(lifecycleFaults(awardLifecycle)).toEqual([]);
});

test('nothing leads out of a final, a superseded or an abandoned award', () => {
  expect(awardLifecycle.table.final).toEqual({});
  expect(awardLifecycle.table.abandoned).toEqual({});
  expect(awardLifecycle.table.superseded).toEqual({});
});
