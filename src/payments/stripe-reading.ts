/** From Stripe's objects to the states that Pumasi reads of them. */
import type Stripe from 'stripe';
import { fromStripe } from './rules/stripe-amount.js';
import type {
  AccountState,
  BalanceState,
  BankMoveState,
  ChargeState,
  CostState,
  DisputeState,
  EventState,
  InvoiceState,
  MethodState,
  PaymentState,
  RefundState,
  SetupState,
  StripeFailure,
  StripeMetadata,
  TransferState,
} from './stripe-states.js';

type Reference = string | { readonly id: string } | null | undefined;

/** What to have expanded where an invoice is read: its payments are on pages of their own. */
export const INVOICE_PAYMENTS = 'payments.data.payment.payment_intent';

function idOf(reference: Reference): string | null {
  return typeof reference === 'string' ? reference : (reference?.id ?? null);
}

function failureOf(error: { readonly code?: string; readonly decline_code?: string } | null): StripeFailure | null {
  return error === null ? null : { code: error.code ?? 'unknown', declineCode: error.decline_code ?? null };
}

function metadataOf(metadata: Stripe.Metadata | null | undefined): StripeMetadata {
  return { ...metadata };
}

export function readMethod(method: Stripe.PaymentMethod): MethodState {
  const { id, card, sepa_debit: debit } = method;
  const customer = idOf(method.customer);
  if (card) return { id, customer, kind: 'card', brand: card.brand, lastFour: card.last4 };
  if (debit) return { id, customer, kind: 'sepa_debit', brand: debit.country, lastFour: debit.last4 };
  return { id, customer, kind: null, brand: null, lastFour: null };
}

/** @param setup with its payment_method expanded */
export function readSetup(setup: Stripe.SetupIntent): SetupState {
  const { payment_method: method } = setup;
  return {
    id: setup.id,
    status: setup.status as SetupState['status'],
    customer: idOf(setup.customer),
    method: setup.status === 'succeeded' && typeof method === 'object' && method ? readMethod(method) : null,
    failure: failureOf(setup.last_setup_error),
    metadata: metadataOf(setup.metadata),
  };
}

export function readPayment(payment: Stripe.PaymentIntent): PaymentState {
  const currency = payment.currency.toUpperCase();
  return {
    id: payment.id,
    status: payment.status as PaymentState['status'],
    minor: fromStripe(payment.amount, currency),
    currency,
    customer: idOf(payment.customer),
    charge: idOf(payment.latest_charge),
    failure: failureOf(payment.last_payment_error),
    metadata: metadataOf(payment.metadata),
  };
}

/** @param invoice with INVOICE_PAYMENTS expanded */
export function readInvoice(invoice: Stripe.Invoice): InvoiceState {
  const currency = invoice.currency.toUpperCase();
  const payments = invoice.payments?.data ?? [];
  const chosen = payments.find(({ status }) => status === 'paid') ?? payments.find(({ is_default }) => is_default);
  const intent = chosen?.payment.payment_intent;
  return {
    id: invoice.id,
    status: (invoice.status ?? 'draft') as InvoiceState['status'],
    customer: idOf(invoice.customer),
    currency,
    minorDue: fromStripe(invoice.amount_due, currency),
    minorPaid: fromStripe(invoice.amount_paid, currency),
    carried: invoice.status === 'paid' && invoice.amount_paid === 0 && invoice.total > 0,
    payment: typeof intent === 'object' ? readPayment(intent) : null,
    metadata: metadataOf(invoice.metadata),
  };
}

export function readRefund(refund: Stripe.Refund): RefundState {
  const currency = refund.currency.toUpperCase();
  return {
    id: refund.id,
    status: (refund.status ?? 'pending') as RefundState['status'],
    minor: fromStripe(refund.amount, currency),
    currency,
    charge: idOf(refund.charge),
    paymentIntent: idOf(refund.payment_intent),
    failure: refund.failure_reason ?? null,
    metadata: metadataOf(refund.metadata),
  };
}

export function readDispute(dispute: Stripe.Dispute): DisputeState {
  const currency = dispute.currency.toUpperCase();
  return {
    id: dispute.id,
    status: dispute.status as DisputeState['status'],
    money: moneyOf(dispute),
    minor: fromStripe(dispute.amount, currency),
    currency,
    charge: idOf(dispute.charge) ?? '',
    paymentIntent: idOf(dispute.payment_intent),
    reason: dispute.reason,
  };
}

/** Their amounts are in the currency of our balance, and of different days: they are counted, not added up. */
function moneyOf({ balance_transactions: moves }: Stripe.Dispute): DisputeState['money'] {
  const [taken, given] = [moves.filter(({ amount }) => amount < 0), moves.filter(({ amount }) => amount > 0)];
  if (taken.length === 0) return 'untouched';
  return taken.length > given.length ? 'withdrawn' : 'returned';
}

export function readCharge(charge: Stripe.Charge): ChargeState {
  const currency = charge.currency.toUpperCase();
  return {
    id: charge.id,
    status: charge.status as ChargeState['status'],
    minor: fromStripe(charge.amount, currency),
    minorRefunded: fromStripe(charge.amount_refunded, currency),
    currency,
    paymentIntent: idOf(charge.payment_intent),
    disputed: charge.disputed,
  };
}

export function readTransfer(transfer: Stripe.Transfer): TransferState {
  const currency = transfer.currency.toUpperCase();
  return {
    id: transfer.id,
    minor: fromStripe(transfer.amount, currency),
    minorReversed: fromStripe(transfer.amount_reversed, currency),
    currency,
    account: idOf(transfer.destination),
    metadata: metadataOf(transfer.metadata),
  };
}

export function readAccount(account: Stripe.Account): AccountState {
  return {
    id: account.id,
    country: account.country ?? null,
    detailsSubmitted: account.details_submitted,
    transfersActive: account.capabilities?.transfers === 'active',
    payoutsEnabled: account.payouts_enabled,
    disabledReason: account.requirements?.disabled_reason ?? null,
    metadata: metadataOf(account.metadata),
  };
}

export function readEvent(event: Stripe.Event): EventState {
  const { object, id } = event.data.object as { object?: string; id?: string };
  return {
    id: event.id,
    type: event.type,
    objectKind: object ?? 'unknown',
    objectId: id ?? null,
    account: event.account ?? null,
    livemode: event.livemode,
    createdAt: new Date(event.created * 1_000),
  };
}

/** What moves for nothing but Stripe's own services, and the tax on them. */
const FEES: ReadonlySet<string> = new Set(['stripe_fee', 'stripe_fx_fee', 'tax_fee']);

/** Payouts to the bank of our own account, and top-ups from there. */
const BY_BANK: ReadonlySet<string> = new Set(['payout', 'topup']);
/** The bank did not take a payout or did not pay a top-up, or it was cancelled. */
const RETURNING: ReadonlySet<string> = new Set(['payout_failure', 'payout_cancel', 'topup_reversal']);

/** What of a top-up's states leaves nothing of it at Stripe. */
const TAKEN_BACK: ReadonlySet<string> = new Set(['canceled', 'failed', 'reversed']);

/**
 * @param move with its source expanded
 * @returns null for what moves otherwise
 */
export function readBankMove(move: Stripe.BalanceTransaction): BankMoveState | null {
  const returned = RETURNING.has(move.type);
  const { source } = move;
  const id = idOf(source);
  if (id === null || (!BY_BANK.has(move.type) && !returned)) return null;
  const currency = move.currency.toUpperCase();
  const minor = fromStripe(returned ? move.amount : -move.amount, currency);
  return { id, minor, currency, returned, cameBack: returned || hasComeBack(source) };
}

function hasComeBack(source: Stripe.BalanceTransaction['source']): boolean {
  if (typeof source !== 'object' || source === null) return false;
  if (source.object === 'topup') return TAKEN_BACK.has(source.status);
  return source.object === 'payout' && Boolean(source.failure_balance_transaction);
}

/** @param move with its source expanded */
export function readCost(move: Stripe.BalanceTransaction): CostState {
  const currency = move.currency.toUpperCase();
  const { source } = move;
  const fee = FEES.has(move.type);
  const paymentIntent =
    typeof source === 'object' && source && 'payment_intent' in source ? idOf(source.payment_intent) : null;
  return {
    id: move.id,
    // What is kept of a movement is its fee; of one that is a fee, all of it.
    minor: fromStripe(fee ? -move.net : move.fee, currency),
    currency,
    paymentIntent,
    ofAccount: (fee || BY_BANK.has(move.type) || RETURNING.has(move.type)) && paymentIntent === null,
  };
}

export function readBalance(balance: Stripe.Balance): BalanceState[] {
  const currencies = new Set([...balance.available, ...balance.pending].map(({ currency }) => currency));
  const sum = (of: readonly { amount: number; currency: string }[], currency: string): bigint =>
    fromStripe(
      of.filter((each) => each.currency === currency).reduce((total, { amount }) => total + amount, 0),
      currency.toUpperCase(),
    );
  return [...currencies].sort().map((currency) => ({
    currency: currency.toUpperCase(),
    minorAvailable: sum(balance.available, currency),
    minorPending: sum(balance.pending, currency),
  }));
}
