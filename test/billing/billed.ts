/** A run that is issued, with one invoice, written straight into the tables. */
import { randomUUID } from 'node:crypto';
import { answered } from './setting.js';
import type { Someone, System } from '../support/system.js';

export interface Billed {
  readonly runId: string;
  readonly invoiceId: string;
  readonly grantId: string;
  readonly voucherId: string;
}

/** Of the officer's agency, for the member's line under an agreement; and a voucher that it has not redeemed. */
export async function billed(
  system: System,
  officer: Someone,
  member: Someone,
  { subscriptionId, agreementId, providerId }: { subscriptionId: string; agreementId: string; providerId: string },
): Promise<Billed> {
  const [runId, invoiceId] = [randomUUID(), randomUUID()];
  const { source } = system;
  const [agency, memberId] = [officer.organisationId, member.organisationId];
  await source.query(
    `insert into billing_terms (agency_id, currency, due_at) values ($1, 'KRW', app_now() + interval '1 month')
     on conflict do nothing`,
    [agency],
  );
  await source.query(
    `insert into billing_run (id, agency_id, currency, month, state, version, planned_at, started_at, fee_bp, tax_bp,
       due_days) values ($1, $2, 'KRW', '2020-01', 'running', 1, app_now(), app_now(), 0, 0, 14)`,
    [runId, agency],
  );
  await source.query(
    `insert into invoice values ($1, 'invoice', null, $2, 'INV-2020-000001', $3, 'Agency', $4, 'Shop', 'KRW', '2020-01',
       app_now(), '2020-02-14', 0, 1000, 0, 0, 1000)`,
    [invoiceId, runId, agency, memberId],
  );
  await source.query(
    `insert into invoice_line values ($1, 1, $2, 'CO-1', $3, $4, 'monthly', '', 1, 1000, '2020-01', 31, 1000)`,
    [invoiceId, subscriptionId, agreementId, providerId],
  );
  await source.query('insert into invoice_share values ($1, $2, 1000, 0, 1000)', [invoiceId, providerId]);
  await source.query(`update billing_run set state = 'issued', issued_at = app_now(), totals = '{}' where id = $1`, [
    runId,
  ]);
  const scheme = { name: 'Start', currency: 'KRW', byVoucher: true, perLineMinor: 1, months: 1, fromMonth: '2030-01' };
  const grant = answered(await officer.post('/api/v1/billing/grants', { ...scheme, budgetMinor: 1 }), 201) as {
    id: string;
  };
  const given = await officer.post(`/api/v1/billing/grants/${grant.id}/vouchers`, { memberId, lines: 1 });
  return { runId, invoiceId, grantId: grant.id, voucherId: (answered(given, 201) as { id: string }).id };
}
