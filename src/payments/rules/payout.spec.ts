import { kept, whyNotWithdraw } from './payout.js';

describe('the reserve of a payout', () => {
  it('is kept of what was earned, rounded down, and of nothing where that is less than nothing', () => {
    expect([kept(9_799n, 1_000), kept(9_799n, 0), kept(-5n, 1_000)]).toEqual([979n, 0n, 0n]);
  });
});

describe('a payout that is to be withdrawn', () => {
  const now = new Date('2026-03-01T00:00:00Z');
  const later = new Date('2026-03-01T00:30:00Z');
  const waits = { state: 'transferring', failure: 'balance_insufficient', dueAt: later } as const;

  it('can be while nothing is asked of Stripe', () => {
    expect(whyNotWithdraw(waits, now)).toBeNull();
    for (const state of ['proposed', 'refused'] as const) {
      expect(whyNotWithdraw({ state, failure: null, dueAt: null }, now)).toBeNull();
    }
  });

  it('cannot be while nobody knows what Stripe makes of it', () => {
    for (const unknown of [
      { ...waits, failure: null },
      { ...waits, dueAt: now },
      { ...waits, failure: null, dueAt: now },
    ]) {
      expect(whyNotWithdraw(unknown, now)?.code).toBe('payout.being-transferred');
    }
  });
});
