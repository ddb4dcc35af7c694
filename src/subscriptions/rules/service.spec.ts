import fc from 'fast-check';
import { type Day, dayOf, daysBetween, daysLater, firstOfMonth, monthOf } from '../../kernel/calendar.js';
import { INSTALLATION_DAYS, MOST_CREDIT_DAYS } from '../../contracts/rules/service-promises.js';
import { installationFault, installed, type ServedLine, whyNotEnd, whyNotOn, worksSince } from './service.js';

const waiting: ServedLine = {
  state: 'called-off',
  calledOffOn: '2030-01-10',
  termMonths: 24,
  worksOn: null,
  endsOn: null,
  changedOn: null,
};
const working: ServedLine = {
  ...waiting,
  state: 'active',
  worksOn: '2030-01-20',
  endsOn: '2032-01-20',
  changedOn: '2030-01-20',
};
const days = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2060-12-31'), noInvalidDate: true })
  .map((at) => dayOf(at));

describe('installation', () => {
  it('is reported for a day from the call-off to today', () => {
    const reported = (on: Day) => installationFault(waiting, on, '2030-02-01')?.reason ?? 'may be';
    expect(['2030-01-10', '2030-02-01'].map(reported)).toEqual(['may be', 'may be']);
    expect(reported('2030-01-09')).toMatch(/2030-01-10, the day of the call-off/);
    expect(reported('2030-02-02')).toMatch(/today, 2030-02-01/);
  });

  it('is reported once', () => {
    expect(worksSince(working, '2030-01-20')).toBe(true);
    expect(installationFault(working, '2030-01-21', '2030-02-01')?.reason).toMatch(/works since 2030-01-20/);
    expect(installationFault({ ...waiting, state: 'cancelled' }, '2030-01-11', '2030-02-01')?.reason).toMatch(/cancel/);
  });

  it('begins a term of whole months, and is late by the days beyond those promised, up to the most', () => {
    fc.assert(
      fc.property(days, fc.nat(200), fc.integer({ min: 1, max: 120 }), (calledOffOn, after, termMonths) => {
        const { endsOn, daysLate } = installed({ calledOffOn, termMonths }, daysLater(calledOffOn, after));
        expect(daysLate).toBe(Math.min(Math.max(0, after - INSTALLATION_DAYS), MOST_CREDIT_DAYS));
        expect(endsOn > daysLater(calledOffOn, after)).toBe(true);
        expect(Math.abs(daysBetween(daysLater(calledOffOn, after), endsOn) - termMonths * 30.44)).toBeLessThan(5);
      }),
    );
    expect(installed(waiting, '2030-02-09')).toEqual({ worksOn: '2030-02-09', endsOn: '2032-02-09', daysLate: 0 });
    expect(installed(waiting, '2030-02-10').daysLate).toBe(1);
  });
});

describe('the day of a change', () => {
  it('lies in the present month, not before the last change, and not ahead', () => {
    fc.assert(
      fc.property(days, days, days, (changedOn, on, today) => {
        const allowed = whyNotOn({ ...working, changedOn }, on, today) === null;
        expect(allowed).toBe(monthOf(on) === monthOf(today) && on <= today && on >= changedOn);
        if (allowed) expect(on >= firstOfMonth(today)).toBe(true);
      }),
    );
  });

  it('is refused with what can be given', () => {
    const why = (on: Day, today: Day) => whyNotOn(working, on, today)?.message;
    expect(why('2030-01-19', '2030-01-25')).toMatch(/2030-01-20 or later/);
    expect(why('2030-02-28', '2030-03-02')).toMatch(/2030-03-01 or later/);
    expect(why('2030-03-03', '2030-03-02')).toMatch(/today, 2030-03-02/);
  });
});

describe('an end', () => {
  it('is the member’s at the end of its term only, and the officer’s at any time', () => {
    expect(whyNotEnd(working, 'member', '2032-01-19')).toMatchObject({
      code: 'subscription.within-term',
      facts: { endsOn: '2032-01-20' },
    });
    expect(whyNotEnd(working, 'member', '2032-01-20')).toBeNull();
    expect(whyNotEnd(working, 'officer', '2030-01-21')).toBeNull();
  });
});
