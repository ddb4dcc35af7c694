/** Invoices that an officer gives up: nothing of them is open, nobody is asked any more, and the loss is in the ledger. */
import { randomUUID } from 'node:crypto';
import { type Someone, System } from '../support/system.js';
import { balance, wrongInBooks } from './books.js';
import { creditNote, issue, type Issued } from './issued.js';
import { booking, type CollectionJson, collectionOf, type Sides, sides } from './paid-market.js';

describe('an invoice that is given up', () => {
  let system: System;
  let all: Sides;
  let member: Someone;
  let invoice: Issued;

  beforeAll(async () => {
    system = await System.start();
  });
  beforeEach(async () => {
    all = await sides(system, 1);
    [member] = all.members as [Someone];
    const wanted = [{ memberId: member.organisationId, shares: [share(10_000)] }];
    [invoice] = (await issue(system, all.agencyId, '2026-02', wanted)) as [Issued];
  });
  afterEach(async () => {
    expect(await wrongInBooks(system)).toEqual([]);
  });
  afterAll(() => system.stop());

  const share = (net: number) => ({ providerId: all.provider.organisationId, net });
  const read = (): Promise<CollectionJson & { writtenOffMinor: number }> =>
    collectionOf(all.officer, invoice.id) as Promise<CollectionJson & { writtenOffMinor: number }>;
  const giveUp = (): ReturnType<Someone['post']> =>
    all.officer.post(`/api/v1/collections/${invoice.id}/give-up`, { why: 'It has closed.' });
  const pays = async (minor: number): Promise<void> => {
    await all.officer.post('/api/v1/payments/bank', booking(invoice.number, minor, randomUUID())).expect(201);
  };
  const loss = (): Promise<number> => balance(system, all.agencyId, 'loss');
  /** Can the provider be paid for it? */
  const payable = async (): Promise<boolean> => {
    const wish = { providerId: all.provider.organisationId, currency: 'USD' };
    return (await all.officer.post('/api/v1/payouts', wish)).status === 201;
  };

  it('has nothing open, is a loss once, and its member hears no more of it', async () => {
    await giveUp().expect(200);
    await giveUp().expect(409);
    expect(await read()).toMatchObject({
      state: 'written-off',
      openMinor: 0,
      writtenOffMinor: 11_000,
      dueAt: null,
    });
    expect([await loss(), await balance(system, member.organisationId, 'receivable')]).toEqual([11_000, 0]);
    await system.passTo(new Date((await system.now()).getTime() + 60 * 86_400_000));
    expect(await read()).toMatchObject({ state: 'written-off', reminders: 0, attempts: 0 });
    expect(await payable()).toBe(false);
  });

  it('is no loss as far as it is paid after all, and pays its provider once it is paid in full', async () => {
    await giveUp().expect(200);
    await pays(4_000);
    expect(await read()).toMatchObject({ state: 'written-off', openMinor: 0, writtenOffMinor: 7_000 });
    expect([await loss(), await payable()]).toEqual([7_000, false]);
    await pays(7_500);
    expect(await read()).toMatchObject({ state: 'paid', paidMinor: 11_000, openMinor: 0, writtenOffMinor: 0 });
    expect([await loss(), await payable()]).toEqual([0, true]);
  });

  it('is no loss as far as it is credited after all', async () => {
    await giveUp().expect(200);
    await creditNote(system, all.agencyId, invoice, share(6_000), '2026-02');
    expect(await read()).toMatchObject({ state: 'written-off', openMinor: 0, writtenOffMinor: 4_400 });
    await creditNote(system, all.agencyId, invoice, share(4_000), '2026-02');
    expect(await read()).toMatchObject({ state: 'credited', openMinor: 0, writtenOffMinor: 0 });
    expect(await loss()).toBe(0);
  });

  it('is written off as far as it was not paid before', async () => {
    await pays(3_000);
    await giveUp().expect(200);
    expect(await read()).toMatchObject({ state: 'written-off', paidMinor: 3_000, writtenOffMinor: 8_000 });
    expect([await loss(), await balance(system, member.organisationId, 'receivable')]).toEqual([8_000, 0]);
  });
});
