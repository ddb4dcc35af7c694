/**
 * Days and months of business, as texts: a day is "2030-01-31", a month "2030-01". They begin and end in Korea, which has
 * one zone and no summer time. Pure: "now" is an argument.
 */

/** "YYYY-MM-DD" */
export type Day = string;

/** "YYYY-MM" */
export type Month = string;

/** Minutes by which business is ahead of UTC. */
export const ZONE_MINUTES = 540;

const DAY_MILLIS = 86_400_000;
const ZONE_MILLIS = ZONE_MINUTES * 60_000;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** Is the text a day that exists? */
export function isDay(text: string): boolean {
  if (!DAY.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** The day on which an instant lies. */
export function dayOf(at: Date): Day {
  return new Date(at.getTime() + ZONE_MILLIS).toISOString().slice(0, 10);
}

/** The instant at which a day begins. */
export function dayStart(day: Day): Date {
  return new Date(utc(day) - ZONE_MILLIS);
}

export function monthOf(day: Day): Month {
  return day.slice(0, 7);
}

/** The first day of the month of a day. */
export function firstOfMonth(day: Day): Day {
  return `${monthOf(day)}-01`;
}

/** So many days later, or earlier. */
export function daysLater(day: Day, days: number): Day {
  return new Date(utc(day) + days * DAY_MILLIS).toISOString().slice(0, 10);
}

/** How many days later the second day is; negative when it is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return (utc(to) - utc(from)) / DAY_MILLIS;
}

/** The same day of the month so many months later, or the last day of that month when it is shorter. */
export function monthsLater(day: Day, months: number): Day {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, last))).toISOString().slice(0, 10);
}

function utc(day: Day): number {
  return Date.parse(`${day}T00:00:00Z`);
}
