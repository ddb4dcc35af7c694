/** The life of a line, from its call-off to its end. */
import { lifecycle, type StateOf } from '../../kernel/lifecycle.js';

/**
 * called-off: concluded, and not installed yet. active: it works. suspended: it is owed, but does not work. The term
 * goes on meanwhile: a suspended line ends when it would have ended anyway.
 */
export const subscriptionLifecycle = lifecycle('subscription', 'called-off', {
  'called-off': { install: 'active', cancel: 'cancelled' },
  active: { suspend: 'suspended', end: 'ended' },
  suspended: { resume: 'active', end: 'ended' },
  ended: {},
  cancelled: {},
});

export type SubscriptionState = StateOf<typeof subscriptionLifecycle>;

/** The states in which a line counts towards the volume of its agreement. */
export const PRESENT = ['called-off', 'active', 'suspended'] as const satisfies readonly SubscriptionState[];

/** An add-on can be ordered while it is offered; what was ordered stays as it was. */
export const addOnLifecycle = lifecycle('add-on', 'offered', {
  offered: { withdraw: 'withdrawn' },
  withdrawn: {},
});

export type AddOnState = StateOf<typeof addOnLifecycle>;

/** The end of the term of all lines of an agreement that began to work on the same day. */
export const termEndLifecycle = lifecycle('term-end', 'awaited', {
  awaited: { pass: 'passed' },
  passed: { await: 'awaited' },
});
