/** When what happens next to an invoice that is not paid. Days of 24 hours, counted from what happened last. */
import { type Day, dayStart, daysLater } from '../../kernel/calendar.js';
import { addDays } from '../../kernel/period.js';

/** A payment method that failed is charged again so many days after it first failed. */
export const RETRY_DAYS = [3, 5, 7] as const;

/** A transfer that is on its way on the last day is given time to arrive. */
export const GRACE_DAYS = 3;

/** When a transfer that is due on a day is looked for: the day after it and those of grace have begun by then. */
export function reminded(dueOn: Day): Date {
  return dayStart(daysLater(dueOn, 1 + GRACE_DAYS));
}

/** Days from a reminder to the next one, and from the last one to the question whether to suspend. */
const REMINDER_DAYS = [7, 7, 7] as const;

export const REMINDERS = REMINDER_DAYS.length;

/** A direct debit takes longer to fail than the days between two tries: it has a rest before it is presented again. */
const REST_DAYS = 1;

/**
 * Reasons that no other day changes, as Stripe names them: the account or the card is gone, or its holder has taken back what
 * allowed it. SEPA's rulebook and the schemes of cards want nobody to try such a one again.
 */
const FINAL: ReadonlySet<string> = new Set([
  'account_closed',
  'authorization_revoked',
  'bank_account_restricted',
  'branch_does_not_exist',
  'debit_authorization_not_match',
  'debit_disputed',
  'debit_not_authorized',
  'invalid_account_number',
  'recipient_deceased',
  'lost_card',
  'pickup_card',
  'revocation_of_all_authorizations',
  'revocation_of_authorization',
  'stolen_card',
  'stop_payment_order',
]);

/**
 * When to charge again after so many failed attempts, of which the last has failed now.
 * @param why the last one failed, in Stripe's word
 * @returns null when it has been tried often enough, or is not to be tried again
 */
export function nextAttempt(firstFailedAt: Date, failedAttempts: number, now: Date, why: string): Date | null {
  const days = RETRY_DAYS[failedAttempts - 1];
  if (days === undefined || FINAL.has(why)) return null;
  const [planned, rested] = [addDays(firstFailedAt, days), addDays(now, REST_DAYS)];
  return planned > rested ? planned : rested;
}

/** The day on which a direct debit may be taken: so many calendar days after the one on which its member is told of it. */
export function debitDay(toldOn: Day, noticeDays: number): Day {
  return daysLater(toldOn, noticeDays);
}

/** What to do about an overdue invoice of which so many reminders were sent, and when to look again. */
export function nextReminder(sent: number, now: Date): { readonly remind: boolean; readonly dueAt: Date | null } {
  const days = REMINDER_DAYS[sent];
  return days === undefined ? { remind: false, dueAt: null } : { remind: true, dueAt: addDays(now, days) };
}
