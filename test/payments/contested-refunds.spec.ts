/** Refunds that Stripe was asked for while the payer's bank took the same money. */
import { randomUUID } from 'node:crypto';
import { describeOnModel } from '../support/stripe/ways.js';
import type { ModelEvent } from '../support/stripe/store.js';
import { balance } from './books.js';
import { contest, EUR } from './contest.js';
import { creditNote } from './issued.js';
import { hasMethod, noticePasses } from './told.js';

describeOnModel('refunds of money that is contested', () => {
  const of = contest();
  const { at, member, share, invoiced, read, told, intent, refunds } = of;

  it('what Stripe cannot give back, because a bank took it meanwhile, is not given back by bank', async () => {
    const invoice = await invoiced('pm_success_de');
    const { model } = at.asked;
    await noticePasses(at.system);
    model.advanceDays(4);
    await told();
    await creditNote(at.system, of.all.agencyId, invoice, share(10_000), '2026-02', EUR);
    expect(await refunds()).toMatchObject([{ state: 'asked' }]);
    const dispute = model.dispute(await intent());
    await told();
    model.advanceDays(4);
    await told();
    expect(await refunds()).toMatchObject([{ state: 'withdrawn' }]);
    expect(await read(invoice)).toMatchObject({ state: 'refunded', openMinor: 0 });
    model.closeDispute(dispute, 'won');
    await told();
    expect((await refunds()).map(({ state, minor }) => [state, minor])).toEqual([
      ['withdrawn', 11_000],
      [expect.stringMatching(/owed|asked/), 11_000],
    ]);
  });

  it('a deposit that Stripe could not give back is told to come by bank, once, unless a bank took it meanwhile', async () => {
    const { model } = at.asked;
    const lettersOf = async (id: string): Promise<string[]> => {
      const rows: { body: string }[] = await at.system.source.query(
        'select body from mail_message where about = $1 order by id',
        [`deposit ${id}`],
      );
      return rows.map(({ body }) => body);
    };
    for (const taken of [false, true]) {
      const id = randomUUID();
      await hasMethod(at.system, at.asked, member().organisationId, 'pm_card_refundFail');
      await at.system.source.query(
        `insert into deposit (id, offer_id, agreement_id, agency_id, member_id, currency, minor, way, state, due_at, asked_at)
         values ($1, $1, $1, $2, $3, $4, 2000, 'stripe', 'charging', app_now(), app_now())`,
        [id, of.all.agencyId, member().organisationId, EUR],
      );
      await at.system.settled();
      await of.all.officer.post(`/api/v1/deposits/${id}/return`, { why: 'Not needed.' }).expect(200);
      await told();
      if (taken) model.dispute(await intent());
      model.advanceDays(4);
      await told();
      await told();
      expect(await lettersOf(id)).toEqual([
        expect.stringContaining('go back to the card'),
        ...(taken
          ? []
          : [
              expect.stringMatching(
                /^20\.00 EUR of your deposit DEP-\d+ could not go back .* by bank\. The reason why they go back: Not needed\.$/,
              ),
            ]),
      ]);
    }
  });

  it('what Stripe gave back counts, though its answer was lost and it was withdrawn since', async () => {
    const invoice = await invoiced();
    const { model } = at.asked;
    model.failNext('GET /v1/refunds', 'error', 1_000);
    const credited = creditNote(at.system, of.all.agencyId, invoice, share(10_000), '2026-02', EUR);
    const asked = async (): Promise<{ id: string }[]> =>
      at.system.source
        .query(
          `update refund set due_at = due_at + interval '1 year' where issuer_id = $1 and due_at is not null returning id`,
          [of.all.agencyId],
        )
        .then(([rows]: [{ id: string }[]]) => rows);
    let [owed] = await asked();
    while (owed === undefined) [owed] = await asked();
    await credited;
    // Stripe has done it, and whoever asked has died before that was written down.
    const payment = await intent();
    await at.asked.stripe.refunds.create({ payment_intent: payment, amount: 11_000, metadata: { refundId: owed.id } });
    const created = model.deliveries.lose().find(({ type }) => type === 'refund.created');
    model.mend();
    const dispute = model.dispute(payment);
    await told();
    expect(await refunds()).toMatchObject([{ id: owed.id, state: 'withdrawn' }]);
    expect(await read(invoice)).toMatchObject({ openMinor: 0 });
    model.deliveries.announce(created as ModelEvent);
    await told();
    expect(await refunds()).toMatchObject([{ id: owed.id, state: 'done', way: 'stripe' }]);
    expect(await read(invoice)).toMatchObject({ state: 'disputed', returnedMinor: 22_000, openMinor: 11_000 });
    expect(await balance(at.system, of.all.agencyId, 'stripe', EUR)).toBe(-11_000);
    model.closeDispute(dispute, 'won');
    await told();
    expect(await read(invoice)).toMatchObject({ state: 'refunded', openMinor: 0 });
  });
});
