import { nextReversal, REVERSAL_TRIES } from './reversals.js';

describe('a reversal that was refused', () => {
  const now = new Date('2026-03-01T00:00:00Z');
  const hours = (refusals: number): number | null => {
    const next = nextReversal(refusals, now);
    return next === null ? null : (next.getTime() - now.getTime()) / 3_600_000;
  };

  it('is tried again after longer and longer pauses, of a day at most, for a week', () => {
    const pauses = Array.from({ length: REVERSAL_TRIES - 1 }, (_, before) => hours(before + 1) ?? 0);
    expect(pauses).toEqual([1, 2, 4, 8, 16, 24, 24, 24, 24, 24, 24]);
    expect(pauses.reduce((sum, each) => sum + each, 0)).toBe(175);
  });

  it('waits for an officer after the last one', () => {
    expect([hours(REVERSAL_TRIES), hours(REVERSAL_TRIES + 1)]).toEqual([null, null]);
  });
});
