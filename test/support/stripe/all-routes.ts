/** Asks a Stripe for everything that we ask of it, so that every kind of answer and event of it is there once. */
import type { EitherStripe } from './either.js';
import { idOf, refusal } from './either.js';
import { REAL } from './ways.js';

/** Asks every route at least once, and lets happen what happens by itself or by others. */
export async function askEverything(asked: EitherStripe): Promise<void> {
  await setUp(asked);
  await invoice(asked);
  await collect(asked);
  await contest(asked);
  await payOut(asked);
  await list(asked);
}

async function setUp(asked: EitherStripe): Promise<void> {
  const { stripe } = asked;
  const { customer, method } = await asked.payer();
  await stripe.customers.retrieve(customer);
  await stripe.paymentMethods.retrieve(method);
  await stripe.paymentMethods.detach(method);
  await asked.payer('pm_success_de');
  await stripe.paymentMethods.attach('pm_card_visa', { customer });
  await stripe.paymentMethods.list({ customer });
  const types = { customer, usage: 'off_session', allowed_payment_method_types: ['card', 'sepa_debit'] } as const;
  const setup = async (): Promise<string> =>
    (await stripe.setupIntents.create({ ...types, allowed_payment_method_types: ['card', 'sepa_debit'] })).id;
  const declined = await setup();
  await refusal(asked.confirm(declined, 'pm_card_visa_chargeDeclined'));
  await stripe.setupIntents.retrieve(declined);
  const authenticated = await setup();
  await asked.confirm(authenticated, 'pm_card_authenticationRequired');
  if (asked.fresh) asked.model.authenticate(authenticated);
  await stripe.setupIntents.retrieve(authenticated, { expand: ['payment_method', 'customer'] });
  await stripe.setupIntents.cancel(await setup());
}

async function invoice(asked: EitherStripe): Promise<void> {
  const { stripe } = asked;
  const { customer, method } = await asked.payer();
  const paid = await asked.invoice(customer, [500, -100]);
  await stripe.invoices.pay(paid.id, { payment_method: method, off_session: true });
  await stripe.invoices.retrieve(paid.id, { expand: ['payments.data.payment.payment_intent'] });
  await stripe.invoices.voidInvoice((await asked.invoice(customer, [100])).id);
  await asked.invoice(customer, [100, -100]);
  const failing = await asked.payer('pm_card_chargeCustomerFail');
  const refused = await asked.invoice(failing.customer, [500]);
  await refusal(stripe.invoices.pay(refused.id, { payment_method: failing.method, off_session: true }));
  await stripe.invoices.retrieve(refused.id, { expand: ['payments.data.payment.payment_intent'] });
}

async function collect(asked: EitherStripe): Promise<void> {
  const { stripe } = asked;
  const payment = await asked.charge(await asked.payer('pm_card_bypassPending'), 5_000);
  await stripe.paymentIntents.retrieve(payment.id, { expand: ['latest_charge', 'payment_method'] });
  await stripe.refunds.create({ payment_intent: payment.id, amount: 100 });
  const debit = await asked.charge(await asked.payer('pm_success_de'));
  const failing = await asked.charge(await asked.payer('pm_failed_de'));
  const lost = await asked.charge(await asked.payer('pm_card_refundFail'));
  const back = await stripe.refunds.create({ payment_intent: lost.id, reason: 'requested_by_customer' });
  await asked.comes(async () => (await stripe.refunds.retrieve(back.id)).status === 'failed');
  await asked.debited(debit.id);
  await stripe.refunds.create({ payment_intent: debit.id });
  await asked.debited(failing.id);
  await refusal(asked.charge(await asked.payer('pm_card_chargeCustomerFail')));
  const later = await asked.charge(await asked.payer('pm_card_pendingRefund'));
  const { id } = await stripe.refunds.create({ payment_intent: later.id });
  await asked.comes(async () => (await stripe.refunds.retrieve(id)).status === 'succeeded');
}

async function contest(asked: EitherStripe): Promise<void> {
  const { stripe } = asked;
  const inquired = await asked.charge(await asked.payer('pm_card_createDisputeInquiry'), 700);
  const inquiry = await asked.disputeOf(inquired.id);
  const evidence = { uncategorized_text: 'escalate_inquiry_evidence' };
  await stripe.disputes.update(inquiry.id, { evidence, submit: true });
  await asked.comes(async () => (await stripe.disputes.retrieve(inquiry.id)).status === 'needs_response');
  for (const outcome of ['won', 'lost'] as const) {
    const payment = await asked.charge(await asked.payer('pm_card_createDispute'), 800);
    const { id, charge } = await asked.disputeOf(payment.id);
    await stripe.charges.retrieve(idOf(charge), { expand: ['payment_intent'] });
    await asked.decide(id, outcome);
    await stripe.disputes.retrieve(id, { expand: ['charge', 'payment_intent'] });
  }
}

async function payOut(asked: EitherStripe): Promise<void> {
  const { stripe } = asked;
  const capabilities = { transfers: { requested: true } };
  const account = await stripe.accounts.create({ type: 'express', country: 'DE', capabilities });
  const [refresh, back] = ['https://pumasi.example/again', 'https://pumasi.example/back'];
  await stripe.accountLinks.create({
    account: account.id,
    type: 'account_onboarding',
    refresh_url: refresh,
    return_url: back,
  });
  const destination = await asked.account();
  await stripe.accounts.retrieve(destination);
  await asked.fund(5_000);
  const order = { currency: 'eur', destination, transfer_group: 'one' };
  const transfer = await stripe.transfers.create({ ...order, amount: 1_500 });
  await refusal(stripe.transfers.create({ ...order, amount: 99_999_999 }));
  await stripe.transfers.createReversal(transfer.id, { amount: 500 });
  await stripe.transfers.retrieve(transfer.id);
  await stripe.transfers.listReversals(transfer.id);
}

async function list(asked: EitherStripe): Promise<void> {
  const { stripe } = asked;
  await stripe.balance.retrieve();
  // Stripe pays out to a bank when its schedule says so.
  if (!REAL) {
    for (const status of ['failed', 'canceled'] as const)
      asked.model.bringBack(asked.model.payOutToBank('eur', 200), status);
    asked.model.reverseTopUp(asked.model.topUpFromBank('eur', 200));
  }
  await stripe.balanceTransactions.list({ limit: 100, expand: ['data.source'] });
  await stripe.transfers.list({ transfer_group: 'one' });
  await stripe.refunds.list({ limit: 100 });
  await stripe.paymentIntents.list({ limit: 100 });
  await stripe.invoices.list({ limit: 100 });
  await stripe.invoiceItems.list({ limit: 100 });
  await stripe.invoicePayments.list({ limit: 100 });
  const { data } = await stripe.events.list({ limit: 100 });
  await stripe.events.retrieve(data[0]?.id ?? '');
}
