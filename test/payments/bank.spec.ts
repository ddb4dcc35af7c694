import { randomUUID } from 'node:crypto';
import { type Someone, System } from '../support/system.js';
import { balance, wrongInBooks } from './books.js';
import { creditNote, issue, type Issued } from './issued.js';
import { booking, collectionOf, type Sides, sides } from './paid-market.js';

interface ReceiptJson {
  id: string;
  text: string;
  minor: number;
  assignedMinor: number;
  restMinor: number;
}

describe('paying by bank', () => {
  let system: System;
  let all: Sides;
  beforeAll(async () => {
    system = await System.start();
  });
  beforeEach(async () => {
    all = await sides(system, 3);
  });
  afterEach(async () => {
    expect(await wrongInBooks(system)).toEqual([]);
  });
  afterAll(() => system.stop());

  const invoices = async (...nets: number[]): Promise<Issued[]> =>
    issue(
      system,
      all.agencyId,
      '2026-02',
      nets.map((net, at) => ({
        memberId: all.members[at]?.organisationId ?? '',
        shares: [{ providerId: all.provider.organisationId, net }],
      })),
    );
  const record = async (text: string, minor: number, reference?: string): Promise<ReceiptJson> =>
    (await all.officer.post('/api/v1/payments/bank', booking(text, minor, reference)).expect(201)).body as ReceiptJson;
  const mailTo = async (memberId: string): Promise<string[]> => {
    const rows: { subject: string }[] = await system.source.query(
      `select m.subject from mail_message m join organisation_mailbox b on b.email = m.recipient
       where b.organisation_id = $1 order by m.id`,
      [memberId],
    );
    return rows.map(({ subject }) => subject);
  };

  it('an invoice is collected once it is issued, and a transfer that names it pays it', async () => {
    const [invoice, other] = await invoices(10_000, 20_000);
    if (!invoice || !other) throw new Error('no invoices');
    const [member, stranger] = all.members as [Someone, Someone];
    expect(await collectionOf(member, invoice.id)).toMatchObject({ state: 'due', way: 'bank', openMinor: 11_000 });
    expect(await mailTo(invoice.memberId)).toEqual([`Invoice ${invoice.number}`]);

    const receipt = await record(`Payment ${invoice.number} from DE89370400440532013000`, 11_000);
    expect(receipt).toMatchObject({ assignedMinor: 11_000, restMinor: 0 });
    expect(receipt.text).toBe(`Payment ${invoice.number} from ****3000`);
    expect(await collectionOf(member, invoice.id)).toMatchObject({ state: 'paid', openMinor: 0, dueAt: null });
    expect(await collectionOf(all.auditor, other.id)).toMatchObject({ state: 'due', openMinor: 22_000 });
    expect(await balance(system, invoice.memberId, 'receivable')).toBe(0);
    expect(await balance(system, all.agencyId, 'bank')).toBe(11_000);

    const own = (await member.get('/api/v1/payments').expect(200)).body as { items: { number: string }[] };
    expect(own.items.map(({ number }) => number)).toEqual([invoice.number]);
    const theirs = (await stranger.get('/api/v1/payments').expect(200)).body as { items: unknown[] };
    expect(theirs.items).toEqual([]);
  });

  it('takes part of it, keeps what is too much or names nothing, and an officer assigns it', async () => {
    const [invoice, other] = await invoices(10_000, 20_000);
    if (!invoice || !other) throw new Error('no invoices');
    expect(await record(`first half ${invoice.number}`, 5_000)).toMatchObject({ restMinor: 0 });
    expect(await collectionOf(all.officer, invoice.id)).toMatchObject({ state: 'due', openMinor: 6_000 });

    const over = await record(`second half ${invoice.number}`, 7_000);
    expect(over).toMatchObject({ assignedMinor: 6_000, restMinor: 1_000 });
    const unknown = await record('thanks', 21_000);
    expect(unknown).toMatchObject({ assignedMinor: 0, restMinor: 21_000 });
    const left = (await all.officer.get('/api/v1/payments/bank?only=left').expect(200)).body as {
      items: ReceiptJson[];
    };
    expect(left.items.map(({ id }) => id)).toEqual([over.id, unknown.id]);

    const assign = (id: string, body: object) => all.officer.post(`/api/v1/payments/bank/${id}/assign`, body);
    expect((await assign(over.id, { number: invoice.number })).body.code).toBe('bank.no-such-number');
    expect((await assign(unknown.id, { number: other.number, minor: 30_000 })).body.code).toBe('bank.too-much');
    await assign(over.id, { number: other.number }).expect(200);
    await assign(unknown.id, { number: other.number }).expect(200);
    expect(await collectionOf(all.officer, other.id)).toMatchObject({ state: 'paid' });
    const lost = await record('by mistake', 500);
    await all.officer.post(`/api/v1/payments/bank/${lost.id}/send-back`, { why: 'Not ours.' }).expect(200);
    const after = (await all.officer.get('/api/v1/payments/bank?only=left').expect(200)).body as { items: unknown[] };
    expect(after.items).toEqual([]);
  });

  it('a booking is recorded once, under whatever key it is sent', async () => {
    const [invoice] = await invoices(10_000);
    if (!invoice) throw new Error('no invoice');
    const first = await record(invoice.number, 4_000, 'BANK-1');
    expect((await record(invoice.number, 4_000, 'BANK-1')).id).toBe(first.id);
    expect(await collectionOf(all.officer, invoice.id)).toMatchObject({ paidMinor: 4_000 });
    const another = await all.officer
      .post('/api/v1/payments/bank', booking(invoice.number, 5_000, 'BANK-1'))
      .expect(422);
    expect(another.body).toMatchObject({ code: 'bank.known', faults: [{ path: 'reference' }] });
    const iban = await all.officer
      .post('/api/v1/payments/bank', booking('x', 1, 'DE89 3704 0044 0532 0130 00'))
      .expect(422);
    expect(iban.body.faults[0]).toMatchObject({ path: 'reference' });
    expect(JSON.stringify(iban.body)).not.toContain('3704');
  });

  it('a booking of nothing is none', async () => {
    const { status, body } = await all.officer.post('/api/v1/payments/bank', booking('Nothing', 0));
    expect([status, body.faults]).toEqual([
      422,
      [expect.objectContaining({ path: 'minor', reason: 'must be more than 0' })],
    ]);
  });

  it('a statement is imported whole or not at all, and again without effect', async () => {
    const [one, two, three] = await invoices(10_000, 20_000, 30_000);
    if (!one || !two || !three) throw new Error('no invoices');
    const rows = [
      `S1,2026-03-01,110.00,USD,${one.number}`,
      `S2,2026-03-01,200.00,USD,"${two.number} part"`,
      'S3,2026-03-02,7.50,USD,coffee',
      'S4,2026-03-02,-99.00,USD,rent',
      `S5,2026-03-02,25.00,USD,${two.number} rest and more`,
      `S6,2026-03-03,330.00,KRW,${three.number} in won`.replace('330.00', '330'),
    ];
    const csv = (lines: string[]) => `reference,booked_on,amount,currency,text\n${lines.join('\n')}\n`;
    const bad = await all.officer
      .postCsv('/api/v1/payments/bank-statements', csv([...rows, 'S7,soon,1,USD,x']))
      .expect(422);
    expect(bad.body.faults).toEqual([{ path: 'booked_on', line: 8, reason: expect.any(String) }]);
    expect(await collectionOf(all.officer, one.id)).toMatchObject({ state: 'due' });

    const imported = (await all.officer.postCsv('/api/v1/payments/bank-statements', csv(rows)).expect(200)).body;
    expect(imported).toEqual({ rows: 6, outgoing: 1, known: 0, matched: 2, partly: 1, unmatched: 2 });
    expect(await collectionOf(all.officer, one.id)).toMatchObject({ state: 'paid' });
    expect(await collectionOf(all.officer, two.id)).toMatchObject({ state: 'paid', paidMinor: 22_000 });
    expect(await collectionOf(all.officer, three.id)).toMatchObject({ state: 'due' });
    const again = (await all.officer.postCsv('/api/v1/payments/bank-statements', csv(rows)).expect(200)).body;
    expect(again).toMatchObject({ known: 5, matched: 0, partly: 0, unmatched: 0 });
    const changed = csv([`S1,2026-03-01,111.00,USD,${one.number}`]);
    const refused = await all.officer.postCsv('/api/v1/payments/bank-statements', changed).expect(422);
    expect(refused.body.faults).toMatchObject([{ path: 'reference', line: 2 }]);
  });

  it('a credit note reduces what is open, or is refunded, once', async () => {
    const [one, two] = await invoices(10_000, 20_000);
    if (!one || !two) throw new Error('no invoices');
    const providerId = all.provider.organisationId;
    await creditNote(system, all.agencyId, one, { providerId, net: 4_000 }, '2026-02');
    expect(await collectionOf(all.officer, one.id)).toMatchObject({ state: 'due', openMinor: 6_600 });
    await creditNote(system, all.agencyId, one, { providerId, net: 6_000 }, '2026-02');
    expect(await collectionOf(all.officer, one.id)).toMatchObject({ state: 'credited', openMinor: 0 });

    await record(two.number, 22_000);
    await creditNote(system, all.agencyId, two, { providerId, net: 5_000 }, '2026-02');
    expect(await collectionOf(all.officer, two.id)).toMatchObject({ state: 'paid', openMinor: -5_500 });
    const owed = (await all.officer.get('/api/v1/refunds?state=owed&way=bank').expect(200)).body as {
      items: { id: string; minor: number; number: string }[];
    };
    expect(owed.items).toMatchObject([{ minor: 5_500, number: two.number }]);
    const [refund] = owed.items;
    const confirm = () => all.officer.post(`/api/v1/refunds/${refund?.id}/confirm`, { bankReference: 'OUT-1' });
    const both = await Promise.all([confirm(), confirm()]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect(await collectionOf(all.officer, two.id)).toMatchObject({
      state: 'paid',
      openMinor: 0,
      returnedMinor: 5_500,
    });
    expect(await balance(system, all.agencyId, 'bank')).toBe(16_500);
  });

  it('what is not paid is asked for three times, and then an officer is asked whether to suspend', async () => {
    const [invoice] = await invoices(10_000);
    if (!invoice) throw new Error('no invoice');
    const states: string[] = [];
    for (let step = 0; step < 4; step += 1) {
      const { dueAt } = await collectionOf(all.officer, invoice.id);
      await system.passTo(dueAt ?? '');
      const { state, reminders } = await collectionOf(all.officer, invoice.id);
      states.push(`${state} ${reminders}`);
    }
    expect(states).toEqual(['overdue 1', 'overdue 2', 'overdue 3', 'suspension-proposed 3']);
    expect(await mailTo(invoice.memberId)).toEqual([
      `Invoice ${invoice.number}`,
      `Reminder: invoice ${invoice.number}`,
      `Second reminder: invoice ${invoice.number}`,
      `Last reminder: invoice ${invoice.number}`,
    ]);
    const decide = (body: object) => all.officer.post(`/api/v1/collections/${invoice.id}/suspension`, body);
    const late = await decide({ decision: 'refrain', why: 'Wait.', until: '2000-01-01T00:00:00Z' }).expect(422);
    expect(late.body.faults).toMatchObject([{ path: 'until' }]);
    await decide({ decision: 'refrain', why: 'It pays next week.' }).expect(200);
    const { dueAt } = await collectionOf(all.officer, invoice.id);
    await system.passTo(dueAt ?? '');
    expect(await collectionOf(all.officer, invoice.id)).toMatchObject({ state: 'suspension-proposed', reminders: 3 });
    await decide({ decision: 'suspend', why: 'It does not pay.' }).expect(200);
    expect((await decide({ decision: 'suspend', why: 'Again.' })).body.code).toBe('collection.cannot-decide');
    await record(invoice.number, 11_000);
    expect(await collectionOf(all.officer, invoice.id)).toMatchObject({ state: 'paid' });
  });

  it('nobody sees or moves what is another’s', async () => {
    const [invoice] = await invoices(10_000);
    if (!invoice) throw new Error('no invoice');
    const stranger = await system.someone('officer');
    const receipt = await record('nothing', 10);
    for (const [method, path, body] of [
      ['get', `collections/${invoice.id}`, {}],
      ['post', `collections/${invoice.id}/give-up`, { why: 'x' }],
      ['post', `collections/${invoice.id}/suspension`, { decision: 'suspend', why: 'x' }],
      ['post', `payments/bank/${receipt.id}/assign`, { number: invoice.number }],
      ['post', `payments/bank/${receipt.id}/send-back`, { why: 'x' }],
    ] as const) {
      const answer =
        method === 'get' ? await stranger.get(`/api/v1/${path}`) : await stranger.post(`/api/v1/${path}`, body);
      expect([path, answer.status]).toEqual([path, 404]);
    }
    const [, other] = all.members as [Someone, Someone];
    await other.get(`/api/v1/collections/${invoice.id}`).expect(404);
    await stranger.post('/api/v1/payments/bank', booking(invoice.number, 11_000, randomUUID())).expect(201);
    expect(await collectionOf(all.officer, invoice.id)).toMatchObject({ state: 'due' });
  });
});
