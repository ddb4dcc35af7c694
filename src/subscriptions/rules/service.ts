/**
 * When a line begins to work, is suspended, and ends. Days are days of business; a change takes effect on the day it
 * names, within the present month, so that a month that is over stays as it was.
 */
import { type Day, daysBetween, firstOfMonth, monthsLater } from '../../kernel/calendar.js';
import { type Fault, invalid, type Refusal, refuse } from '../../kernel/refusal.js';
import { INSTALLATION_DAYS, MOST_CREDIT_DAYS } from '../../contracts/rules/service-promises.js';
import type { SubscriptionState } from './subscription-lifecycle.js';

/** What the days of a line depend on. */
export interface ServedLine {
  readonly state: SubscriptionState;
  readonly calledOffOn: Day;
  readonly termMonths: number;
  readonly worksOn: Day | null;
  /** the first day after its term */
  readonly endsOn: Day | null;
  /** the day on which it last began or ceased to work; null when it never did */
  readonly changedOn: Day | null;
}

/** What a line's installation comes to. */
export interface Installed {
  readonly worksOn: Day;
  readonly endsOn: Day;
  /** days to be credited, for being late */
  readonly daysLate: number;
}

/** Is the line known to work since that day already? Then there is nothing to report again. */
export function worksSince(line: ServedLine, worksOn: Day): boolean {
  return line.worksOn === worksOn;
}

/** What is wrong with reporting that a line works since a day; null when it may be reported. */
export function installationFault(line: ServedLine, worksOn: Day, today: Day): Fault | null {
  const fault = (reason: string): Fault => ({ path: 'worksOn', reason });
  if (line.state === 'cancelled') return fault('is for a line that was cancelled: nothing is owed for it any more');
  if (line.worksOn !== null) return fault(`cannot be another day: the line works since ${line.worksOn}`);
  if (worksOn < line.calledOffOn) return fault(`must be ${line.calledOffOn}, the day of the call-off, or later`);
  if (worksOn > today) return fault(`must be today, ${today}, or earlier: report a line when it works`);
  return null;
}

/** The term that begins when a line works, and by how many days, as far as they count, that is late. */
export function installed(line: Pick<ServedLine, 'calledOffOn' | 'termMonths'>, worksOn: Day): Installed {
  const late = daysBetween(line.calledOffOn, worksOn) - INSTALLATION_DAYS;
  return {
    worksOn,
    endsOn: monthsLater(worksOn, line.termMonths),
    daysLate: Math.min(Math.max(late, 0), MOST_CREDIT_DAYS),
  };
}

/** @returns the refusal of a day for a line to be suspended, resumed or ended on, or null */
export function whyNotOn(line: ServedLine, on: Day, today: Day): Refusal | null {
  const month = firstOfMonth(today);
  const earliest = line.changedOn !== null && line.changedOn > month ? line.changedOn : month;
  if (on >= earliest && on <= today) return null;
  const reason =
    on > today
      ? `must be today, ${today}, or earlier`
      : earliest === month
        ? `must be ${month} or later: what is over of earlier months stays as it was`
        : `must be ${earliest} or later: the line last began or ceased to work on that day`;
  return invalid('subscription.day', `on ${reason}.`, [{ path: 'on', reason }]);
}

/**
 * A member is bound until the end of its term, and then the line ends by itself; an officer may end it before.
 * @returns why the line cannot be ended by whoever wants to, or null
 */
export function whyNotEnd(line: ServedLine, by: 'member' | 'officer', today: Day): Refusal | null {
  if (by === 'officer' || line.endsOn === null || today >= line.endsOn) return null;
  return refuse(
    'subscription.within-term',
    `The term of this line is over on ${line.endsOn}: it ends by itself on that day, and not before. ` +
      'Ask the agency when it has to end earlier.',
    { endsOn: line.endsOn },
  );
}
