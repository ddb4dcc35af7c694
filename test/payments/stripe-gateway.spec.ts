/** What Pumasi asks of Stripe is done once, whatever happens on the way, and nothing secret is told. */
import { randomUUID } from 'node:crypto';
import { Refusal } from '../../src/kernel/refusal.js';
import { StripeClient } from '../../src/payments/stripe-client.js';
import { StripeGateway } from '../../src/payments/stripe-gateway.js';
import { StripeMethods } from '../../src/payments/stripe-methods.js';
import type { EventState } from '../../src/payments/stripe-states.js';
import { StripeWatch } from '../../src/payments/stripe-watch.js';
import { Settings } from '../../src/platform/config/settings.js';
import { EitherStripe, idOf, refusal } from '../support/stripe/either.js';
import { onModel } from '../support/stripe/ways.js';

describe('the gateway to Stripe', () => {
  let asked: EitherStripe;
  let gateway: StripeGateway;
  let methods: StripeMethods;
  let watch: StripeWatch;

  const clientOf = (settings: Partial<Settings>): StripeClient =>
    new StripeClient(Object.assign(new Settings(), settings));
  const why = async (work: Promise<unknown>): Promise<Refusal> =>
    work.then(
      () => {
        throw new Error('was done');
      },
      (error: unknown) => {
        if (error instanceof Refusal) return error;
        throw error;
      },
    );
  const member = async (token = 'pm_card_visa'): Promise<{ customer: string; paymentMethod: string }> => {
    const { customer, method } = await asked.payer(token);
    return { customer, paymentMethod: method };
  };
  const deposit = async (of: { customer: string; paymentMethod: string }, depositId: string = randomUUID()) =>
    gateway.chargeDeposit({ depositId, ...of, minor: 2_500n, currency: 'EUR' });
  const order = (customer: string) => ({
    invoiceId: randomUUID(),
    number: `T-${randomUUID().slice(0, 8)}`,
    customer,
    currency: 'EUR',
    lines: [
      { description: 'Fibre', minor: 5_000n },
      { description: 'Credit', minor: -500n },
    ],
    dueOn: '2026-03-15',
  });

  beforeAll(async () => {
    asked = await EitherStripe.start();
    const client = clientOf(asked.settings());
    gateway = new StripeGateway(client);
    methods = new StripeMethods(client);
    watch = new StripeWatch(client);
  });

  afterAll(() => asked.stop());

  it('is off without a key', async () => {
    const off = new StripeGateway(clientOf({}));
    expect(off.on).toBe(false);
    expect((await why(off.retrieveInvoice('in_1'))).code).toBe('stripe.off');
  });

  it('sets up a method that can be charged later', async () => {
    const memberId = randomUUID();
    const { id: customer } = await methods.createCustomer({ memberId, name: 'Shop' });
    expect((await methods.createCustomer({ memberId, name: 'Shop' })).id).toBe(customer);
    const setup = await methods.createSetupIntent({ setupId: randomUUID(), memberId, customer });
    expect(setup.clientSecret).toContain('_secret_');
    expect(await methods.setupSecret(setup.id)).toBe(setup.clientSecret);
    expect(await methods.retrieveSetupIntent(setup.id)).toMatchObject({ method: null, metadata: { memberId } });
    await asked.confirm(setup.id, 'pm_card_visa');
    const { method, ...state } = await methods.retrieveSetupIntent(setup.id);
    expect(state).toMatchObject({ status: 'succeeded', customer });
    expect(method).toMatchObject({ customer, kind: 'card', brand: 'visa', lastFour: '4242' });
    expect(await methods.retrievePaymentMethod(method?.id ?? '')).toEqual(method);
  });

  it('charges a deposit once, and tells why not', async () => {
    const who = await member();
    const id = randomUUID();
    const paid = await deposit(who, id);
    expect(paid).toMatchObject({ status: 'succeeded', minor: 2_500n, currency: 'EUR', metadata: { depositId: id } });
    expect((await deposit(who, id)).id).toBe(paid.id);
    const refused = await deposit(await member('pm_card_chargeCustomerFail'));
    expect(refused).toMatchObject({ status: 'requires_payment_method', failure: { code: 'card_declined' } });
  });

  it('charges a deposit once when the answer does not come, again and again', async () => {
    const who = await member();
    const id = randomUUID();
    const before = asked.wire.done('POST /v1/payment_intents');
    asked.wire.failNext('POST /v1/payment_intents', 'reset', 3);
    expect((await why(deposit(who, id))).code).toBe('stripe.unavailable');
    expect((await deposit(who, id)).status).toBe('succeeded');
    expect(asked.wire.done('POST /v1/payment_intents')).toBe(before + 1);
  });

  it('charges a deposit once when the answer comes too late', async () => {
    asked.wire.failNext('POST /v1/payment_intents', 'timeout');
    const who = await member();
    expect((await deposit(who)).status).toBe('succeeded');
    expect((await asked.stripe.paymentIntents.list({ customer: who.customer })).data).toHaveLength(1);
  });

  onModel('clock', 'charges a deposit once although Stripe has forgotten the key', async () => {
    const who = await member();
    const id = randomUUID();
    asked.wire.failNext('POST /v1/payment_intents', 'reset', 3);
    await why(deposit(who, id));
    asked.model.advanceDays(3);
    await deposit(who, id);
    expect((await asked.stripe.paymentIntents.list({ customer: who.customer })).data).toHaveLength(1);
  });

  it('waits for a direct debit', async () => {
    const paid = await deposit(await member('pm_success_de'));
    expect(paid.status).toBe('processing');
    await asked.debited(paid.id);
    expect(await gateway.retrievePaymentIntent(paid.id)).toMatchObject({ status: 'succeeded', minor: 2_500n });
  });

  it('goes on with an invoice that was drafted by the same key and asked for otherwise', async () => {
    const { customer } = await member();
    const wish = order(customer);
    const drafted = await asked.stripe.invoices.create(
      { customer, currency: 'eur', auto_advance: false, number: wish.number, metadata: { invoiceId: wish.invoiceId } },
      { idempotencyKey: `pumasi-invoice-${wish.invoiceId}` },
    );
    expect(await gateway.issueInvoice(wish)).toMatchObject({ id: drafted.id, status: 'open', minorDue: 4_500n });
    expect((await asked.stripe.invoices.list({ customer })).data).toHaveLength(1);
  });

  it('issues an invoice once and charges it', async () => {
    const { customer, paymentMethod } = await member();
    const wish = order(customer);
    const issued = await gateway.issueInvoice(wish);
    expect(issued).toMatchObject({ status: 'open', minorDue: 4_500n, minorPaid: 0n });
    expect((await asked.stripe.invoices.retrieve(issued.id)).description).toContain(wish.number);
    expect((await gateway.issueInvoice(wish)).id).toBe(issued.id);
    const pay = { invoiceId: wish.invoiceId, attempt: 1, stripeInvoice: issued.id, paymentMethod };
    const paid = await gateway.payInvoice(pay);
    expect(paid).toMatchObject({ status: 'paid', minorPaid: 4_500n, payment: { status: 'succeeded' } });
    expect(await gateway.payInvoice({ ...pay, attempt: 2 })).toEqual(paid);
    expect(await gateway.retrieveCharge(paid.payment?.charge ?? '')).toMatchObject({ minor: 4_500n, disputed: false });
    expect(await gateway.voidInvoice({ invoiceId: wish.invoiceId, stripeInvoice: issued.id })).toEqual(paid);
  });

  it('issues the invoices of two agencies that count alike', async () => {
    const { customer } = await member();
    const [one, other] = [order(customer), { ...order(customer), number: 'INV-2026-000001' }];
    const first = await gateway.issueInvoice({ ...one, number: other.number });
    const second = await gateway.issueInvoice(other);
    expect([first.status, second.status, second.id === first.id]).toEqual(['open', 'open', false]);
  });

  it('charges a card in another currency than that of direct debits', async () => {
    const who = await member();
    const wish = { ...order(who.customer), currency: 'USD' };
    const { invoiceId } = wish;
    const { id: stripeInvoice } = await gateway.issueInvoice(wish);
    const paid = await gateway.payInvoice({ invoiceId, attempt: 1, stripeInvoice, paymentMethod: who.paymentMethod });
    expect(paid).toMatchObject({ status: 'paid', minorPaid: 4_500n, currency: 'USD' });
    const left = await gateway.chargeDeposit({ depositId: randomUUID(), ...who, minor: 2_500n, currency: 'USD' });
    expect(left).toMatchObject({ status: 'succeeded', currency: 'USD' });
  });

  it('charges no less than Stripe does, which would call it paid and add it to the next invoice', async () => {
    const who = await member();
    const little = { ...order(who.customer), lines: [{ description: 'Rest', minor: 49n }] };
    expect((await why(gateway.issueInvoice(little))).code).toBe('stripe.amount');
    const small = { depositId: randomUUID(), ...who, minor: 49n, currency: 'EUR' };
    expect((await why(gateway.chargeDeposit(small))).code).toBe('stripe.amount');
    expect((await asked.stripe.invoices.list({ customer: who.customer })).data).toEqual([]);
    const { customer } = who;
    expect(await asked.invoice(customer, [30])).toMatchObject({ status: 'paid', amount_paid: 0, total: 30 });
    expect(await asked.invoice(customer, [100])).toMatchObject({ status: 'open', amount_due: 130 });
  });

  it('makes an invoice again when another amount is to be charged, as often as that changes', async () => {
    const { customer } = await member();
    const wish = order(customer);
    const of = (minor: bigint) => gateway.issueInvoice({ ...wish, lines: [{ description: 'Fibre', minor }] });
    const keys: (string | undefined)[] = [];
    for (const minor of [5_000n, 4_000n, 4_000n, 5_000n]) {
      const issued = await of(minor);
      expect(issued).toMatchObject({ status: 'open', minorDue: minor });
      keys.push(issued.metadata['invoiceId']);
    }
    const { invoiceId } = wish;
    expect(keys).toEqual([invoiceId, `${invoiceId}-2`, `${invoiceId}-2`, `${invoiceId}-3`]);
    const { data } = await asked.stripe.invoices.list({ customer });
    expect(data.map(({ status }) => status)).toEqual(['open', 'void', 'void']);
  });

  it('charges nothing of what a customer owes at Stripe besides', async () => {
    const { customer } = await member();
    await asked.invoice(customer, [30]);
    expect((await why(gateway.issueInvoice(order(customer)))).code).toBe('stripe.amount');
    expect((await asked.stripe.invoices.list({ customer, status: 'open' })).data).toEqual([]);
  });

  it('makes an invoice again of which a draft was left with another amount', async () => {
    const { customer } = await member();
    const wish = order(customer);
    asked.wire.failNext('POST /v1/invoices/:id/finalize', 'error', 3);
    await why(gateway.issueInvoice(wish));
    const less = { ...wish, lines: [{ description: 'Fibre', minor: 4_000n }] };
    expect(await gateway.issueInvoice(less)).toMatchObject({ status: 'open', minorDue: 4_000n });
  });

  const goesOn = async (meanwhile: () => void): Promise<void> => {
    const { customer } = await member();
    const wish = order(customer);
    asked.wire.failNext('POST /v1/invoices/:id/finalize', 'error', 3);
    expect((await why(gateway.issueInvoice(wish))).code).toBe('stripe.unavailable');
    meanwhile();
    expect(await gateway.issueInvoice(wish)).toMatchObject({ status: 'open', minorDue: 4_500n });
    expect((await asked.stripe.invoices.list({ customer })).data).toHaveLength(1);
  };

  it('goes on with an invoice where it was left', () => goesOn(() => undefined));

  onModel('clock', 'goes on with an invoice although Stripe has forgotten the keys', () =>
    goesOn(() => asked.model.advanceDays(2)),
  );

  it('tells why an invoice is not paid, and tries once per attempt', async () => {
    const { customer, paymentMethod } = await member('pm_card_chargeCustomerFail');
    const wish = order(customer);
    const { id: stripeInvoice } = await gateway.issueInvoice(wish);
    const pay = { invoiceId: wish.invoiceId, stripeInvoice, paymentMethod };
    expect(await gateway.payInvoice({ ...pay, attempt: 1 })).toMatchObject({
      status: 'open',
      payment: { status: 'requires_payment_method', failure: { code: 'card_declined' } },
    });
    const before = asked.wire.done('POST /v1/invoices/:id/pay');
    await gateway.payInvoice({ ...pay, attempt: 1 });
    expect(asked.wire.done('POST /v1/invoices/:id/pay')).toBe(before);
    await gateway.payInvoice({ ...pay, attempt: 2 });
    expect(asked.wire.done('POST /v1/invoices/:id/pay')).toBe(before + 1);
    expect((await gateway.voidInvoice({ invoiceId: wish.invoiceId, stripeInvoice })).status).toBe('void');
  });

  it('makes a try whose answer was lost again by the method that has taken its place', async () => {
    const { customer, paymentMethod } = await member('pm_card_chargeCustomerFail');
    const wish = order(customer);
    const { id: stripeInvoice } = await gateway.issueInvoice(wish);
    const pay = { invoiceId: wish.invoiceId, stripeInvoice, attempt: 1 };
    await gateway.payInvoice({ ...pay, paymentMethod });
    const setup = await asked.stripe.setupIntents.create({ customer });
    const other = idOf((await asked.confirm(setup.id, 'pm_card_visa')).payment_method);
    expect(await gateway.payInvoice({ ...pay, paymentMethod: other })).toMatchObject({ status: 'paid' });
  });

  onModel('clock', 'waits until Stripe forgets a key that was used for something else', async () => {
    const who = await member();
    const id = randomUUID();
    // Stripe has answered the key by a failure that left nothing behind.
    await refusal(asked.stripe.refunds.create({ charge: 'ch_none' }, { idempotencyKey: `pumasi-deposit-${id}` }));
    const told = await why(deposit(who, id));
    expect(told).toMatchObject({ code: 'stripe.unavailable', kind: 'unavailable' });
    expect(told.message).toMatch(/StripeIdempotencyError.*in a day/);
    asked.model.advanceDays(2);
    expect((await deposit(who, id)).status).toBe('succeeded');
  });

  it('gives back once', async () => {
    const paid = await deposit(await member());
    const wish = { refundId: randomUUID(), paymentIntent: paid.id, minor: 1_000n, currency: 'EUR' };
    const refund = await gateway.refund(wish);
    expect(refund).toMatchObject({ minor: 1_000n, paymentIntent: paid.id, metadata: { refundId: wish.refundId } });
    expect((await gateway.refund(wish)).id).toBe(refund.id);
    expect((await gateway.retrieveRefund(refund.id)).id).toBe(refund.id);
    expect((await gateway.retrieveCharge(paid.charge ?? '')).minorRefunded).toBe(1_000n);
  });

  it('reads disputes, the balance and events, page by page', async () => {
    const paid = await deposit(await member('pm_card_createDispute'));
    const { id, created } = await asked.disputeOf(paid.id);
    expect(await gateway.retrieveDispute(id)).toMatchObject({
      charge: paid.charge,
      minor: 2_500n,
      reason: 'fraudulent',
    });
    expect(await watch.balance()).toContainEqual(expect.objectContaining({ currency: 'EUR' }));
    await asked.catchUp();
    const since = new Date(created * 1_000 - 5_000);
    const events: EventState[] = [];
    for (let after: string | null | undefined; after !== null;) {
      const page = await watch.listEvents({ since, limit: 2, ...(after === undefined ? {} : { after }) });
      events.push(...page.events);
      after = page.next;
    }
    const withdrawn = { type: 'charge.dispute.funds_withdrawn', objectId: id, account: null };
    expect(events).toContainEqual(expect.objectContaining(withdrawn));
    expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
    expect((await watch.listEvents({ since: new Date((created + 86_400) * 1_000) })).events).toEqual([]);
  });

  it('tells what went wrong in words for programs, and no secret', async () => {
    const missing = await why(gateway.retrieveInvoice('in_none'));
    expect(missing).toMatchObject({ code: 'stripe.refused', facts: { stripe: { code: 'resource_missing' } } });
    expect(missing.message).toMatch(/StripeInvalidRequestError resource_missing req_/);
    const wrong = new StripeWatch(clientOf({ ...asked.settings(), PUMASI_STRIPE_KEY: 'sk_test_wrongwrongwrong' }));
    const refused = await why(wrong.balance());
    expect(refused).toMatchObject({ code: 'stripe.refused', facts: { stripe: { type: 'StripeAuthenticationError' } } });
    expect(JSON.stringify([refused, refused.message])).not.toContain('wrongwrong');
  });

  it('asks later when Stripe is asked too often', async () => {
    asked.wire.failNext('GET /v1/balance', 'rate-limit', 3);
    expect(await why(watch.balance())).toMatchObject({ code: 'stripe.unavailable', kind: 'unavailable' });
  });
});
