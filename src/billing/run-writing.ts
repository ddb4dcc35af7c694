/** Writes what a run makes of some members: invoices, what they used up, and the postings of the ledger. */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { daysLater, dayOf } from '../kernel/calendar.js';
import type { Minor } from '../kernel/money.js';
import { LedgerService } from '../ledger/ledger.service.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { writeGrants } from './grant-writing.js';
import { type Issue, type NewInvoice, takeNumbers, writeInvoices } from './invoice-writing.js';
import { bookingsOf } from './rules/bookings.js';
import { endOf } from './rules/months.js';
import type { MemberDraft } from './run-drafting.js';
import type { RunRow } from './run-rows.js';

/** A run that was started. */
export interface StartedRun extends RunRow {
  readonly startedAt: Date;
  readonly dueDays: number;
}

/** @returns how many invoices were issued */
export async function writeDrafts(
  deed: Deed,
  ledger: LedgerService,
  run: StartedRun,
  issuerName: string,
  drafts: readonly MemberDraft[],
): Promise<number> {
  const { tx } = deed;
  const issue = issueOf(run, issuerName);
  const invoices = drafts
    .filter(({ lines }) => lines.length > 0)
    .map((draft) => ({ draft, invoice: invoiceFor(run, draft) }));
  const numbers = await takeNumbers(tx, issue, invoices.length);
  await writeInvoices(
    tx,
    issue,
    invoices.map(({ invoice }) => invoice),
    numbers,
  );
  await writeGrants(
    tx,
    invoices.flatMap(({ draft, invoice }) => draft.grants.map((grant) => ({ ...grant, invoiceId: invoice.id }))),
  );
  await writeUsed(tx, run, drafts);
  await ledger.post(
    deed,
    invoices.flatMap(({ invoice: { id, memberId, totals } }, index) =>
      bookingsOf({
        id,
        kind: 'invoice',
        memo: `Invoice ${numbers[index] ?? ''} for ${run.month}`,
        issuerId: run.agencyId,
        memberId,
        currency: run.currency,
        totals,
      }),
    ),
  );
  return invoices.length;
}

/** Every invoice of a run bears the instant of its start, so that a run that is resumed goes on with the same. */
function issueOf({ agencyId, currency, month, startedAt, dueDays }: StartedRun, issuerName: string): Issue {
  const day = dayOf(startedAt);
  return {
    kind: 'invoice',
    issuerId: agencyId,
    issuerName,
    currency,
    month,
    issuedAt: startedAt,
    dueOn: daysLater(day, dueDays),
    year: Number(day.slice(0, 4)),
  };
}

function invoiceFor(run: StartedRun, { memberId, memberName, taxBp, totals, lines }: MemberDraft): NewInvoice {
  return {
    id: randomUUID(),
    kind: 'invoice',
    creditsInvoiceId: null,
    runId: run.id,
    memberId,
    memberName,
    taxBp,
    totals,
    why: null,
    lines: lines.map((line) => ({ ...line, creditsPosition: null })),
  };
}

/** Days that are billed now are not billed again, and what was deducted is not deducted again. */
async function writeUsed(tx: EntityManager, run: StartedRun, drafts: readonly MemberDraft[]): Promise<void> {
  await tx.query(
    `insert into billed_line (subscription_id, billed_until) select id, $2 from unnest($1::uuid[]) as id
     on conflict (subscription_id) do update set billed_until = excluded.billed_until`,
    [drafts.flatMap(({ billed }) => billed), endOf(run.month)],
  );
  const credits = drafts.flatMap(({ lines }) =>
    lines.flatMap(({ creditId, unit, minor }): { id: string; worth: Minor; used: Minor }[] =>
      creditId === null ? [] : [{ id: creditId, worth: unit, used: -minor }],
    ),
  );
  await writeUsedCredits(tx, credits);
}

/** Keeps what is deducted, or given back, of service credits beside what was before; and what they are worth, once. */
export async function writeUsedCredits(
  tx: EntityManager,
  credits: readonly { readonly id: string; readonly worth: Minor; readonly used: Minor }[],
): Promise<void> {
  if (credits.length === 0) return;
  await tx.query(
    `insert into used_service_credit as u (credit_id, worth_minor, used_minor)
     select id, max(worth), sum(used) from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as c (id, worth, used) group by id
     on conflict (credit_id) do update set used_minor = u.used_minor + excluded.used_minor`,
    [credits.map(({ id }) => id), credits.map(({ worth }) => worth), credits.map(({ used }) => used)],
  );
}
