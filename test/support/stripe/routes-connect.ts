/** Accounts of providers, and transfers to them; the own balance and the list of events. */
import { impossible, unfit } from './errors.js';
import { bool, choice, currency, integer, list, metadata, object, PAGING, required, text } from './params.js';
import type { Route, Rows } from './route.js';
import { listOf, type Store, type Thing } from './store.js';

const LINK_SECONDS = 300;
/** Stripe keeps events for so long. */
const EVENT_SECONDS = 30 * 86_400;

/** The provider has entered at Stripe what Stripe asked for. */
export function completeAccount(store: Store, id: string): void {
  const account = store.get('account', id);
  account['details_submitted'] = true;
  account['payouts_enabled'] = true;
  account['capabilities'] = { transfers: 'active' };
  account['requirements'] = { currently_due: [], disabled_reason: null };
  store.emit('account.updated', account, id);
}

function reversalsOf(store: Store, transfer: Thing): Thing[] {
  return store.all('transfer_reversal').filter((each) => each['transfer'] === transfer.id);
}

function transferred(store: Store, input: Record<string, unknown>): Thing {
  const { amount, currency: of, destination } = input as { amount: number; currency: string; destination: string };
  if (amount < 1) throw unfit('Invalid positive integer', { code: 'parameter_invalid_integer', param: 'amount' });
  const account = store.get('account', destination, 'destination');
  if (account['capabilities'].transfers !== 'active') {
    throw impossible('Your destination account needs to have the transfers capability enabled.', {
      code: 'insufficient_capabilities_for_transfer',
    });
  }
  if ((store.available.get(of) ?? 0) < amount) {
    throw impossible('You have insufficient available funds in your Stripe account.', { code: 'balance_insufficient' });
  }
  const transfer = store.add('transfer', {
    amount,
    amount_reversed: 0,
    currency: of,
    destination,
    description: input['description'] ?? null,
    metadata: input['metadata'] ?? {},
    reversed: false,
    source_transaction: null,
    transfer_group: input['transfer_group'] ?? null,
  });
  transfer['reversals'] = listOf(`/v1/transfers/${transfer.id}/reversals`, []);
  store.book('available', { currency: of, amount: -amount, type: 'transfer', source: transfer.id });
  store.emit('transfer.created', transfer);
  return transfer;
}

function reversed(store: Store, transfer: Thing, input: Record<string, unknown>): Thing {
  const left = (transfer['amount'] as number) - (transfer['amount_reversed'] as number);
  const amount = (input['amount'] as number | undefined) ?? left;
  if (amount < 1) throw unfit('Invalid positive integer', { param: 'amount' });
  if (amount > left) throw impossible(`Reversal amount (${amount}) is greater than unreversed amount (${left}).`);
  transfer['amount_reversed'] += amount;
  transfer['reversed'] = transfer['amount_reversed'] === transfer['amount'];
  const reversal = store.add('transfer_reversal', {
    amount,
    currency: transfer['currency'],
    transfer: transfer.id,
    metadata: input['metadata'] ?? {},
  });
  store.book('available', {
    currency: transfer['currency'] as string,
    amount,
    type: 'transfer_refund',
    source: reversal.id,
  });
  transfer['reversals'].data.unshift({ ...reversal });
  store.emit('transfer.reversed', transfer);
  return reversal;
}

const amounts = (balance: ReadonlyMap<string, number>): object[] =>
  [...balance].map(([of, amount]) => ({ currency: of, amount, source_types: { card: amount } }));

export const CONNECT_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/accounts',
    shape: {
      type: required(choice('express', 'standard', 'custom')),
      country: text,
      email: text,
      business_profile: object({ name: text, url: text }),
      capabilities: object({ transfers: object({ requested: bool }) }),
      metadata,
    },
    run: ({ store }, input) => {
      if (input.country !== undefined && !/^[A-Z]{2}$/.test(input.country as string)) {
        throw unfit(`Country '${input.country}' is unknown.`, { code: 'country_code_invalid', param: 'country' });
      }
      const account = store.add('account', {
        type: input.type,
        country: input.country ?? 'US',
        email: input.email ?? null,
        business_profile: input.business_profile ?? {},
        capabilities: { transfers: 'inactive' },
        charges_enabled: false,
        details_submitted: false,
        payouts_enabled: false,
        requirements: { currently_due: ['external_account'], disabled_reason: 'requirements.past_due' },
        metadata: input.metadata ?? {},
      });
      store.emit('account.updated', account, account.id);
      return account;
    },
  },
  {
    method: 'GET',
    path: '/v1/accounts/:id',
    shape: {},
    run: ({ store }, _input, { id = '' }) => store.get('account', id),
  },
  {
    method: 'POST',
    path: '/v1/account_links',
    shape: {
      account: required(text),
      type: required(choice('account_onboarding', 'account_update')),
      refresh_url: required(text),
      return_url: required(text),
    },
    run: ({ store }, input) => {
      const account = store.get('account', input.account as string, 'account');
      for (const name of ['refresh_url', 'return_url']) {
        if (!URL.canParse(input[name] as string)) throw unfit(`Not a valid URL`, { code: 'url_invalid', param: name });
      }
      const secret = store.nextId('secret');
      return {
        object: 'account_link',
        created: store.now(),
        expires_at: store.now() + LINK_SECONDS,
        url: `https://connect.stripe.com/setup/e/${account.id}/${secret}`,
      };
    },
  },
  {
    method: 'POST',
    path: '/v1/transfers',
    shape: {
      amount: required(integer),
      currency: required(currency),
      destination: required(text),
      description: text,
      transfer_group: text,
      metadata,
    },
    run: ({ store }, input) => transferred(store, input as Record<string, unknown>),
  },
  {
    method: 'GET',
    path: '/v1/transfers/:id',
    shape: {},
    run: ({ store }, _input, { id = '' }) => store.get('transfer', id),
  },
  {
    method: 'GET',
    path: '/v1/transfers',
    shape: { transfer_group: text, destination: text, ...PAGING },
    run: ({ store }, { transfer_group: group, destination }): Rows => ({
      rows: store
        .all('transfer')
        .filter((each) => group === undefined || each['transfer_group'] === group)
        .filter((each) => destination === undefined || each['destination'] === destination),
    }),
  },
  {
    method: 'POST',
    path: '/v1/transfers/:id/reversals',
    shape: { amount: integer, description: text, metadata },
    run: ({ store }, input, { id = '' }) =>
      reversed(store, store.get('transfer', id), input as Record<string, unknown>),
  },
  {
    method: 'GET',
    path: '/v1/transfers/:id/reversals',
    shape: PAGING,
    run: ({ store }, _input, { id = '' }): Rows => ({ rows: reversalsOf(store, store.get('transfer', id)) }),
  },
  {
    method: 'GET',
    path: '/v1/balance',
    shape: {},
    run: ({ store }) => ({
      object: 'balance',
      livemode: false,
      available: amounts(store.available),
      pending: amounts(store.pending),
    }),
  },
  {
    method: 'GET',
    path: '/v1/balance_transactions',
    shape: { created: object({ gt: integer, gte: integer, lt: integer, lte: integer }), source: text, ...PAGING },
    expands: ['data.source'],
    run: ({ store }, { created, source }): Rows => {
      const { gt, gte, lt, lte } = (created ?? {}) as Record<string, number | undefined>;
      return {
        rows: store
          .all('balance_transaction')
          .filter((each) => source === undefined || each['source'] === source)
          .filter((each) => each['created'] >= (gte ?? 0) && each['created'] > (gt ?? 0))
          .filter((each) => each['created'] <= (lte ?? Infinity) && each['created'] < (lt ?? Infinity)),
      };
    },
  },
  {
    method: 'GET',
    path: '/v1/events',
    shape: {
      created: object({ gt: integer, gte: integer, lt: integer, lte: integer }),
      type: text,
      types: list(text),
      ...PAGING,
    },
    run: ({ store }, { created, type, types }): Rows => {
      const { gt, gte, lt, lte } = (created ?? {}) as Record<string, number | undefined>;
      const oldest = store.now() - EVENT_SECONDS;
      const named = (types as string[] | undefined) ?? (type === undefined ? null : [type as string]);
      return {
        rows: store
          .events()
          // What happens at accounts of others is listed for them.
          .filter((event) => event.account === undefined)
          .filter((event) => event.created >= oldest && event.created >= (gte ?? 0) && event.created > (gt ?? 0))
          .filter((event) => event.created <= (lte ?? Infinity) && event.created < (lt ?? Infinity))
          .filter((event) => named === null || named.includes(event.type)),
      };
    },
  },
  {
    method: 'GET',
    path: '/v1/events/:id',
    shape: {},
    run: ({ store }, _input, { id = '' }) => {
      const event = store.events().find((each) => each.id === id);
      if (!event) throw unfit(`No such event: '${id}'`, { code: 'resource_missing', param: 'id' }, 404);
      return event;
    },
  },
];
