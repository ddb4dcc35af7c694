/** Invoices and their lines, and collecting them. */
import { impossible, missing, unfit } from './errors.js';
import { bool, choice, currency, integer, list, metadata, object, PAGING, required, text } from './params.js';
import type { Ground, Route, Rows } from './route.js';
import { chargeable, newPayment } from './routes-payments.js';
import { leastOf, listOf, type Store, type Thing } from './store.js';

const MOST_ITEMS = 250;

function itemsOf(store: Store, invoice: Thing): Thing[] {
  return store.all('invoiceitem').filter((item) => item['invoice'] === invoice.id);
}

function reckon(store: Store, invoice: Thing): void {
  const total = itemsOf(store, invoice).reduce((sum, item) => sum + (item['amount'] as number), 0);
  invoice['subtotal'] = invoice['total'] = total;
  invoice['amount_due'] = Math.max(0, total);
  invoice['amount_remaining'] = invoice['amount_due'] - (invoice['amount_paid'] as number);
}

function expectState(invoice: Thing, ...states: string[]): void {
  if (!states.includes(invoice['status'] as string)) {
    throw impossible(`The invoice is ${invoice['status']}; it would have to be ${states.join(' or ')}.`, {
      code: 'invoice_not_editable',
    });
  }
}

function create(store: Store, input: Record<string, unknown>): Thing {
  const customer = store.get('customer', input['customer'] as string, 'customer');
  const { number } = input;
  if (number !== undefined && store.all('invoice').some((each) => each['number'] === number)) {
    throw impossible('An invoice with this number already exists.', { param: 'number' });
  }
  const settings = input['payment_settings'] as { payment_method_types?: string[] } | undefined;
  const invoice = store.add('invoice', {
    customer: customer.id,
    currency: input['currency'] ?? 'usd',
    number: number ?? null,
    status: 'draft',
    collection_method: input['collection_method'] ?? 'charge_automatically',
    auto_advance: input['auto_advance'] ?? false,
    description: input['description'] ?? null,
    metadata: input['metadata'] ?? {},
    payment_settings: { payment_method_types: settings?.payment_method_types ?? null },
    amount_due: 0,
    amount_paid: 0,
    amount_remaining: 0,
    attempt_count: 0,
    starting_balance: 0,
    ending_balance: null,
    attempted: false,
    subtotal: 0,
    total: 0,
    lines: listOf('', []),
    payments: listOf('', []),
    status_transitions: { finalized_at: null, paid_at: null, voided_at: null, marked_uncollectible_at: null },
  });
  store.emit('invoice.created', invoice);
  return invoice;
}

function finalise({ store }: Ground, invoice: Thing): Thing {
  expectState(invoice, 'draft');
  reckon(store, invoice);
  if ((invoice['total'] as number) < 0) throw impossible('The total of an invoice must not be negative.');
  const types = (invoice['payment_settings'].payment_method_types as string[] | null) ?? ['card'];
  if (types.includes('sepa_debit') && invoice['currency'] !== 'eur') {
    throw impossible('The payment method type sepa_debit only supports the following currencies: eur.');
  }
  invoice['status'] = 'open';
  invoice['number'] ??= `MODEL-${store.nextId('number')}`;
  invoice['status_transitions'].finalized_at = store.now();
  store.emit('invoice.finalized', invoice);
  const customer = store.get('customer', invoice['customer'] as string);
  const due = (invoice['amount_due'] as number) + (customer['balance'] as number);
  invoice['starting_balance'] = customer['balance'];
  // What is too little to be charged is called paid, and is added to the next invoice.
  const carried = due > 0 && due < leastOf(invoice['currency'] as string);
  customer['balance'] = invoice['ending_balance'] = carried ? due : 0;
  invoice['amount_due'] = invoice['amount_remaining'] = carried ? 0 : due;
  if (invoice['amount_due'] === 0) {
    paid(store, invoice);
    return invoice;
  }
  const payment = newPayment(store, {
    amount: invoice['amount_due'],
    currency: invoice['currency'],
    customer: invoice['customer'],
    payment_method_types: types,
    _invoice: invoice.id,
  });
  store.emit('payment_intent.created', payment);
  const link = store.add('invoice_payment', {
    amount_paid: null,
    amount_requested: invoice['amount_due'],
    currency: invoice['currency'],
    invoice: invoice.id,
    is_default: true,
    status: 'open',
    payment: { type: 'payment_intent', payment_intent: payment.id },
  });
  invoice['payments'] = listOf(`/v1/invoice_payments?invoice=${invoice.id}`, [link]);
  return invoice;
}

function paid(store: Store, invoice: Thing): void {
  invoice['status'] = 'paid';
  invoice['amount_paid'] = invoice['amount_due'];
  invoice['amount_remaining'] = 0;
  invoice['status_transitions'].paid_at = store.now();
  store.emit('invoice.paid', invoice);
  store.emit('invoice.payment_succeeded', invoice);
}

function linkOf(invoice: Thing): Thing | undefined {
  return (invoice['payments'].data as Thing[])[0];
}

/** A payment of an invoice has come to something: the invoice follows. */
export function followPayment(store: Store, payment: Thing): void {
  const invoice = store.maybe((payment['_invoice'] as string | undefined) ?? '');
  const link = invoice && linkOf(invoice);
  if (!invoice || !link) return;
  if (payment['status'] === 'succeeded') {
    link['status'] = 'paid';
    link['amount_paid'] = payment['amount'];
    store.emit('invoice_payment.paid', link);
    paid(store, invoice);
  } else {
    store.emit('invoice.payment_failed', invoice);
  }
}

function pay({ store, charging }: Ground, invoice: Thing, input: Record<string, unknown>): Thing {
  if (invoice['status'] === 'paid') throw impossible('Invoice is already paid');
  expectState(invoice, 'open', 'uncollectible');
  const payment = store.get('payment_intent', linkOf(invoice)?.['payment'].payment_intent as string);
  if (payment['status'] === 'processing') {
    throw impossible('This invoice has a payment that is processing.', { code: 'payment_intent_unexpected_state' });
  }
  const methodId = input['payment_method'] as string | undefined;
  if (methodId === undefined)
    throw missing('default payment method of customer', String(invoice['customer']), 'payment_method');
  const of = {
    customer: invoice['customer'] as string,
    currency: invoice['currency'] as string,
    types: payment['payment_method_types'] as string[],
  };
  const method = chargeable(store, methodId, of);
  invoice['attempted'] = true;
  // It counts the tries of Stripe's own schedule: of those that are asked for, the first one only.
  invoice['attempt_count'] = 1;
  charging.attempt(payment, method);
  return invoice;
}

const byId = (what: (ground: Ground, invoice: Thing, input: Record<string, unknown>) => object): Route['run'] => {
  return (ground, input, { id = '' }) =>
    what(ground, ground.store.get('invoice', id), input as Record<string, unknown>);
};

const PAYMENTS = ['payments', 'payments.data.payment.payment_intent'];

export const INVOICE_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/invoices',
    shape: {
      customer: required(text),
      currency,
      number: text,
      collection_method: choice('charge_automatically', 'send_invoice'),
      auto_advance: bool,
      pending_invoice_items_behavior: choice('exclude', 'include'),
      payment_settings: object({ payment_method_types: list(choice('card', 'sepa_debit')) }),
      description: text,
      metadata,
    },
    run: ({ store }, input) => create(store, input as Record<string, unknown>),
  },
  {
    method: 'GET',
    path: '/v1/invoices',
    shape: { customer: text, status: choice('draft', 'open', 'paid', 'uncollectible', 'void'), ...PAGING },
    run: ({ store }, { customer, status }): Rows => ({
      rows: store
        .all('invoice')
        .filter((each) => customer === undefined || each['customer'] === customer)
        .filter((each) => status === undefined || each['status'] === status),
    }),
  },
  {
    method: 'GET',
    path: '/v1/invoices/:id',
    shape: {},
    expands: PAYMENTS,
    run: byId((_ground, invoice) => invoice),
  },
  {
    method: 'GET',
    path: '/v1/invoice_payments',
    shape: {
      invoice: text,
      payment: object({ type: required(choice('payment_intent')), payment_intent: text }),
      status: choice('open', 'paid', 'canceled'),
      ...PAGING,
    },
    run: ({ store }, { invoice, payment, status }): Rows => ({
      rows: store
        .all('invoice_payment')
        .filter((each) => invoice === undefined || each['invoice'] === invoice)
        .filter(
          (each) =>
            payment === undefined ||
            each['payment'].payment_intent === (payment as { payment_intent?: string }).payment_intent,
        )
        .filter((each) => status === undefined || each['status'] === status),
    }),
  },
  {
    method: 'POST',
    path: '/v1/invoices/:id/finalize',
    shape: { auto_advance: bool },
    expands: PAYMENTS,
    run: byId((ground, invoice) => finalise(ground, invoice)),
  },
  {
    method: 'POST',
    path: '/v1/invoices/:id/pay',
    shape: { payment_method: text, off_session: bool },
    expands: PAYMENTS,
    run: byId(pay),
  },
  {
    method: 'POST',
    path: '/v1/invoices/:id/void',
    shape: {},
    run: byId(({ store }, invoice) => {
      expectState(invoice, 'open', 'uncollectible');
      const payment = store.maybe((linkOf(invoice)?.['payment'].payment_intent as string | undefined) ?? '');
      if (payment?.['status'] === 'processing') throw impossible('This invoice has a payment that is processing.');
      if (payment) {
        payment['status'] = 'canceled';
        store.emit('payment_intent.canceled', payment);
      }
      invoice['status'] = 'void';
      invoice['status_transitions'].voided_at = store.now();
      store.emit('invoice.voided', invoice);
      return invoice;
    }),
  },
  {
    method: 'POST',
    path: '/v1/invoiceitems',
    shape: {
      customer: required(text),
      invoice: text,
      amount: required(integer),
      currency: required(currency),
      description: text,
      metadata,
    },
    run: ({ store }, input) => {
      const customer = store.get('customer', input.customer as string, 'customer');
      if (input.invoice !== undefined) {
        const invoice = store.get('invoice', input.invoice as string, 'invoice');
        expectState(invoice, 'draft');
        if (invoice['customer'] !== customer.id) throw impossible('The invoice is of another customer.');
        if (invoice['currency'] !== input.currency) {
          throw impossible(`The currency of the item differs from the invoice's (${invoice['currency']}).`);
        }
        if (itemsOf(store, invoice).length >= MOST_ITEMS) throw unfit(`An invoice has at most ${MOST_ITEMS} items.`);
      }
      const fields = { date: store.now(), invoice: null, description: null, quantity: 1, metadata: {}, ...input };
      const item = store.add('invoiceitem', fields);
      if (input.invoice !== undefined) reckon(store, store.get('invoice', input.invoice as string));
      store.emit('invoiceitem.created', item);
      return item;
    },
  },
  {
    method: 'GET',
    path: '/v1/invoiceitems',
    shape: { customer: text, invoice: text, ...PAGING },
    run: ({ store }, { customer, invoice }): Rows => ({
      rows: store
        .all('invoiceitem')
        .filter((each) => customer === undefined || each['customer'] === customer)
        .filter((each) => invoice === undefined || each['invoice'] === invoice),
    }),
  },
];
