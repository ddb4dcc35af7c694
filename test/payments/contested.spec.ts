/** Money that goes again, in ways that cross each other: refunds, disputes, and payments of another purse meanwhile. */
import { randomUUID } from 'node:crypto';
import { dayStart, daysLater } from '../../src/kernel/calendar.js';
import { signedAgreement } from '../subscriptions/signed-agreement.js';
import { describeOnModel } from '../support/stripe/ways.js';
import type { Someone } from '../support/system.js';
import { balance } from './books.js';
import { contest, EUR } from './contest.js';
import { creditNote, issue, type Issued, setTerms } from './issued.js';
import { arrives, sides } from './paid-market.js';
import { hasAccount, hasMethod, noticePasses } from './told.js';

describeOnModel('money that is contested', () => {
  const of = contest();
  const { at, member, share, invoiced, read, told, intent, refunds } = of;
  /** A deposit that is charged at once, of an offer that nobody follows. */
  const deposit = async (settled: boolean, minor = 2_000): Promise<string> => {
    const id = randomUUID();
    await at.system.source.query(
      `insert into deposit (id, offer_id, agreement_id, agency_id, member_id, currency, minor, way, state, due_at, asked_at,
         settled_at)
       values ($1, $2, $2, $3, $4, $5, $6, 'stripe', 'charging', app_now(), app_now(), case when $7 then app_now() end)`,
      [id, randomUUID(), of.all.agencyId, member().organisationId, EUR, minor, settled],
    );
    await at.system.settled();
    return id;
  };
  const depositOf = async (id: string): Promise<object> =>
    (await of.all.officer.get(`/api/v1/deposits/${id}`).expect(200)).body as object;

  it('a dispute that is told before its payment is not lost', async () => {
    const invoice = await invoiced('pm_success_de');
    await noticePasses(at.system);
    at.asked.model.advanceDays(4);
    const payment = await intent();
    at.asked.model.dispute(payment);
    const events = at.asked.model.deliveries.lose();
    for (const event of events.filter(({ type }) => type.startsWith('charge.dispute'))) {
      at.asked.model.deliveries.announce(event);
    }
    await told();
    expect(await read(invoice)).toMatchObject({ state: 'disputed', openMinor: 11_000, paidMinor: 11_000 });
    for (const event of events) at.asked.model.deliveries.announce(event);
    await told();
    expect(await read(invoice)).toMatchObject({ state: 'disputed', openMinor: 11_000, paidMinor: 11_000 });
  });

  it('a refund that was made at Stripe and is told before its payment is not lost', async () => {
    await hasMethod(at.system, at.asked, member().organisationId, 'pm_success_de');
    const id = await deposit(false);
    await noticePasses(at.system);
    at.asked.model.advanceDays(4);
    await at.asked.stripe.refunds.create({ payment_intent: await intent(), amount: 500 });
    at.asked.model.advanceDays(4);
    const events = at.asked.model.deliveries.lose();
    for (const event of events.filter(({ type }) => type === 'refund.created'))
      at.asked.model.deliveries.announce(event);
    await told();
    expect(await depositOf(id)).toMatchObject({ state: 'held', refundedMinor: 500 });
  });

  it('what a bank takes that was given back already is owed by the member, and returns when the dispute is won', async () => {
    const invoice = await invoiced();
    await creditNote(at.system, of.all.agencyId, invoice, share(5_000), '2026-02', EUR);
    expect(await read(invoice)).toMatchObject({ state: 'paid', returnedMinor: 5_500, openMinor: 0 });
    const dispute = at.asked.model.dispute(await intent());
    await told();
    expect(await read(invoice)).toMatchObject({ state: 'disputed', openMinor: 11_000 });
    expect(await balance(at.system, of.all.agencyId, 'stripe', EUR)).toBe(-5_500);
    at.asked.model.closeDispute(dispute, 'won');
    await told();
    expect(await read(invoice)).toMatchObject({ state: 'paid', openMinor: 0 });
  });

  it('what was transferred while a bank contests goes back when the dispute is won', async () => {
    const invoice = await invoiced();
    const dispute = at.asked.model.dispute(await intent());
    await told();
    await arrives(of.all, invoice.number, 11_000);
    expect(await read(invoice)).toMatchObject({ state: 'paid', openMinor: 0 });
    at.asked.model.closeDispute(dispute, 'won');
    await told();
    expect(await refunds()).toMatchObject([{ minor: 11_000, way: 'bank', state: 'owed' }]);
    expect(await read(invoice)).toMatchObject({ openMinor: -11_000 });
  });

  it('what is open again when its time is over is overdue, and reminded of at once', async () => {
    const invoice = await invoiced();
    const { body } = await of.all.officer.get(`/api/v1/collections/${invoice.id}`);
    const { dueOn } = body as { dueOn: string };
    await at.system.passTo(dayStart(daysLater(dueOn, 4)).toISOString());
    expect(await read(invoice)).toMatchObject({ state: 'paid', dueAt: null });
    at.asked.model.closeDispute(at.asked.model.dispute(await intent()), 'lost');
    await told();
    expect(await read(invoice)).toMatchObject({ state: 'overdue', openMinor: 11_000, reminders: 1 });
  });

  it('a dispute that was lost may be won after all', async () => {
    const invoice = await invoiced();
    const dispute = at.asked.model.dispute(await intent());
    at.asked.model.closeDispute(dispute, 'lost');
    await told();
    expect(await read(invoice)).toMatchObject({ state: 'due', openMinor: 11_000 });
    at.asked.model.closeDispute(dispute, 'won');
    await told();
    expect(await read(invoice)).toMatchObject({ state: 'paid', openMinor: 0 });
    expect(await balance(at.system, of.all.agencyId, 'stripe', EUR)).toBe(11_000);
  });

  it('what a bank has taken is not given back as well, and is owed anew when the dispute is won', async () => {
    const invoice = await invoiced('pm_card_refundFail');
    const payment = await intent();
    await creditNote(at.system, of.all.agencyId, invoice, share(10_000), '2026-02', EUR);
    at.asked.model.advanceDays(4);
    await told();
    const [owed] = await refunds('&state=owed');
    expect(owed).toMatchObject({ minor: 11_000, way: 'bank' });
    const dispute = at.asked.model.dispute(payment);
    await told();
    expect(await refunds()).toMatchObject([{ state: 'withdrawn' }]);
    await of.all.officer.post(`/api/v1/refunds/${owed?.id}/confirm`, { bankReference: 'OUT' }).expect(409);
    expect(await read(invoice)).toMatchObject({ openMinor: 0 });
    at.asked.model.closeDispute(dispute, 'won');
    await told();
    expect((await refunds()).map(({ state, minor }) => [state, minor])).toEqual([
      ['withdrawn', 11_000],
      [expect.stringMatching(/owed|done/), 11_000],
    ]);
  });

  it('a deposit of which part has gone is credited with what is left, and holds up nobody else', async () => {
    of.all = await sides(at.system, 2, { currency: EUR });
    const [one, other] = of.all.members as [Someone, Someone];
    for (const { organisationId } of of.all.members)
      await hasMethod(at.system, at.asked, organisationId, 'pm_card_visa');
    const id = await deposit(true);
    await at.asked.stripe.refunds.create({ payment_intent: await intent(), amount: 500 });
    await told();
    expect(await depositOf(id)).toMatchObject({ state: 'held', refundedMinor: 500 });
    const agreements: { agreementId: string }[] = await at.system.source.query(
      'select agreement_id as "agreementId" from deposit where id = $1',
      [id],
    );
    const shares = [{ ...share(10_000), ...agreements[0] }];
    const [mine, theirs] = await issue(
      at.system,
      of.all.agencyId,
      '2026-03',
      [one, other].map(({ organisationId: memberId }) => ({ memberId, shares })),
      EUR,
    );
    expect(await depositOf(id)).toMatchObject({ state: 'credited', creditedMinor: 1_500 });
    expect(await read(mine as Issued)).toMatchObject({ state: 'paid', paidMinor: 11_000 });
    expect(await read(theirs as Issued)).toMatchObject({ state: 'paid', paidMinor: 11_000 });
    // What goes back of it at Stripe from now on is the invoice's.
    const paidBy: { reference: string }[] = await at.system.source.query(
      `select reference from payment where deposit_id = $1 and way = 'stripe'`,
      [id],
    );
    await at.asked.stripe.refunds.create({ payment_intent: paidBy[0]?.reference ?? '', amount: 300 });
    await told();
    expect(await read(mine as Issued)).toMatchObject({ state: 'due', openMinor: 300 });
  });

  it('a deposit that is given back by an officer after part of it has gone is given back for the rest', async () => {
    await hasMethod(at.system, at.asked, member().organisationId, 'pm_card_visa');
    const id = await deposit(false);
    await at.asked.stripe.refunds.create({ payment_intent: await intent(), amount: 500 });
    await told();
    await of.all.officer.post(`/api/v1/deposits/${id}/return`, { why: 'Not needed.' }).expect(200);
    await told();
    expect(await depositOf(id)).toMatchObject({ state: 'refunded', refundedMinor: 2_000 });
    expect((await refunds()).map(({ minor }) => minor)).toEqual([500, 1_500]);
    const dispute = at.asked.model.dispute(await intent());
    await told();
    expect(await balance(at.system, member().organisationId, 'deposit', EUR)).toBe(2_000);
    at.asked.model.closeDispute(dispute, 'won');
    await told();
    expect(await depositOf(id)).toMatchObject({ state: 'refunded', refundedMinor: 2_000 });
  });

  it('a deposit that a bank contests while its round falls goes back once the dispute is won', async () => {
    const owner = await at.system.someone('owner');
    await hasMethod(at.system, at.asked, owner.organisationId, 'pm_card_visa');
    const agreement = await signedAgreement(at.system, {
      lines: [{ memberId: owner.organisationId, quantity: 1 }],
      before: (agencyId) => setTerms(at.system, agencyId, { deposit: 2_000 }),
    });
    const { items } = (await owner.get('/api/v1/offers')).body as { items: { id: string }[] };
    await owner.post(`/api/v1/offers/${items[0]?.id}/answer`, { answer: 'accept' }).expect(200);
    await at.system.settled();
    const deposits = async (): Promise<object[]> =>
      ((await owner.get('/api/v1/deposits').expect(200)).body as { items: object[] }).items;
    expect(await deposits()).toMatchObject([{ state: 'held', way: 'stripe' }]);
    const dispute = at.asked.model.dispute(at.asked.model.store.all('payment_intent')[0]?.id ?? '');
    await told();
    expect(await deposits()).toMatchObject([{ state: 'refunded' }]);
    const round: { due_at: string }[] = await at.system.source.query(`select due_at from offer_round where id = $1`, [
      agreement.agreementId,
    ]);
    await at.system.passTo(round[0]?.due_at ?? '');
    at.asked.model.closeDispute(dispute, 'won');
    await told();
    expect(await deposits()).toMatchObject([{ state: expect.stringMatching(/refund/), whyEnded: expect.any(String) }]);
    const owed: { state: string; minor: string }[] = await at.system.source.query(
      'select state, minor::text from refund where member_id = $1',
      [owner.organisationId],
    );
    expect(owed).toHaveLength(1);
  });

  it('a deposit that is paid after another one took its place goes back', async () => {
    await hasMethod(at.system, at.asked, member().organisationId, 'pm_card_visa');
    const paying: { customer: string; method: string }[] = await at.system.source.query(
      'select customer, payment_method as method from member_payment_method where member_id = $1',
      [member().organisationId],
    );
    const [offer, old, present] = [randomUUID(), randomUUID(), randomUUID()];
    await at.system.source.query(
      `insert into deposit (id, offer_id, agreement_id, agency_id, member_id, currency, minor, way, state, asked_at, why_ended)
       select id, $3, $3, $4, $5, $6, 2000, way, state, app_now(), why
       from (values ($1::uuid, 'stripe', 'withdrawn', 'The offer is not accepted any more.'),
                    ($2::uuid, 'bank', 'asked', null)) as d (id, way, state, why)`,
      [old, present, offer, of.all.agencyId, member().organisationId, EUR],
    );
    await at.asked.stripe.paymentIntents.create({
      amount: 2_000,
      currency: 'eur',
      customer: paying[0]?.customer ?? '',
      payment_method: paying[0]?.method ?? '',
      off_session: true,
      confirm: true,
      metadata: { depositId: old },
    });
    await told();
    expect(await depositOf(old)).toMatchObject({ state: 'refunded', refundedMinor: 2_000 });
    expect(await depositOf(present)).toMatchObject({ state: 'asked' });
  });

  it('a deposit that is asked for anew while a bank contests it is not held twice', async () => {
    await hasMethod(at.system, at.asked, member().organisationId, 'pm_card_visa');
    const id = await deposit(false);
    const dispute = at.asked.model.dispute(await intent());
    await told();
    await at.system.source.query(
      `insert into deposit (offer_id, agreement_id, agency_id, member_id, currency, minor, way, state, asked_at)
       select offer_id, agreement_id, agency_id, member_id, currency, minor, 'bank', 'asked', asked_at
       from deposit where id = $1`,
      [id],
    );
    at.asked.model.closeDispute(dispute, 'won');
    await told();
    expect(await depositOf(id)).toMatchObject({ state: expect.stringMatching(/refund/), whyEnded: expect.any(String) });
  });

  it('what is all kept as a reserve is paid out without a transfer', async () => {
    of.all = await sides(at.system, 1, { currency: EUR, reserveBp: 10_000, reserveDays: 30 });
    await hasAccount(at.system, at.asked, of.all.provider.organisationId);
    await invoiced();
    const asks = { providerId: of.all.provider.organisationId, currency: EUR };
    const { id } = (await of.all.officer.post('/api/v1/payouts', asks).expect(201)).body as { id: string };
    await of.all.officer.post(`/api/v1/payouts/${id}/pay`, {}).expect(200);
    await at.system.settled();
    expect((await of.all.officer.get(`/api/v1/payouts/${id}`)).body).toMatchObject({ state: 'paid', paidMinor: 0 });
  });
});
