/** Months of the business calendar, as texts that compare as the months follow one another. */
import { type Day, daysBetween, type Month, monthOf, monthsLater } from '../../kernel/calendar.js';

/** Days from the first one to the second, which does not belong to them. */
export interface Days {
  readonly from: Day;
  /** null: without end */
  readonly until: Day | null;
}

/** Is it the text of a month? */
export function isMonth(text: string): boolean {
  return /^20\d\d-(0[1-9]|1[0-2])$/.test(text);
}

export function firstDay(month: Month): Day {
  return `${month}-01`;
}

/** The month so many months later, or earlier. */
export function monthLater(month: Month, months: number): Month {
  return monthOf(monthsLater(firstDay(month), months));
}

/** The day after a month's last: where its days end. */
export function endOf(month: Month): Day {
  return firstDay(monthLater(month, 1));
}

/** How many days a month has. */
export function daysOf(month: Month): number {
  return daysBetween(firstDay(month), endOf(month));
}
