/** A payout whose members' money goes again before the provider has it. */
import { describeOnModel } from '../support/stripe/ways.js';
import type { Someone } from '../support/system.js';
import { withStripe } from './at-stripe.js';
import { creditNote, issue, type Issued } from './issued.js';
import {
  contestedAndLost,
  invoiced,
  paidOut,
  pay,
  payingOut,
  type PayingOut,
  payoutOf,
  proposed,
  transfersOf,
  transferredUnwritten,
} from './paid-out.js';
import { hasMethod, tell } from './told.js';

const PLENTY = 1_000_000;
const OUTDATED = { state: 'refused', failure: 'not_payable_any_more', reference: null };

describeOnModel('a payout of money that goes again', () => {
  const at = withStripe();
  let of: PayingOut;

  beforeEach(async () => {
    of = await payingOut(at.system, at.asked);
    at.asked.model.store.available.set('eur', PLENTY);
  });

  const contested = async (): Promise<void> => {
    contestedAndLost(of);
    await tell(at.system, at.asked.model);
    await at.system.settled();
  };
  const proposedOf = async (month: string): Promise<string> => {
    await hasMethod(at.system, at.asked, of.members[0]?.organisationId ?? '', 'pm_card_bypassPending');
    await invoiced(of, month);
    return proposed(of);
  };

  it('after it was proposed is not transferred, and can be withdrawn', async () => {
    const id = await proposedOf('2026-02');
    await contested();
    await pay(of, id);
    expect(await payoutOf(of, id)).toMatchObject(OUTDATED);
    await pay(of, id);
    expect(await payoutOf(of, id)).toMatchObject(OUTDATED);
    expect(transfersOf(of, id)).toBe(0);
    await of.officer.post(`/api/v1/payouts/${id}/withdraw`, { why: 'It is contested.' }).expect(200);
    const wish = { providerId: of.provider.organisationId, currency: 'EUR' };
    expect((await of.officer.post('/api/v1/payouts', wish).expect(409)).body.code).toBe('payout.nothing');
  });

  it('while it waits for money to be available is not transferred once that is there', async () => {
    at.asked.model.store.available.set('eur', 0);
    const id = await paidOut(of, '2026-02', 'pm_card_visa');
    const waiting = await payoutOf(of, id);
    expect(waiting).toMatchObject({ state: 'transferring', failure: 'balance_insufficient' });
    await contested();
    at.asked.model.store.available.set('eur', PLENTY);
    await at.system.passTo(waiting.dueAt ?? '');
    expect(await payoutOf(of, id)).toMatchObject(OUTDATED);
    expect(transfersOf(of, id)).toBe(0);
  });

  it('after it was transferred by whoever died before writing it down is booked and taken back', async () => {
    const id = await proposedOf('2026-02');
    const made = await transferredUnwritten(of, id);
    await contested();
    await pay(of, id);
    expect(await payoutOf(of, id)).toMatchObject({ state: 'paid', reference: made, reversedMinor: 9_700 });
    expect((await at.asked.stripe.transfers.retrieve(made)).amount_reversed).toBe(9_700);
  });

  it('that gives a provider back what it had paid back is not transferred either', async () => {
    const wish = { providerId: of.provider.organisationId, currency: 'EUR' };
    const [member] = of.members as [Someone];
    await hasMethod(at.system, at.asked, member.organisationId, 'pm_card_bypassPending');
    const share = { providerId: wish.providerId, net: 10_000 };
    const wanted = [{ memberId: member.organisationId, shares: [share] }];
    const [invoice] = (await issue(at.system, of.agencyId, '2026-02', wanted, 'EUR')) as [Issued];
    const first = (await of.officer.post('/api/v1/payouts', { ...wish, way: 'bank' }).expect(201)).body as {
      id: string;
    };
    await of.officer.post(`/api/v1/payouts/${first.id}/pay`, { bankReference: 'OUT' }).expect(200);
    const { model } = at.asked;
    const dispute = model.dispute(model.store.all('payment_intent')[0]?.id ?? '');
    await tell(at.system, model);
    await of.officer.post('/api/v1/payouts/repayments', { ...wish, minor: 9_700, bankReference: 'BACK' }).expect(201);
    model.closeDispute(dispute, 'won');
    await tell(at.system, model);
    const id = await proposed(of);
    const lines = await of.officer.get(`/api/v1/payouts/${id}/lines`).expect(200);
    expect(lines.body).toMatchObject({ items: [{ kind: 'repayment', minor: 9_700 }] });
    await creditNote(at.system, of.agencyId, invoice, share, '2026-02', 'EUR');
    await at.system.settled();
    await pay(of, id);
    expect(await payoutOf(of, id)).toMatchObject(OUTDATED);
    expect(transfersOf(of, id)).toBe(0);
    await of.officer.post(`/api/v1/payouts/${id}/withdraw`, { why: 'It was credited.' }).expect(200);
    expect((await of.officer.post('/api/v1/payouts', wish).expect(409)).body.code).toBe('payout.nothing');
  });

  it('is transferred whole once the dispute is won', async () => {
    const id = await proposedOf('2026-02');
    const dispute = at.asked.model.dispute(at.asked.model.store.all('payment_intent')[0]?.id ?? '');
    await tell(at.system, at.asked.model);
    await pay(of, id);
    expect(await payoutOf(of, id)).toMatchObject(OUTDATED);
    at.asked.model.closeDispute(dispute, 'won');
    await tell(at.system, at.asked.model);
    await pay(of, id);
    expect(await payoutOf(of, id)).toMatchObject({ state: 'paid', failure: null, reversedMinor: 0 });
    expect(transfersOf(of, id)).toBe(1);
  });
});
