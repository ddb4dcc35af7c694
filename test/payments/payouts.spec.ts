import { System } from '../support/system.js';
import { balance, wrongInBooks } from './books.js';
import { creditNote, issue, type Issued } from './issued.js';
import { booking, type Sides, sides } from './paid-market.js';

interface PayoutJson {
  id: string;
  state: string;
  claimsMinor: number;
  reserveMinor: number;
  paidMinor: number;
  dueAt: string | null;
}

interface StatementJson {
  openingMinor: number;
  chargesMinor: number;
  creditsMinor: number;
  feeMinor: number;
  activationMinor: number;
  payoutsMinor: number;
  otherMinor: number;
  closingMinor: number;
  reserveMinor: number;
  lines: number;
}

describe('paying providers', () => {
  let system: System;
  let all: Sides;
  beforeAll(async () => {
    system = await System.start();
  });
  beforeEach(async () => {
    all = await sides(system, 2, { reserveBp: 1_000, reserveDays: 30 });
  });
  afterEach(async () => {
    expect(await wrongInBooks(system)).toEqual([]);
  });
  afterAll(() => system.stop());

  const invoices = async (month: string, ...nets: number[]): Promise<[Issued, Issued]> => {
    const issued = await issue(
      system,
      all.agencyId,
      month,
      nets.map((net, at) => ({
        memberId: all.members[at]?.organisationId ?? '',
        shares: [{ providerId: all.provider.organisationId, net }],
      })),
    );
    return issued as [Issued, Issued];
  };
  const pay = async (invoice: Issued): Promise<void> => {
    await all.officer.post('/api/v1/payments/bank', booking(invoice.number, invoice.total)).expect(201);
  };
  const propose = () =>
    all.officer.post('/api/v1/payouts', { providerId: all.provider.organisationId, currency: 'USD' });
  const payoutOf = async (id: string): Promise<PayoutJson> =>
    (await all.officer.get(`/api/v1/payouts/${id}`).expect(200)).body as PayoutJson;
  const paidOut = async (): Promise<PayoutJson> => {
    const { id } = (await propose().expect(201)).body as { id: string };
    await all.officer.post(`/api/v1/payouts/${id}/pay`, { bankReference: `OUT-${id.slice(0, 8)}` }).expect(200);
    return payoutOf(id);
  };
  const month = async (): Promise<string> => (await system.now()).toISOString().slice(0, 7);
  const statement = async (of: string): Promise<StatementJson> =>
    (await all.provider.get(`/api/v1/statements?month=${of}&currency=USD`).expect(200)).body as StatementJson;

  it('what members have paid is payable out, less the fee; a reserve is kept, and released into a later payout', async () => {
    const [one, two] = await invoices('2026-01', 10_000, 20_000);
    expect((await propose()).body.code).toBe('payout.nothing');
    await pay(one);
    const first = await paidOut();
    expect(first).toMatchObject({ state: 'paid', claimsMinor: 9_700, reserveMinor: 970, paidMinor: 8_730 });
    expect((await propose()).body.code).toBe('payout.nothing');
    expect(await balance(system, all.provider.organisationId, 'payable')).toBe(-19_400);
    expect(await balance(system, all.provider.organisationId, 'reserve')).toBe(-970);
    const mine = await all.provider.get(`/api/v1/payouts/${first.id}/lines`).expect(200);
    expect(mine.body.items).toEqual([{ kind: 'invoice', reference: one.id, minor: 9_700 }]);

    await pay(two);
    await system.passTo(first.dueAt ?? '');
    expect(await payoutOf(first.id)).toMatchObject({ state: 'released', dueAt: null });
    expect(await paidOut()).toMatchObject({ claimsMinor: 19_400 + 970, reserveMinor: 1_940, paidMinor: 18_430 });
    expect(await balance(system, all.provider.organisationId, 'payable')).toBe(0);
  });

  it('is proposed once, however many ask at a time, and can be taken back and proposed again', async () => {
    const [one] = await invoices('2026-01', 10_000, 20_000);
    await pay(one);
    const asked = await Promise.all([propose(), propose(), propose()]);
    expect(asked.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
    const made = asked.find(({ status }) => status === 201);
    const id = String((made?.body as { id?: string } | undefined)?.id);
    await all.provider.get(`/api/v1/payouts/${id}`).expect(404);
    await all.officer.post(`/api/v1/payouts/${id}/withdraw`, { why: 'Not today.' }).expect(200);
    const again = (await propose().expect(201)).body as { id: string };
    const bare = await all.officer.post(`/api/v1/payouts/${again.id}/pay`, {});
    expect(bare.body.code).toBe('payout.reference');
    const pays = () => all.officer.post(`/api/v1/payouts/${again.id}/pay`, { bankReference: 'OUT' });
    const both = await Promise.all([pays(), pays()]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect(await balance(system, all.agencyId, 'bank')).toBe(11_000 - 8_730);
  });

  it('what a credit note takes back after it was paid out is deducted from the next payout', async () => {
    const [one, two] = await invoices('2026-01', 10_000, 20_000);
    await pay(one);
    await paidOut();
    await creditNote(system, all.agencyId, one, { providerId: all.provider.organisationId, net: 10_000 }, '2026-01');
    expect((await propose()).body.code).toBe('payout.nothing');
    const { items } = (await all.officer.get('/api/v1/refunds?state=owed')).body as { items: { id: string }[] };
    await all.officer.post(`/api/v1/refunds/${items[0]?.id}/confirm`, { bankReference: 'BACK' }).expect(200);
    // A tenth was kept back: so much less was it paid.
    expect((await propose()).body.detail).toContain('8730 too much');
    await pay(two);
    expect(await paidOut()).toMatchObject({ claimsMinor: 19_400 - 9_700 });
  });

  it('what no later payout meets is a debt, and is none any more once the provider has transferred it', async () => {
    const [one, two] = await invoices('2026-01', 10_000, 20_000);
    const { officer, provider } = all;
    const providerId = provider.organisationId;
    const debts = async (reader = officer): Promise<object[]> =>
      ((await reader.get('/api/v1/payouts/debts').expect(200)).body as { items: object[] }).items;
    const note = (minor: number, bankReference = 'BACK-1') =>
      officer.post('/api/v1/payouts/repayments', { providerId, currency: 'USD', minor, bankReference });
    await pay(one);
    const first = await paidOut();
    await system.passTo(first.dueAt ?? '');
    await paidOut();
    expect(await debts()).toEqual([]);
    await creditNote(system, all.agencyId, one, { providerId, net: 10_000 }, '2026-01');
    const { items } = (await officer.get('/api/v1/refunds?state=owed')).body as { items: { id: string }[] };
    await officer.post(`/api/v1/refunds/${items[0]?.id}/confirm`, { bankReference: 'BACK' }).expect(200);
    const debt = { providerId, currency: 'USD', refusedMinor: 0 };
    expect(await debts()).toMatchObject([{ ...debt, overpaidMinor: 9_700 }]);
    expect(await debts(await system.someone('officer'))).toEqual([]);
    await provider.get('/api/v1/payouts/debts').expect(403);

    const more = await note(9_701).expect(422);
    expect(more.body).toMatchObject({ code: 'repayment.amount', faults: [{ path: 'minor' }] });
    const [owed, there] = [await balance(system, providerId, 'payable'), await balance(system, all.agencyId, 'bank')];
    const notes = await Promise.all([note(4_000), note(4_000), note(4_000)]);
    expect(notes.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(notes.map(({ body }) => (body as { id: string }).id)).size).toBe(1);
    expect((await note(3_000)).body).toMatchObject({ code: 'repayment.noted' });
    expect(await debts()).toMatchObject([{ ...debt, overpaidMinor: 5_700 }]);
    const last = await Promise.all([note(5_700, 'BACK-2'), note(5_700, 'BACK-3')]);
    expect(last.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 422]);
    expect(await debts()).toEqual([]);
    expect(await balance(system, providerId, 'payable')).toBe(owed - 9_700);
    expect(await balance(system, all.agencyId, 'bank')).toBe(there + 9_700);
    const listed = await officer.get('/api/v1/payouts/repayments?limit=1').expect(200);
    expect(listed.body).toMatchObject({ items: [{ minor: 4_000, bankReference: 'BACK-1' }] });

    // The next payout deducts nothing of it again.
    await pay(two);
    expect(await paidOut()).toMatchObject({ claimsMinor: 19_400 });
  });

  it('the sum of the statements is what is payable, month by month and line by line', async () => {
    const [one, two] = await invoices('2026-01', 10_000, 20_000);
    await pay(one);
    const first = await paidOut();
    await creditNote(system, all.agencyId, two, { providerId: all.provider.organisationId, net: 3_333 }, '2026-01');
    const began = await month();
    const one1 = await statement(began);
    expect(one1).toMatchObject({
      openingMinor: 0,
      chargesMinor: 30_000,
      creditsMinor: -3_333,
      feeMinor: -900 + 99,
      activationMinor: 0,
      payoutsMinor: -8_730,
      otherMinor: 0,
      reserveMinor: 970,
      closingMinor: 30_000 - 3_333 - 801 - 8_730,
    });
    await system.passTo(new Date(new Date(first.dueAt ?? '').getTime() + 86_400_000 * 35));
    const later = await month();
    await pay({ ...two, total: 2 * two.total });
    await paidOut();
    const two1 = await statement(later);
    expect(two1.openingMinor).toBe(one1.closingMinor);
    const owed =
      -(await balance(system, all.provider.organisationId, 'payable')) -
      (await balance(system, all.provider.organisationId, 'reserve'));
    expect(two1.closingMinor).toBe(owed);

    const lines: { payableMinor: number; reserveMinor: number; balanceMinor: number }[] = [];
    let cursor = '';
    do {
      const page = await all.provider
        .get(`/api/v1/statements/lines?month=${began}&currency=USD&limit=2${cursor}`)
        .expect(200);
      lines.push(...page.body.items);
      cursor = page.body.next === null ? '' : `&cursor=${page.body.next}`;
    } while (cursor !== '');
    expect(lines).toHaveLength(one1.lines);
    expect(lines.reduce((sum, line) => sum + line.payableMinor + line.reserveMinor, 0)).toBe(one1.closingMinor);
    expect(lines.at(-1)?.balanceMinor).toBe(one1.closingMinor);
    const csv = await all.provider.get(`/api/v1/statements/lines.csv?month=${began}&currency=USD`).expect(200);
    expect(csv.text.trim().split('\n')).toHaveLength(one1.lines + 1);
    expect(csv.text).toContain(`,invoice,${one.id},Invoice ${one.number},100.00,-3.00,97.00,0.00,97.00`);
  });

  it('nobody sees or moves what is another’s', async () => {
    const [one] = await invoices('2026-01', 10_000, 20_000);
    await pay(one);
    const { id } = await paidOut();
    const [stranger, competitor] = [await system.someone('officer'), await system.someone('bidder')];
    for (const someone of [stranger, competitor]) {
      await someone.get(`/api/v1/payouts/${id}`).expect(404);
      await someone.get(`/api/v1/payouts/${id}/lines`).expect(404);
      expect((await someone.get('/api/v1/payouts').expect(200)).body.items).toEqual([]);
    }
    await stranger.post(`/api/v1/payouts/${id}/pay`, { bankReference: 'X' }).expect(404);
    await stranger.post(`/api/v1/payouts/${id}/withdraw`, { why: 'x' }).expect(404);
    const theirs = `/api/v1/statements?month=${await month()}&currency=USD&providerId=${all.provider.organisationId}`;
    expect((await competitor.get(theirs).expect(422)).body.code).toBe('statement.provider');
    expect((await all.officer.get(`/api/v1/statements?month=2026-01&currency=USD`).expect(422)).body.code).toBe(
      'statement.provider',
    );
    await all.auditor.get(theirs).expect(200);
    const own = `/api/v1/statements?month=${await month()}&currency=USD`;
    expect((await competitor.get(own).expect(200)).body).toMatchObject({ lines: 0, closingMinor: 0 });
  });
});
