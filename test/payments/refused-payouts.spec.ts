/** What Stripe does not transfer is seen, with the reason, and is tried again: by itself, or when an officer says so. */
import { describeOnModel } from '../support/stripe/ways.js';
import { withStripe } from './at-stripe.js';
import {
  invoiced,
  paidOut,
  pay,
  payingOut,
  type PayingOut,
  type PayoutJson,
  payoutOf,
  proposed,
  transfersOf,
  transferredUnwritten,
} from './paid-out.js';

describeOnModel('a payout that Stripe refuses', () => {
  const at = withStripe();
  let of: PayingOut;

  beforeEach(async () => {
    of = await payingOut(at.system, at.asked);
  });

  const read = async (id: string): Promise<PayoutJson> => payoutOf(of, id);
  const capability = (state: 'active' | 'inactive'): void => {
    at.asked.model.store.get('account', of.account)['capabilities'] = { transfers: state };
  };

  it('for want of money that is still on its way is asked for again by itself, and not under the key that was refused', async () => {
    const available = at.asked.model.store.available;
    available.set('eur', 0);
    const id = await paidOut(of, '2026-02', 'pm_card_visa');
    const waiting = await read(id);
    expect(waiting).toMatchObject({ state: 'transferring', failure: 'balance_insufficient', reference: null });
    await at.system.passTo(waiting.dueAt ?? '');
    expect(await read(id)).toMatchObject({ state: 'transferring', failure: 'balance_insufficient' });
    available.set('eur', 1_000_000);
    await at.system.passTo((await read(id)).dueAt ?? '');
    expect(await read(id)).toMatchObject({ state: 'paid', failure: null });
    expect(transfersOf(of, id)).toBe(1);
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
    await (await at.system.someone('officer')).post(`/api/v1/payouts/${id}/pay`, {}).expect(404);

    await pay(of, id);
    expect(await read(id)).toMatchObject({ state: 'refused', failure: 'insufficient_capabilities_for_transfer' });
    capability('active');
    await pay(of, id);
    expect(await read(id)).toMatchObject({ state: 'paid', failure: null });
    expect(transfersOf(of, id)).toBe(1);
  });

  it('can be taken back, and is payable again', async () => {
    capability('inactive');
    const id = await paidOut(of, '2026-02');
    await of.officer.post(`/api/v1/payouts/${id}/withdraw`, { why: 'They asked for it by bank.' }).expect(200);
    await of.officer.post(`/api/v1/payouts/${id}/pay`, {}).expect(409);
    await at.system.source.query('update payout_account set transfers_active = false where provider_id = $1', [
      of.provider.organisationId,
    ]);
    const byBank = await proposed(of);
    await of.officer.post(`/api/v1/payouts/${byBank}/pay`, { bankReference: `OUT-${byBank}` }).expect(200);
    expect(await read(byBank)).toMatchObject({ state: 'paid', reference: `OUT-${byBank}` });
    expect(transfersOf(of, id)).toBe(0);
  });

  it('because the provider has no account any more says so', async () => {
    const id = await paidOut(of, '2026-02');
    expect(await read(id)).toMatchObject({ state: 'paid' });
    await invoiced(of, '2026-03', 5_000);
    const next = await proposed(of);
    await at.system.source.query('update payout_account set transfers_active = false where provider_id = $1', [
      of.provider.organisationId,
    ]);
    await pay(of, next);
    expect(await read(next)).toMatchObject({ state: 'refused', failure: 'no_account' });

    // Whoever transferred it died before it was written down, and the account was closed since.
    const made = await transferredUnwritten(of, next, 4_850);
    await pay(of, next);
    expect(await read(next)).toMatchObject({ state: 'paid', reference: made });
  });
});
