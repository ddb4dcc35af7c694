/** The tests' Stripe, asked by Stripe's own library: what it refuses, keeps and tells. */
import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { randomOf, shuffled } from '../support/stripe/deliveries.js';
import { describeOnModel, EitherStripe, onModel, refusal } from '../support/stripe/either.js';
import { StripeModel } from '../support/stripe/model.js';

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
    onModel('who has no key, or another one', async () => {
      expect((await refusal(asked.client('sk_test_other').customers.create({ name: 'x' }))).type).toBe(
        'StripeAuthenticationError',
      );
      expect((await refusal(asked.client(asked.model.publishableKey).customers.create({ name: 'x' }))).statusCode).toBe(
        401,
      );
    });

    onModel('another version of the interface, and none', async () => {
      expect((await asked.raw('/v1/customers', 'name=x', { 'stripe-version': '2024-06-20' })).status).toBe(400);
      const { 'stripe-version': _, ...without } = { 'stripe-version': '', authorization: `Bearer ${asked.model.key}` };
      const answer = await fetch(`${asked.model.url}/v1/customers`, { method: 'POST', body: '', headers: without });
      expect(answer.status).toBe(400);
    });

    onModel('routes that it does not know', async () => {
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
      ['payment_intents', 'amount=10&currency=EUR', undefined, 'currency'],
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

    onModel('for a day', async () => {
      const day = own('a day');
      const first = await stripe.customers.create({ name: 'x' }, day);
      asked.model.advanceDays(2);
      expect((await stripe.customers.create({ name: 'x' }, day)).id).not.toBe(first.id);
    });
  });

  describe('lists events', () => {
    it('the latest first, page by page, in both directions', async () => {
      for (let made = 0; made < 5; made += 1) await stripe.customers.create({ name: `listed ${made}` });
      const first = await stripe.events.list({ limit: 2, type: 'customer.created' });
      expect(first.has_more).toBe(true);
      const second = await stripe.events.list({
        limit: 2,
        type: 'customer.created',
        starting_after: first.data[1]?.id ?? '',
      });
      const names = [...first.data, ...second.data].map((event) => (event.data.object as Stripe.Customer).name);
      expect(names).toEqual(['listed 4', 'listed 3', 'listed 2', 'listed 1']);
      const back = await stripe.events.list({
        limit: 2,
        type: 'customer.created',
        ending_before: second.data[0]?.id ?? '',
      });
      expect(back.data.map(({ id }) => id)).toEqual(first.data.map(({ id }) => id));
      expect((await stripe.events.retrieve(first.data[0]?.id ?? '')).type).toBe('customer.created');
    });

    onModel('of the last 30 days, and not those of accounts of others', async () => {
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

describeOnModel("what the tests' Stripe tells", () => {
  it('is signed so that Stripe’s library takes it, lost, doubled and kept as the test says', async () => {
    const model = await StripeModel.start();
    const stripe = new Stripe(model.key, { ...address(model.url), telemetry: false });
    const heard: Stripe.Event[] = [];
    const { fastify } = await import('fastify');
    const inbox = fastify();
    inbox.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    inbox.post('/api/v1/stripe/events', (request, reply) => {
      const header = String(request.headers['stripe-signature']);
      heard.push(stripe.webhooks.constructEvent(request.body as string, header, model.webhookSecret));
      return reply.send('');
    });
    try {
      model.tells(await inbox.listen({ port: 0, host: '127.0.0.1' }), false);
      for (let made = 0; made < 20; made += 1) await stripe.customers.create({ name: String(made) });
      expect(heard).toHaveLength(0);
      expect(await model.deliveries.deliver({ seed: 3, copies: 3, late: 0.5, atOnce: 4 })).toEqual(
        expect.arrayContaining([200]),
      );
      const first = heard.length;
      expect(first % 3).toBe(0);
      expect(model.deliveries.untold).toHaveLength(20 - first / 3);
      await model.deliveries.deliver({ seed: 4 });
      expect(new Set(heard.map(({ id }) => id)).size).toBe(20);
      await stripe.customers.create({ name: 'lost' });
      await model.deliveries.deliver({ seed: 5, drop: 1 });
      expect(heard.some(({ data }) => (data.object as Stripe.Customer).name === 'lost')).toBe(false);
    } finally {
      await inbox.close();
      await model.stop();
    }
  });
});

function address(url: string): Pick<Stripe.StripeConfig, 'host' | 'port' | 'protocol'> {
  const { hostname: host, port } = new URL(url);
  return { host, port, protocol: 'http' };
}
