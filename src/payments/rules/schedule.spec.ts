import { addDays } from '../../kernel/period.js';
import { nextAttempt, nextReminder, REMINDERS, RETRY_DAYS } from './schedule.js';

const NOW = new Date('2026-03-01T00:00:00Z');

it('a payment method that failed is charged again three, five and seven days after, and not more often', () => {
  const attempts = [1, 2, 3, 4].map((failed) => nextAttempt(NOW, failed));
  expect(attempts).toEqual([...RETRY_DAYS.map((days) => addDays(NOW, days)), null]);
});

it('three reminders are sent, a week apart, before anybody is asked to suspend', () => {
  const steps = Array.from({ length: REMINDERS + 1 }, (_none, sent) => nextReminder(sent, NOW));
  expect(steps.map(({ remind }) => remind)).toEqual([true, true, true, false]);
  expect(steps.map(({ dueAt }) => dueAt)).toEqual([addDays(NOW, 7), addDays(NOW, 7), addDays(NOW, 7), null]);
});
