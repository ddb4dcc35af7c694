/** A payout goes from where the money is, and one that waits for money at Stripe can go another way, once. */
import { randomUUID } from 'node:crypto';
import { describeOnModel, EitherStripe } from '../support/stripe/either.js';
import { System } from '../support/system.js';
import { wrongInBooks } from './books.js';
import { issue, type Issued } from './issued.js';
import { paidOut, payingOut, type PayingOut, payoutOf, proposed } from './paid-out.js';
import { booking } from './paid-market.js';

const EUR = 'EUR';
const WAITING = { state: 'transferring', failure: 'balance_insufficient' };

describeOnModel('where a payout is paid from', () => {
  let asked: EitherStripe;
  let system: System;
  let of: PayingOut;

  beforeAll(async () => {
    asked = await EitherStripe.start();
    system = await System.start(asked.settings());
  });
  beforeEach(async () => {
    of = await payingOut(system, asked);
    asked.model.store.available.set('eur', 0);
  });
  afterEach(async () => {
    expect(await wrongInBooks(system)).toEqual([]);
  });
  afterAll(async () => {
    await system.stop();
    await asked.stop();
  });

  const transfersOf = (id: string): number =>
    asked.model.store.all('transfer').filter((each) => each['transfer_group'] === id).length;
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
    const [invoice] = (await issue(system, of.agencyId, '2026-02', [{ memberId, shares }], EUR)) as [Issued];
    const arrives = { ...booking(invoice.number, invoice.total, randomUUID()), currency: EUR };
    await of.officer.post('/api/v1/payments/bank', arrives).expect(201);
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
    asked.model.store.available.set('eur', 1_000_000);
    await system.passTo(dueAt);
    expect(await payoutOf(of, id)).toMatchObject({ state: 'withdrawn' });
    expect(transfersOf(id)).toBe(0);
  });

  it('stays Stripe, where it was transferred already', async () => {
    const { id, dueAt } = await waiting();
    asked.model.store.available.set('eur', 1_000_000);
    const made = await asked.stripe.transfers.create({
      amount: 9_700,
      currency: 'eur',
      destination: of.account,
      transfer_group: id,
      metadata: { payoutId: id },
    });
    expect((await withdraws(id).expect(409)).body.code).toBe('payout.transferred');
    await system.passTo(dueAt);
    expect(await payoutOf(of, id)).toMatchObject({ state: 'paid', reference: made.id });
    expect(transfersOf(id)).toBe(1);
  });
});
