/** When a reversal that Stripe refused is asked for again. */
const HOUR_MILLIS = 3_600_000;
/** Each pause is twice the one before, up to a day. */
const MOST_HOURS = 24;
/** For about a week: a provider's account may fill again meanwhile. Then an officer decides. */
export const REVERSAL_TRIES = 12;

/** The next try after so many refusals, the last of which was now; null when there is none by itself. */
export function nextReversal(refusals: number, now: Date): Date | null {
  if (refusals >= REVERSAL_TRIES) return null;
  return new Date(now.getTime() + Math.min(2 ** (refusals - 1), MOST_HOURS) * HOUR_MILLIS);
}
