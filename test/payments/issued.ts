/** Invoices and credit notes as billing issues them: in its tables, booked, and announced; without a run to make them. */
import { randomUUID } from 'node:crypto';
import { systemActor } from '../../src/kernel/actor.js';
import { LedgerService } from '../../src/ledger/ledger.service.js';
import type { Entry } from '../../src/ledger/rules/entry.js';
import { Deeds } from '../../src/platform/deeds/deeds.js';
import { REAL } from '../support/stripe/ways.js';
import type { System } from '../support/system.js';

export interface Share {
  readonly providerId: string;
  readonly net: number;
  /** whose line it is; without it the invoice has no lines */
  readonly agreementId?: string;
}

export interface WantedInvoice {
  readonly memberId: string;
  readonly shares: readonly Share[];
  readonly grant?: number;
}

export interface Issued {
  readonly id: string;
  readonly number: string;
  readonly memberId: string;
  readonly total: number;
}

export const CURRENCY = 'USD';
/** of the net amounts */
export const FEE_BP = 300;
export const TAX_BP = 1_000;

/** At Stripe itself, the numbers of earlier runs are taken: no run makes more of them than it takes seconds. */
let numbers = REAL ? Math.floor(Date.now() / 1_000) % 1_000_000_000 : 0;

export async function setTerms(
  system: System,
  agencyId: string,
  terms: { deposit?: number; reserveBp?: number; reserveDays?: number; currency?: string } = {},
): Promise<void> {
  await system.source.query(
    `insert into billing_terms (agency_id, currency, fee_bp, tax_bp, due_days, deposit_minor, reserve_bp, reserve_days, due_at)
     values ($1, $2, $3, $4, 14, $5, $6, $7, app_now() + interval '10 years')`,
    [
      agencyId,
      terms.currency ?? CURRENCY,
      FEE_BP,
      TAX_BP,
      terms.deposit ?? 0,
      terms.reserveBp ?? 0,
      terms.reserveDays ?? 0,
    ],
  );
}

/** Issues the invoices of a run of a month, and lets everything follow from it. */
export async function issue(
  system: System,
  agencyId: string,
  month: string,
  wanted: readonly WantedInvoice[],
  currency = CURRENCY,
): Promise<Issued[]> {
  const issued = await issueUntold(system, agencyId, month, wanted, currency);
  await system.source.query(`select announce('billing.issued', $1, array['payments.open-collections'])`, [
    { runId: issued.runId },
  ]);
  await system.settled();
  return issued.invoices;
}

/** Issues the invoices of a run of which nobody has heard yet. */
export async function issueUntold(
  system: System,
  agencyId: string,
  month: string,
  wanted: readonly WantedInvoice[],
  currency = CURRENCY,
): Promise<{ runId: string; invoices: Issued[] }> {
  const runId = randomUUID();
  await system.source.query(
    `insert into billing_run (id, agency_id, currency, month, state, version, planned_at, started_at, fee_bp, tax_bp, due_days)
     values ($1, $2, $3, $4, 'running', 1, app_now(), app_now(), $5, $6, 14)`,
    [runId, agencyId, currency, month, FEE_BP, TAX_BP],
  );
  const invoices: Issued[] = [];
  for (const one of wanted) invoices.push(await write(system, agencyId, month, one, { runId }, currency));
  await system.source.query(
    `update billing_run set state = 'issued', issued_at = app_now(), totals = '{}' where id = $1`,
    [runId],
  );
  return { runId, invoices };
}

/** Takes back so much of the net amount of an invoice, of its only provider. */
export async function creditNote(
  system: System,
  agencyId: string,
  invoice: Issued,
  share: Share,
  month: string,
  currency = CURRENCY,
): Promise<Issued> {
  const note = await write(
    system,
    agencyId,
    month,
    { memberId: invoice.memberId, shares: [share] },
    { credits: invoice.id },
    currency,
  );
  await system.source.query(`select announce('billing.credited', $1, array['payments.credit'])`, [
    { creditNoteId: note.id },
  ]);
  await system.settled();
  return note;
}

async function write(
  system: System,
  agencyId: string,
  month: string,
  { memberId, shares, grant = 0 }: WantedInvoice,
  of: { runId?: string; credits?: string },
  currency: string,
): Promise<Issued> {
  numbers += 1;
  const kind = of.credits === undefined ? 'invoice' : 'credit-note';
  const id = randomUUID();
  const number = `${kind === 'invoice' ? 'INV' : 'CN'}-${month.slice(0, 4)}-${String(numbers).padStart(6, '0')}`;
  const net = shares.reduce((sum, share) => sum + share.net, 0);
  const tax = Math.round((net * TAX_BP) / 10_000);
  const total = net + tax - grant;
  const { source } = system;
  await source.query(
    `insert into invoice (id, kind, credits_invoice_id, run_id, number, issuer_id, issuer_name, member_id, member_name,
       currency, month, issued_at, due_on, tax_bp, net_minor, tax_minor, grant_minor, total_minor, why)
     values ($1, $2, $3, $4, $5, $6, 'The agency', $7, 'A member', $8, $9, app_now(),
       (app_now() at time zone interval '9 hours')::date + 14, $10, $11, $12, $13, $14, $15)`,
    [
      id,
      kind,
      of.credits ?? null,
      of.runId ?? null,
      number,
      agencyId,
      memberId,
      currency,
      month,
      TAX_BP,
      net,
      tax,
      grant,
      total,
      kind === 'invoice' ? null : 'It was wrong.',
    ],
  );
  const byProvider = new Map<string, number>();
  for (const share of shares) byProvider.set(share.providerId, (byProvider.get(share.providerId) ?? 0) + share.net);
  const fees = [...byProvider.values()].map((each) => Math.floor((each * FEE_BP) / 10_000));
  await source.query(
    `insert into invoice_share select $1, p, n, f, n - f from unnest($2::uuid[], $3::bigint[], $4::bigint[]) as s (p, n, f)`,
    [id, [...byProvider.keys()], [...byProvider.values()], fees],
  );
  const lines = shares.filter(({ agreementId }) => agreementId !== undefined);
  await source.query(
    `insert into invoice_line (invoice_id, position, subscription_id, subscription_number, agreement_id, provider_id, kind,
       text, quantity, unit_minor, month, days, minor)
     select $1, place, gen_random_uuid(), 'CO-' || place, a, p, 'monthly', '', 1, n, $5, 1, n
     from unnest($2::uuid[], $3::uuid[], $4::bigint[]) with ordinality as s (a, p, n, place)`,
    [
      id,
      lines.map(({ agreementId }) => agreementId),
      lines.map(({ providerId }) => providerId),
      lines.map((line) => line.net),
      month,
    ],
  );
  const sign = kind === 'invoice' ? 1n : -1n;
  const fee = fees.reduce((sum, one) => sum + one, 0);
  const postings: Entry['postings'] = [
    { organisationId: memberId, purpose: 'receivable', minor: sign * BigInt(total) },
    { organisationId: agencyId, purpose: 'grant', minor: sign * BigInt(grant) },
    { organisationId: agencyId, purpose: 'fee', minor: -sign * BigInt(fee) },
    { organisationId: agencyId, purpose: 'tax', minor: -sign * BigInt(tax) },
    ...[...byProvider].map(([organisationId, own], at) => ({
      organisationId,
      purpose: 'payable' as const,
      minor: -sign * BigInt(own - (fees[at] ?? 0)),
    })),
  ];
  const ledger = system.app.get(LedgerService, { strict: false });
  await system.app
    .get(Deeds)
    .run(systemActor('test'), 'test.book', null, (deed) =>
      ledger.post(deed, [{ kind, reference: id, currency, memo: `Invoice ${number}`, postings }]),
    );
  return { id, number, memberId, total };
}
