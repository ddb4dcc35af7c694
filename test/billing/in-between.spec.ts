import { setTimeout as sleep } from 'node:timers/promises';
import { dayStart } from '../../src/kernel/calendar.js';
import { endOf, firstDay, monthLater } from '../../src/billing/rules/months.js';
import { signedAgreement, type SignedAgreement } from '../subscriptions/signed-agreement.js';
import { type Someone, System } from '../support/system.js';
import {
  answered,
  bill,
  booksAgree,
  install,
  invoicesOf,
  joinLate,
  runningAgreement,
  runOf,
  type Running,
} from './setting.js';

const TARIFF = {
  bands: [
    { from: 1, monthly: { basic: 4_000 } },
    { from: 10, monthly: { basic: 3_000 } },
  ],
  lots: { north: {} },
  minimumLines: 1,
};
const TERMS = { feeBp: 0, taxBp: 0, dueDays: 20, depositMinor: 0, reserveBp: 0, reserveDays: 0 };
const GRANT = { currency: 'USD', fromMonth: '2026-01', budgetMinor: 100_000 };

describe('what happens between the start of a run and its end', () => {
  let system: System;
  let first: Someone;
  let other: Someone;
  let idle: SignedAgreement;
  let running: Running;
  let officer: Someone;

  beforeAll(async () => {
    system = await System.start();
    [first, other] = [await system.someone('owner'), await system.someone('owner')];
    const lineOf = ({ organisationId }: Someone) => ({
      memberId: organisationId,
      firm: true,
      ceiling: 5_000,
      quantity: 3,
    });
    idle = await signedAgreement(system, { lines: [lineOf(other)], tariff: TARIFF });
    running = await runningAgreement(system, { lines: [lineOf(first)], tariff: TARIFF });
    ({ officer } = running);
    await system.source.query('update framework_agreement set agency_id = $1 where id = $2', [
      running.agencyId,
      idle.agreementId,
    ]);
    answered(await officer.put('/api/v1/billing/terms/USD', TERMS, 0), 200);
    const once = { ...GRANT, name: 'Once', byVoucher: true, perLineMinor: 100, months: 1 };
    const { id } = answered(await officer.post('/api/v1/billing/grants', once), 201) as { id: string };
    const given = await officer.post(`/api/v1/billing/grants/${id}/vouchers`, {
      memberId: first.organisationId,
      lines: 1,
    });
    const voucher = answered(given, 201) as { id: string };
    answered(await first.post(`/api/v1/billing/vouchers/${voucher.id}/redeem`), 200);
  });
  afterAll(() => system.stop());

  it('leaves the first line of another agreement, one of a better band, and the scheme and the tax that are set then, to the next run', async () => {
    const { month } = running;
    const later = { ...GRANT, name: 'Later', byVoucher: false, perLineMinor: 50, months: 12 };
    answered(await officer.post('/api/v1/billing/grants', later), 201);
    await system.passTo(dayStart(endOf(month)));
    await system.source.query(`update grant_scheme set made_at = app_now() + interval '1 hour' where name = 'Later'`);
    const { id } = await runOf(officer, month);
    // Whoever bills waits for the schemes.
    const holder = system.source.createQueryRunner();
    await holder.startTransaction();
    await holder.query('select 1 from grant_scheme for update');
    answered(await officer.post(`/api/v1/billing/runs/${id}/start`), 200);
    await waiting();
    const taxed = await officer.put(`/api/v1/billing/members/${first.organisationId}/tax`, {
      taxBp: 900,
      why: 'Late.',
    });
    answered(taxed, 200);
    await install(system, idle.agreementId, firstDay(month));
    // Its contract has the price of the next band, which this run has not.
    await joinLate(system, running, first.organisationId, 1, 3_900, { monthly: 3_000, band: 1 });
    await install(system, running.agreementId, firstDay(month));
    await holder.commitTransaction();
    await holder.release();
    await system.settled();
    expect(await runOf(officer, month)).toMatchObject({
      state: 'issued',
      totals: { invoices: 1, netMinor: 12_000, taxMinor: 0, grantMinor: 100 },
    });
    answered(await officer.delete(`/api/v1/billing/members/${first.organisationId}/tax`), 204);
    expect(await invoicesOf(other)).toEqual([]);
  });

  it('is billed by the next run, where all have the price of the best contract and a voucher keeps its lines', async () => {
    const month = monthLater(running.month, 1);
    await bill(system, officer, month);
    const [late] = await invoicesOf(other);
    expect(late?.lines.map(({ kind, month: of, minor }) => [kind, of, minor])).toEqual([
      ['monthly', running.month, 12_000],
      ['monthly', month, 12_000],
    ]);
    const [invoice] = await invoicesOf(first);
    expect(invoice?.lines.map(({ kind, minor }) => [kind, minor])).toEqual([
      ['monthly', 9_000],
      ['monthly', 3_000],
      ['monthly', 3_000],
      ['set-up', 1_000],
    ]);
    // Of the scheme that pays for every line alone: the voucher's month is over.
    expect(invoice?.grantMinor).toBe((3 + 2) * 50);
    await booksAgree(system);
  });

  it('is credited by the other lines of its member when its own line has ended', async () => {
    const month = monthLater(running.month, 2);
    const ended = await joinLate(system, running, first.organisationId, 10, 3_000);
    await install(system, running.agreementId, firstDay(month));
    await system.source.query('update service_period set until_on = from_on where subscription_id = $1', [ended]);
    await system.source.query(
      `insert into service_credit (subscription_id, kind, days, happened_on, reason)
       values ($1, 'installation', 30, $2, 'It was installed late.')`,
      [ended, firstDay(month)],
    );
    await bill(system, officer, month);
    const [invoice] = await invoicesOf(first);
    expect(invoice?.lines.map(({ kind, minor }) => [kind, minor])).toEqual([
      ['monthly', 9_000],
      ['service-credit', -9_000],
      ['monthly', 3_000],
      ['service-credit', -3_000],
    ]);
    expect(invoice).toMatchObject({ netMinor: 0, grantMinor: 0, totalMinor: 0 });
    const used: unknown[] = await system.source.query('select used_minor from used_service_credit');
    expect(used).toEqual([{ used_minor: 12_000n }]);
    await booksAgree(system);
  });

  async function waiting(): Promise<void> {
    for (let tries = 0; tries < 1_000; tries += 1) {
      const rows: unknown[] = await system.source.query(
        `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      if (rows.length > 0) return;
      await sleep(10);
    }
    throw new Error('nobody waits for the schemes');
  }
});
