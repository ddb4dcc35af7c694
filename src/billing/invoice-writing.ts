/** Writes invoices and what belongs to them: any number by a few statements. */
import type { EntityManager } from 'typeorm';
import type { Day, Month } from '../kernel/calendar.js';
import type { Charge } from './rules/charges.js';
import { type InvoiceKind, numberText } from './rules/numbers.js';
import type { InvoiceTotals } from './rules/totals.js';

/** Everything of an invoice, or of a credit note, but its number. */
export interface NewInvoice {
  readonly id: string;
  readonly kind: InvoiceKind;
  readonly creditsInvoiceId: string | null;
  readonly runId: string | null;
  readonly memberId: string;
  readonly memberName: string;
  readonly taxBp: number;
  readonly totals: InvoiceTotals;
  readonly why: string | null;
  readonly lines: readonly NewLine[];
}

export interface NewLine extends Omit<Charge, 'creditId'> {
  readonly subscriptionId: string;
  readonly number: string;
  readonly agreementId: string;
  readonly providerId: string;
  readonly creditsPosition: number | null;
}

/** What invoices that are issued together have in common. */
export interface Issue {
  readonly kind: InvoiceKind;
  readonly issuerId: string;
  readonly issuerName: string;
  readonly currency: string;
  readonly month: Month;
  readonly issuedAt: Date;
  readonly dueOn: Day;
  readonly year: number;
}

/**
 * Takes the next numbers of the issuer, in order, and holds its counter until the transaction ends: others wait, and a
 * transaction that comes to nothing gives its numbers back.
 */
export async function takeNumbers(
  tx: EntityManager,
  { issuerId, kind, year }: Issue,
  count: number,
): Promise<string[]> {
  if (count === 0) return [];
  const rows: { last: number }[] = await tx.query(
    `insert into invoice_counter as c (issuer_id, kind, year, last) values ($1, $2, $3, $4)
     on conflict (issuer_id, kind, year) do update set last = c.last + excluded.last returning last`,
    [issuerId, kind, year, count],
  );
  const first = (rows[0]?.last ?? count) - count + 1;
  return Array.from({ length: count }, (_, index) => numberText(kind, year, first + index));
}

export async function writeInvoices(
  tx: EntityManager,
  issue: Issue,
  invoices: readonly NewInvoice[],
  numbers: readonly string[],
): Promise<void> {
  if (invoices.length === 0) return;
  await tx.query(
    `insert into invoice (kind, issuer_id, issuer_name, currency, month, issued_at, due_on, id, credits_invoice_id,
       run_id, number, member_id, member_name, tax_bp, net_minor, tax_minor, grant_minor, total_minor, why)
     select $1, $2, $3, $4, $5, $6, $7, * from unnest($8::uuid[], $9::uuid[], $10::uuid[], $11::text[], $12::uuid[],
       $13::text[], $14::integer[], $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[], $19::text[])`,
    [
      issue.kind,
      issue.issuerId,
      issue.issuerName,
      issue.currency,
      issue.month,
      issue.issuedAt,
      issue.dueOn,
      invoices.map((each) => each.id),
      invoices.map((each) => each.creditsInvoiceId),
      invoices.map((each) => each.runId),
      numbers,
      invoices.map((each) => each.memberId),
      invoices.map((each) => each.memberName),
      invoices.map((each) => each.taxBp),
      invoices.map((each) => each.totals.net),
      invoices.map((each) => each.totals.tax),
      invoices.map((each) => each.totals.grant),
      invoices.map((each) => each.totals.total),
      invoices.map((each) => each.why),
    ],
  );
  await writeLines(tx, invoices);
  const shares = invoices.flatMap(({ id, totals }) => totals.shares.map((share) => ({ id, ...share })));
  await tx.query(
    `insert into invoice_share (invoice_id, provider_id, net_minor, fee_minor, payable_minor)
     select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[])`,
    [
      shares.map((share) => share.id),
      shares.map((share) => share.providerId),
      shares.map((share) => share.net),
      shares.map((share) => share.fee),
      shares.map((share) => share.payable),
    ],
  );
}

async function writeLines(tx: EntityManager, invoices: readonly NewInvoice[]): Promise<void> {
  const lines = invoices.flatMap(({ id, lines: own }) =>
    own.map((line, index) => ({ ...line, invoiceId: id, position: index + 1 })),
  );
  await tx.query(
    `insert into invoice_line (invoice_id, position, subscription_id, subscription_number, agreement_id, provider_id,
       kind, text, quantity, unit_minor, month, days, minor, credits_position)
     select * from unnest($1::uuid[], $2::integer[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::text[],
       $8::text[], $9::integer[], $10::bigint[], $11::text[], $12::integer[], $13::bigint[], $14::integer[])`,
    [
      lines.map((line) => line.invoiceId),
      lines.map((line) => line.position),
      lines.map((line) => line.subscriptionId),
      lines.map((line) => line.number),
      lines.map((line) => line.agreementId),
      lines.map((line) => line.providerId),
      lines.map((line) => line.kind),
      lines.map((line) => line.text),
      lines.map((line) => line.quantity),
      lines.map((line) => line.unit),
      lines.map((line) => line.month),
      lines.map((line) => line.days),
      lines.map((line) => line.minor),
      lines.map((line) => line.creditsPosition),
    ],
  );
}
