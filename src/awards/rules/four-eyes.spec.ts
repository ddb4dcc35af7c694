import { type Decidable, whyNotApprove, whyNotLetFall, whyNotRecommend, whyNotReject } from './four-eyes.js';

const recommended: Decidable = { state: 'recommended', contentHash: 'seen', preparedBy: ['anna', 'boris'] };

describe('an approval', () => {
  test('is for a person who had no hand in the recommendation', () => {
    expect(whyNotApprove(recommended, 'clara', 'seen')).toBeNull();
    expect(whyNotApprove(recommended, 'anna', 'seen')?.code).toBe('award.same-person');
    expect(whyNotApprove(recommended, 'boris', 'seen')?.code).toBe('award.same-person');
    expect(whyNotApprove(recommended, null, 'seen')?.code).toBe('award.same-person');
  });

  test('is of what the approver saw', () => {
    expect(whyNotApprove(recommended, 'clara', 'before')?.kind).toBe('stale');
    expect(whyNotApprove({ ...recommended, contentHash: null }, 'clara', 'seen')?.code).toBe('award.changed');
  });

  test.each(['evaluating', 'failed', 'drafted', 'rejected', 'standstill', 'final', 'superseded', 'abandoned'] as const)(
    'is not possible while the award is %s',
    (state) => {
      expect(whyNotApprove({ ...recommended, state }, 'clara', 'seen')?.code).toBe('award.wrong-state');
      expect(whyNotReject({ ...recommended, state }, 'clara')?.code).toBe('award.wrong-state');
    },
  );
});

test('a rejection too is for a second person', () => {
  expect(whyNotReject(recommended, 'clara')).toBeNull();
  expect(whyNotReject(recommended, 'anna')?.code).toBe('award.same-person');
});

test('that a winner falls out is for a second person, after the standstill', () => {
  const final = { state: 'final', preparedBy: ['anna'] } as const;
  expect(whyNotLetFall(final, 'clara')).toBeNull();
  expect(whyNotLetFall(final, 'anna')?.code).toBe('award.same-person');
  expect(whyNotLetFall(final, null)?.code).toBe('award.same-person');
  expect(whyNotLetFall({ ...final, state: 'standstill' }, 'clara')?.code).toBe('award.wrong-state');
});

test('a recommendation needs a draft and reasons', () => {
  expect(whyNotRecommend({ state: 'drafted' }, 'the cheapest')).toBeNull();
  expect(whyNotRecommend({ state: 'drafted' }, ' \n')?.code).toBe('award.without-reasons');
  expect(whyNotRecommend({ state: 'failed' }, 'the cheapest')?.code).toBe('award.wrong-state');
});
