/** Payments and what becomes of them: charges, refunds, disputes. */
import { impossible, missing, unfit } from './errors.js';
import { bool, choice, currency, integer, list, metadata, object, PAGING, required, text } from './params.js';
import type { Ground, Route, Rows } from './route.js';
import { methodOf } from './routes-customers.js';
import { leastOf, type Store, type Thing } from './store.js';

/** A method with which this customer can be charged in this currency. @throws ModelError otherwise */
export function chargeable(
  store: Store,
  methodId: string,
  of: { customer: string | null; currency: string; types: string[] },
): Thing {
  const method = methodOf(store, methodId);
  if (method['customer'] !== of.customer) {
    throw impossible('The PaymentMethod does not belong to the Customer, or is not attached to any.', {
      param: 'payment_method',
    });
  }
  if (!of.types.includes(method['type'] as string)) {
    throw impossible(`The payment method type ${method['type']} is not allowed.`, { param: 'payment_method' });
  }
  if (method['type'] === 'sepa_debit' && of.currency !== 'eur') {
    throw impossible(`sepa_debit payments are not supported in ${of.currency}; use eur.`, { param: 'currency' });
  }
  return method;
}

export function newPayment(store: Store, fields: Record<string, unknown>): Thing {
  const payment = store.add('payment_intent', {
    allowed_payment_method_types: null,
    amount_received: 0,
    capture_method: 'automatic',
    confirmation_method: 'automatic',
    description: null,
    last_payment_error: null,
    latest_charge: null,
    payment_method: null,
    status: 'requires_payment_method',
    transfer_group: null,
    next_action: null,
    metadata: {},
    ...fields,
  });
  payment['client_secret'] = `${payment.id}_secret_${store.nextId('secret')}`;
  return payment;
}

function create({ store, charging }: Ground, input: Record<string, unknown>): Thing {
  const {
    amount,
    confirm,
    off_session: offSession,
    payment_method: methodId,
  } = input as { amount: number } & Record<string, unknown>;
  if (amount < 1) throw unfit('Invalid positive integer', { code: 'parameter_invalid_integer', param: 'amount' });
  if (amount < leastOf(input['currency'] as string)) {
    throw impossible('The amount is less than what is charged at least.', {
      code: 'amount_too_small',
      param: 'amount',
    });
  }
  if (amount > 99_999_999_999) throw unfit('Amount is too large.', { code: 'amount_too_large', param: 'amount' });
  if (offSession === true && confirm !== true) {
    throw unfit('off_session can only be used with confirm=true.', { param: 'off_session' });
  }
  const customer = (input['customer'] as string | undefined) ?? null;
  if (customer !== null) store.get('customer', customer, 'customer');
  const types = (input['allowed_payment_method_types'] as string[] | undefined) ?? ['card'];
  const of = { customer, currency: input['currency'] as string, types };
  const method = methodId === undefined ? null : chargeable(store, methodId as string, of);
  if (confirm === true && method === null) {
    throw impossible('You cannot confirm this PaymentIntent because it is missing a payment method.', {
      code: 'payment_intent_unexpected_state',
    });
  }
  const payment = newPayment(store, {
    amount,
    currency: of.currency,
    customer,
    description: input['description'] ?? null,
    metadata: input['metadata'] ?? {},
    allowed_payment_method_types: input['allowed_payment_method_types'] ?? null,
    payment_method_types: of.currency === 'eur' ? types : types.filter((type) => type !== 'sepa_debit'),
    payment_method: method?.id ?? null,
    status: method === null ? 'requires_payment_method' : 'requires_confirmation',
  });
  store.emit('payment_intent.created', payment);
  if (confirm === true && method !== null) charging.attempt(payment, method);
  return payment;
}

/** Answers a dispute, or keeps what is to be answered until it is sent. */
function answer({ store, charging }: Ground, id: string, input: Record<string, unknown>): Thing {
  const dispute = disputeOf(store, id);
  if (!String(dispute['status']).endsWith('needs_response')) throw impossible('This dispute is already closed.');
  const evidence = { ...dispute['evidence'], ...(input['evidence'] as object | undefined) } as Thing;
  if (input['submit'] === false) dispute['evidence'] = evidence;
  else charging.answerDispute(dispute, evidence);
  return dispute;
}

function disputeOf(store: Store, id: string): Thing {
  const dispute = store.maybe(id);
  if (dispute?.object !== 'dispute') throw missing('dispute', id);
  return dispute;
}

function refund({ store, charging }: Ground, input: Record<string, unknown>): Thing {
  const { payment_intent: intentId, charge: chargeId } = input as Record<string, string | undefined>;
  if ((intentId === undefined) === (chargeId === undefined)) {
    throw unfit('One of payment_intent or charge must be given.', {
      code: 'parameter_missing',
      param: 'payment_intent',
    });
  }
  const id =
    chargeId ?? (store.get('payment_intent', intentId ?? '', 'payment_intent')['latest_charge'] as string | null);
  const charge = id === null ? undefined : store.maybe(id);
  if (charge?.['status'] !== 'succeeded') {
    throw impossible('This PaymentIntent does not have a successful charge to refund.');
  }
  if (charging.isHeld(charge)) throw impossible('The charge is disputed.', { code: 'charge_disputed' });
  const left = (charge['amount'] as number) - (charge['amount_refunded'] as number);
  if (left === 0) throw impossible('The charge has already been refunded.', { code: 'charge_already_refunded' });
  const amount = (input['amount'] as number | undefined) ?? left;
  if (amount < 1) throw unfit('Invalid positive integer', { param: 'amount' });
  if (amount > left) {
    throw impossible(`Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`, {
      param: 'amount',
    });
  }
  return charging.refund(charge, amount, input['metadata']);
}

export const PAYMENT_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/payment_intents',
    shape: {
      amount: required(integer),
      currency: required(currency),
      customer: text,
      description: text,
      payment_method: text,
      allowed_payment_method_types: list(choice('card', 'sepa_debit')),
      off_session: bool,
      confirm: bool,
      metadata,
    },
    expands: ['latest_charge', 'payment_method'],
    run: (ground, input) => create(ground, input as Record<string, unknown>),
  },
  {
    method: 'GET',
    path: '/v1/payment_intents/:id',
    shape: {},
    expands: ['latest_charge', 'payment_method'],
    run: ({ store }, _input, { id = '' }) => store.get('payment_intent', id),
  },
  {
    method: 'GET',
    path: '/v1/payment_intents',
    shape: { customer: text, ...PAGING },
    run: ({ store }, { customer }): Rows => ({
      rows: store.all('payment_intent').filter((each) => customer === undefined || each['customer'] === customer),
    }),
  },
  {
    method: 'GET',
    path: '/v1/charges/:id',
    shape: {},
    expands: ['payment_intent'],
    run: ({ store }, _input, { id = '' }) => store.get('charge', id),
  },
  {
    method: 'POST',
    path: '/v1/refunds',
    shape: {
      payment_intent: text,
      charge: text,
      amount: integer,
      reason: choice('duplicate', 'fraudulent', 'requested_by_customer'),
      metadata,
    },
    run: (ground, input) => refund(ground, input as Record<string, unknown>),
  },
  {
    method: 'GET',
    path: '/v1/refunds/:id',
    shape: {},
    run: ({ store }, _input, { id = '' }) => store.get('refund', id),
  },
  {
    method: 'GET',
    path: '/v1/refunds',
    shape: { payment_intent: text, charge: text, ...PAGING },
    run: ({ store }, { payment_intent: intent, charge }): Rows => ({
      rows: store
        .all('refund')
        .filter((each) => intent === undefined || each['payment_intent'] === intent)
        .filter((each) => charge === undefined || each['charge'] === charge),
    }),
  },
  {
    method: 'GET',
    path: '/v1/disputes/:id',
    shape: {},
    expands: ['charge', 'payment_intent'],
    run: ({ store }, _input, { id = '' }) => disputeOf(store, id),
  },
  {
    method: 'GET',
    path: '/v1/disputes',
    shape: { payment_intent: text, charge: text, ...PAGING },
    run: ({ store }, { payment_intent: intent, charge }): Rows => ({
      rows: store
        .all('dispute')
        .filter((each) => intent === undefined || each['payment_intent'] === intent)
        .filter((each) => charge === undefined || each['charge'] === charge),
    }),
  },
  {
    method: 'POST',
    path: '/v1/disputes/:id',
    shape: { evidence: object({ uncategorized_text: text }), submit: bool, metadata },
    run: (ground, input, { id = '' }) => answer(ground, id, input as Record<string, unknown>),
  },
];
