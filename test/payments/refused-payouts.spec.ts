/** What Stripe does not transfer is seen, with the reason, and is tried again: by itself, or when an officer says so. */
import { describeOnModel, EitherStripe } from '../support/stripe/either.js';
import { type Someone, System } from '../support/system.js';
import { wrongInBooks } from './books.js';
import { issue, type Issued } from './issued.js';
import { type Sides, sides } from './paid-market.js';
import { hasAccount, hasMethod } from './told.js';

const EUR = 'EUR';

interface PayoutJson {
  id: string;
  state: string;
  failure: string | null;
  dueAt: string | null;
  reference: string | null;
}

describeOnModel('a payout that Stripe refuses', () => {
  let asked: EitherStripe;
  let system: System;
  let all: Sides;
  let account: string;

  beforeAll(async () => {
    asked = await EitherStripe.start();
    system = await System.start(asked.settings());
  });
  beforeEach(async () => {
    all = await sides(system, 1, { currency: EUR });
    account = await hasAccount(system, asked, all.provider.organisationId);
  });
  afterEach(async () => {
    expect(await wrongInBooks(system)).toEqual([]);
  });
  afterAll(async () => {
    await system.stop();
    await asked.stop();
  });

  /** The member has paid its invoice by this method, and an officer pays its provider. @returns the payout's id */
  const paidOut = async (token: string): Promise<string> => {
    const [member] = all.members as [Someone];
    await hasMethod(system, asked, member.organisationId, token);
    const shares = [{ providerId: all.provider.organisationId, net: 10_000 }];
    const wanted = [{ memberId: member.organisationId, shares }];
    const [invoice] = (await issue(system, all.agencyId, '2026-02', wanted, EUR)) as [Issued];
    await all.officer.get(`/api/v1/collections/${invoice.id}`).expect(200);
    const proposed = await all.officer.post('/api/v1/payouts', {
      providerId: all.provider.organisationId,
      currency: EUR,
    });
    const { id } = proposed.body as { id: string };
    await pay(id);
    return id;
  };
  const pay = async (id: string): Promise<void> => {
    await all.officer.post(`/api/v1/payouts/${id}/pay`, {}).expect(200);
    await system.settled();
  };
  const read = async (id: string): Promise<PayoutJson> =>
    (await all.officer.get(`/api/v1/payouts/${id}`).expect(200)).body as PayoutJson;
  const capability = (state: 'active' | 'inactive'): void => {
    asked.model.store.get('account', account)['capabilities'] = { transfers: state };
  };
  const transfersOf = (id: string): number =>
    asked.model.store.all('transfer').filter((each) => each['transfer_group'] === id).length;

  it('for want of money that is still on its way is asked for again by itself, and not under the key that was refused', async () => {
    const available = asked.model.store.available;
    available.set('eur', 0);
    const id = await paidOut('pm_card_visa');
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
    const id = await paidOut('pm_card_bypassPending');
    expect(await read(id)).toMatchObject({
      state: 'refused',
      failure: 'insufficient_capabilities_for_transfer',
      dueAt: null,
    });
    const listed = async (state: string): Promise<string[]> =>
      ((await all.officer.get(`/api/v1/payouts?state=${state}`).expect(200)).body as { items: PayoutJson[] }).items.map(
        (each) => each.id,
      );
    expect(await listed('refused')).toEqual([id]);
    expect(await listed('transferring')).toEqual([]);
    await all.provider.get(`/api/v1/payouts/${id}`).expect(404);
    await all.provider.post(`/api/v1/payouts/${id}/pay`, {}).expect(403);
    await (await system.someone('officer')).post(`/api/v1/payouts/${id}/pay`, {}).expect(404);

    await pay(id);
    expect(await read(id)).toMatchObject({ state: 'refused', failure: 'insufficient_capabilities_for_transfer' });
    capability('active');
    await pay(id);
    expect(await read(id)).toMatchObject({ state: 'paid', failure: null });
    expect(transfersOf(id)).toBe(1);
  });

  it('can be taken back, and is payable again', async () => {
    capability('inactive');
    const id = await paidOut('pm_card_bypassPending');
    await all.officer.post(`/api/v1/payouts/${id}/withdraw`, { why: 'They asked for it by bank.' }).expect(200);
    await all.officer.post(`/api/v1/payouts/${id}/pay`, {}).expect(409);
    await system.source.query('update payout_account set transfers_active = false where provider_id = $1', [
      all.provider.organisationId,
    ]);
    const again = await all.officer.post('/api/v1/payouts', {
      providerId: all.provider.organisationId,
      currency: EUR,
    });
    const { id: byBank } = again.body as { id: string };
    await all.officer.post(`/api/v1/payouts/${byBank}/pay`, { bankReference: `OUT-${byBank}` }).expect(200);
    expect(await read(byBank)).toMatchObject({ state: 'paid', reference: `OUT-${byBank}` });
    expect(transfersOf(id)).toBe(0);
  });

  it('because the provider has no account any more says so', async () => {
    const id = await paidOut('pm_card_bypassPending');
    expect(await read(id)).toMatchObject({ state: 'paid' });
    const [member] = all.members as [Someone];
    const shares = [{ providerId: all.provider.organisationId, net: 5_000 }];
    await issue(system, all.agencyId, '2026-03', [{ memberId: member.organisationId, shares }], EUR);
    const proposed = await all.officer.post('/api/v1/payouts', {
      providerId: all.provider.organisationId,
      currency: EUR,
    });
    const { id: next } = proposed.body as { id: string };
    await system.source.query('update payout_account set transfers_active = false where provider_id = $1', [
      all.provider.organisationId,
    ]);
    await pay(next);
    expect(await read(next)).toMatchObject({ state: 'refused', failure: 'no_account' });

    // Whoever transferred it died before it was written down, and the account was closed since.
    const made = await asked.stripe.transfers.create({
      amount: 4_850,
      currency: 'eur',
      destination: account,
      transfer_group: next,
      metadata: { payoutId: next },
    });
    await pay(next);
    expect(await read(next)).toMatchObject({ state: 'paid', reference: made.id });
  });
});
