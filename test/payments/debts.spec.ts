/** What a provider owes is what it was paid too much, and the money that it pays back is counted once. */
import { type Someone, System } from '../support/system.js';
import { balance, wrongInBooks } from './books.js';
import { creditNote, issue, type Issued } from './issued.js';
import { booking, type Sides, sides } from './paid-market.js';

const MONTH = '2026-01';

describe('debts of providers', () => {
  let system: System;
  let all: Sides;
  let invoice: Issued;
  beforeAll(async () => {
    system = await System.start();
  });
  afterEach(async () => {
    expect(await wrongInBooks(system)).toEqual([]);
  });
  afterAll(() => system.stop());

  /** An invoice of 10,000 to a member, who has paid it; the provider's share of that is 9,700. */
  const paidFor = async (reserveBp: number): Promise<void> => {
    all = await sides(system, 1, { reserveBp, reserveDays: 30 });
    const [member] = all.members as [Someone];
    const shares = [{ providerId: all.provider.organisationId, net: 10_000 }];
    [invoice] = (await issue(system, all.agencyId, MONTH, [{ memberId: member.organisationId, shares }])) as [Issued];
    await record(booking(invoice.number, invoice.total, `IN-${invoice.number}`)).expect(201);
  };
  const record = (what: object) => all.officer.post('/api/v1/payments/bank', what);
  const propose = async (): Promise<string> => {
    const wish = { providerId: all.provider.organisationId, currency: 'USD' };
    return ((await all.officer.post('/api/v1/payouts', wish).expect(201)).body as { id: string }).id;
  };
  const pay = (id: string) => all.officer.post(`/api/v1/payouts/${id}/pay`, { bankReference: `OUT-${id}` });
  const credited = async (): Promise<void> => {
    await creditNote(system, all.agencyId, invoice, { providerId: all.provider.organisationId, net: 10_000 }, MONTH);
    const { items } = (await all.officer.get('/api/v1/refunds?state=owed')).body as { items: { id: string }[] };
    await all.officer.post(`/api/v1/refunds/${items[0]?.id}/confirm`, { bankReference: 'BACK' }).expect(200);
  };
  const owes = async (): Promise<void> => {
    await paidFor(0);
    await pay(await propose()).expect(200);
    await credited();
  };
  const debts = async (): Promise<number[]> => {
    const { items } = (await all.officer.get('/api/v1/payouts/debts').expect(200)).body as {
      items: { overpaidMinor: number }[];
    };
    return items.map(({ overpaidMinor }) => overpaidMinor);
  };
  const note = (minor: number, bankReference: string) =>
    all.officer.post('/api/v1/payouts/repayments', {
      providerId: all.provider.organisationId,
      currency: 'USD',
      minor,
      bankReference,
    });
  const receipts = async (): Promise<{ reference: string; assignedMinor: number; restMinor: number }[]> =>
    ((await all.officer.get('/api/v1/payments/bank').expect(200)).body as { items: [] }).items;
  const bank = (): Promise<number> => balance(system, all.agencyId, 'bank');

  it('what is kept back of a provider, or only proposed to be paid, was not paid too much', async () => {
    await paidFor(1_000);
    const nothing = async (): Promise<{ code: string; detail: string }> => {
      const wish = { providerId: all.provider.organisationId, currency: 'USD' };
      return (await all.officer.post('/api/v1/payouts', wish)).body as { code: string; detail: string };
    };
    const id = await propose();
    await credited();
    expect(await debts()).toEqual([]);
    expect((await nothing()).detail).toBe('Nothing is payable to this provider in USD now.');
    expect((await note(1, 'EARLY').expect(422)).body).toMatchObject({ code: 'repayment.amount' });
    await pay(id).expect(200);
    expect(await debts()).toEqual([8_730]);
    expect((await nothing()).detail).toContain('It has been paid 8730 too much');
    expect((await note(8_731, 'MORE').expect(422)).body).toMatchObject({ code: 'repayment.amount' });
    await note(8_730, 'ALL').expect(201);
    expect(await debts()).toEqual([]);
    // The reserve makes up for the rest, once it is released.
    const { body } = await all.officer.get(`/api/v1/payouts/${id}`).expect(200);
    await system.passTo((body as { dueAt: string }).dueAt);
    expect(await debts()).toEqual([]);
    expect(await balance(system, all.provider.organisationId, 'payable')).toBe(0);
    expect(await balance(system, all.provider.organisationId, 'reserve')).toBe(0);
    expect(await nothing()).toMatchObject({ code: 'payout.nothing' });
  });

  it('a booking that is recorded before is taken by the repayment, and pays nothing else', async () => {
    await owes();
    const there = await bank();
    await record(booking('We are sorry', 5_000, 'BACK-1')).expect(201);
    expect((await note(5_001, 'BACK-1').expect(422)).body).toMatchObject({
      code: 'bank.booking',
      faults: [{ path: 'bankReference' }],
    });
    await note(4_000, 'BACK-1').expect(201);
    expect(await receipts()).toMatchObject([{}, { reference: 'BACK-1', assignedMinor: 4_000, restMinor: 1_000 }]);
    await note(4_000, 'BACK-1').expect(201);
    expect((await receipts()).at(-1)).toMatchObject({ assignedMinor: 4_000 });
    expect(await bank()).toBe(there + 4_000);
    const month = (await system.now()).toISOString().slice(0, 7);
    const told = await all.provider.get(`/api/v1/statements?month=${month}&currency=USD`).expect(200);
    expect(told.body).toMatchObject({ payoutsMinor: 4_000 - 9_700, otherMinor: 0 });
  });

  it('a booking that is recorded afterwards pays nothing else, either, whatever it names', async () => {
    await owes();
    const [member] = all.members as [Someone];
    const shares = [{ providerId: all.provider.organisationId, net: 10_000 }];
    const [other] = await issue(system, all.agencyId, '2026-02', [{ memberId: member.organisationId, shares }]);
    await note(4_000, 'BACK-1').expect(201);
    const there = await bank();
    const sheet = `reference,booked_on,amount,currency,text\nBACK-1,2026-03-01,40.00,USD,Back for ${other?.number}\n`;
    const imported = await all.officer.postCsv('/api/v1/payments/bank-statements', sheet).expect(200);
    expect(imported.body).toMatchObject({ matched: 1, unmatched: 0 });
    expect((await receipts()).at(-1)).toMatchObject({ assignedMinor: 4_000, restMinor: 0 });
    expect(await bank()).toBe(there);
  });

  it('a booking that is noted and recorded at the same moment is counted once', async () => {
    for (let round = 1; round <= 5; round += 1) {
      await owes();
      const there = await bank();
      const answers = await Promise.all([
        note(9_700, 'BACK'),
        record(booking('We are sorry', 9_700, 'BACK')),
        note(9_700, 'BACK'),
        record(booking('We are sorry', 9_700, 'BACK')),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
      expect((await receipts()).at(-1)).toMatchObject({ reference: 'BACK', assignedMinor: 9_700, restMinor: 0 });
      expect(await bank()).toBe(there + 9_700);
    }
  });

  it('a booking that is noted of two providers at the same moment is of the one', async () => {
    for (let round = 1; round <= 5; round += 1) {
      await paidFor(0);
      const [first, [member]] = [all.provider, all.members as [Someone]];
      const second = await system.someone('bidder');
      const shares = [{ providerId: second.organisationId, net: 10_000 }];
      const [theirs] = await issue(system, all.agencyId, '2026-02', [{ memberId: member.organisationId, shares }]);
      if (!theirs) throw new Error('no invoice');
      await record(booking(theirs.number, theirs.total, 'IN')).expect(201);
      for (const [provider, its] of [
        [first, invoice],
        [second, theirs],
      ] as const) {
        all = { ...all, provider };
        await pay(await propose()).expect(200);
        invoice = its;
        await credited();
      }
      const both = await Promise.all(
        [first, second].map(({ organisationId: providerId }) =>
          all.officer.post('/api/v1/payouts/repayments', {
            providerId,
            currency: 'USD',
            minor: 100,
            bankReference: 'BACK-1',
          }),
        ),
      );
      const codes = both.map(({ status, body }) => [status, (body as { code?: string }).code]);
      expect(codes).toContainEqual([201, undefined]);
      expect(codes).toContainEqual([409, 'repayment.noted']);
    }
  });
});
