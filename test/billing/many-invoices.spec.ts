import { endOf } from '../../src/billing/rules/months.js';
import { type Someone, System } from '../support/system.js';
import { answered, bill, type Invoice, runningAgreement, type Running } from './setting.js';

const TARIFF = { bands: [{ from: 1, monthly: { basic: 3_000 } }], lots: { north: { setup: 1_000 } }, minimumLines: 1 };
const TERMS = { feeBp: 0, taxBp: 0, dueDays: 14, depositMinor: 0, reserveBp: 0, reserveDays: 0 };

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** What the agency pays of a line, by a scheme of this name. */
const grant = (name: string): object => ({
  name,
  currency: 'USD',
  byVoucher: false,
  perLineMinor: 100,
  months: 12,
  fromMonth: '2026-01',
  budgetMinor: 900_000,
});

describe('very many invoices', () => {
  let system: System;
  let running: Running;
  let officer: Someone;
  let year: string;

  beforeAll(async () => {
    system = await System.start();
    const members = [await system.someone('owner'), await system.someone('owner'), await system.someone('owner')];
    const lines = members.map(({ organisationId }) => ({
      memberId: organisationId,
      firm: true,
      ceiling: 5_000,
      quantity: 1,
    }));
    running = await runningAgreement(system, { lines, tariff: TARIFF });
    ({ officer } = running);
    year = endOf(running.month).slice(0, 4);
    answered(await officer.put('/api/v1/billing/terms/USD', TERMS, 0), 200);
    for (const name of ['First', 'Second']) {
      answered(await officer.post('/api/v1/billing/grants', grant(name)), 201);
    }
    await system.source.query(`insert into invoice_counter values ($1, 'invoice', $2, 999998)`, [
      running.agencyId,
      year,
    ]);
    await bill(system, officer, running.month);
  });
  afterAll(() => system.stop());

  /** Everything of a list, a page of one after the other. */
  async function onePerPage<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = answered(await officer.get(`${path}limit=1${query}`), 200) as Page<T>;
      expect(page.items.length).toBe(1);
      items.push(...page.items);
      cursor = page.next;
    }
    return items;
  }

  it('are in the order of their numbers beyond six digits, and no page loses or repeats one', async () => {
    const latest = [1_000_001, 1_000_000, 999_999].map((count) => `INV-${year}-${count}`);
    const { items } = answered(await officer.get('/api/v1/invoices'), 200) as Page<Invoice>;
    expect(items.map(({ number }) => number)).toEqual(latest);
    expect((await onePerPage<Invoice>('/api/v1/invoices?')).map(({ number }) => number)).toEqual(latest);
  });

  it('are read line by line and grant by grant, in pages, too', async () => {
    const { items } = answered(await officer.get('/api/v1/invoices'), 200) as Page<Invoice>;
    const path = `/api/v1/invoices/${items[0]?.id}`;
    expect(await onePerPage(`${path}/lines?`)).toMatchObject([
      { position: 1, kind: 'monthly', minor: 3_000, creditedMinor: 0 },
      { position: 2, kind: 'set-up', minor: 1_000 },
    ]);
    expect(await onePerPage(`${path}/grants?`)).toEqual([
      { grantName: 'First', subscriptionId: expect.any(String) as string, minor: 100 },
      { grantName: 'Second', subscriptionId: expect.any(String) as string, minor: 100 },
    ]);
    for (const list of ['lines', 'grants']) {
      const wrong = await officer.get(`${path}/${list}?cursor=elsewhere`);
      expect([wrong.status, wrong.body.code]).toEqual([422, 'page.cursor']);
    }
    expect(Object.keys(answered(await officer.get(path), 200) as object)).not.toContain('lines');
  });
});
