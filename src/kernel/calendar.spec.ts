import fc from 'fast-check';
import { dayOf, daysBetween, daysLater, dayStart, firstOfMonth, isDay, monthOf, monthsLater } from './calendar.js';

const days = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }).map(dayOf);

describe('a day of business', () => {
  it('begins at midnight in Korea', () => {
    expect(dayOf(new Date('2030-01-31T14:59:59.999Z'))).toBe('2030-01-31');
    expect(dayOf(new Date('2030-01-31T15:00:00Z'))).toBe('2030-02-01');
    fc.assert(
      fc.property(days, (day) => {
        expect(dayOf(dayStart(day))).toBe(day);
        expect(dayOf(new Date(dayStart(day).getTime() - 1))).toBe(daysLater(day, -1));
      }),
    );
  });

  it('exists, or is no day', () => {
    expect(['2030-02-28', '2028-02-29'].map(isDay)).toEqual([true, true]);
    expect(['2030-02-29', '2030-13-01', '2030-1-1', 'tomorrow', '2030-01-01T00:00:00Z'].map(isDay)).toEqual(
      Array.from({ length: 5 }, () => false),
    );
  });

  it('lies in a month', () => {
    expect([monthOf('2030-02-14'), firstOfMonth('2030-02-14')]).toEqual(['2030-02', '2030-02-01']);
  });

  it('is as many days from another as are added', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: -5_000, max: 5_000 }), (day, count) => {
        expect(daysBetween(day, daysLater(day, count))).toBe(count);
      }),
    );
  });

  it('is the same day of a later month, or its last one', () => {
    expect(monthsLater('2030-01-15', 24)).toBe('2032-01-15');
    expect(monthsLater('2030-01-31', 1)).toBe('2030-02-28');
    expect(monthsLater('2030-12-31', 2)).toBe('2031-02-28');
    expect(monthsLater('2030-03-31', -1)).toBe('2030-02-28');
    fc.assert(
      fc.property(days, fc.integer({ min: 0, max: 240 }), (day, months) => {
        const later = monthsLater(day, months);
        expect(isDay(later)).toBe(true);
        const [year = 0, month = 0] = day.split('-').map(Number);
        const count = year * 12 + month - 1 + months;
        expect(monthOf(later)).toBe(`${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, '0')}`);
      }),
    );
  });
});
