/** By what members are charged at Stripe, and in which currencies. */

/** Direct debits of SEPA are in euros only. */
export const SEPA_CURRENCY = 'EUR';

export type MethodKind = 'card' | 'sepa_debit';

/** What to name to Stripe for a payment in a currency: of a list that names more, it refuses the whole. */
export function methodKindsIn(currency: string): MethodKind[] {
  return currency === SEPA_CURRENCY ? ['card', 'sepa_debit'] : ['card'];
}
