/** Collecting through Stripe, held against the tests' model of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { daysLater, dayOf } from '../../src/kernel/calendar.js';
import { describeOnModel } from '../support/stripe/ways.js';
import { withStripe } from './at-stripe.js';
import { hasAccount, hasMethod, noticePasses, tell } from './told.js';
import { balance } from './books.js';
import { creditNote, issue, issueUntold, type Issued } from './issued.js';
import { type CollectionJson, collectionOf, lastLetterOf, type Sides, sides } from './paid-market.js';

const EUR = 'EUR';
const PAY = 'POST /v1/invoices/:id/pay';

describeOnModel('collecting through Stripe', () => {
  const at = withStripe();
  let all: Sides;

  beforeEach(async () => {
    all = await sides(at.system, 1, { currency: EUR });
    at.asked.model.deliveries.lose();
  });

  const member = (): string => all.members[0]?.organisationId ?? '';
  const share = (net: number) => ({ providerId: all.provider.organisationId, net });
  const invoiced = async (token: string, net = 10_000): Promise<Issued> => {
    await hasMethod(at.system, at.asked, member(), token);
    return onlyOne(
      await issue(at.system, all.agencyId, '2026-02', [{ memberId: member(), shares: [share(net)] }], EUR),
    );
  };
  const read = async ({ id }: Issued): Promise<CollectionJson> => collectionOf(all.officer, id);
  const nextHappens = async (invoice: Issued): Promise<CollectionJson> => {
    const { dueAt } = await read(invoice);
    await at.system.passTo(dueAt ?? '');
    return read(invoice);
  };
  const lastLetter = ({ id }: Issued): Promise<string> => lastLetterOf(at.system, id);
  const intentOf = async ({ id }: Issued): Promise<string> => {
    const rows: { reference: string }[] = await at.system.source.query(
      `select reference from payment where collection_id = $1 and way = 'stripe'`,
      [id],
    );
    return rows[0]?.reference ?? '';
  };

  it('an invoice is charged once it is issued, and paid once, however often it is told', async () => {
    const before = at.asked.model.done(PAY);
    const invoice = await invoiced('pm_card_visa');
    expect(await read(invoice)).toMatchObject({ way: 'stripe', state: 'paid', attempts: 1, openMinor: 0 });
    await tell(at.system, at.asked.model, 3, 3);
    expect(await read(invoice)).toMatchObject({ state: 'paid', paidMinor: 11_000, openMinor: 0 });
    expect(at.asked.model.done(PAY)).toBe(before + 1);
    expect(await balance(at.system, all.agencyId, 'stripe', EUR)).toBe(11_000);
  });

  it('an answer that is lost after Stripe has charged charges once', async () => {
    const before = at.asked.model.done(PAY);
    at.asked.model.failNext(PAY, 'reset', 3);
    const invoice = await invoiced('pm_card_visa');
    expect(await read(invoice)).toMatchObject({ state: 'paid', paidMinor: 11_000 });
    expect(at.asked.model.done(PAY)).toBe(before + 1);
    expect(
      at.asked.model.store
        .all('charge')
        .filter(
          (charge) =>
            charge['amount'] === 11_000 && charge['customer'] === at.asked.model.store.all('customer').at(-1)?.id,
        ),
    ).toHaveLength(1);
  });

  it('a direct debit is processing until its bank has paid, or has not', async () => {
    const good = await invoiced('pm_success_de');
    await noticePasses(at.system);
    expect(await read(good)).toMatchObject({ state: 'processing', dueAt: null });
    await tell(at.system, at.asked.model, 5, 2);
    expect(await read(good)).toMatchObject({ state: 'processing' });
    at.asked.model.advanceDays(4);
    await tell(at.system, at.asked.model, 6, 3);
    expect(await read(good)).toMatchObject({ state: 'paid', openMinor: 0 });

    all = await sides(at.system, 1, { currency: EUR });
    const bad = await invoiced('pm_insufficientFunds_de');
    await noticePasses(at.system);
    expect(await read(bad)).toMatchObject({ state: 'processing' });
    at.asked.model.advanceDays(4);
    await tell(at.system, at.asked.model, 7, 3);
    expect(await read(bad)).toMatchObject({ state: 'failed', failure: 'insufficient_funds', attempts: 1 });
  });

  it('what fails is charged again after 3, 5 and 7 days; once it is due, the member is reminded, and an officer is asked', async () => {
    const invoice = await invoiced('pm_card_chargeCustomerFail');
    const began = (await at.system.now()).getTime();
    const days: number[] = [];
    let row = await read(invoice);
    expect(row).toMatchObject({ state: 'failed', attempts: 1 });
    while (row.state === 'failed') {
      await tell(at.system, at.asked.model, 9, 3);
      days.push(Math.round((new Date(row.dueAt ?? '').getTime() - began) / 86_400_000));
      row = await nextHappens(invoice);
    }
    expect(days).toEqual([3, 5, 7]);
    // Nobody is reminded of what is not due yet: it is asked for as a transfer, which has the time of any.
    expect(row).toMatchObject({ state: 'due', attempts: 4, reminders: 0 });
    const { dueOn } = row as CollectionJson & { dueOn: string };
    expect(dayOf(new Date(row.dueAt ?? ''))).toBe(daysLater(dueOn, 4));
    expect(await lastLetter(invoice)).toMatch(
      /^It could not be charged by your payment method\. Please transfer 110\.00 EUR/,
    );
    const states: string[] = [];
    while (row.state === 'due' || row.state === 'overdue') {
      row = await nextHappens(invoice);
      states.push(`${row.state} ${row.reminders}`);
    }
    expect(states).toEqual(['overdue 1', 'overdue 2', 'overdue 3', 'suspension-proposed 3']);
    await tell(at.system, at.asked.model, 10, 3);
    expect(await read(invoice)).toMatchObject({ state: 'suspension-proposed', attempts: 4 });
  });

  it('what failed for good is not presented again: the member is asked to transfer it at once', async () => {
    const invoice = await invoiced('pm_closed_de');
    await noticePasses(at.system);
    at.asked.model.advanceDays(4);
    await tell(at.system, at.asked.model, 8, 3);
    await at.system.settled();
    expect(await read(invoice)).toMatchObject({
      state: 'due',
      failure: 'account_closed',
      attempts: 1,
      reminders: 0,
    });
    expect(await lastLetter(invoice)).toContain('Please transfer');
    expect(await nextHappens(invoice)).toMatchObject({ state: 'overdue', attempts: 1, reminders: 1 });
  });

  it('a member that changes its card is charged by the other one', async () => {
    const invoice = await invoiced('pm_card_chargeCustomerFail');
    await hasMethod(at.system, at.asked, member(), 'pm_card_visa');
    expect(await nextHappens(invoice)).toMatchObject({ state: 'paid', attempts: 2 });
  });

  it('whoever has no method any more is asked to transfer', async () => {
    const invoice = await invoiced('pm_card_chargeCustomerFail');
    await at.system.source.query(
      `update payment_method set state = 'ended', ended_at = app_now() where member_id = $1`,
      [member()],
    );
    expect(await nextHappens(invoice)).toMatchObject({ state: 'due', way: 'bank', reminders: 0 });
    expect(await lastLetter(invoice)).toContain('Please transfer');
    expect(await nextHappens(invoice)).toMatchObject({ state: 'overdue', way: 'bank', reminders: 1 });
  });

  it('after a credit note what is open then is charged, and the invoice at Stripe is made again', async () => {
    const invoice = await invoiced('pm_card_chargeCustomerFail');
    await creditNote(at.system, all.agencyId, invoice, share(4_000), '2026-02', EUR);
    await hasMethod(at.system, at.asked, member(), 'pm_card_visa');
    expect(await nextHappens(invoice)).toMatchObject({ state: 'paid', paidMinor: 6_600, openMinor: 0 });
    await tell(at.system, at.asked.model, 11, 3);
    expect(await read(invoice)).toMatchObject({ state: 'paid', paidMinor: 6_600 });
  });

  it('so it is when the charge failed before it was written down: whatever Stripe has of it asks for what is open', async () => {
    const { store } = at.asked.model;
    await hasMethod(at.system, at.asked, member(), 'pm_card_visa');
    const wanted = [{ memberId: member(), shares: [share(10_000)] }];
    // Every try fails until the credit note is there: the invoice at Stripe is made, and nobody here knows of it.
    at.asked.model.failNext(PAY, 'error', 1_000);
    const { runId, invoices } = await issueUntold(at.system, all.agencyId, '2026-02', wanted, EUR);
    const invoice = onlyOne(invoices);
    await at.system.source.query(`select announce('billing.issued', $1, array['payments.open-collections'])`, [
      { runId },
    ]);
    const made = () => store.all('invoice').filter(({ metadata }) => String(metadata.invoiceId).startsWith(invoice.id));
    while (made().every(({ status }) => status !== 'open')) await sleep(25);
    await at.system.source.query(`update collection set due_at = app_now() + interval '1 hour' where id = $1`, [
      invoice.id,
    ]);
    await creditNote(at.system, all.agencyId, invoice, share(4_000), '2026-02', EUR);
    at.asked.model.mend();
    const before = store.all('charge').length;
    expect(await nextHappens(invoice)).toMatchObject({ state: 'paid', attempts: 1, paidMinor: 6_600, openMinor: 0 });
    expect(store.all('charge').length).toBe(before + 1);
    expect(
      made()
        .map(({ status, amount_due: due }) => `${String(status)} ${String(due)}`)
        .sort(),
    ).toEqual(['paid 6600', 'void 11000']);
    const attempts: unknown[] = await at.system.source.query(
      'select minor::integer, outcome from collection_attempt where collection_id = $1',
      [invoice.id],
    );
    expect(attempts).toEqual([{ minor: 6_600, outcome: 'succeeded' }]);
    await tell(at.system, at.asked.model, 20, 3);
    expect(await read(invoice)).toMatchObject({ state: 'paid', paidMinor: 6_600, returnedMinor: 0 });
  });

  it('what was paid too much is given back by Stripe, once, also when its answer is lost', async () => {
    const invoice = await invoiced('pm_card_visa');
    const before = at.asked.model.done('POST /v1/refunds');
    at.asked.model.failNext('POST /v1/refunds', 'reset', 3);
    await creditNote(at.system, all.agencyId, invoice, share(5_000), '2026-02', EUR);
    await tell(at.system, at.asked.model, 12, 3);
    await at.system.settled();
    expect(await read(invoice)).toMatchObject({ state: 'paid', returnedMinor: 5_500, openMinor: 0 });
    expect(at.asked.model.done('POST /v1/refunds')).toBe(before + 1);
    expect(await balance(at.system, all.agencyId, 'stripe', EUR)).toBe(5_500);
  });

  it('a refund that does not get through is owed again, by bank', async () => {
    const invoice = await invoiced('pm_card_refundFail');
    await creditNote(at.system, all.agencyId, invoice, share(10_000), '2026-02', EUR);
    expect(await read(invoice)).toMatchObject({ state: 'refunded', openMinor: 0 });
    at.asked.model.advanceDays(4);
    await tell(at.system, at.asked.model, 13, 3);
    expect(await read(invoice)).toMatchObject({ openMinor: -11_000, returnedMinor: 0 });
    const owed = (await all.officer.get('/api/v1/refunds?state=owed&way=bank').expect(200)).body as {
      items: { id: string }[];
    };
    expect(owed.items).toHaveLength(1);
    await all.officer.post(`/api/v1/refunds/${owed.items[0]?.id}/confirm`, { bankReference: 'OUT' }).expect(200);
    await tell(at.system, at.asked.model, 14, 3);
    expect(await read(invoice)).toMatchObject({ state: 'refunded', openMinor: 0 });
  });

  it('a dispute takes the money and the provider’s part back; won, both return; lost, it is open again', async () => {
    await hasAccount(at.system, at.asked, all.provider.organisationId);
    const invoice = await invoiced('pm_card_bypassPending');
    const pays = async (): Promise<{ id: string; state: string }> => {
      const { id } = (
        await all.officer
          .post('/api/v1/payouts', { providerId: all.provider.organisationId, currency: EUR })
          .expect(201)
      ).body as { id: string };
      at.asked.model.failNext('POST /v1/transfers', 'reset', 3);
      await all.officer.post(`/api/v1/payouts/${id}/pay`, {}).expect(200);
      await at.system.settled();
      return (await all.officer.get(`/api/v1/payouts/${id}`)).body as { id: string; state: string };
    };
    const transfers = at.asked.model.done('POST /v1/transfers');
    const payout = await pays();
    expect(payout).toMatchObject({ state: 'paid', way: 'stripe', paidMinor: 9_700 });
    expect(at.asked.model.done('POST /v1/transfers')).toBe(transfers + 1);

    const dispute = at.asked.model.dispute(await intentOf(invoice));
    await tell(at.system, at.asked.model, 15, 3);
    await at.system.settled();
    expect(await read(invoice)).toMatchObject({ state: 'disputed', openMinor: 11_000 });
    expect((await all.officer.get(`/api/v1/payouts/${payout.id}`)).body).toMatchObject({ reversedMinor: 9_700 });
    expect(await balance(at.system, all.provider.organisationId, 'payable', EUR)).toBe(-9_700);
    expect(await balance(at.system, all.agencyId, 'stripe', EUR)).toBe(0);

    at.asked.model.closeDispute(dispute, 'won');
    await tell(at.system, at.asked.model, 16, 3);
    expect(await read(invoice)).toMatchObject({ state: 'paid', openMinor: 0 });
    expect(await pays()).toMatchObject({ state: 'paid', claimsMinor: 9_700 });

    all = await sides(at.system, 1, { currency: EUR });
    const lost = await invoiced('pm_card_visa');
    at.asked.model.closeDispute(at.asked.model.dispute(await intentOf(lost)), 'lost');
    await tell(at.system, at.asked.model, 17, 3);
    await at.system.settled();
    // It is not due yet: it is asked for again, and nobody is reminded of it before the days of grace are over.
    expect(await read(lost)).toMatchObject({ state: 'due', openMinor: 11_000, reminders: 0 });
    expect(await lastLetter(lost)).toMatch(/^Please transfer 110\.00 EUR until/);
    expect(await nextHappens(lost)).toMatchObject({ state: 'overdue', reminders: 1 });
  });

  it('a charge that failed and whose answer was lost is tried again, whoever tells of it first', async () => {
    const invoice = await invoiced('pm_card_chargeCustomerFail');
    // Whoever charged it has died before it was written down.
    await at.system.source.query('delete from collection_attempt where collection_id = $1', [invoice.id]);
    await at.system.source.query(
      `update collection set state = 'collecting', attempts = 0, stripe_invoice = null, failed_at = null, failure = null,
         due_at = app_now() + interval '1 hour' where id = $1`,
      [invoice.id],
    );
    await tell(at.system, at.asked.model, 18, 3);
    expect(await read(invoice)).toMatchObject({ state: 'collecting', attempts: 0 });
    await at.system.passTo((await read(invoice)).dueAt ?? '');
    expect(await read(invoice)).toMatchObject({ state: 'failed', attempts: 1 });
  });

  it('so it is by the card that has taken the place of the one that was declined', async () => {
    const invoice = await invoiced('pm_card_chargeCustomerFail');
    // Whoever charged it has died before it was written down.
    await at.system.source.query('delete from collection_attempt where collection_id = $1', [invoice.id]);
    await at.system.source.query(
      `update collection set state = 'collecting', attempts = 0, stripe_invoice = null, failed_at = null, failure = null,
         due_at = app_now() + interval '1 hour' where id = $1`,
      [invoice.id],
    );
    await hasMethod(at.system, at.asked, member(), 'pm_card_visa');
    expect(await nextHappens(invoice)).toMatchObject({ state: 'paid', attempts: 1 });
  });

  it('an amount that Stripe cannot take is asked for by bank', async () => {
    all = await sides(at.system, 1, { currency: 'KWD' });
    await hasMethod(at.system, at.asked, member(), 'pm_card_visa');
    const wanted = [{ memberId: member(), shares: [share(10_005)] }];
    const invoice = onlyOne(await issue(at.system, all.agencyId, '2026-04', wanted, 'KWD'));
    expect(await read(invoice)).toMatchObject({ way: 'bank', state: 'due', openMinor: 11_006, reminders: 0 });
    const letters: { body: string }[] = await at.system.source.query('select body from mail_message where about = $1', [
      `invoice ${invoice.id}`,
    ]);
    expect(letters.map(({ body }) => body)).toEqual([expect.stringMatching(/^Please transfer 11\.006 KWD until /)]);
  });

  it.each([
    ['EUR', 40],
    // How little is too little in it, Stripe alone knows.
    ['KRW', 400],
  ])('so is one of which Stripe charges none because it is too small, in %s', async (currency, net) => {
    all = await sides(at.system, 1, { currency });
    await hasMethod(at.system, at.asked, member(), 'pm_card_visa');
    const invoice = onlyOne(
      await issue(at.system, all.agencyId, '2026-04', [{ memberId: member(), shares: [share(net)] }], currency),
    );
    expect(await read(invoice)).toMatchObject({
      way: 'bank',
      state: 'due',
      openMinor: invoice.total,
      paidMinor: 0,
    });
  });
});

function onlyOne<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined || items.length !== 1) throw new Error(`${items.length} of them`);
  return item;
}
