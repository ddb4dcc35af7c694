/** By what members are charged at Stripe, and in which currencies. */
import type { Minor } from '../../kernel/money.js';
import { isChargeable } from './stripe-amount.js';

/** Direct debits of SEPA are in euros only. */
const SEPA_CURRENCY = 'EUR';

export type MethodKind = 'card' | 'sepa_debit';

/** What to name to Stripe for a payment in a currency: of a list that names more, it refuses the whole. */
export function methodKindsIn(currency: string): MethodKind[] {
  return currency === SEPA_CURRENCY ? ['card', 'sepa_debit'] : ['card'];
}

/** Does Stripe charge an amount by such a method? */
export function isTakenBy(kind: MethodKind, minor: Minor, currency: string): boolean {
  return methodKindsIn(currency).includes(kind) && isChargeable(minor, currency);
}
