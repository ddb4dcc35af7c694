import fc from 'fast-check';
import { addDays, endOnWorkingDay, within } from './period.js';

const SEOUL = 540;

describe('periods', () => {
  it('does not hold its end', () => {
    const period = { from: new Date(0), to: new Date(10) };
    expect([within(period, new Date(0)), within(period, new Date(9)), within(period, new Date(10))]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('ends on a working day, at the end of that day in the zone', () => {
    // Friday 2 January 2026, 18:00 in Seoul; ten days later is Monday the 12th.
    const friday = new Date('2026-01-02T09:00:00Z');
    expect(endOnWorkingDay(friday, 10, SEOUL, new Set()).toISOString()).toBe('2026-01-12T15:00:00.000Z');
    // Eight days later is Saturday: moved on to Monday, which is a holiday here: Tuesday.
    expect(endOnWorkingDay(friday, 8, SEOUL, new Set(['2026-01-12'])).toISOString()).toBe('2026-01-13T15:00:00.000Z');
  });

  it('never ends early, nor on a weekend', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
        fc.nat(60),
        (start, days) => {
          const end = endOnWorkingDay(start, days, SEOUL, new Set());
          expect(end.getTime()).toBeGreaterThan(addDays(start, days).getTime() - 1);
          const lastDay = new Date(end.getTime() + SEOUL * 60_000 - 1).getUTCDay();
          expect(lastDay === 0 || lastDay === 6).toBe(false);
          expect(end.getTime() - addDays(start, days).getTime()).toBeLessThanOrEqual(3 * 86_400_000);
        },
      ),
    );
  });
});
