/** Invoices that Stripe was to collect, and that were settled otherwise: it does not collect them any more. */
import { describeOnModel } from '../support/stripe/ways.js';
import type { Thing } from '../support/stripe/store.js';
import type { Someone } from '../support/system.js';
import { withStripe } from './at-stripe.js';
import { creditNote, issue, type Issued } from './issued.js';
import { arrives, type CollectionJson, collectionOf, type Sides, sides } from './paid-market.js';
import { hasMethod, noticePasses, tell } from './told.js';

const EUR = 'EUR';
const VOID = 'POST /v1/invoices/:id/void';
const FAILING = 'pm_card_chargeCustomerFail';

describeOnModel('an invoice that was settled otherwise', () => {
  const at = withStripe();
  let all: Sides;
  let voided: number;

  beforeEach(async () => {
    all = await sides(at.system, 1, { currency: EUR });
    at.asked.model.deliveries.lose();
    voided = at.asked.model.done(VOID);
  });

  const member = (): Someone => all.members[0] as Someone;
  const share = (net: number) => ({ providerId: all.provider.organisationId, net });
  const invoiced = async (token: string): Promise<Issued> => {
    await hasMethod(at.system, at.asked, member().organisationId, token);
    const wanted = [{ memberId: member().organisationId, shares: [share(10_000)] }];
    return (await issue(at.system, all.agencyId, '2026-02', wanted, EUR))[0] as Issued;
  };
  const read = async ({ id }: Issued): Promise<CollectionJson> => collectionOf(all.officer, id);
  const atStripe = ({ id }: Issued): Thing => {
    const invoice = at.asked.model.store.all('invoice').find(({ metadata }) => metadata.invoiceId === id);
    if (!invoice) throw new Error(`no invoice of ${id} at Stripe`);
    return invoice;
  };
  const statusOf = (invoice: Issued): unknown => atStripe(invoice)['status'];
  const transferred = async ({ number, total }: Issued): Promise<void> => {
    await arrives(all, number, total);
    await at.system.settled();
  };
  const paymentOf = (invoice: Issued): Thing => {
    const payment = at.asked.model.store
      .all('payment_intent')
      .find((each) => each['_invoice'] === atStripe(invoice).id);
    if (!payment) throw new Error(`no payment of ${invoice.number}`);
    return payment;
  };
  /** What a member does that pays at Stripe by itself. */
  const paysThere = (invoice: Issued): void => {
    const method = at.asked.model.store
      .all('payment_method')
      .find((each) => each['customer'] === paymentOf(invoice)['customer']) as Thing;
    method['_behaviour'] = { type: 'card', brand: 'visa', lastFour: '4242' };
    at.asked.model.charging.attempt(paymentOf(invoice), method);
  };
  const nextLook = async ({ id }: Issued): Promise<void> => {
    const rows: { dueAt: Date }[] = await at.system.source.query(
      'select due_at as "dueAt" from invoice_void where id = $1',
      [id],
    );
    await at.system.passTo(rows[0]?.dueAt.toISOString() ?? '');
  };
  const stateOf = async ({ id }: Issued): Promise<unknown> => {
    const rows: { state: string }[] = await at.system.source.query('select state from invoice_void where id = $1', [
      id,
    ]);
    return rows[0]?.state;
  };

  it('is not taken for paid at Stripe when somebody notes there that it was paid by other means: an officer records that', async () => {
    const invoice = await invoiced(FAILING);
    const there = atStripe(invoice);
    Object.assign(there, { status: 'paid', amount_paid: there['amount_due'], amount_remaining: 0 });
    there['payments'].data[0].status = paymentOf(invoice)['status'] = 'canceled';
    at.asked.model.store.emit('invoice.paid', there);
    await tell(at.system, at.asked.model);
    const failed = await read(invoice);
    expect(failed).toMatchObject({ state: 'failed', paidMinor: 0 });
    await at.system.passTo(failed.dueAt ?? '');
    expect(await read(invoice)).toMatchObject({
      state: 'due',
      way: 'bank',
      failure: 'paid_elsewhere',
      paidMinor: 0,
    });
    await transferred(invoice);
    expect(await read(invoice)).toMatchObject({ state: 'paid', paidMinor: 11_000, openMinor: 0 });
    expect(await stateOf(invoice)).toBe('done');
  });

  it('so it is when that is noted while a direct debit is under way, of which nothing is told any more', async () => {
    const invoice = await invoiced('pm_insufficientFunds_de');
    await untilProcessing(invoice);
    const there = atStripe(invoice);
    Object.assign(there, { status: 'paid', amount_paid: there['amount_due'], amount_remaining: 0 });
    at.asked.model.store.emit('invoice.paid', there);
    await tell(at.system, at.asked.model, 36, 3);
    const waiting = await read(invoice);
    expect(waiting).toMatchObject({ state: 'due', way: 'bank', failure: 'paid_elsewhere', reminders: 0 });
    await at.system.passTo(waiting.dueAt ?? '');
    expect(await read(invoice)).toMatchObject({ state: 'overdue', reminders: 1 });
    await transferred(invoice);
    expect(await read(invoice)).toMatchObject({ state: 'paid', paidMinor: 11_000, openMinor: 0 });
  });

  it('is taken back at Stripe once it is paid by bank, once', async () => {
    const invoice = await invoiced(FAILING);
    expect(statusOf(invoice)).toBe('open');
    at.asked.model.failNext(VOID, 'reset', 3);
    await transferred(invoice);
    expect([statusOf(invoice), await stateOf(invoice)]).toEqual(['void', 'done']);
    expect(at.asked.model.done(VOID)).toBe(voided + 1);
    await tell(at.system, at.asked.model, 31, 3);
    expect(await read(invoice)).toMatchObject({ state: 'paid', paidMinor: 11_000, openMinor: 0 });
  });

  it('so it is when it is credited in full, and when it is given up', async () => {
    const credited = await invoiced(FAILING);
    await creditNote(at.system, all.agencyId, credited, share(10_000), '2026-02', EUR);
    await tell(at.system, at.asked.model, 35, 3);
    expect([statusOf(credited), (await read(credited)).state]).toEqual(['void', 'credited']);
    all = await sides(at.system, 1, { currency: EUR });
    const givenUp = await invoiced(FAILING);
    await all.officer.post(`/api/v1/collections/${givenUp.id}/give-up`, { why: 'It has closed.' }).expect(200);
    await at.system.settled();
    await tell(at.system, at.asked.model, 32, 3);
    expect([statusOf(givenUp), (await read(givenUp)).state]).toEqual(['void', 'written-off']);
  });

  it('so it is when Stripe is not to collect it any more because there is no method', async () => {
    const invoice = await invoiced(FAILING);
    await at.system.source.query(
      `update payment_method set state = 'ended', ended_at = app_now() where member_id = $1`,
      [member().organisationId],
    );
    await at.system.passTo((await read(invoice)).dueAt ?? '');
    expect(await read(invoice)).toMatchObject({ state: 'due', way: 'bank' });
    expect(statusOf(invoice)).toBe('void');
  });

  it('stays while some of it is open, and is asked of Stripe no more once Stripe has collected it', async () => {
    const part = await invoiced(FAILING);
    await creditNote(at.system, all.agencyId, part, share(4_000), '2026-02', EUR);
    expect([statusOf(part), await stateOf(part)]).toEqual(['open', undefined]);
    all = await sides(at.system, 1, { currency: EUR });
    const paid = await invoiced('pm_card_visa');
    await creditNote(at.system, all.agencyId, paid, share(10_000), '2026-02', EUR);
    expect([statusOf(paid), await stateOf(paid)]).toEqual(['paid', undefined]);
  });

  it('is refunded when it was paid at Stripe, too, and nobody had told of that', async () => {
    const invoice = await invoiced(FAILING);
    paysThere(invoice);
    await transferred(invoice);
    expect([statusOf(invoice), await stateOf(invoice)]).toEqual(['paid', 'done']);
    expect(at.asked.model.done(VOID)).toBe(voided);
    expect(await read(invoice)).toMatchObject({
      state: 'paid',
      paidMinor: 22_000,
      returnedMinor: 11_000,
      openMinor: 0,
    });
    await tell(at.system, at.asked.model, 33, 3);
    expect(await read(invoice)).toMatchObject({
      state: 'paid',
      paidMinor: 22_000,
      returnedMinor: 11_000,
      openMinor: 0,
    });
  });

  it('is refunded when it is paid at Stripe between the look and the taking back, which is refused then', async () => {
    const invoice = await invoiced(FAILING);
    const path = '/v1/invoices/:id';
    at.asked.model.onAnswer = (route) => {
      if (route.method === 'GET' && route.path === path && statusOf(invoice) === 'open') paysThere(invoice);
    };
    await transferred(invoice);
    at.asked.model.onAnswer = () => {};
    expect([statusOf(invoice), await stateOf(invoice)]).toEqual(['paid', 'done']);
    expect(at.asked.model.done(VOID)).toBe(voided + 1);
    expect(await read(invoice)).toMatchObject({
      state: 'paid',
      paidMinor: 22_000,
      returnedMinor: 11_000,
      openMinor: 0,
    });
  });

  it('is taken back only once a direct debit that was under way has failed', async () => {
    const invoice = await invoiced('pm_insufficientFunds_de');
    await untilProcessing(invoice);
    await transferred(invoice);
    await nextLook(invoice);
    expect([statusOf(invoice), await stateOf(invoice)]).toEqual(['open', 'owed']);
    expect(at.asked.model.done(VOID)).toBe(voided);
    at.asked.model.advanceDays(4);
    await tell(at.system, at.asked.model, 34, 2);
    await nextLook(invoice);
    expect([statusOf(invoice), await stateOf(invoice)]).toEqual(['void', 'done']);
    expect(await read(invoice)).toMatchObject({ state: 'paid', paidMinor: 11_000, openMinor: 0 });
  });

  it('is refunded when the direct debit that was under way succeeds', async () => {
    const invoice = await invoiced('pm_success_de');
    await untilProcessing(invoice);
    await transferred(invoice);
    at.asked.model.advanceDays(4);
    await nextLook(invoice);
    expect([statusOf(invoice), await stateOf(invoice)]).toEqual(['paid', 'done']);
    expect(await read(invoice)).toMatchObject({ paidMinor: 22_000, state: 'paid' });
  });

  const untilProcessing = async (invoice: Issued): Promise<void> => {
    await noticePasses(at.system);
    expect(await read(invoice)).toMatchObject({ state: 'processing' });
  };
});
