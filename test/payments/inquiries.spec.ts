/** Disputes that take nothing, take it late, or are over before a bank decides: only what is withdrawn is booked. */
import { describeOnModel, EitherStripe } from '../support/stripe/either.js';
import { type Someone, System } from '../support/system.js';
import { balance, wrongInBooks } from './books.js';
import { issue, type Issued } from './issued.js';
import { type CollectionJson, collectionOf, type Sides, sides } from './paid-market.js';
import { hasMethod, tell } from './told.js';

const EUR = 'EUR';

describeOnModel('a dispute that begins with a question', () => {
  let asked: EitherStripe;
  let system: System;
  let all: Sides;
  let invoice: Issued;

  beforeAll(async () => {
    asked = await EitherStripe.start();
    system = await System.start(asked.settings());
  });
  beforeEach(async () => {
    all = await sides(system, 1, { currency: EUR });
    const [member] = all.members as [Someone];
    await hasMethod(system, asked, member.organisationId, 'pm_card_visa');
    const shares = [{ providerId: all.provider.organisationId, net: 10_000 }];
    const wanted = [{ memberId: member.organisationId, shares }];
    invoice = (await issue(system, all.agencyId, '2026-02', wanted, EUR))[0] as Issued;
    expect(await read()).toMatchObject({ state: 'paid', openMinor: 0 });
  });
  afterEach(async () => {
    expect(await wrongInBooks(system)).toEqual([]);
  });
  afterAll(async () => {
    await system.stop();
    await asked.stop();
  });

  const read = async (): Promise<CollectionJson> => collectionOf(all.officer, invoice.id);
  const told = async (): Promise<void> => {
    await tell(system, asked.model, 3, 3);
    await system.settled();
  };
  /** The bank asks about the latest payment. */
  const inquiry = (): string =>
    asked.model.dispute(String(asked.model.store.all('payment_intent')[0]?.id), 'general', true);

  it('takes nothing while the bank only asks, and when it asks no more', async () => {
    const id = inquiry();
    await told();
    expect(await read()).toMatchObject({ state: 'paid', openMinor: 0 });
    asked.model.closeDispute(id, 'warning_closed');
    await told();
    expect(await read()).toMatchObject({ state: 'paid', openMinor: 0 });
    expect(await balance(system, all.agencyId, 'stripe', EUR)).toBe(11_000);
  });

  it('takes the money once the bank does, and gives it back when it is won', async () => {
    const id = inquiry();
    await told();
    asked.model.withdraw(id, 'needs_response');
    await told();
    expect(await read()).toMatchObject({ state: 'disputed', openMinor: 11_000 });
    asked.model.closeDispute(id, 'won');
    await told();
    expect(await read()).toMatchObject({ state: 'paid', openMinor: 0 });
    expect(await balance(system, all.agencyId, 'stripe', EUR)).toBe(11_000);
  });

  it('is over when it is prevented: the payer has the money', async () => {
    asked.model.withdraw(inquiry(), 'prevented');
    await told();
    expect(await read()).toMatchObject({ state: 'overdue', openMinor: 11_000 });
    expect(await balance(system, all.agencyId, 'stripe', EUR)).toBe(0);
  });
});
