/** A deposit that its member pays by bank and at Stripe at about the same time: it is held once, and the rest goes back. */
import { randomUUID } from 'node:crypto';
import { describeOnModel } from '../support/stripe/ways.js';
import { balance } from './books.js';
import { contest, EUR } from './contest.js';
import { issue } from './issued.js';
import { arrives, collectionOf, sides } from './paid-market.js';
import { hasMethod, noticePasses } from './told.js';

const MINOR = 2_000;

interface DepositJson {
  id: string;
  number: string;
  agreementId: string;
  minor: number;
  way: string;
  state: string;
  whyEnded: string | null;
}

describeOnModel('a deposit that is paid twice', () => {
  const of = contest();
  const { at, member, told, refunds, intent } = of;

  /** One that is charged by the member's method at once, of an offer that nobody follows. */
  const charged = async (token: string): Promise<DepositJson> => {
    await hasMethod(at.system, at.asked, member().organisationId, token);
    await at.system.source.query(
      `insert into deposit (offer_id, agreement_id, agency_id, member_id, currency, minor, way, state, due_at, asked_at,
         settled_at)
       values ($1, $2, $3, $4, $5, $6, 'stripe', 'charging', app_now(), app_now(), app_now())`,
      [randomUUID(), randomUUID(), of.all.agencyId, member().organisationId, EUR, MINOR],
    );
    await at.system.settled();
    return first();
  };
  const deposits = async (): Promise<DepositJson[]> =>
    ((await member().get('/api/v1/deposits').expect(200)).body as { items: DepositJson[] }).items;
  const first = async (): Promise<DepositJson> => (await deposits())[0] as DepositJson;
  const states = async (): Promise<string[]> => (await deposits()).map(({ way, state }) => `${way} ${state}`);
  const succeedsAtStripe = async (): Promise<void> => {
    at.asked.model.advanceDays(4);
    await told();
  };
  const held = (): Promise<number> => balance(at.system, member().organisationId, 'deposit', EUR);
  const lettersOf = async ({ id }: DepositJson): Promise<string[]> => {
    const rows: { body: string }[] = await at.system.source.query(
      'select body from mail_message where about = $1 order by id',
      [`deposit ${id}`],
    );
    return rows.map(({ body }) => body);
  };
  const left = async (): Promise<number[]> => {
    const { body } = await of.all.officer.get('/api/v1/payments/bank?only=left').expect(200);
    return (body as { items: { restMinor: number }[] }).items.map(({ restMinor }) => restMinor);
  };
  const creditedOnce = async ({ agreementId }: DepositJson): Promise<void> => {
    const shares = [{ ...of.share(10_000), agreementId }];
    await at.system.source.query(
      `update payment_method set state = 'ended', ended_at = app_now() where member_id = $1`,
      [member().organisationId],
    );
    const [invoice] = await issue(
      at.system,
      of.all.agencyId,
      '2026-02',
      [{ memberId: member().organisationId, shares }],
      EUR,
    );
    expect(await collectionOf(of.all.officer, invoice?.id ?? '')).toMatchObject({ paidMinor: MINOR, openMinor: 9_000 });
    expect(await held()).toBe(0);
  };

  const creditedOnceBeside = async ({ agreementId }: DepositJson): Promise<void> => {
    const shares = [{ ...of.share(10_000), agreementId }];
    await issue(at.system, of.all.agencyId, '2026-02', [{ memberId: member().organisationId, shares }], EUR);
    expect(await held()).toBe(-MINOR);
  };

  it('by a debit that succeeds after a transfer has come, is held by the transfer, and the debit goes back, once', async () => {
    const deposit = await charged('pm_success_de');
    await noticePasses(at.system);
    expect(await states()).toEqual(['stripe processing']);
    await arrives(of.all, deposit.number, MINOR);
    expect(await states()).toEqual(['bank held']);
    expect([await held(), await left()]).toEqual([-MINOR, []]);

    await succeedsAtStripe();
    await succeedsAtStripe();
    expect(await states()).toEqual(['bank held', 'stripe refunded']);
    expect((await refunds()).map(({ minor, way, state }) => [minor, way, state])).toEqual([[MINOR, 'stripe', 'done']]);
    expect(await held()).toBe(-MINOR);
    expect(await balance(at.system, of.all.agencyId, 'stripe', EUR)).toBe(0);
    const [, again] = await deposits();
    expect(await lettersOf(again as DepositJson)).toEqual([
      `20.00 EUR of your deposit ${again?.number} go back to the card or account that they were taken from. ` +
        `The reason: ${deposit.number} was paid already, and this came for it as well.`,
    ]);
    await creditedOnce(deposit);
  });

  it('by a transfer that comes after the card was charged, is held by the card, and the transfer is owed back', async () => {
    const deposit = await charged('pm_card_visa');
    expect(await states()).toEqual(['stripe held']);
    await arrives(of.all, deposit.number, MINOR);
    expect(await states()).toEqual(['stripe held', 'bank refunding']);
    expect([await held(), await left()]).toEqual([-2 * MINOR, []]);
    const [owed] = await refunds('&state=owed&way=bank');
    expect(owed).toMatchObject({ minor: MINOR });
    await creditedOnceBeside(deposit);
    await of.all.officer.post(`/api/v1/refunds/${owed?.id}/confirm`, { bankReference: 'OUT' }).expect(200);
    expect(await states()).toEqual(['stripe credited', 'bank refunded']);
    expect([await held(), await balance(at.system, of.all.agencyId, 'bank', EUR)]).toEqual([0, 0]);
  });
  it('by a debit that succeeds after the transfer has paid an invoice, goes back, and the invoice stays paid', async () => {
    const deposit = await charged('pm_success_de');
    await noticePasses(at.system);
    await arrives(of.all, deposit.number, MINOR);
    await creditedOnce(deposit);
    await succeedsAtStripe();
    await succeedsAtStripe();
    expect(await states()).toEqual(['bank credited', 'stripe refunded']);
    expect((await refunds()).map(({ minor, way, state }) => [minor, way, state])).toEqual([[MINOR, 'stripe', 'done']]);
    expect(await held()).toBe(0);
  });

  it('by a card that gives the money after all, when the transfer that was asked for is there, goes back to the card', async () => {
    const deposit = await charged('pm_card_chargeCustomerFail');
    expect(await states()).toEqual(['bank asked']);
    await arrives(of.all, deposit.number, MINOR);
    await hasMethod(at.system, at.asked, member().organisationId, 'pm_card_visa');
    const [payer]: { customer: string; method: string }[] = await at.system.source.query(
      'select customer, payment_method as method from member_payment_method where member_id = $1',
      [member().organisationId],
    );
    await at.asked.stripe.paymentIntents.create({
      amount: MINOR,
      currency: 'eur',
      customer: payer?.customer ?? '',
      payment_method: payer?.method ?? '',
      allowed_payment_method_types: ['card', 'sepa_debit'],
      off_session: true,
      confirm: true,
      metadata: { depositId: deposit.id },
    });
    await told();
    await told();
    expect(await states()).toEqual(['bank held', 'stripe refunded']);
    expect((await refunds()).map(({ minor, way, state }) => [minor, way, state])).toEqual([[MINOR, 'stripe', 'done']]);
    expect([await held(), await balance(at.system, of.all.agencyId, 'stripe', EUR)]).toEqual([-MINOR, 0]);
    await of.all.officer.post(`/api/v1/deposits/${deposit.id}/return`, { why: 'Not needed.' }).expect(200);
    expect(await states()).toEqual(['bank refunding', 'stripe refunded']);
  });

  it('by a debit that fails after a transfer has come, is held, and asked for no more', async () => {
    const deposit = await charged('pm_insufficientFunds_de');
    await noticePasses(at.system);
    await arrives(of.all, deposit.number, MINOR);
    const before = await lettersOf(deposit);
    await succeedsAtStripe();
    expect(await states()).toEqual(['bank held']);
    expect([await lettersOf(deposit), await refunds()]).toEqual([before, []]);
    await creditedOnce(deposit);
  });

  it('is not charged any more when a transfer comes before the day of its debit', async () => {
    const deposit = await charged('pm_success_de');
    const before = at.asked.model.store.all('payment_intent').length;
    await arrives(of.all, deposit.number, MINOR);
    await noticePasses(at.system);
    expect(at.asked.model.store.all('payment_intent')).toHaveLength(before);
    expect([await states(), await held()]).toEqual([['bank held'], -MINOR]);
  });

  it('at the same moment, in whatever order: one is held, the other goes back', async () => {
    for (let n = 0; n < 5; n += 1) {
      const deposit = await charged('pm_success_de');
      await noticePasses(at.system);
      at.asked.model.advanceDays(4);
      const arriving = (text: string) => arrives(of.all, text, MINOR);
      const bank = arriving(`${deposit.number} x`);
      if (n % 2 === 1) await bank;
      await Promise.all([told(), arriving(deposit.number), bank]);
      await succeedsAtStripe();
      const all = await deposits();
      expect(all.map(({ whyEnded }) => whyEnded === null)).toEqual([true, false, false]);
      const back = await refunds();
      expect(back.map(({ minor }) => minor)).toEqual([MINOR, MINOR]);
      for (const { id } of back.filter(({ way }) => way === 'bank')) {
        await of.all.officer.post(`/api/v1/refunds/${id}/confirm`, { bankReference: `OUT-${id}` }).expect(200);
      }
      expect([await held(), (await first()).state]).toEqual([-MINOR, 'held']);
      // The next one has a market of its own.
      of.all = await sides(at.system, 1, { currency: EUR });
    }
  });

  it('goes back both times when nobody needs it any more', async () => {
    const deposit = await charged('pm_success_de');
    await noticePasses(at.system);
    await of.all.officer.post(`/api/v1/deposits/${deposit.id}/return`, { why: 'Not needed.' }).expect(200);
    await arrives(of.all, deposit.number, MINOR);
    await succeedsAtStripe();
    await succeedsAtStripe();
    expect(await states()).toEqual(['bank refunding', 'stripe refunded']);
    expect((await refunds()).map(({ way, state }) => `${way} ${state}`)).toEqual(['bank owed', 'stripe done']);
    expect(await held()).toBe(-MINOR);
    expect(await intent()).not.toBe('');
  });

  it('in one statement of the bank is held once as well, and what is credited already is for an officer to assign', async () => {
    const deposit = await charged('pm_closed_de');
    await noticePasses(at.system);
    await succeedsAtStripe();
    expect(await states()).toEqual(['bank asked']);
    const csv = [1, 2]
      .map((n) => `${randomUUID()},2026-03-0${n},20.00,EUR,${deposit.number}`)
      .toSpliced(0, 0, 'reference,booked_on,amount,currency,text');
    const imported = await of.all.officer
      .postCsv('/api/v1/payments/bank-statements', `${csv.join('\n')}\n`)
      .expect(200);
    expect(imported.body).toMatchObject({ rows: 2, matched: 2 });
    expect(await states()).toEqual(['bank held', 'bank refunding']);
    await creditedOnceBeside(deposit);
    // Who pays its invoice under the deposit's number wants no money back.
    await arrives(of.all, deposit.number, 9_000);
    expect([await left(), (await refunds()).length]).toEqual([[9_000], 1]);
  });

  it('takes nothing of a transfer that pays an invoice and names it as well, once it is not asked for any more', async () => {
    const deposit = await charged('pm_closed_de');
    await noticePasses(at.system);
    await succeedsAtStripe();
    expect(await states()).toEqual(['bank asked']);
    await at.system.source.query(
      `update payment_method set state = 'ended', ended_at = app_now() where member_id = $1`,
      [member().organisationId],
    );
    const shares = [{ ...of.share(10_000), agreementId: deposit.agreementId }];
    const invoices = [{ memberId: member().organisationId, shares }];
    const [invoice] = await issue(at.system, of.all.agencyId, '2026-02', invoices, EUR);
    expect(await states()).toEqual(['bank withdrawn']);
    await arrives(of.all, `${deposit.number} ${invoice?.number}`, 11_000);
    expect(await collectionOf(of.all.officer, invoice?.id ?? '')).toMatchObject({ state: 'paid', openMinor: 0 });
    expect([await states(), await refunds(), await left()]).toEqual([['bank withdrawn'], [], []]);
    // What such a transfer has beyond the invoice is for the deposit, and goes back.
    await arrives(of.all, `${deposit.number} ${invoice?.number}`, MINOR);
    expect((await refunds()).map(({ minor, way }) => [minor, way])).toEqual([[MINOR, 'bank']]);
  });
});
