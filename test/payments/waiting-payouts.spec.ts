/** A payout goes from where the money is, and one that waits for money at Stripe can go another way, once. */
import { describeOnModel } from '../support/stripe/ways.js';
import { withStripe } from './at-stripe.js';
import { issue, type Issued } from './issued.js';
import {
  paidOut,
  payingOut,
  type PayingOut,
  payoutOf,
  proposed,
  transfersOf,
  transferredUnwritten,
} from './paid-out.js';
import { arrives } from './paid-market.js';

const EUR = 'EUR';
const WAITING = { state: 'transferring', failure: 'balance_insufficient' };

describeOnModel('where a payout is paid from', () => {
  const at = withStripe();
  let of: PayingOut;

  beforeEach(async () => {
    of = await payingOut(at.system, at.asked);
    at.asked.model.store.available.set('eur', 0);
  });

  const wish = (): { providerId: string; currency: string } => ({
    providerId: of.provider.organisationId,
    currency: EUR,
  });
  const waiting = async (): Promise<{ id: string; dueAt: string }> => {
    const id = await paidOut(of, '2026-02', 'pm_card_visa');
    const payout = await payoutOf(of, id);
    expect(payout).toMatchObject(WAITING);
    return { id, dueAt: payout.dueAt ?? '' };
  };
  const withdraws = (id: string) => of.officer.post(`/api/v1/payouts/${id}/withdraw`, { why: 'It waits too long.' });

  it('is the bank, where members have paid by bank, whether or not the provider has an account at Stripe', async () => {
    const shares = [{ providerId: of.provider.organisationId, net: 10_000 }];
    const memberId = of.members[0]?.organisationId ?? '';
    const [invoice] = (await issue(at.system, of.agencyId, '2026-02', [{ memberId, shares }], EUR)) as [Issued];
    await arrives(of, invoice.number, invoice.total);
    const id = await proposed(of);
    expect(await payoutOf(of, id)).toMatchObject({ way: 'bank' });
    await of.officer.post(`/api/v1/payouts/${id}/pay`, { bankReference: `OUT-${id}` }).expect(200);
    expect(await payoutOf(of, id)).toMatchObject({ state: 'paid', reference: `OUT-${id}` });
  });

  it('can be the bank after all: what waits is withdrawn, and never transferred', async () => {
    const { id, dueAt } = await waiting();
    await withdraws(id).expect(200);
    expect((await of.officer.post('/api/v1/payouts', { ...wish(), way: 'post' }).expect(422)).text).toContain('way');
    const byBank = (await of.officer.post('/api/v1/payouts', { ...wish(), way: 'bank' }).expect(201)).body as {
      id: string;
    };
    expect(await payoutOf(of, byBank.id)).toMatchObject({ way: 'bank', claimsMinor: 9_700 });
    await of.officer.post(`/api/v1/payouts/${byBank.id}/pay`, { bankReference: `OUT-${id}` }).expect(200);
    at.asked.model.store.available.set('eur', 1_000_000);
    await at.system.passTo(dueAt);
    expect(await payoutOf(of, id)).toMatchObject({ state: 'withdrawn' });
    expect(transfersOf(of, id)).toBe(0);
  });

  it('stays Stripe, where it was transferred already', async () => {
    const { id, dueAt } = await waiting();
    at.asked.model.store.available.set('eur', 1_000_000);
    const made = await transferredUnwritten(of, id);
    expect((await withdraws(id).expect(409)).body.code).toBe('payout.transferred');
    await at.system.passTo(dueAt);
    expect(await payoutOf(of, id)).toMatchObject({ state: 'paid', reference: made });
    expect(transfersOf(of, id)).toBe(1);
  });
});
