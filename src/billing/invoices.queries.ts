/** Reads of invoices. They are between a member and the agency that issued them: nobody else sees them. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { pageOf } from '../kernel/page.js';
import { invalid, notFound } from '../kernel/refusal.js';
import { sha256 } from '../platform/keys/keys.js';
import { invoicePdf } from './invoice-pdf.js';
import type {
  InvoiceGrantView,
  InvoiceLineView,
  InvoicePage,
  InvoicesQuery,
  InvoiceSummary,
  InvoiceView,
} from './invoices.dto.js';

/** Parameters: the member or null for all of them, and the issuer or null for all of them. */
const INVOICES = `
  select i.id, i.kind, i.number, i.credits_invoice_id as "creditsInvoiceId", i.run_id as "runId",
    i.issuer_id as "issuerId", i.issuer_name as "issuerName", i.member_id as "memberId", i.member_name as "memberName",
    i.currency::text as currency, i.month, i.issued_at as "issuedAt", i.due_on::text as "dueOn",
    i.net_minor as "netMinor", i.tax_bp as "taxBp", i.tax_minor as "taxMinor", i.grant_minor as "grantMinor",
    i.total_minor as "totalMinor", i.why
  from invoice i join issued_invoice v on v.invoice_id = i.id
  where ($1::uuid is null or i.member_id = $1) and ($2::uuid is null or i.issuer_id = $2)`;

/** A document as a file. */
export interface InvoiceFile {
  readonly name: string;
  readonly pdf: Buffer;
  /** SHA-256 of the file */
  readonly hash: string;
}

@Injectable()
export class InvoicesQueries {
  constructor(private readonly source: DataSource) {}

  /** Invoices and credit notes that the actor may see, the latest first: of two numbers the longer one is the later. */
  async list(tx: EntityManager, actor: Actor, query: InvoicesQuery): Promise<InvoicePage> {
    const { runId, memberId, kind, cursor, limit } = query;
    const [at, number] = placeOf(cursor);
    const rows: InvoiceSummary[] = await tx.query(
      `${INVOICES} and ($3::uuid is null or i.run_id = $3) and ($4::uuid is null or i.member_id = $4)
         and ($5::text is null or i.kind = $5)
         and ($6::timestamptz is null or (i.issued_at, length(i.number), i.number) < ($6, length($7::text), $7::text))
       order by i.issued_at desc, length(i.number) desc, i.number desc limit $8`,
      [...sides(actor), runId ?? null, memberId ?? null, kind ?? null, at, number, limit + 1],
    );
    return pageOf(rows, limit, (row) => `${row.issuedAt.toISOString()}_${row.number}`);
  }

  /** @throws Refusal 'invoice.not-found', also when it is somebody else's, or its run is not issued yet */
  async one(tx: EntityManager, actor: Actor, id: string): Promise<InvoiceView> {
    const rows: InvoiceSummary[] = await tx.query(`${INVOICES} and i.id = $3`, [...sides(actor), id]);
    const [invoice] = rows;
    if (!invoice) throw notFound('invoice');
    const lines: InvoiceLineView[] = await tx.query(
      `select l.position, l.subscription_id as "subscriptionId", l.subscription_number as "subscriptionNumber",
         l.agreement_id as "agreementId", l.provider_id as "providerId", l.kind, l.text, l.quantity,
         l.unit_minor as "unitMinor", l.month, l.days, l.minor, coalesce(c.minor, 0)::bigint as "creditedMinor",
         l.credits_position as "creditsPosition"
       from invoice_line l left join (
         select n.credits_position, sum(n.minor) as minor from invoice o join invoice_line n on n.invoice_id = o.id
         where o.credits_invoice_id = $1 group by 1
       ) c on c.credits_position = l.position
       where l.invoice_id = $1 order by l.position`,
      [id],
    );
    const grants: InvoiceGrantView[] = await tx.query(
      `select s.name as "grantName", g.subscription_id as "subscriptionId", g.minor
       from invoice_grant g join grant_scheme s on s.id = g.scheme_id
       where g.invoice_id = $1 order by s.sequence, g.subscription_id`,
      [id],
    );
    const notes: { id: string }[] = await tx.query(
      'select id from invoice where credits_invoice_id = $1 order by issued_at, length(number), number',
      [id],
    );
    return Object.assign(invoice, { lines, grants, creditNotes: notes.map((note) => note.id) });
  }

  /**
   * The document, written anew and held against the hash that was kept when it was first written.
   * @throws Refusal 'invoice.not-found'; Error when it does not have that hash any more
   */
  async file(actor: Actor, id: string): Promise<InvoiceFile> {
    const invoice = await this.one(this.source.manager, actor, id);
    const credited =
      invoice.creditsInvoiceId === null
        ? null
        : await this.one(this.source.manager, actor, invoice.creditsInvoiceId).then(({ number }) => number);
    const pdf = await invoicePdf(invoice, credited);
    const hash = sha256(pdf);
    const kept: { hash: string }[] = await this.source.query(
      `with kept as (insert into invoice_file values ($1, $2, app_now()) on conflict do nothing returning pdf_hash)
       select pdf_hash as hash from kept union all select pdf_hash from invoice_file where invoice_id = $1`,
      [id, hash],
    );
    if (kept.some((file) => file.hash !== hash)) throw new Error(`${invoice.number} is not the file that it was`);
    return { name: `${invoice.number}.pdf`, pdf, hash };
  }
}

/** An id that nothing has: whoever belongs to no organisation sees nothing. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

function sides({ organisationId, organisationKind }: Actor): [member: string | null, issuer: string | null] {
  const own = organisationId ?? NOBODY;
  return organisationKind === 'agency' ? [null, own] : [own, null];
}

function placeOf(cursor: string | undefined): [at: string | null, number: string | null] {
  if (cursor === undefined) return [null, null];
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)_([A-Z]{2,3}-\d{4}-\d{6,10})$/.exec(cursor);
  if (match && !Number.isNaN(Date.parse(match[1] ?? ''))) return [match[1] ?? null, match[2] ?? null];
  throw invalid('page.cursor', 'Give the "next" of a page as its cursor, unchanged.', [
    { path: 'cursor', reason: 'is not the "next" of a page' },
  ]);
}
