import { addDays } from '../../kernel/period.js';
import { debitDay, nextAttempt, nextReminder, reminded, REMINDERS, RETRY_DAYS } from './schedule.js';

const NOW = new Date('2026-03-01T00:00:00Z');

it('a payment method that failed is charged again three, five and seven days after, and not more often', () => {
  const attempts = [1, 2, 3, 4].map((failed) => nextAttempt(NOW, failed, NOW, 'insufficient_funds'));
  expect(attempts).toEqual([...RETRY_DAYS.map((days) => addDays(NOW, days)), null]);
});

it('what fails after that day is charged again a day later, and never more often', () => {
  const late = addDays(NOW, 9);
  expect([1, 2, 3, 4].map((failed) => nextAttempt(NOW, failed, late, ''))).toEqual([
    ...RETRY_DAYS.map(() => addDays(late, 1)),
    null,
  ]);
});

it('what failed for good is not charged again', () => {
  const reasons = ['account_closed', 'debit_not_authorized', 'stolen_card', 'generic_decline', 'a word not known yet'];
  expect(reasons.map((why) => nextAttempt(NOW, 1, NOW, why) === null)).toEqual([true, true, true, false, false]);
});

it('a direct debit is taken as many calendar days after its letter as it is announced before', () => {
  expect([debitDay('2026-02-27', 2), debitDay('2026-12-24', 14)]).toEqual(['2026-03-01', '2027-01-07']);
});

it('three reminders are sent, a week apart, before anybody is asked to suspend', () => {
  const steps = Array.from({ length: REMINDERS + 1 }, (_none, sent) => nextReminder(sent, NOW));
  expect(steps.map(({ remind }) => remind)).toEqual([true, true, true, false]);
  expect(steps.map(({ dueAt }) => dueAt)).toEqual([addDays(NOW, 7), addDays(NOW, 7), addDays(NOW, 7), null]);
});

it('nobody is reminded before the days of grace after the due day are over, in Korea', () => {
  expect(reminded('2026-02-27')).toEqual(new Date('2026-03-02T15:00:00Z'));
});
