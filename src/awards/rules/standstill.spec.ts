import fc from 'fast-check';
import { ZONE_MINUTES } from '../../kernel/calendar.js';
import { standstillEnd, whyNotSignUnder } from './standstill.js';

const DAY_MILLIS = 86_400_000;
const instants = fc.date({
  min: new Date('2024-01-01T00:00:00Z'),
  max: new Date('2040-01-01T00:00:00Z'),
  noInvalidDate: true,
});

/** The local day that an instant belongs to, counted from 1970. */
function localDay(at: Date): number {
  return Math.floor((at.getTime() + ZONE_MINUTES * 60_000) / DAY_MILLIS);
}

describe('a standstill', () => {
  test('ends at the end of a working day, at least the days after approval, and no later than a weekend demands', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 0, max: 365 }), (approvedAt, days) => {
        const end = standstillEnd(approvedAt, days, new Set());
        const lastInstant = new Date(end.getTime() - 1);
        const weekday = new Date(localDay(lastInstant) * DAY_MILLIS).getUTCDay();
        expect(weekday).toBeGreaterThanOrEqual(1);
        expect(weekday).toBeLessThanOrEqual(5);
        expect(localDay(end)).toBe(localDay(lastInstant) + 1);
        const waited = localDay(lastInstant) - localDay(approvedAt);
        expect(waited).toBeGreaterThanOrEqual(days);
        expect(waited).toBeLessThanOrEqual(days + 2);
        expect(end.getTime()).toBeGreaterThan(approvedAt.getTime());
      }),
    );
  });

  test('of ten days after a Wednesday in Seoul ends with the second Monday', () => {
    const approvedAt = new Date('2030-01-02T16:00:00+09:00');
    expect(standstillEnd(approvedAt, 10, new Set())).toEqual(new Date('2030-01-15T00:00:00+09:00'));
    expect(standstillEnd(approvedAt, 10, new Set(['2030-01-14']))).toEqual(new Date('2030-01-16T00:00:00+09:00'));
  });

  test('keeps everything unsigned until its end has come and the award is final', () => {
    const standstillEndsAt = new Date('2030-01-15T00:00:00+09:00');
    const before = new Date(standstillEndsAt.getTime() - 1);
    const running = { state: 'standstill', standstillEndsAt } as const;
    expect(whyNotSignUnder(running, before)?.message).toContain('2030-01-14T15:00:00.000Z');
    expect(whyNotSignUnder(running, standstillEndsAt)?.code).toBe('award.standstill');
    expect(whyNotSignUnder({ ...running, state: 'final' }, before)?.code).toBe('award.standstill');
    expect(whyNotSignUnder({ ...running, state: 'final' }, standstillEndsAt)).toBeNull();
    expect(whyNotSignUnder({ state: 'drafted', standstillEndsAt: null }, before)?.code).toBe('award.not-final');
  });
});
