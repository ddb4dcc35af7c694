/** The tests' Stripe, asked by Stripe's own library: what becomes of money as time passes, and how it fails. */
import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import { EitherStripe, idOf, onModel, refusal } from '../support/stripe/either.js';

describe("money at the tests' Stripe", () => {
  let asked: EitherStripe;
  let stripe: Stripe;

  beforeAll(async () => {
    asked = await EitherStripe.start();
    ({ stripe } = asked);
  });

  afterAll(() => asked.stop());

  const typesSince = (before: number): string[] =>
    asked.model.store
      .events()
      .toReversed()
      .slice(before)
      .map(({ type }) => type);

  describe('sets up', () => {
    onModel('a card, in the browser, by the secret of the SetupIntent', async () => {
      const { customer, method } = await asked.payer();
      expect(await stripe.paymentMethods.retrieve(method)).toMatchObject({
        customer,
        type: 'card',
        card: { brand: 'visa', last4: '4242' },
      });
      const setup = await stripe.setupIntents.create({ customer, allowed_payment_method_types: ['card'] });
      const wrong = `${setup.id}_secret_wrong`;
      expect(await asked.model.confirmInBrowser(wrong, 'pm_card_visa')).toBe(400);
      expect(await asked.model.confirmInBrowser(setup.client_secret ?? '', 'pm_success_de')).toBe(400);
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

    onModel('a card whose bank asks the member first', async () => {
      const customer = await stripe.customers.create({ name: 'x' });
      const setup = await stripe.setupIntents.create({ customer: customer.id });
      await asked.model.confirmInBrowser(setup.client_secret ?? '', 'pm_card_authenticationRequired');
      expect((await stripe.setupIntents.retrieve(setup.id)).status).toBe('requires_action');
      asked.model.authenticate(setup.id);
      expect((await stripe.setupIntents.retrieve(setup.id)).status).toBe('succeeded');
    });

    it('one method for one customer', async () => {
      const { method } = await asked.payer();
      const other = await stripe.customers.create({ name: 'other' });
      await refusal(stripe.paymentMethods.attach(method, { customer: other.id }));
      await refusal(asked.charge({ customer: other.id, method }));
    });
  });

  describe('charges', () => {
    onModel('a card at once; what comes in is available after two days', async () => {
      const who = await asked.payer();
      const before = asked.model.store.available.get('eur') ?? 0;
      const payment = await asked.charge(who, 1_234);
      expect(payment).toMatchObject({ status: 'succeeded', amount_received: 1_234 });
      expect(asked.model.store.available.get('eur') ?? 0).toBe(before);
      asked.model.advanceDays(2);
      expect(asked.model.store.available.get('eur')).toBe(before + 1_234);
    });

    it('no card that the bank refuses later, and keeps why', async () => {
      const error = await refusal(asked.charge(await asked.payer('pm_card_chargeCustomerFail')));
      expect(error).toMatchObject({ statusCode: 402, type: 'StripeCardError', decline_code: 'generic_decline' });
      expect(await stripe.paymentIntents.retrieve(error.payment_intent?.id ?? '')).toMatchObject({
        status: 'requires_payment_method',
        last_payment_error: { code: 'card_declined' },
      });
    });

    onModel('by direct debit after days, in euros only', async () => {
      const who = await asked.payer('pm_success_de');
      const payment = await asked.charge(who);
      expect(payment.status).toBe('processing');
      asked.model.advanceDays(2);
      expect((await stripe.paymentIntents.retrieve(payment.id)).status).toBe('processing');
      asked.model.advanceDays(1);
      expect((await stripe.paymentIntents.retrieve(payment.id)).status).toBe('succeeded');
      const won = stripe.paymentIntents.create({
        amount: 1_000,
        currency: 'krw',
        customer: who.customer,
        payment_method: who.method,
        allowed_payment_method_types: ['card', 'sepa_debit'],
        confirm: true,
      });
      expect((await refusal(won)).param).toBe('currency');
    });

    onModel('by direct debit without cover: processing, then failed', async () => {
      const payment = await asked.charge(await asked.payer('pm_insufficientFunds_de'));
      expect(payment.status).toBe('processing');
      asked.model.advanceDays(3);
      expect(await stripe.paymentIntents.retrieve(payment.id)).toMatchObject({
        status: 'requires_payment_method',
        last_payment_error: { code: 'insufficient_funds' },
      });
    });
  });

  describe('collects invoices', () => {
    onModel('of their lines, once they are final', async () => {
      const { customer, method } = await asked.payer();
      const before = asked.model.store.events().length;
      const open = await asked.invoice(customer, [500, 300, -100]);
      expect(open).toMatchObject({ status: 'open', amount_due: 700, amount_paid: 0 });
      await refusal(stripe.invoiceItems.create({ customer, invoice: open.id, amount: 1, currency: 'eur' }));
      const paid = await stripe.invoices.pay(open.id, { payment_method: method, off_session: true });
      expect(paid).toMatchObject({ status: 'paid', amount_paid: 700 });
      expect('payments' in paid).toBe(false);
      expect((await refusal(stripe.invoices.pay(open.id, { payment_method: method }))).statusCode).toBe(400);
      const read = await stripe.invoices.retrieve(open.id, { expand: ['payments.data.payment.payment_intent'] });
      expect(read.payments?.data[0]?.payment.payment_intent).toMatchObject({ status: 'succeeded', amount: 700 });
      expect(typesSince(before)).toEqual(
        expect.arrayContaining(['invoice.created', 'invoice.finalized', 'payment_intent.succeeded', 'invoice.paid']),
      );
    });

    onModel('again after a refusal, and not while a payment is under way', async () => {
      const failing = await asked.payer('pm_card_chargeCustomerFail');
      const open = await asked.invoice(failing.customer, [500]);
      const error = await refusal(stripe.invoices.pay(open.id, { payment_method: failing.method, off_session: true }));
      expect(error).toMatchObject({ statusCode: 402, code: 'card_declined' });
      const debit = await asked.payer('pm_success_de');
      await stripe.paymentMethods.detach(debit.method);
      await stripe.paymentMethods.attach(debit.method, { customer: failing.customer });
      const processing = await stripe.invoices.pay(open.id, { payment_method: debit.method, off_session: true });
      expect(processing).toMatchObject({ status: 'open', attempt_count: 2 });
      await refusal(stripe.invoices.pay(open.id, { payment_method: debit.method }));
      await refusal(stripe.invoices.voidInvoice(open.id));
      asked.model.advanceDays(3);
      expect((await stripe.invoices.retrieve(open.id)).status).toBe('paid');
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

    onModel('by direct debit after days, and sometimes it comes back', async () => {
      const debit = await asked.charge(await asked.payer('pm_success_de'));
      asked.model.advanceDays(3);
      const refund = await stripe.refunds.create({ payment_intent: debit.id });
      expect(refund.status).toBe('pending');
      const lost = await stripe.refunds.create({
        payment_intent: (await asked.charge(await asked.payer('pm_card_refundFail'))).id,
      });
      expect(lost.status).toBe('succeeded');
      asked.model.advanceDays(3);
      expect((await stripe.refunds.retrieve(refund.id)).status).toBe('succeeded');
      expect(await stripe.refunds.retrieve(lost.id)).toMatchObject({ status: 'failed' });
    });

    onModel('what is disputed, until the dispute is won', async () => {
      const payment = await asked.charge(await asked.payer('pm_card_bypassPending'), 800);
      const before = asked.model.store.available.get('eur') ?? 0;
      const id = asked.model.dispute(payment.id);
      expect(await stripe.disputes.retrieve(id)).toMatchObject({
        status: 'needs_response',
        payment_intent: payment.id,
      });
      expect(asked.model.store.available.get('eur')).toBe(before - 800);
      expect((await refusal(stripe.refunds.create({ payment_intent: payment.id }))).code).toBe('charge_disputed');
      asked.model.closeDispute(id, 'won');
      expect(asked.model.store.available.get('eur')).toBe(before);
    });
  });

  describe('pays providers', () => {
    onModel('whose details are complete, out of what is available', async () => {
      const account = await stripe.accounts.create({
        type: 'express',
        country: 'DE',
        capabilities: { transfers: { requested: true } },
      });
      const link = await stripe.accountLinks.create({
        account: account.id,
        type: 'account_onboarding',
        refresh_url: 'https://pumasi.example/again',
        return_url: 'https://pumasi.example/back',
      });
      expect(link.url).toContain(account.id);
      await asked.charge(await asked.payer('pm_card_bypassPending'), 2_000);
      const order = { amount: 1_500, currency: 'eur', destination: account.id, transfer_group: 'payout-1' };
      expect((await refusal(stripe.transfers.create(order))).code).toBe('insufficient_capabilities_for_transfer');
      asked.model.completeAccount(account.id);
      const huge = await refusal(stripe.transfers.create({ ...order, amount: 99_999_999 }));
      expect(huge.code).toBe('balance_insufficient');
      const transfer = await stripe.transfers.create(order);
      await stripe.transfers.createReversal(transfer.id, { amount: 500 });
      await refusal(stripe.transfers.createReversal(transfer.id, { amount: 1_001 }));
      expect((await stripe.transfers.list({ transfer_group: 'payout-1' })).data).toMatchObject([
        { id: transfer.id, amount_reversed: 500, reversed: false },
      ]);
      expect((await stripe.transfers.listReversals(transfer.id)).data).toHaveLength(1);
      expect((await stripe.balance.retrieve()).available).toContainEqual(expect.objectContaining({ currency: 'eur' }));
    });
  });

  describe('fails as it is told', () => {
    onModel('after it has done what was asked: the key brings the answer', async () => {
      const who = await asked.payer();
      asked.model.failNext('POST /v1/payment_intents', 'reset');
      const answer = await asked.client(asked.model.key, { maxNetworkRetries: 1 }).paymentIntents.create({
        amount: 100,
        currency: 'eur',
        customer: who.customer,
        payment_method: who.method,
        confirm: true,
        off_session: true,
      });
      expect(answer.status).toBe('succeeded');
      expect((await stripe.paymentIntents.list({ customer: who.customer })).data).toHaveLength(1);
    });

    onModel('by never answering', async () => {
      asked.model.failNext('POST /v1/customers', 'timeout');
      const impatient = asked.client(asked.model.key, { timeout: 300 });
      expect((await refusal(impatient.customers.create({ name: 'late' }))).type).toBe('StripeConnectionError');
      expect(asked.model.store.all('customer')[0]?.['name']).toBe('late');
    });

    onModel('before, by refusing', async () => {
      asked.model.failNext('GET /v1/balance', 'rate-limit');
      expect(await refusal(stripe.balance.retrieve())).toMatchObject({ statusCode: 429, type: 'StripeRateLimitError' });
      asked.model.failNext('GET /v1/balance', 'error');
      expect((await refusal(stripe.balance.retrieve())).type).toBe('StripeAPIError');
      await stripe.balance.retrieve();
    });
  });
});
