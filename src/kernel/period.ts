/** Calendar arithmetic on instants and local dates. Pure: "now" and the holidays are arguments. */

/** A half-open period: from <= t < to. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

const DAY_MILLIS = 86_400_000;

/** Is the instant within the period? The end does not belong to it. */
export function within(period: Period, at: Date): boolean {
  return period.from <= at && at < period.to;
}

export function addDays(at: Date, days: number): Date {
  return new Date(at.getTime() + days * DAY_MILLIS);
}

/**
 * The end of a term in calendar days that must end on a working day: `days` after the start, moved on over
 * Saturdays, Sundays and holidays, to the last instant of that day in a zone with a fixed offset.
 * @param offsetMinutes the zone's offset from UTC at that time (Seoul: 540)
 * @param holidays local dates "YYYY-MM-DD" that are not working days
 */
export function endOnWorkingDay(start: Date, days: number, offsetMinutes: number, holidays: ReadonlySet<string>): Date {
  const offset = offsetMinutes * 60_000;
  let localDay = Math.floor((start.getTime() + offset) / DAY_MILLIS) + days;
  for (;;) {
    const date = new Date(localDay * DAY_MILLIS);
    const weekday = date.getUTCDay();
    if (weekday !== 0 && weekday !== 6 && !holidays.has(date.toISOString().slice(0, 10))) break;
    localDay += 1;
  }
  return new Date((localDay + 1) * DAY_MILLIS - offset);
}
