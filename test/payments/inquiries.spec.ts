/** Disputes that take nothing, take it late or again, or are over before a bank decides: only what is withdrawn is booked. */
import { randomUUID } from 'node:crypto';
import { EitherStripe } from '../support/stripe/either.js';
import { describeOnModel } from '../support/stripe/ways.js';
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

  it('takes the money again after it was won, each time once, and gives it back as often', async () => {
    const id = inquiry();
    asked.model.withdraw(id, 'needs_response');
    await told();
    for (const status of ['needs_response', 'lost'] as const) {
      asked.model.closeDispute(id, 'won');
      await told();
      expect(await read()).toMatchObject({ state: 'paid', openMinor: 0 });
      asked.model.withdraw(id, status);
      await told();
      const state = status === 'lost' ? 'due' : 'disputed';
      expect(await read()).toMatchObject({ state, openMinor: 11_000, returnedMinor: 11_000 });
      expect(await balance(system, all.agencyId, 'stripe', EUR)).toBe(0);
    }
    asked.model.closeDispute(id, 'won');
    await told();
    expect(await read()).toMatchObject({ state: 'paid', openMinor: 0, returnedMinor: 0 });
    const entries: { kind: string; count: number }[] = await system.source.query(
      `select e.kind, count(*)::int from ledger_entry e left join ledger_entry o on o.id = e.reverses
       where coalesce(o.kind, e.kind) = 'dispute' and starts_with(coalesce(o.reference, e.reference), $1)
       group by e.kind order by e.kind`,
      [id],
    );
    expect(entries).toEqual([
      { kind: 'dispute', count: 3 },
      { kind: 'reversal', count: 3 },
    ]);
  });

  it('that was won and is called lost, but took nothing again, changes nothing', async () => {
    const id = inquiry();
    asked.model.withdraw(id, 'needs_response');
    asked.model.closeDispute(id, 'won');
    await told();
    asked.model.closeDispute(id, 'lost');
    await told();
    expect(await read()).toMatchObject({ state: 'paid', openMinor: 0 });
    expect(await balance(system, all.agencyId, 'stripe', EUR)).toBe(11_000);
  });

  it('takes again what was given back first of a deposit, from the invoice that this has paid since', async () => {
    const [member] = all.members as [Someone];
    const [deposit, agreementId] = [randomUUID(), randomUUID()];
    await system.source.query(
      `insert into deposit (id, offer_id, agreement_id, agency_id, member_id, currency, minor, way, state, due_at, asked_at)
       values ($1, $2, $2, $3, $4, $5, 2000, 'stripe', 'charging', app_now(), app_now())`,
      [deposit, agreementId, all.agencyId, member.organisationId, EUR],
    );
    await system.settled();
    const id = inquiry();
    asked.model.withdraw(id, 'needs_response');
    await told();
    asked.model.closeDispute(id, 'won');
    await told();
    await system.source.query('update deposit set settled_at = app_now() where id = $1', [deposit]);
    const shares = [{ providerId: all.provider.organisationId, net: 10_000, agreementId }];
    const wanted = [{ memberId: member.organisationId, shares }];
    const [second] = (await issue(system, all.agencyId, '2026-03', wanted, EUR)) as [Issued];
    expect(await collectionOf(all.officer, second.id)).toMatchObject({ state: 'paid', paidMinor: 11_000 });
    asked.model.withdraw(id, 'lost');
    await told();
    expect(await collectionOf(all.officer, second.id)).toMatchObject({ state: 'due', openMinor: 2_000 });
    asked.model.closeDispute(id, 'won');
    await told();
    expect(await collectionOf(all.officer, second.id)).toMatchObject({ state: 'paid', openMinor: 0 });
  });

  it('is over when it is prevented: the payer has the money', async () => {
    asked.model.withdraw(inquiry(), 'prevented');
    await told();
    expect(await read()).toMatchObject({ state: 'due', openMinor: 11_000 });
    expect(await balance(system, all.agencyId, 'stripe', EUR)).toBe(0);
  });
});
