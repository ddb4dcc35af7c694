/** Customers, their payment methods, and setting those up. */
import { declined, impossible, missing, unfit } from './errors.js';
import { bool, choice, list, metadata, object, PAGING, required, text } from './params.js';
import type { Ground, Route, Rows } from './route.js';
import type { Store, Thing } from './store.js';
import { type Behaviour, TEST_METHODS } from './test-methods.js';

/** A payment method of its own, made of one of Stripe's names for tests, or one that is there. */
export function methodOf(store: Store, id: string): Thing {
  const behaviour = TEST_METHODS[id];
  if (behaviour === undefined) return store.get('payment_method', id, 'payment_method');
  const { type, brand, lastFour } = behaviour;
  return store.add('payment_method', {
    type,
    customer: null,
    billing_details: {},
    metadata: {},
    ...(type === 'card'
      ? { card: { brand, last4: lastFour, exp_month: 12, exp_year: 2034, funding: 'credit', country: 'US' } }
      : {
          sepa_debit: { bank_code: '37040044', branch_code: '', country: brand, fingerprint: 'model', last4: lastFour },
        }),
    _behaviour: behaviour,
  });
}

function attach(store: Store, method: Thing, customer: string): void {
  if (method['customer'] === customer) return;
  if (method['customer'] !== null) {
    throw impossible('The payment method you provided has already been attached to a customer.');
  }
  if (method['_detached'] === true) {
    throw impossible('The payment method was detached from a customer. It may not be used again.');
  }
  store.get('customer', customer, 'customer');
  method['customer'] = customer;
  store.emit('payment_method.attached', method);
}

function confirm({ store }: Ground, setup: Thing, methodId: string, mandate: unknown): Thing {
  if (setup['status'] === 'succeeded' || setup['status'] === 'canceled') {
    throw impossible(`This SetupIntent's status is ${setup['status']}; it cannot be confirmed.`, {
      code: 'setup_intent_unexpected_state',
      setup_intent: setup,
    });
  }
  const method = methodOf(store, methodId);
  const behaviour = method['_behaviour'] as Behaviour;
  if (!(setup['payment_method_types'] as string[]).includes(behaviour.type)) {
    throw impossible(`The payment method type ${behaviour.type} is not allowed for this SetupIntent.`);
  }
  if (behaviour.type === 'sepa_debit' && mandate === undefined) {
    throw impossible('This SetupIntent requires a mandate.', { param: 'mandate_data' });
  }
  if (behaviour.setup === 'action') {
    setup['status'] = 'requires_action';
    setup['payment_method'] = method.id;
    setup['next_action'] = { type: 'use_stripe_sdk' };
    store.emit('setup_intent.requires_action', setup);
    return setup;
  }
  if (behaviour.setup !== undefined) {
    const { code, declineCode } = behaviour.setup;
    setup['status'] = 'requires_payment_method';
    setup['last_setup_error'] = { type: 'card_error', code, decline_code: declineCode, message: 'Declined.' };
    store.emit('setup_intent.setup_failed', setup);
    throw declined(code, declineCode, { setup_intent: { ...setup } });
  }
  return succeed(store, setup, method);
}

function succeed(store: Store, setup: Thing, method: Thing): Thing {
  if (setup['customer'] !== null) attach(store, method, setup['customer'] as string);
  setup['status'] = 'succeeded';
  setup['payment_method'] = method.id;
  setup['last_setup_error'] = null;
  setup['next_action'] = null;
  store.emit('setup_intent.succeeded', setup);
  return setup;
}

/** What the member does in its browser when its bank asks who it is. */
export function authenticate(store: Store, setupId: string): void {
  const setup = store.get('setup_intent', setupId);
  if (setup['status'] !== 'requires_action') throw impossible('Nothing is to be done.');
  succeed(store, setup, store.get('payment_method', setup['payment_method'] as string));
}

export const CUSTOMER_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/customers',
    shape: { name: text, email: text, description: text, metadata },
    run: ({ store }, input) => {
      const fields = { balance: 0, name: null, email: null, description: null, metadata: {}, ...input };
      const customer = store.add('customer', fields);
      store.emit('customer.created', customer);
      return customer;
    },
  },
  {
    method: 'GET',
    path: '/v1/customers/:id',
    shape: {},
    run: ({ store }, _input, { id = '' }) => store.get('customer', id),
  },
  {
    method: 'POST',
    path: '/v1/setup_intents',
    shape: {
      customer: text,
      usage: choice('off_session', 'on_session'),
      allowed_payment_method_types: list(choice('card', 'sepa_debit')),
      metadata,
    },
    run: ({ store }, { customer, usage, allowed_payment_method_types: types, metadata: ours }) => {
      if (customer !== undefined) store.get('customer', customer as string, 'customer');
      const setup = store.add('setup_intent', {
        customer: customer ?? null,
        usage: usage ?? 'off_session',
        allowed_payment_method_types: types ?? null,
        payment_method_types: types ?? ['card'],
        payment_method: null,
        status: 'requires_payment_method',
        last_setup_error: null,
        next_action: null,
        metadata: ours ?? {},
      });
      setup['client_secret'] = `${setup.id}_secret_${store.nextId('secret')}`;
      store.emit('setup_intent.created', { ...setup, client_secret: null });
      return setup;
    },
  },
  {
    method: 'GET',
    path: '/v1/setup_intents/:id',
    shape: {},
    expands: ['payment_method', 'customer'],
    run: ({ store }, _input, { id = '' }) => store.get('setup_intent', id),
  },
  {
    method: 'POST',
    path: '/v1/setup_intents/:id/confirm',
    shape: {
      payment_method: required(text),
      return_url: text,
      mandate_data: object({
        customer_acceptance: required(
          object({
            type: required(choice('online', 'offline')),
            online: object({ ip_address: text, user_agent: text }),
            offline: object({}),
          }),
        ),
      }),
    },
    browserShape: {
      client_secret: required(text),
      mandate_data: object({
        customer_acceptance: required(
          object({ type: required(choice('online')), online: required(object({ infer_from_client: bool })) }),
        ),
      }),
    },
    run: (ground, input, { id = '' }) => {
      const setup = ground.store.get('setup_intent', id);
      if (input.client_secret !== undefined && input.client_secret !== setup['client_secret']) {
        throw unfit('The client_secret provided does not match the client_secret associated with the SetupIntent.', {
          param: 'client_secret',
        });
      }
      return confirm(ground, setup, input.payment_method as string, input.mandate_data);
    },
  },
  {
    method: 'POST',
    path: '/v1/setup_intents/:id/cancel',
    shape: { cancellation_reason: choice('abandoned', 'requested_by_customer', 'duplicate') },
    run: ({ store }, _input, { id = '' }) => {
      const setup = store.get('setup_intent', id);
      if (setup['status'] === 'succeeded' || setup['status'] === 'canceled') {
        throw impossible('It cannot be canceled.', { code: 'setup_intent_unexpected_state' });
      }
      setup['status'] = 'canceled';
      store.emit('setup_intent.canceled', setup);
      return setup;
    },
  },
  {
    method: 'GET',
    path: '/v1/payment_methods/:id',
    shape: {},
    run: ({ store }, _input, { id = '' }) => store.get('payment_method', id),
  },
  {
    method: 'GET',
    path: '/v1/payment_methods',
    shape: { customer: text, type: choice('card', 'sepa_debit'), ...PAGING },
    run: ({ store }, { customer, type }): Rows => ({
      rows: store
        .all('payment_method')
        .filter((method) => customer !== undefined && method['customer'] === customer)
        .filter((method) => type === undefined || method['type'] === type),
    }),
  },
  {
    method: 'POST',
    path: '/v1/payment_methods/:id/attach',
    shape: { customer: required(text) },
    run: ({ store }, { customer }, { id = '' }) => {
      const method = methodOf(store, id);
      attach(store, method, customer as string);
      return method;
    },
  },
  {
    method: 'POST',
    path: '/v1/payment_methods/:id/detach',
    shape: {},
    run: ({ store }, _input, { id = '' }) => {
      const method = store.get('payment_method', id);
      if (method['customer'] === null) throw missing('customer of the payment method', id);
      method['customer'] = null;
      method['_detached'] = true;
      store.emit('payment_method.detached', method);
      return method;
    },
  },
];
