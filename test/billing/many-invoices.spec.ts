import { endOf } from '../../src/billing/rules/months.js';
import { type Someone, System } from '../support/system.js';
import { answered, bill, type Invoice, runningAgreement, type Running } from './setting.js';

const TARIFF = { bands: [{ from: 1, monthly: { basic: 3_000 } }], lots: { north: {} }, minimumLines: 1 };
const TERMS = { feeBp: 0, taxBp: 0, dueDays: 14, depositMinor: 0, reserveBp: 0, reserveDays: 0 };

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

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
});
