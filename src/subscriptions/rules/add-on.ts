/** Add-ons: who may order which when, and from which day on an order counts. */
import { type Day, daysLater } from '../../kernel/calendar.js';
import type { Minor } from '../../kernel/money.js';
import { invalid, type Refusal, refuse } from '../../kernel/refusal.js';
import type { AddOnState, SubscriptionState } from './subscription-lifecycle.js';

/** Add-ons that an agreement offers at a time: more than anybody would choose from. */
export const MOST_ADD_ONS = 100;

/**
 * What an order may cost a month, in minor units: more than anybody orders, and so little that no number of orders makes
 * an invoice that cannot be booked.
 */
export const MOST_ORDERED: Minor = 1_000_000_000_000n;

/** An order of the same add-on for the same line. */
export interface EarlierOrder {
  /** the first day on which it does not count any more; null while it runs */
  readonly untilOn: Day | null;
}

/** @returns why so many of an add-on cannot be ordered, or null */
export function whyTooMuch(quantity: number, monthly: Minor): Refusal | null {
  if (BigInt(quantity) * monthly <= MOST_ORDERED) return null;
  const most = MOST_ORDERED / monthly;
  const reason =
    most === 0n
      ? `is of an add-on that costs more than an order may: ask the provider for one that costs at most ${MOST_ORDERED}`
      : `must be at most ${most}: an order may cost at most ${MOST_ORDERED} minor units a month`;
  return invalid('add-on.too-much', `quantity ${reason}.`, [{ path: 'quantity', reason }]);
}

/** @returns why an add-on cannot be ordered for a line, or null */
export function whyNotOrder(
  line: { readonly state: SubscriptionState; readonly agreementId: string },
  addOn: { readonly state: AddOnState; readonly agreementId: string },
  earlier: readonly EarlierOrder[],
): Refusal | null {
  if (addOn.agreementId !== line.agreementId || addOn.state !== 'offered') {
    return refuse('add-on.not-offered', 'This add-on is not offered for the line: choose one of its agreement.');
  }
  if (line.state !== 'active') {
    return refuse('add-on.no-service', `The line is ${line.state}: order when it works.`, { state: line.state });
  }
  if (earlier.every((order) => order.untilOn !== null)) return null;
  return refuse('add-on.ordered-already', 'This add-on is ordered for the line already. End that order first.');
}

/** The first day of an order: today, unless an earlier one counts for today. */
export function orderFrom(today: Day, earlier: readonly EarlierOrder[]): Day {
  return earlier.reduce((from, { untilOn }) => (untilOn !== null && untilOn > from ? untilOn : from), today);
}

/** The first day on which an order that is ended today does not count any more: what was begun is paid. */
export function orderUntil(today: Day, fromOn: Day): Day {
  const tomorrow = daysLater(today, 1);
  return fromOn > tomorrow ? fromOn : tomorrow;
}
