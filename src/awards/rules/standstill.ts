/** The time in which bidders may object and nothing may be signed. */
import { ZONE_MINUTES } from '../../kernel/calendar.js';
import { endOnWorkingDay } from '../../kernel/period.js';
import { refuse, type Refusal } from '../../kernel/refusal.js';
import type { AwardState } from './lifecycle.js';

/**
 * The end of a standstill: `days` calendar days after the day of approval, moved on over weekends and holidays, to the
 * last instant of that day.
 * @param holidays days such as 2030-01-01
 */
export function standstillEnd(approvedAt: Date, days: number, holidays: ReadonlySet<string>): Date {
  return endOnWorkingDay(approvedAt, days, ZONE_MINUTES, holidays);
}

/**
 * @param now the instant that the signature would bear; it may lie before the award was read as final
 * @returns why nothing may be signed under the award, or null once its standstill has ended
 */
export function whyNotSignUnder(
  award: { readonly state: AwardState; readonly standstillEndsAt: Date | null },
  now: Date,
): Refusal | null {
  const over = award.standstillEndsAt !== null && now >= award.standstillEndsAt;
  if (award.state === 'final' && over) return null;
  if ((award.state === 'standstill' || award.state === 'final') && award.standstillEndsAt !== null) {
    const until = award.standstillEndsAt.toISOString();
    return refuse('award.standstill', `Nothing can be signed before the standstill has ended, at ${until}.`, { until });
  }
  return refuse('award.not-final', 'Nothing can be signed under an award that has not been approved.');
}
