/** The tests' Stripe, asked by Stripe's own library: what it refuses, keeps and tells. */
import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import { randomOf, shuffled } from '../support/stripe/deliveries.js';
import { EitherStripe, refusal } from '../support/stripe/either.js';
import { onModel, withBrowser } from '../support/stripe/ways.js';

describe("the tests' Stripe", () => {
  let asked: EitherStripe;
  let stripe: Stripe;
  /** A key of this run alone: Stripe keeps those of earlier ones for a day. */
  const own = (name: string): { idempotencyKey: string } => ({ idempotencyKey: `${name} ${randomUUID()}` });

  beforeAll(async () => {
    asked = await EitherStripe.start();
    ({ stripe } = asked);
  });

  afterAll(() => asked.stop());

  describe('refuses', () => {
    it('who has another key', async () => {
      expect((await refusal(asked.client('sk_test_other').customers.create({ name: 'x' }))).type).toBe(
        'StripeAuthenticationError',
      );
    });

    withBrowser('the key of browsers, where a secret one is asked for', async () => {
      const browser = asked.client(asked.publishableKey);
      expect(await refusal(browser.customers.create({ name: 'x' }))).toMatchObject({
        statusCode: 403,
        code: 'secret_key_required',
      });
    });

    onModel('stricter', 'another version of the interface, and none', async () => {
      expect((await asked.raw('/v1/customers', 'name=x', { 'stripe-version': '2024-06-20' })).status).toBe(400);
      const { 'stripe-version': _, ...without } = { 'stripe-version': '', authorization: `Bearer ${asked.model.key}` };
      const answer = await fetch(`${asked.model.url}/v1/customers`, { method: 'POST', body: '', headers: without });
      expect(answer.status).toBe(400);
    });

    it('routes that it does not know', async () => {
      const answer = await asked.raw('/v1/group_purchases', 'name=x');
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
    });

    onModel('stricter', 'routes that Pumasi does not use', async () => {
      const error = await refusal(stripe.products.create({ name: 'x' }));
      expect(error).toMatchObject({ statusCode: 404, type: 'StripeInvalidRequestError' });
    });

    it('JSON where a form is asked for', async () => {
      expect((await asked.raw('/v1/customers', '{"name":"x"}', { 'content-type': 'application/json' })).status).toBe(
        400,
      );
    });

    it.each([
      ['customers', 'nam=x', 'parameter_unknown', 'nam'],
      ['customers', 'metadata=x', undefined, 'metadata'],
      ['payment_intents', 'currency=eur', 'parameter_missing', 'amount'],
      ['payment_intents', 'amount=ten&currency=eur', 'parameter_invalid_integer', 'amount'],
      ['payment_intents', 'amount=1000&currency=euro', undefined, 'currency'],
      ['payment_intents', 'amount=0&currency=eur', 'parameter_invalid_integer', 'amount'],
      ['payment_intents', 'amount=10&currency=eur&off_session=yes', undefined, 'off_session'],
      ['payment_intents', 'amount=100&currency=eur&off_session=true', undefined, 'off_session'],
      ['payment_intents', 'amount=100&currency=eur&customer=cus_none', 'resource_missing', 'customer'],
      ['accounts', 'type=express&business_profile[nam]=x', 'parameter_unknown', 'business_profile[nam]'],
      ['accounts', 'type=express&country=Korea', 'country_code_invalid', 'country'],
      ['setup_intents', 'payment_method_types[0]=card', 'payment_method_types_no_longer_supported', undefined],
      ['setup_intents', 'allowed_payment_method_types[0]=cash', undefined, 'allowed_payment_method_types[0]'],
    ])('POST /v1/%s %s', async (path, body, code, param) => {
      const answer = await asked.raw(`/v1/${path}`, body);
      expect(answer.status).toBe(400);
      const { error } = (await answer.json()) as { error: Record<string, unknown> };
      expect(error).toMatchObject({ type: 'invalid_request_error', ...(param === undefined ? {} : { param }) });
      expect(error['code']).toBe(code);
    });

    onModel('stricter', 'a currency in capitals, which Stripe’s documentation wants in small letters', async () => {
      expect((await asked.raw('/v1/payment_intents', 'amount=1000&currency=EUR')).status).toBe(400);
    });

    it('to expand what cannot be, and to list too many', async () => {
      const { customer } = await asked.payer();
      expect((await refusal(stripe.customers.retrieve(customer, { expand: ['email'] }))).param).toBe('expand');
      expect((await refusal(stripe.events.list({ limit: 101 }))).param).toBe('limit');
      expect((await refusal(stripe.events.list({ starting_after: 'evt_none' }))).code).toBe('resource_missing');
    });
  });

  describe('keeps idempotency keys', () => {
    it('and answers again without doing it again', async () => {
      const who = await asked.payer();
      const once = own('once');
      const first = await asked.charge(who, 700, once);
      const second = await asked.charge(who, 700, once);
      expect(second.id).toBe(first.id);
      expect(second.lastResponse.headers['idempotent-replayed']).toBe('true');
      expect((await stripe.paymentIntents.list({ customer: who.customer })).data).toHaveLength(1);
    });

    it('and refuses them with other parameters, or at another route', async () => {
      const who = await asked.payer();
      const mine = own('mine');
      await asked.charge(who, 700, mine);
      const other = await refusal(asked.charge(who, 701, mine));
      expect(other).toMatchObject({ statusCode: 400, type: 'StripeIdempotencyError' });
      const elsewhere = await refusal(stripe.customers.create({ name: 'x' }, mine));
      expect(elsewhere.type).toBe('StripeIdempotencyError');
    });

    it('with what failed, but not with what did not fit', async () => {
      const who = await asked.payer('pm_card_chargeCustomerFail');
      const [fails, unfit] = [own('fails'), own('unfit')];
      const failed = await refusal(asked.charge(who, 900, fails));
      expect(await refusal(asked.charge(who, 900, fails))).toMatchObject({
        code: 'card_declined',
        charge: failed.charge,
      });
      await refusal(stripe.paymentIntents.create({ amount: 0, currency: 'eur' }, unfit));
      await stripe.paymentIntents.create({ amount: 100, currency: 'eur' }, unfit);
    });

    onModel('clock', 'for a day', async () => {
      const day = own('a day');
      const first = await stripe.customers.create({ name: 'x' }, day);
      asked.model.advanceDays(2);
      expect((await stripe.customers.create({ name: 'x' }, day)).id).not.toBe(first.id);
    });
  });

  describe('lists events', () => {
    it('the latest first, page by page, in both directions', async () => {
      const made = new Set<string>();
      for (let times = 0; times < 5; times += 1) made.add((await stripe.customers.create({ name: 'listed' })).id);
      await asked.catchUp();
      const page = (more: Stripe.EventListParams): Promise<Stripe.ApiList<Stripe.Event>> =>
        stripe.events.list({ limit: 2, type: 'customer.created', ...more });
      const pages = [await page({})];
      const listed = (): Stripe.Event[] => pages.flatMap(({ data }) => data);
      const found = (): string[] => listed().map(({ data }) => (data.object as Stripe.Customer).id);
      while (found().filter((id) => made.has(id)).length < 5 && pages.at(-1)?.has_more) {
        pages.push(await page({ starting_after: listed().at(-1)?.id ?? '' }));
      }
      expect(new Set(found()).size).toBe(found().length);
      expect([...made].filter((id) => !found().includes(id))).toEqual([]);
      const times = listed().map(({ created }) => created);
      expect(times).toEqual(times.toSorted((a, b) => b - a));
      const back = await page({ ending_before: pages[1]?.data[0]?.id ?? '' });
      expect(back.data.map(({ id }) => id)).toEqual(pages[0]?.data.map(({ id }) => id));
      expect((await stripe.events.retrieve(listed()[0]?.id ?? '')).type).toBe('customer.created');
    });

    onModel('clock', 'of the last 30 days, and not those of accounts of others', async () => {
      expect((await stripe.events.list({ limit: 100, type: 'account.updated' })).data).toEqual([]);
      asked.model.advanceDays(31);
      expect((await stripe.events.list({ limit: 100, type: 'customer.created' })).data).toEqual([]);
    });
  });

  it('shuffles by the seed', () => {
    const numbers = Array.from({ length: 50 }, (_, place) => place);
    expect(shuffled(numbers, randomOf(7))).toEqual(shuffled(numbers, randomOf(7)));
    expect(shuffled(numbers, randomOf(7))).not.toEqual(shuffled(numbers, randomOf(8)));
    expect(shuffled(numbers, randomOf(7)).sort((a, b) => a - b)).toEqual(numbers);
  });
});

describe("what the tests' Stripe tells", () => {
  it('is signed so that Stripe’s library takes it, lost, doubled and kept as the test says', async () => {
    const asked = await EitherStripe.start();
    const { stripe } = asked;
    const heard: Stripe.Event[] = [];
    const made = new Set<string>();
    const make = async (name: string): Promise<string> => {
      const { id } = await stripe.customers.create({ name });
      made.add(id);
      return id;
    };
    /** Of how many of ours it was told, and how often. */
    const told = (): [number, number] => {
      const ours = heard.filter(({ data }) => made.has((data.object as Stripe.Customer).id));
      return [new Set(ours.map(({ id }) => id)).size, ours.length];
    };
    const { fastify } = await import('fastify');
    const inbox = fastify();
    inbox.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    inbox.post('/api/v1/stripe/events', (request, reply) => {
      const header = String(request.headers['stripe-signature']);
      heard.push(stripe.webhooks.constructEvent(request.body as string, header, asked.webhookSecret));
      return reply.send('');
    });
    try {
      asked.tells(await inbox.listen({ port: 0, host: '127.0.0.1' }), false);
      for (let times = 0; times < 20; times += 1) await make(String(times));
      await asked.catchUp();
      expect(heard).toHaveLength(0);
      expect(await asked.deliveries.deliver({ seed: 3, copies: 3, late: 0.5, atOnce: 4 })).toEqual(
        expect.arrayContaining([200]),
      );
      const [first, copies] = told();
      expect(first).toBeLessThan(20);
      expect(copies).toBe(3 * first);
      await asked.deliver({ seed: 4 });
      expect(told()).toEqual([20, 3 * first + 20 - first]);
      const lost = await make('lost');
      await asked.deliver({ seed: 5, drop: 1 });
      expect(heard.some(({ data }) => (data.object as Stripe.Customer).id === lost)).toBe(false);
    } finally {
      await inbox.close();
      await asked.stop();
    }
  });
});
