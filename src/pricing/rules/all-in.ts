/**
 * Amounts a month that are meant all-in: a firm pledge's ceiling, a tender's price cap. The one-off set-up counts with
 * its share of each month of the term, rounded up: then monthly x term + setup <= amount x term exactly when
 * monthly + share <= amount.
 */
import type { Minor } from '../../kernel/money.js';

/** What a line costs over the term, all-in. */
export function lineOverTerm(monthly: Minor, setup: Minor, termMonths: number): Minor {
  return monthly * BigInt(termMonths) + setup;
}

/** What a one-off set-up comes to in each month of the term; the term has at least one. */
export function setupMonthly(setup: Minor, termMonths: number): Minor {
  const months = BigInt(termMonths);
  return (setup + months - 1n) / months;
}

/**
 * The most that a line beneath an all-in ceiling may cost a month beside its set-up: over the term it then never costs
 * more than the ceiling does. Zero when the set-up alone is more than that: no price is so low.
 */
export function monthlyWithin(ceiling: Minor, setup: Minor, termMonths: number): Minor {
  const share = setupMonthly(setup, termMonths);
  return share < ceiling ? ceiling - share : 0n;
}
