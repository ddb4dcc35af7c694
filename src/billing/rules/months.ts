/** Months of the business calendar, as texts that compare as the months follow one another. */
import type { Day, Month } from '../../kernel/calendar.js';

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

/** The month so many months later, or earlier. Reckoned without a Date, for it is asked of every line that is billed. */
export function monthLater(month: Month, months: number): Month {
  const count = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + months;
  return `${String(Math.floor(count / 12)).padStart(4, '0')}-${String((count % 12) + 1).padStart(2, '0')}`;
}

/** The day after a month's last: where its days end. */
export function endOf(month: Month): Day {
  return firstDay(monthLater(month, 1));
}

/** How many days a month has. */
export function daysOf(month: Month): number {
  return new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate();
}
