import { randomUUID } from 'node:crypto';
import { firstDay } from '../../src/billing/rules/months.js';
import { type Someone, System } from '../support/system.js';
import {
  answered,
  bill,
  booksAgree,
  type Invoice,
  invoicesOf,
  runningAgreement,
  runOf,
  type Running,
} from './setting.js';

const TARIFF = { bands: [{ from: 1, monthly: { basic: 3_000, fast: 6_000 } }], lots: { north: {} }, minimumLines: 1 };
const TERMS = { feeBp: 200, taxBp: 1_000, dueDays: 10, depositMinor: 500, reserveBp: 100, reserveDays: 30 };
const GRANT = {
  currency: 'USD',
  byVoucher: false,
  perLineMinor: 500,
  months: 12,
  fromMonth: '2026-01',
  budgetMinor: 900_000,
};

interface Ledger {
  readonly purpose: string;
  readonly organisationId: string;
  readonly minor: number;
}

describe('what an invoice comes to', () => {
  let system: System;
  let rural: Someone;
  let town: Someone;
  let running: Running;
  let officer: Someone;
  let bills: Map<Someone, Invoice>;

  const lineOf = async (member: Someone): Promise<string> => {
    const rows: { id: string }[] = await system.source.query('select id from subscription where member_id = $1', [
      member.organisationId,
    ]);
    return rows[0]?.id ?? '';
  };
  const postings = async (kind: string, reference: string): Promise<Ledger[]> =>
    system.source.query(
      `select a.purpose, a.organisation_id as "organisationId", p.minor::int as minor
       from ledger_entry e join ledger_posting p on p.entry_id = e.id join ledger_account a on a.id = p.account_id
       where e.kind = $1 and e.reference = $2 order by a.purpose`,
      [kind, reference],
    );

  beforeAll(async () => {
    system = await System.start();
    [rural, town] = [await system.someone('owner'), await system.someone('owner')];
    const firm = { firm: true, ceiling: 9_000 };
    const lines = [
      { ...firm, memberId: rural.organisationId, quantity: 4, region: 'R1' },
      { ...firm, memberId: town.organisationId, quantity: 2, region: 'R2', tier: 'fast' },
    ];
    running = await runningAgreement(system, { lines, tariff: TARIFF });
    ({ officer } = running);
  });
  afterAll(() => system.stop());

  it('follows the agency’s terms, which nobody overwrites unseen', async () => {
    const read = answered(await officer.get('/api/v1/billing/terms/USD'), 200);
    expect(read).toMatchObject({ version: 0, feeBp: 0, taxBp: 0, dueDays: 14 });
    expect((await officer.put('/api/v1/billing/terms/USD', TERMS, 3)).status).toBe(412);
    expect(answered(await officer.put('/api/v1/billing/terms/USD', TERMS, 0), 200)).toMatchObject({
      version: 1,
      ...TERMS,
    });
    const wrong = await officer.put('/api/v1/billing/terms/USD', { ...TERMS, taxBp: 10_001 }, 1);
    expect([wrong.status, wrong.body.faults[0].path]).toEqual([422, 'taxBp']);
    expect((await officer.put('/api/v1/billing/terms/ABC', TERMS, 0)).status).toBe(404);
  });

  it('follows the member’s own tax, its grants, and what was not kept of the service', async () => {
    const path = `/api/v1/billing/members/${town.organisationId}/tax`;
    expect((await officer.get(path)).body.code).toBe('tax.not-found');
    expect((await officer.delete(path)).body.code).toBe('tax.not-found');
    answered(await officer.put(path, { taxBp: 700, why: 'reduced' }), 200);
    const second = path.replace(town.organisationId, rural.organisationId);
    answered(await officer.put(second, { taxBp: 300, why: 'reduced' }), 200);
    const list = async (query: string): Promise<{ items: { memberId: string }[]; next: string | null }> =>
      answered(await officer.get(`/api/v1/billing/taxes${query}`), 200) as Awaited<ReturnType<typeof list>>;
    const one = await list('?limit=1');
    const rest = await list(`?limit=1&cursor=${one.next}`);
    expect([...one.items, ...rest.items].map(({ memberId }) => memberId)).toEqual(
      [town.organisationId, rural.organisationId].toSorted(),
    );
    expect(rest.next).toBeNull();
    expect((await officer.get('/api/v1/billing/taxes?cursor=x')).body.code).toBe('page.cursor');
    expect((await officer.delete(second)).status).toBe(204);
    expect((await officer.get(second)).status).toBe(404);
    answered(await officer.put(path, { taxBp: 0, why: 'exempt' }), 200);
    expect(answered(await officer.get(path), 200)).toEqual({
      memberId: town.organisationId,
      taxBp: 0,
      why: 'exempt',
    });
    expect(
      (await officer.put(path.replace(town.organisationId, running.providerId), { taxBp: 0, why: 'x' })).status,
    ).toBe(404);
    // The region of the lines is two levels below the one that the scheme names.
    await system.source.query(
      `insert into region (code, parent_code, name) values ('R', null, 'R'), ('RR', 'R', 'RR')`,
    );
    await system.source.query(`update region set parent_code = 'RR' where code = 'R1'`);
    answered(await officer.post('/api/v1/billing/grants', { ...GRANT, name: 'Countryside', regions: ['R'] }), 201);
    const byVoucher = { ...GRANT, name: 'Start', byVoucher: true, perLineMinor: 1_000, tiers: ['fast'] };
    const scheme = answered(await officer.post('/api/v1/billing/grants', byVoucher), 201) as { id: string };
    const given = { memberId: town.organisationId, lines: 1 };
    const voucher = answered(await officer.post(`/api/v1/billing/grants/${scheme.id}/vouchers`, given), 201) as {
      id: string;
    };
    expect((await officer.post(`/api/v1/billing/grants/${scheme.id}/vouchers`, given)).body.code).toBe('voucher.given');
    expect((await rural.post(`/api/v1/billing/vouchers/${voucher.id}/redeem`)).status).toBe(404);
    expect(answered(await town.get('/api/v1/billing/vouchers'), 200)).toMatchObject({
      items: [{ id: voucher.id, lines: 1, redeemedAt: null }],
    });
    answered(await town.post(`/api/v1/billing/vouchers/${voucher.id}/redeem`), 200);
    answered(await town.post(`/api/v1/billing/vouchers/${voucher.id}/redeem`), 200);
    await system.source.query(
      `insert into service_credit (subscription_id, kind, days, happened_on, reason)
       values ($1, 'installation', 3, $2, 'It was installed late.')`,
      [await lineOf(rural), firstDay(running.month)],
    );

    await bill(system, officer, running.month);
    bills = new Map([
      [rural, (await invoicesOf(rural))[0] as Invoice],
      [town, (await invoicesOf(town))[0] as Invoice],
    ]);
    const days = bills.get(rural)?.lines[0]?.days ?? 0;
    const credit = Math.ceil((4 * 3_000 * 3) / days);
    const net = 12_000 - credit;
    const tax = Math.round(net / 10);
    expect(bills.get(rural)).toMatchObject({
      netMinor: net,
      taxMinor: tax,
      grantMinor: 2_000,
      totalMinor: net + tax - 2_000,
    });
    expect(bills.get(town)).toMatchObject({ netMinor: 12_000, taxMinor: 0, grantMinor: 1_000, totalMinor: 11_000 });
    const invoice = bills.get(rural);
    expect(await postings('invoice', invoice?.id ?? '')).toEqual([
      { purpose: 'fee', organisationId: running.agencyId, minor: -Math.floor((net * 200) / 10_000) },
      { purpose: 'grant', organisationId: running.agencyId, minor: 2_000 },
      { purpose: 'payable', organisationId: running.providerId, minor: Math.floor((net * 200) / 10_000) - net },
      { purpose: 'receivable', organisationId: rural.organisationId, minor: net + tax - 2_000 },
      { purpose: 'tax', organisationId: running.agencyId, minor: -tax },
    ]);
    expect((await runOf(officer, running.month)).totals).toMatchObject({ creditsMinor: credit, grantMinor: 3_000 });
    const { items } = answered(await officer.get('/api/v1/billing/grants'), 200) as { items: object[] };
    expect(items).toMatchObject([
      { name: 'Countryside', grantedMinor: 2_000 },
      { name: 'Start', grantedMinor: 1_000 },
    ]);
    await booksAgree(system);
  });

  it('is taken back by credit notes, line by line, and never more than all of it', async () => {
    const invoice = bills.get(town);
    const path = `/api/v1/invoices/${invoice?.id}/credit-notes`;
    const { approver } = running;
    const much = await approver.post(path, { lines: [{ line: 1, minor: 12_001 }], why: 'Too much.' });
    expect([much.status, much.body.faults[0].path]).toEqual([422, 'lines.0.minor']);
    expect(
      (await (await system.someone('approver')).post(path, { lines: [{ line: 1, minor: 1 }], why: 'x' })).status,
    ).toBe(404);

    const half = { lines: [{ line: 1, minor: 6_000 }], why: 'It was out for half of the month.' };
    const first = answered(await approver.post(path, half), 201) as Invoice;
    expect(first).toMatchObject({
      kind: 'credit-note',
      netMinor: 6_000,
      taxMinor: 0,
      grantMinor: 500,
      totalMinor: 5_500,
    });
    expect(first.number).toMatch(/^CN-\d{4}-000001$/);
    await system.settled();
    await booksAgree(system);
    const two = await Promise.all(
      [1, 2].map(() => approver.post(path, { lines: [{ line: 1, minor: 6_000 }], why: 'The rest.' })),
    );
    expect(new Set(two.map(({ status }) => status))).toEqual(new Set([201, 422]));
    await system.settled();
    const [note, earlier, original] = await invoicesOf(town);
    expect([note?.kind, earlier?.kind, original?.kind]).toEqual(['credit-note', 'credit-note', 'invoice']);
    const notes = await officer.get(`/api/v1/invoices?creditsInvoiceId=${original?.id}`);
    expect(answered(notes, 200)).toMatchObject({ items: [{ id: note?.id }, { id: earlier?.id }], next: null });
    expect(original?.lines[0]).toMatchObject({ minor: 12_000, creditedMinor: 12_000 });
    expect((await approver.post(`/api/v1/invoices/${note?.id}/credit-notes`, half)).body.code).toBe(
      'credit-note.of-credit-note',
    );
    expect((await town.get(`/api/v1/invoices/${note?.id}/pdf`)).status).toBe(200);
    const balance: { minor: number }[] = await system.source.query(
      `select sum(p.minor)::int as minor from ledger_posting p join ledger_account a on a.id = p.account_id
       where a.organisation_id = $1 and a.purpose = 'receivable'`,
      [town.organisationId],
    );
    expect(balance).toEqual([{ minor: 0 }]);
    // What was paid of it is in the budget of its scheme again, and in no other.
    expect(answered(await officer.get('/api/v1/billing/grants'), 200)).toMatchObject({
      items: [
        { name: 'Countryside', grantedMinor: 2_000 },
        { name: 'Start', grantedMinor: 0 },
      ],
    });
    const letters: { subject: string; body: string }[] = await system.source.query(
      `select subject, body from mail_message where about = $1`,
      [`invoice ${first.id}`],
    );
    expect(letters).toMatchObject([{ subject: expect.stringContaining('USD\u00A055.00') as string }]);
    await booksAgree(system);
  });

  it('has grants until their scheme ends', async () => {
    const { items } = answered(await officer.get('/api/v1/billing/grants'), 200) as { items: { id: string }[] };
    const [countryside] = items;
    expect((await (await system.someone('officer')).post(`/api/v1/billing/grants/${countryside?.id}/end`)).status).toBe(
      404,
    );
    answered(await officer.post(`/api/v1/billing/grants/${countryside?.id}/end`), 200);
    expect(answered(await officer.post(`/api/v1/billing/grants/${countryside?.id}/end`), 200)).toMatchObject({
      state: 'ended',
    });
    const short = { ...GRANT, name: 'Short', byVoucher: true };
    const { id } = answered(await officer.post('/api/v1/billing/grants', short), 201) as { id: string };
    const given = await officer.post(`/api/v1/billing/grants/${id}/vouchers`, {
      memberId: town.organisationId,
      lines: 1,
    });
    const voucher = answered(given, 201) as { id: string };
    answered(await officer.post(`/api/v1/billing/grants/${id}/end`), 200);
    const late = await town.post(`/api/v1/billing/vouchers/${voucher.id}/redeem`);
    expect([late.status, late.body.code]).toEqual([409, 'voucher.ended']);
    const wrong = await officer.post('/api/v1/billing/grants', {
      ...GRANT,
      name: 'None',
      perLineMinor: 0,
      regions: [],
      tiers: [7],
    });
    expect(wrong.body.faults.map(({ path }: { path: string }) => path).sort()).toEqual([
      'perLineMinor',
      'regions',
      'tiers',
    ]);
    const nowhere = await officer.post('/api/v1/billing/grants', {
      ...GRANT,
      name: 'Nowhere',
      regions: ['R1', 'NOT-THERE'],
      tiers: ['nothing'],
      pools: [randomUUID()],
    });
    expect([nowhere.status, nowhere.body.code]).toEqual([422, 'grant.invalid']);
    expect(nowhere.body.faults.map(({ path }: { path: string }) => path)).toEqual(['regions', 'tiers', 'pools']);
    expect(nowhere.body.faults[0].reason).toContain('NOT-THERE');
  });
});
