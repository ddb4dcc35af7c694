/** What Stripe does not transfer is seen, with the reason, and is tried again: by itself, or when an officer says so. */
import { describeOnModel, EitherStripe } from '../support/stripe/either.js';
import { System } from '../support/system.js';
import { wrongInBooks } from './books.js';
import { invoiced, paidOut, pay, payingOut, type PayingOut, type PayoutJson, payoutOf, proposed } from './paid-out.js';

describeOnModel('a payout that Stripe refuses', () => {
  let asked: EitherStripe;
  let system: System;
  let of: PayingOut;

  beforeAll(async () => {
    asked = await EitherStripe.start();
    system = await System.start(asked.settings());
  });
  beforeEach(async () => {
    of = await payingOut(system, asked);
  });
  afterEach(async () => {
    expect(await wrongInBooks(system)).toEqual([]);
  });
  afterAll(async () => {
    await system.stop();
    await asked.stop();
  });

  const read = async (id: string): Promise<PayoutJson> => payoutOf(of, id);
  const capability = (state: 'active' | 'inactive'): void => {
    asked.model.store.get('account', of.account)['capabilities'] = { transfers: state };
  };
  const transfersOf = (id: string): number =>
    asked.model.store.all('transfer').filter((each) => each['transfer_group'] === id).length;

  it('for want of money that is still on its way is asked for again by itself, and not under the key that was refused', async () => {
    const available = asked.model.store.available;
    available.set('eur', 0);
    const id = await paidOut(of, '2026-02', 'pm_card_visa');
    const waiting = await read(id);
    expect(waiting).toMatchObject({ state: 'transferring', failure: 'balance_insufficient', reference: null });
    await system.passTo(waiting.dueAt ?? '');
    expect(await read(id)).toMatchObject({ state: 'transferring', failure: 'balance_insufficient' });
    available.set('eur', 1_000_000);
    await system.passTo((await read(id)).dueAt ?? '');
    expect(await read(id)).toMatchObject({ state: 'paid', failure: null });
    expect(transfersOf(id)).toBe(1);
  });

  it('for what somebody has to mend is shown as refused, with the reason, and paid once an officer has it tried again', async () => {
    capability('inactive');
    const id = await paidOut(of, '2026-02');
    expect(await read(id)).toMatchObject({
      state: 'refused',
      failure: 'insufficient_capabilities_for_transfer',
      dueAt: null,
    });
    const listed = async (state: string): Promise<string[]> =>
      (
        (await of.officer.get(`/api/v1/payouts?state=${state}`).expect(200)).body as { items: { id: string }[] }
      ).items.map((each) => each.id);
    expect(await listed('refused')).toEqual([id]);
    expect(await listed('transferring')).toEqual([]);
    await of.provider.get(`/api/v1/payouts/${id}`).expect(404);
    await of.provider.post(`/api/v1/payouts/${id}/pay`, {}).expect(403);
    await (await system.someone('officer')).post(`/api/v1/payouts/${id}/pay`, {}).expect(404);

    await pay(of, id);
    expect(await read(id)).toMatchObject({ state: 'refused', failure: 'insufficient_capabilities_for_transfer' });
    capability('active');
    await pay(of, id);
    expect(await read(id)).toMatchObject({ state: 'paid', failure: null });
    expect(transfersOf(id)).toBe(1);
  });

  it('can be taken back, and is payable again', async () => {
    capability('inactive');
    const id = await paidOut(of, '2026-02');
    await of.officer.post(`/api/v1/payouts/${id}/withdraw`, { why: 'They asked for it by bank.' }).expect(200);
    await of.officer.post(`/api/v1/payouts/${id}/pay`, {}).expect(409);
    await system.source.query('update payout_account set transfers_active = false where provider_id = $1', [
      of.provider.organisationId,
    ]);
    const byBank = await proposed(of);
    await of.officer.post(`/api/v1/payouts/${byBank}/pay`, { bankReference: `OUT-${byBank}` }).expect(200);
    expect(await read(byBank)).toMatchObject({ state: 'paid', reference: `OUT-${byBank}` });
    expect(transfersOf(id)).toBe(0);
  });

  it('because the provider has no account any more says so', async () => {
    const id = await paidOut(of, '2026-02');
    expect(await read(id)).toMatchObject({ state: 'paid' });
    await invoiced(of, '2026-03', 5_000);
    const next = await proposed(of);
    await system.source.query('update payout_account set transfers_active = false where provider_id = $1', [
      of.provider.organisationId,
    ]);
    await pay(of, next);
    expect(await read(next)).toMatchObject({ state: 'refused', failure: 'no_account' });

    // Whoever transferred it died before it was written down, and the account was closed since.
    const made = await asked.stripe.transfers.create({
      amount: 4_850,
      currency: 'eur',
      destination: of.account,
      transfer_group: next,
      metadata: { payoutId: next },
    });
    await pay(of, next);
    expect(await read(next)).toMatchObject({ state: 'paid', reference: made.id });
  });
});
