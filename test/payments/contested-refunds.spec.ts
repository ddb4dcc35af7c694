/** Refunds that Stripe was asked for while the payer's bank took the same money. */
import { describeOnModel } from '../support/stripe/ways.js';
import type { ModelEvent } from '../support/stripe/store.js';
import type { Someone } from '../support/system.js';
import { withStripe } from './at-stripe.js';
import { balance } from './books.js';
import { creditNote, issue, type Issued } from './issued.js';
import { type CollectionJson, collectionOf, type Sides, sides } from './paid-market.js';
import { hasMethod, noticePasses, tell } from './told.js';

const EUR = 'EUR';

describeOnModel('refunds of money that is contested', () => {
  const at = withStripe();
  let all: Sides;

  beforeEach(async () => {
    all = await sides(at.system, 1, { currency: EUR });
    at.asked.model.deliveries.lose();
  });

  const member = (): Someone => all.members[0] as Someone;
  const share = (net: number) => ({ providerId: all.provider.organisationId, net });
  const invoiced = async (token = 'pm_card_visa'): Promise<Issued> => {
    await hasMethod(at.system, at.asked, member().organisationId, token);
    const wanted = [{ memberId: member().organisationId, shares: [share(10_000)] }];
    return (await issue(at.system, all.agencyId, '2026-02', wanted, EUR))[0] as Issued;
  };
  const read = async ({ id }: Issued): Promise<CollectionJson> => collectionOf(all.officer, id);
  const told = async (): Promise<void> => {
    await tell(at.system, at.asked.model, 3, 3);
    await at.system.settled();
  };
  /** The payment at Stripe of an invoice. */
  const intent = async ({ id }: Issued): Promise<string> => {
    const rows: { reference: string }[] = await at.system.source.query(
      'select reference from payment where collection_id = $1',
      [id],
    );
    return rows[0]?.reference ?? '';
  };
  const refunds = async (): Promise<{ id: string; minor: number; state: string; way: string }[]> =>
    ((await all.officer.get('/api/v1/refunds').expect(200)).body as { items: [] }).items;

  it('what Stripe cannot give back, because a bank took it meanwhile, is not given back by bank', async () => {
    const invoice = await invoiced('pm_success_de');
    const { model } = at.asked;
    await noticePasses(at.system);
    model.advanceDays(4);
    await told();
    await creditNote(at.system, all.agencyId, invoice, share(10_000), '2026-02', EUR);
    expect(await refunds()).toMatchObject([{ state: 'asked' }]);
    const dispute = model.dispute(await intent(invoice));
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

  it('what Stripe gave back counts, though its answer was lost and it was withdrawn since', async () => {
    const invoice = await invoiced();
    const { model } = at.asked;
    model.failNext('GET /v1/refunds', 'error', 1_000);
    const credited = creditNote(at.system, all.agencyId, invoice, share(10_000), '2026-02', EUR);
    const asked = async (): Promise<{ id: string }[]> =>
      at.system.source
        .query(
          `update refund set due_at = due_at + interval '1 year' where issuer_id = $1 and due_at is not null returning id`,
          [all.agencyId],
        )
        .then(([rows]: [{ id: string }[]]) => rows);
    let [owed] = await asked();
    while (owed === undefined) [owed] = await asked();
    await credited;
    // Stripe has done it, and whoever asked has died before that was written down.
    const payment = await intent(invoice);
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
    expect(await balance(at.system, all.agencyId, 'stripe', EUR)).toBe(-11_000);
    model.closeDispute(dispute, 'won');
    await told();
    expect(await read(invoice)).toMatchObject({ state: 'refunded', openMinor: 0 });
  });
});
