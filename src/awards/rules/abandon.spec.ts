import { abandonment, type Standing, whyNotAbandonAward, whyNotAbandonTender } from './abandon.js';
import { awardLifecycle, type AwardState } from './lifecycle.js';
import { nextState, statesOf } from '../../kernel/lifecycle.js';

const award = (state: AwardState, fallen: readonly string[] = []): Standing => ({
  round: 1,
  state,
  winners: [{ bidId: 'b1' }, { bidId: 'b2' }],
  fallen,
});

describe('a tender', () => {
  test('can be abandoned in every state of its awards but those that somebody approved', () => {
    const holding = statesOf(awardLifecycle).filter((state) => whyNotAbandonTender([award(state)]) !== null);
    expect(holding).toEqual(['standstill', 'final']);
    expect(whyNotAbandonTender([])).toBeNull();
    expect(whyNotAbandonTender([award('superseded'), { ...award('standstill'), round: 2 }])?.facts).toEqual({
      round: 2,
      state: 'standstill',
    });
  });

  test('can be abandoned again once every winner of its final award has fallen out', () => {
    expect(whyNotAbandonTender([award('final', ['b1'])])?.code).toBe('tender.awarded');
    expect(whyNotAbandonTender([award('final', ['b1', 'b2']), award('failed')])).toBeNull();
  });
});

test('what goes on when a tender is abandoned is exactly what can be abandoned', () => {
  const going = statesOf(awardLifecycle).filter((state) => nextState(awardLifecycle, state, 'abandon') !== null);
  expect(going).toEqual(['evaluating', 'failed', 'drafted', 'recommended', 'rejected']);
});

test('a failed follow-up award can be abandoned by itself, and no other', () => {
  expect(whyNotAbandonAward({ state: 'failed', fallenFrom: 'a1' })).toBeNull();
  expect(whyNotAbandonAward({ state: 'drafted', fallenFrom: 'a1' })?.code).toBe('award.wrong-state');
  expect(whyNotAbandonAward({ state: 'abandoned', fallenFrom: 'a1' })?.code).toBe('award.wrong-state');
  expect(whyNotAbandonAward({ state: 'failed', fallenFrom: null })?.message).toContain('abandon the tender');
});

test('says in words that the lines go to nobody', () => {
  const cell = { lot: 'north', tier: 'fast', from: 3 };
  expect(
    abandonment([
      { ...cell, lines: 2 },
      { ...cell, lines: 4 },
    ]),
  ).toBe('Its 6 lines are awarded to nobody, and the members get no other offer.');
  expect(abandonment([{ ...cell, lines: 1 }])).toContain('Its 1 line is awarded to nobody');
  expect(abandonment(null)).toContain('no line of it is awarded');
});
