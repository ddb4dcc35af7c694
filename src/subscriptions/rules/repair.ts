/** Outages: how long one may last, and what is credited when it lasts longer. */
import { MOST_CREDIT_DAYS } from '../../contracts/rules/service-promises.js';
import { type Day, dayOf } from '../../kernel/calendar.js';
import { type Fault, invalid, type Refusal } from '../../kernel/refusal.js';

/** From the report to the repair. */
export interface Outage {
  readonly reportedAt: Date;
  readonly repairedAt: Date;
}

/** The days from one on, until the other, on which a line works; null while it still does. */
export interface ServicePeriod {
  readonly fromOn: Day;
  readonly untilOn: Day | null;
}

const HOUR_MILLIS = 3_600_000;
const DAY_MILLIS = 24 * HOUR_MILLIS;

/** Days to be credited: one for every day begun by which the repair took longer than promised. */
export function repairCreditDays({ reportedAt, repairedAt }: Outage, repairHours: number): number {
  const over = repairedAt.getTime() - reportedAt.getTime() - repairHours * HOUR_MILLIS;
  return Math.min(Math.max(Math.ceil(over / DAY_MILLIS), 0), MOST_CREDIT_DAYS);
}

/**
 * @param others the outages of the line that are recorded
 * @returns why the outage cannot be recorded, or null
 */
export function whyNotRecord(
  outage: Outage,
  periods: readonly ServicePeriod[],
  others: readonly Outage[],
  now: Date,
): Refusal | null {
  const fault = outageFault(outage, periods, others, now);
  return fault && invalid('repair.invalid', `${fault.path} ${fault.reason}.`, [fault]);
}

function outageFault(
  { reportedAt, repairedAt }: Outage,
  periods: readonly ServicePeriod[],
  others: readonly Outage[],
  now: Date,
): Fault | null {
  if (repairedAt <= reportedAt) return { path: 'repairedAt', reason: 'must be later than reportedAt' };
  if (repairedAt > now) {
    return { path: 'repairedAt', reason: 'must not be in the future: record an outage once it is repaired' };
  }
  const day = dayOf(reportedAt);
  if (!periods.some(({ fromOn, untilOn }) => fromOn <= day && (untilOn === null || day < untilOn))) {
    return { path: 'reportedAt', reason: `must be on a day on which the line works: ${day} is none` };
  }
  const shared = others.find((other) => other.reportedAt < repairedAt && reportedAt < other.repairedAt);
  if (shared === undefined) return null;
  const known = `${shared.reportedAt.toISOString()} to ${shared.repairedAt.toISOString()}`;
  return { path: 'reportedAt', reason: `must not lie within another outage: one is recorded from ${known}` };
}
