/** A payout whose members' money goes again before the provider has it. */
import { describeOnModel, EitherStripe } from '../support/stripe/either.js';
import { System } from '../support/system.js';
import { wrongInBooks } from './books.js';
import { contestedAndLost, invoiced, paidOut, pay, payingOut, type PayingOut, payoutOf, proposed } from './paid-out.js';
import { hasMethod, tell } from './told.js';

const PLENTY = 1_000_000;
const OUTDATED = { state: 'refused', failure: 'not_payable_any_more', reference: null };

describeOnModel('a payout of money that goes again', () => {
  let asked: EitherStripe;
  let system: System;
  let of: PayingOut;

  beforeAll(async () => {
    asked = await EitherStripe.start();
    system = await System.start(asked.settings());
  });
  beforeEach(async () => {
    of = await payingOut(system, asked);
    asked.model.store.available.set('eur', PLENTY);
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
  const contested = async (): Promise<void> => {
    contestedAndLost(of);
    await tell(system, asked.model);
    await system.settled();
  };
  const proposedOf = async (month: string): Promise<string> => {
    await hasMethod(system, asked, of.members[0]?.organisationId ?? '', 'pm_card_bypassPending');
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
    expect(transfersOf(id)).toBe(0);
    await of.officer.post(`/api/v1/payouts/${id}/withdraw`, { why: 'It is contested.' }).expect(200);
    const wish = { providerId: of.provider.organisationId, currency: 'EUR' };
    expect((await of.officer.post('/api/v1/payouts', wish).expect(409)).body.code).toBe('payout.nothing');
  });

  it('while it waits for money to be available is not transferred once that is there', async () => {
    asked.model.store.available.set('eur', 0);
    const id = await paidOut(of, '2026-02', 'pm_card_visa');
    const waiting = await payoutOf(of, id);
    expect(waiting).toMatchObject({ state: 'transferring', failure: 'balance_insufficient' });
    await contested();
    asked.model.store.available.set('eur', PLENTY);
    await system.passTo(waiting.dueAt ?? '');
    expect(await payoutOf(of, id)).toMatchObject(OUTDATED);
    expect(transfersOf(id)).toBe(0);
  });

  it('after it was transferred by whoever died before writing it down is booked and taken back', async () => {
    const id = await proposedOf('2026-02');
    const made = await asked.stripe.transfers.create({
      amount: 9_700,
      currency: 'eur',
      destination: of.account,
      transfer_group: id,
      metadata: { payoutId: id },
    });
    await contested();
    await pay(of, id);
    expect(await payoutOf(of, id)).toMatchObject({ state: 'paid', reference: made.id, reversedMinor: 9_700 });
    expect((await asked.stripe.transfers.retrieve(made.id)).amount_reversed).toBe(9_700);
  });

  it('is transferred whole once the dispute is won', async () => {
    const id = await proposedOf('2026-02');
    const dispute = asked.model.dispute(asked.model.store.all('payment_intent')[0]?.id ?? '');
    await tell(system, asked.model);
    await pay(of, id);
    expect(await payoutOf(of, id)).toMatchObject(OUTDATED);
    asked.model.closeDispute(dispute, 'won');
    await tell(system, asked.model);
    await pay(of, id);
    expect(await payoutOf(of, id)).toMatchObject({ state: 'paid', failure: null, reversedMinor: 0 });
    expect(transfersOf(id)).toBe(1);
  });
});
