import fc from 'fast-check';
import { MOST_CREDIT_DAYS } from '../../contracts/rules/service-promises.js';
import { type Outage, repairCreditDays, whyNotRecord } from './repair.js';

const at = (instant: string): Date => new Date(instant);
const outage = (from: string, to: string): Outage => ({ reportedAt: at(from), repairedAt: at(to) });
const HOUR_MILLIS = 3_600_000;

describe('a credit for a repair', () => {
  it('is a day for every day begun beyond the hours promised', () => {
    const days = (to: string) => repairCreditDays(outage('2030-01-10T00:00:00Z', to), 24);
    expect(days('2030-01-11T00:00:00Z')).toBe(0);
    expect(days('2030-01-11T00:00:01Z')).toBe(1);
    expect(days('2030-01-12T00:00:00Z')).toBe(1);
    expect(days('2030-01-12T00:00:01Z')).toBe(2);
    expect(days('2030-12-31T00:00:00Z')).toBe(MOST_CREDIT_DAYS);
  });

  it('never shrinks when a repair takes longer, nor grows when more hours are promised', () => {
    fc.assert(
      fc.property(
        fc.nat(2_000),
        fc.nat(500),
        fc.integer({ min: 1, max: 500 }),
        fc.nat(500),
        (took, more, hours, extra) => {
          const lasting = (h: number) => ({ reportedAt: new Date(0), repairedAt: new Date(h * HOUR_MILLIS) });
          const days = repairCreditDays(lasting(took), hours);
          expect(days).toBeGreaterThanOrEqual(0);
          expect(repairCreditDays(lasting(took + more), hours)).toBeGreaterThanOrEqual(days);
          expect(repairCreditDays(lasting(took), hours + extra)).toBeLessThanOrEqual(days);
        },
      ),
    );
  });
});

describe('an outage', () => {
  const periods = [
    { fromOn: '2030-01-10', untilOn: '2030-01-20' },
    { fromOn: '2030-02-01', untilOn: null },
  ];
  const now = at('2030-03-01T00:00:00Z');
  const why = (from: string, to: string, others: readonly Outage[] = []) =>
    whyNotRecord(outage(from, to), periods, others, now)?.message ?? null;

  it('is recorded when it is over, and began on a day on which the line works', () => {
    expect(why('2030-01-10T01:00:00Z', '2030-01-25T00:00:00Z')).toBeNull();
    expect(why('2030-01-19T14:59:00Z', '2030-01-19T16:00:00Z')).toBeNull();
    expect(why('2030-01-19T15:00:00Z', '2030-01-19T16:00:00Z')).toMatch(/2030-01-20 is none/);
    expect(why('2030-01-25T00:00:00Z', '2030-01-26T00:00:00Z')).toMatch(/2030-01-25 is none/);
    expect(why('2030-02-27T00:00:00Z', '2030-03-01T00:00:01Z')).toMatch(/not be in the future/);
    expect(why('2030-02-27T00:00:00Z', '2030-02-27T00:00:00Z')).toMatch(/later than reportedAt/);
  });

  it('is not credited twice', () => {
    const known = [outage('2030-02-05T00:00:00Z', '2030-02-07T00:00:00Z')];
    expect(why('2030-02-06T00:00:00Z', '2030-02-08T00:00:00Z', known)).toMatch(/within another outage/);
    expect(why('2030-02-07T00:00:00Z', '2030-02-08T00:00:00Z', known)).toBeNull();
  });
});
