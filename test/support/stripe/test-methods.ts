/**
 * Stripe's payment methods for tests, and what each does. The names are Stripe's, so that the same tests can run against
 * Stripe itself.
 */

export interface Behaviour {
  readonly type: 'card' | 'sepa_debit';
  readonly brand: string;
  readonly lastFour: string;
  /** refused when it is set up */
  readonly setup?: { readonly code: string; readonly declineCode: string | null } | 'action';
  /** refused when it is charged */
  readonly charge?: { readonly code: string; readonly declineCode: string | null };
  /** charged, and disputed at once; or its bank only asks */
  readonly disputed?: 'taken' | 'asked';
  /** a refund that seems to succeed comes back */
  readonly refundFails?: true;
  /** a refund takes its time */
  readonly refundPends?: true;
  /** what was charged can be used at once */
  readonly bypassPending?: true;
  /** a direct debit that takes longer than others */
  readonly slow?: true;
}

const card = (brand: string, lastFour: string, more: Partial<Behaviour> = {}): Behaviour => ({
  type: 'card',
  brand,
  lastFour,
  ...more,
});
const debit = (lastFour: string, more: Partial<Behaviour> = {}): Behaviour => ({
  type: 'sepa_debit',
  brand: 'DE',
  lastFour,
  ...more,
});
const said = (code: string, declineCode: string | null = null): { code: string; declineCode: string | null } => ({
  code,
  declineCode,
});

export const TEST_METHODS: Readonly<Record<string, Behaviour>> = {
  pm_card_visa: card('visa', '4242'),
  pm_card_mastercard: card('mastercard', '4444'),
  pm_card_bypassPending: card('visa', '0077', { bypassPending: true }),
  pm_card_visa_chargeDeclined: card('visa', '0002', { setup: said('card_declined', 'generic_decline') }),
  pm_card_visa_chargeDeclinedInsufficientFunds: card('visa', '9995', {
    setup: said('card_declined', 'insufficient_funds'),
  }),
  pm_card_chargeCustomerFail: card('visa', '0341', { charge: said('card_declined', 'generic_decline') }),
  pm_card_authenticationRequired: card('visa', '3184', {
    setup: 'action',
    charge: said('authentication_required', 'authentication_required'),
  }),
  pm_card_createDispute: card('visa', '0259', { disputed: 'taken' }),
  pm_card_createDisputeInquiry: card('visa', '1976', { disputed: 'asked' }),
  pm_card_refundFail: card('visa', '5126', { refundFails: true }),
  pm_card_pendingRefund: card('visa', '7726', { refundPends: true }),
  pm_success_de: debit('3000'),
  pm_successDelayed_de: debit('3003', { slow: true }),
  pm_failed_de: debit('3001', { charge: said('generic_could_not_process') }),
  pm_insufficientFunds_de: debit('2227', { charge: said('insufficient_funds') }),
  // The model's own: Stripe has no method of tests whose account is gone.
  pm_closed_de: debit('3005', { charge: said('account_closed') }),
};
