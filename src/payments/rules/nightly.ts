/** When Stripe's list is held against the inbox: at three in the morning in Seoul, which is 18:00 in UTC. */
const HOUR_MILLIS = 3_600_000;
const DAY_MILLIS = 24 * HOUR_MILLIS;
const AT_HOUR = 18;

/** The next night after an instant. */
export function nextNight(after: Date): Date {
  const days = Math.floor((after.getTime() - AT_HOUR * HOUR_MILLIS) / DAY_MILLIS);
  return new Date((days + 1) * DAY_MILLIS + AT_HOUR * HOUR_MILLIS);
}
