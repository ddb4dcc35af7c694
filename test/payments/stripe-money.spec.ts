/** The tests' Stripe, asked by Stripe's own library: what becomes of money as time passes, and how it fails. */
import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import { EitherStripe, idOf, refusal } from '../support/stripe/either.js';
import { onModel, withAccount, withBrowser } from '../support/stripe/ways.js';

describe("money at the tests' Stripe", () => {
  let asked: EitherStripe;
  let stripe: Stripe;

  beforeAll(async () => {
    asked = await EitherStripe.start();
    ({ stripe } = asked);
  });

  afterAll(() => asked.stop());

  /** What has happened to a customer, and to what is the customer's. */
  const typesOf = async (customer: string): Promise<string[]> => {
    await asked.catchUp();
    return asked.deliveries.announced
      .filter(({ data }) => (data.object as { customer?: unknown }).customer === customer)
      .map(({ type }) => type);
  };
  /** The movement of money that a charge is. */
  const movementOf = async (charge: string): Promise<Stripe.BalanceTransaction | undefined> =>
    (await stripe.balanceTransactions.list({ source: charge })).data[0];

  describe('sets up', () => {
    withBrowser('a card, in the browser, by the secret of the SetupIntent', async () => {
      const { customer, method } = await asked.payer();
      expect(await stripe.paymentMethods.retrieve(method)).toMatchObject({
        customer,
        type: 'card',
        card: { brand: 'visa', last4: '4242' },
      });
      const setup = await stripe.setupIntents.create({ customer, allowed_payment_method_types: ['card'] });
      const wrong = `${setup.id}_secret_wrong`;
      expect(await asked.confirmInBrowser(wrong, 'pm_card_visa')).toBe(400);
      expect(await asked.confirmInBrowser(setup.client_secret ?? '', 'pm_success_de')).toBe(400);
      expect((await stripe.paymentMethods.list({ customer, type: 'card' })).data).toHaveLength(1);
    });

    it('no card that the bank refuses, and says why', async () => {
      const customer = await stripe.customers.create({ name: 'x' });
      const setup = await stripe.setupIntents.create({ customer: customer.id });
      expect((await refusal(asked.confirm(setup.id, 'pm_card_visa_chargeDeclined'))).statusCode).toBe(402);
      expect(await stripe.setupIntents.retrieve(setup.id)).toMatchObject({
        status: 'requires_payment_method',
        last_setup_error: { code: 'card_declined', decline_code: 'generic_decline' },
      });
    });

    const questioned = async (): Promise<string> => {
      const customer = await stripe.customers.create({ name: 'x' });
      const { id } = await stripe.setupIntents.create({ customer: customer.id });
      await asked.confirm(id, 'pm_card_authenticationRequired');
      expect((await stripe.setupIntents.retrieve(id)).status).toBe('requires_action');
      return id;
    };

    it('no card whose bank asks the member first', async () => {
      await questioned();
    });

    onModel('person', 'a card whose bank asked the member first', async () => {
      const id = await questioned();
      asked.model.authenticate(id);
      expect((await stripe.setupIntents.retrieve(id)).status).toBe('succeeded');
    });

    it('no method that was there before: who is gone does not come back', async () => {
      const { customer, method } = await asked.payer();
      expect((await stripe.paymentMethods.detach(method)).customer).toBeNull();
      await refusal(stripe.paymentMethods.attach(method, { customer }));
      await refusal(asked.charge({ customer, method }));
    });

    it('one method for one customer', async () => {
      const { method } = await asked.payer();
      const other = await stripe.customers.create({ name: 'other' });
      await refusal(stripe.paymentMethods.attach(method, { customer: other.id }));
      await refusal(asked.charge({ customer: other.id, method }));
    });
  });

  describe('charges', () => {
    it('a card at once; what comes in is available later, or at once by a method for that', async () => {
      const payment = await asked.charge(await asked.payer(), 1_234);
      expect(payment).toMatchObject({ status: 'succeeded', amount_received: 1_234 });
      expect(await movementOf(idOf(payment.latest_charge))).toMatchObject({ amount: 1_234, status: 'pending' });
      const other = await asked.charge(await asked.payer('pm_card_bypassPending'), 1_234);
      expect(await movementOf(idOf(other.latest_charge))).toMatchObject({ amount: 1_234, status: 'available' });
    });

    onModel('clock', 'a card at once; what comes in is available after two days', async () => {
      const { latest_charge: charge } = await asked.charge(await asked.payer(), 1_234);
      const [pending, available] = [asked.model.store.pending, asked.model.store.available].map((each) =>
        each.get('eur'),
      );
      asked.model.advanceDays(2);
      expect(await movementOf(idOf(charge))).toMatchObject({ status: 'available' });
      expect(asked.model.store.pending.get('eur')).toBe(0);
      expect(asked.model.store.available.get('eur')).toBe((available ?? 0) + (pending ?? 0));
    });

    it('no card that the bank refuses later, and keeps why', async () => {
      const error = await refusal(asked.charge(await asked.payer('pm_card_chargeCustomerFail')));
      expect(error).toMatchObject({ statusCode: 402, type: 'StripeCardError', decline_code: 'generic_decline' });
      expect(await stripe.paymentIntents.retrieve(error.payment_intent?.id ?? '')).toMatchObject({
        status: 'requires_payment_method',
        last_payment_error: { code: 'card_declined' },
      });
    });

    onModel('clock', 'by direct debit after days', async () => {
      const payment = await asked.charge(await asked.payer('pm_success_de'));
      asked.model.advanceDays(2);
      expect((await stripe.paymentIntents.retrieve(payment.id)).status).toBe('processing');
      asked.model.advanceDays(1);
      expect((await stripe.paymentIntents.retrieve(payment.id)).status).toBe('succeeded');
    });

    it('by direct debit, in euros only: processing, then succeeded', async () => {
      const who = await asked.payer('pm_success_de');
      const payment = await asked.charge(who);
      expect(payment.status).toBe('processing');
      expect(await asked.debited(payment.id)).toMatchObject({ status: 'succeeded', amount_received: 5_000 });
      const won = stripe.paymentIntents.create({
        amount: 1_000,
        currency: 'krw',
        customer: who.customer,
        payment_method: who.method,
        allowed_payment_method_types: ['card', 'sepa_debit'],
        confirm: true,
      });
      expect((await refusal(won)).statusCode).toBe(400);
    });

    it('by direct debit without cover: processing, then failed', async () => {
      const payment = await asked.charge(await asked.payer('pm_insufficientFunds_de'));
      expect(payment.status).toBe('processing');
      expect(await asked.debited(payment.id)).toMatchObject({
        status: 'requires_payment_method',
        last_payment_error: { code: 'insufficient_funds' },
      });
    });
  });

  describe('collects invoices', () => {
    it('of their lines, once they are final', async () => {
      const { customer, method } = await asked.payer();
      const open = await asked.invoice(customer, [500, 300, -100]);
      expect(open).toMatchObject({ status: 'open', amount_due: 700, amount_paid: 0 });
      await refusal(stripe.invoiceItems.create({ customer, invoice: open.id, amount: 1, currency: 'eur' }));
      const paid = await stripe.invoices.pay(open.id, { payment_method: method, off_session: true });
      expect(paid).toMatchObject({ status: 'paid', amount_paid: 700 });
      expect('payments' in paid).toBe(false);
      expect((await refusal(stripe.invoices.pay(open.id, { payment_method: method }))).statusCode).toBe(400);
      const read = await stripe.invoices.retrieve(open.id, { expand: ['payments.data.payment.payment_intent'] });
      expect(read.payments?.data[0]?.payment.payment_intent).toMatchObject({ status: 'succeeded', amount: 700 });
      expect(await typesOf(customer)).toEqual(
        expect.arrayContaining(['invoice.created', 'invoice.finalized', 'payment_intent.succeeded', 'invoice.paid']),
      );
    });

    it('again after a refusal, and not while a payment is under way', async () => {
      const failing = await asked.payer('pm_card_chargeCustomerFail');
      const open = await asked.invoice(failing.customer, [500]);
      const error = await refusal(stripe.invoices.pay(open.id, { payment_method: failing.method, off_session: true }));
      expect(error).toMatchObject({ statusCode: 402, code: 'card_declined' });
      const debit = await asked.payer('pm_success_de', failing.customer);
      const processing = await stripe.invoices.pay(open.id, { payment_method: debit.method, off_session: true });
      // Of the tries that are asked for, Stripe counts the first one only.
      expect(processing).toMatchObject({ status: 'open', attempt_count: 1 });
      await refusal(stripe.invoices.pay(open.id, { payment_method: debit.method }));
      await refusal(stripe.invoices.voidInvoice(open.id));
      await asked.comes(async () => (await stripe.invoices.retrieve(open.id)).status === 'paid');
    });

    it('and marks those of nothing as paid, voids what is open, and lets no number be used twice', async () => {
      const { customer } = await asked.payer();
      expect((await asked.invoice(customer, [100, -100])).status).toBe('paid');
      const open = await asked.invoice(customer, [100]);
      expect((await stripe.invoices.voidInvoice(open.id)).status).toBe('void');
      const number = `A-${randomUUID().slice(0, 8)}`;
      await stripe.invoices.create({ customer, number });
      expect((await refusal(stripe.invoices.create({ customer, number }))).param).toBe('number');
    });
  });

  describe('gives back', () => {
    it('no more than was paid', async () => {
      const payment = await asked.charge(await asked.payer(), 1_000);
      const refund = await stripe.refunds.create({ payment_intent: payment.id, amount: 400, metadata: { a: 'b' } });
      expect(refund).toMatchObject({ status: 'succeeded', amount: 400, metadata: { a: 'b' } });
      await refusal(stripe.refunds.create({ payment_intent: payment.id, amount: 601 }));
      await stripe.refunds.create({ payment_intent: payment.id });
      const again = await refusal(stripe.refunds.create({ payment_intent: payment.id }));
      expect(again.code).toBe('charge_already_refunded');
      expect((await stripe.refunds.list({ payment_intent: payment.id })).data).toHaveLength(2);
      expect(await stripe.charges.retrieve(idOf(payment.latest_charge))).toMatchObject({
        refunded: true,
        amount_refunded: 1_000,
      });
    });

    it('later, and sometimes it comes back', async () => {
      const back = async (token: string): Promise<Stripe.Refund> => {
        const payment = await asked.charge(await asked.payer(token));
        return stripe.refunds.create({ payment_intent: payment.id });
      };
      const comes = async ({ id }: Stripe.Refund, status: string): Promise<void> =>
        asked.comes(async () => (await stripe.refunds.retrieve(id)).status === status);
      await asked.fund(10_000);
      const later = await back('pm_card_pendingRefund');
      expect(later.status).toBe('pending');
      const lost = await back('pm_card_refundFail');
      expect(lost.status).toBe('succeeded');
      await comes(later, 'succeeded');
      await comes(lost, 'failed');
    });

    onModel('undocumented', 'by direct debit after days', async () => {
      const debit = await asked.charge(await asked.payer('pm_success_de'));
      asked.model.advanceDays(3);
      const refund = await stripe.refunds.create({ payment_intent: debit.id });
      expect(refund.status).toBe('pending');
      asked.model.advanceDays(3);
      expect((await stripe.refunds.retrieve(refund.id)).status).toBe('succeeded');
    });

    it('what is disputed, until the dispute is won', async () => {
      const payment = await asked.charge(await asked.payer('pm_card_createDispute'), 800);
      const dispute = await asked.disputeOf(payment.id);
      expect(dispute).toMatchObject({ status: 'needs_response', payment_intent: payment.id });
      expect(dispute.balance_transactions.map(({ amount }) => amount)).toEqual([-800]);
      expect((await refusal(stripe.refunds.create({ payment_intent: payment.id }))).code).toBe('charge_disputed');
      await asked.decide(dispute.id, 'won');
      const won = await stripe.disputes.retrieve(dispute.id);
      expect(won.balance_transactions.map(({ amount }) => amount).toSorted((a, b) => a - b)).toEqual([-800, 800]);
      expect(await stripe.refunds.create({ payment_intent: payment.id, amount: 100 })).toMatchObject({ amount: 100 });
    });

    it('nothing of what a lost dispute has taken, and all of what a bank only asks about', async () => {
      const taken = await asked.charge(await asked.payer('pm_card_createDispute'), 800);
      await asked.decide((await asked.disputeOf(taken.id)).id, 'lost');
      await refusal(stripe.refunds.create({ payment_intent: taken.id }));
      await asked.fund(1_000);
      const questioned = await asked.charge(await asked.payer('pm_card_createDisputeInquiry'), 800);
      const inquiry = await asked.disputeOf(questioned.id);
      expect(inquiry).toMatchObject({ status: 'warning_needs_response', is_charge_refundable: true });
      expect(inquiry.balance_transactions).toEqual([]);
      expect(await stripe.refunds.create({ payment_intent: questioned.id })).toMatchObject({ amount: 800 });
    });
  });

  describe('pays providers', () => {
    const opened = async (): Promise<Stripe.Account> =>
      stripe.accounts.create({ type: 'express', country: 'DE', capabilities: { transfers: { requested: true } } });

    it('who get a link to complete their details', async () => {
      const account = await opened();
      const link = await stripe.accountLinks.create({
        account: account.id,
        type: 'account_onboarding',
        refresh_url: 'https://pumasi.example/again',
        return_url: 'https://pumasi.example/back',
      });
      expect(link.url).toContain(account.id);
    });

    onModel('lenient', 'not before their details are complete', async () => {
      const order = { amount: 100, currency: 'eur', destination: (await opened()).id };
      expect((await refusal(stripe.transfers.create(order))).code).toBe('insufficient_capabilities_for_transfer');
    });

    withAccount('whose details are complete, out of what is available', async () => {
      const destination = await asked.account();
      const group = `payout ${randomUUID()}`;
      await asked.fund(2_000);
      const order = { amount: 1_500, currency: 'eur', destination, transfer_group: group };
      const huge = await refusal(stripe.transfers.create({ ...order, amount: 99_999_999 }));
      expect(huge.code).toBe('balance_insufficient');
      const transfer = await stripe.transfers.create(order);
      await stripe.transfers.createReversal(transfer.id, { amount: 500 });
      await refusal(stripe.transfers.createReversal(transfer.id, { amount: 1_001 }));
      expect((await stripe.transfers.list({ transfer_group: group })).data).toMatchObject([
        { id: transfer.id, amount_reversed: 500, reversed: false },
      ]);
      expect((await stripe.transfers.listReversals(transfer.id)).data).toHaveLength(1);
      expect((await stripe.balance.retrieve()).available).toContainEqual(expect.objectContaining({ currency: 'eur' }));
    });
  });

  describe('fails on its way, as it is told', () => {
    it('after it has done what was asked: the key brings the answer', async () => {
      const who = await asked.payer();
      asked.wire.failNext('POST /v1/payment_intents', 'reset');
      const answer = await asked.client(asked.key, { maxNetworkRetries: 1 }).paymentIntents.create({
        amount: 100,
        currency: 'eur',
        customer: who.customer,
        payment_method: who.method,
        allowed_payment_method_types: ['card'],
        confirm: true,
        off_session: true,
      });
      expect(answer.status).toBe('succeeded');
      expect((await stripe.paymentIntents.list({ customer: who.customer })).data).toHaveLength(1);
    });

    it('by never answering', async () => {
      asked.wire.failNext('POST /v1/customers', 'timeout');
      const key = { idempotencyKey: `late ${randomUUID()}` };
      const impatient = asked.client(asked.key, { timeout: 300 });
      expect((await refusal(impatient.customers.create({ name: 'late' }, key))).type).toBe('StripeConnectionError');
      const patient = asked.client(asked.key, { maxNetworkRetries: 5 });
      const again = await patient.customers.create({ name: 'late' }, key);
      expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    });

    it('before, by refusing', async () => {
      asked.wire.failNext('GET /v1/balance', 'rate-limit');
      expect(await refusal(stripe.balance.retrieve())).toMatchObject({ statusCode: 429, type: 'StripeRateLimitError' });
      asked.wire.failNext('GET /v1/balance', 'error');
      expect((await refusal(stripe.balance.retrieve())).type).toBe('StripeAPIError');
      await stripe.balance.retrieve();
    });
  });
});
