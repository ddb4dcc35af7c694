/** Agreements whose lines work, and the months in which they are billed. */
import type { Response } from 'supertest';
import { type Day, dayOf, dayStart, type Month, monthOf } from '../../src/kernel/calendar.js';
import { firstDay, monthLater } from '../../src/billing/rules/months.js';
import type { Someone, System } from '../support/system.js';
import { signedAgreement, type Wanted } from '../subscriptions/signed-agreement.js';

export interface Running {
  readonly agreementId: string;
  readonly number: string;
  readonly poolId: string;
  readonly providerId: string;
  readonly agencyId: string;
  readonly officer: Someone;
  readonly approver: Someone;
  /** of the first month whose every day is still to come */
  readonly month: Month;
}

/** An agreement that has settled; all its lines work from the first day of `month` on, which has just begun. */
export async function runningAgreement(system: System, wanted: Wanted): Promise<Running> {
  const agreement = await signedAgreement(system, wanted);
  const { agreementId } = agreement;
  const rows: { agencyId: string; dueAt: Date }[] = await system.source.query(
    `select a.agency_id as "agencyId", r.due_at as "dueAt" from framework_agreement a join offer_round r on r.id = a.id
     where a.id = $1`,
    [agreementId],
  );
  const [row] = rows;
  if (!row) throw new Error('the agreement has no round');
  await system.passTo(row.dueAt);
  const month = monthLater(monthOf(dayOf(await system.now())), 1);
  await system.passTo(dayStart(firstDay(month)));
  await install(system, agreementId, firstDay(month));
  const { agencyId } = row;
  const officer = await system.someone('officer', agencyId);
  const approver = await system.someone('approver', agencyId);
  return { ...agreement, agencyId, officer, approver, month };
}

/** The lines of an agreement that do not work yet do from this day on. */
export async function install(system: System, agreementId: string, day: Day): Promise<void> {
  await system.source.query(
    `with working as (
       update subscription set state = 'active', works_on = $2::date, ends_on = $2::date + interval '24 months'
       where agreement_id = $1 and state = 'called-off' returning id
     ) select count(*) from working`,
    [agreementId, day],
  );
  await system.source.query(
    `insert into service_period (subscription_id, from_on)
     select id, works_on from subscription s where agreement_id = $1 and state = 'active'
       and not exists (select from service_period p where p.subscription_id = s.id)`,
    [agreementId],
  );
}

/** A member's line joins a running agreement; it does not work yet. */
export async function joinLate(
  system: System,
  { agreementId, number }: Pick<Running, 'agreementId' | 'number'>,
  memberId: string,
  quantity: number,
  agreedMonthly: number,
  contract = { monthly: agreedMonthly, band: 0 },
): Promise<string> {
  await system.source.query(
    `insert into late_joining (agreement_id, until_on, opened_at) values ($1, '2100-01-01', app_now()) on conflict do nothing`,
    [agreementId],
  );
  const rows: { id: string }[] = await system.source.query(
    `insert into subscription (number, agreement_id, member_id, member_name, site_reference, region_code, lot_code,
       tier_code, quantity, monthly_minor, agreed_monthly, setup_minor, term_months, content_hash, state, settled_at,
       joined_band, joined_lines)
     select 'CO-' || $2 || '-9' || lpad(count(*)::text, 5, '0'), $1, $3, 'Late', 'late', 'R1', 'north', 'basic', $4, $6, $5,
       1000, 24, repeat('ab', 32), 'called-off', app_now(), $7, $4
     from subscription where agreement_id = $1 returning id`,
    [agreementId, number, memberId, quantity, agreedMonthly, contract.monthly, contract.band],
  );
  return rows[0]?.id ?? '';
}

export interface Run {
  readonly id: string;
  readonly month: string;
  readonly state: string;
  readonly version: number;
  readonly previewedAt: string | null;
  readonly startedAt: string | null;
  readonly progress: { members: number; membersDone: number; invoices: number };
  readonly preview: Readonly<Record<string, number>> | null;
  readonly totals: Readonly<Record<string, number>> | null;
  readonly previousMonth: string | null;
  readonly difference: Readonly<Record<string, number>> | null;
}

export interface Invoice {
  readonly id: string;
  readonly kind: string;
  readonly number: string;
  readonly memberId: string;
  readonly month: string;
  readonly issuedAt: string;
  readonly dueOn: string;
  readonly netMinor: number;
  readonly taxMinor: number;
  readonly grantMinor: number;
  readonly totalMinor: number;
  readonly lines: readonly {
    readonly position: number;
    readonly kind: string;
    readonly month: string | null;
    readonly days: number;
    readonly quantity: number;
    readonly unitMinor: number;
    readonly minor: number;
    readonly creditedMinor: number;
  }[];
}

/** The run of a month, which was planned when the month was over. */
export async function runOf(officer: Someone, month: Month): Promise<Run> {
  const { items } = answered(await officer.get('/api/v1/billing/runs'), 200) as {
    items: { id: string; month: string }[];
  };
  const found = items.find((run) => run.month === month);
  if (!found) throw new Error(`no run of ${month}`);
  return answered(await officer.get(`/api/v1/billing/runs/${found.id}`), 200) as Run;
}

/** Lets a month pass, and bills it. */
export async function bill(system: System, officer: Someone, month: Month): Promise<Run> {
  await system.passTo(dayStart(firstDay(monthLater(month, 1))));
  const { id } = await runOf(officer, month);
  answered(await officer.post(`/api/v1/billing/runs/${id}/start`), 200);
  await system.settled();
  return runOf(officer, month);
}

/** The first page of invoices, each with the first page of its lines. */
export async function invoicesOf(someone: Someone, query = ''): Promise<Invoice[]> {
  const { items } = answered(await someone.get(`/api/v1/invoices${query}`), 200) as { items: { id: string }[] };
  const invoices: Invoice[] = [];
  for (const { id } of items) {
    const path = `/api/v1/invoices/${id}`;
    const lines = answered(await someone.get(`${path}/lines?limit=200`), 200) as { items: Invoice['lines'] };
    const invoice = answered(await someone.get(path), 200) as Omit<Invoice, 'lines'>;
    invoices.push({ ...invoice, lines: lines.items });
  }
  return invoices;
}

export function answered(response: Response, status: number): unknown {
  if (response.status !== status) throw new Error(`${response.status} ${response.text}`);
  return response.body;
}

/** What must hold of everything that was billed, to the minor unit. */
export async function booksAgree(system: System): Promise<void> {
  const rows: Record<string, bigint | number>[] = await system.source.query(
    `select
       (select coalesce(sum(case kind when 'invoice' then total_minor else -total_minor end), 0)::bigint from invoice)
         as invoiced,
       (select coalesce(sum(p.minor), 0)::bigint from ledger_posting p join ledger_account a on a.id = p.account_id
        where a.purpose = 'receivable') as receivable,
       (select coalesce(sum(case i.kind when 'invoice' then s.payable_minor else -s.payable_minor end), 0)::bigint
        from invoice_share s join invoice i on i.id = s.invoice_id)
         + (select coalesce(sum(activation_minor), 0)::bigint
            from run_agreement g join billing_run r on r.id = g.run_id where r.state = 'issued') as owed,
       (select coalesce(-sum(p.minor), 0)::bigint from ledger_posting p join ledger_account a on a.id = p.account_id
        where a.purpose = 'payable') as payable,
       (select coalesce(sum(minor), 0)::bigint from ledger_posting) as balance,
       (select count(*)::int from (select issuer_id, kind, left(number, -7) as series, count(*) as numbers,
          max(right(number, 6)::int) as last from invoice group by 1, 2, 3) n where numbers <> last) as gaps,
       (select count(*)::int from (select issuer_id, kind, left(number, -7) as series, max(right(number, 6)::int) as last
          from invoice group by 1, 2, 3) n left join invoice_counter c
          on c.issuer_id = n.issuer_id and c.kind = n.kind and n.series like '%-' || c.year
        where c.last is distinct from n.last) as miscounted`,
  );
  const [row] = rows;
  expect(row).toMatchObject({
    receivable: row?.['invoiced'],
    payable: row?.['owed'],
    balance: 0n,
    gaps: 0,
    miscounted: 0,
  });
}
