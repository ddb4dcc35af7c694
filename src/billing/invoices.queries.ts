/** Reads of invoices. They are between a member and the agency that issued them: nobody else sees them. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { noCursor, pageOf, sequenceCursor } from '../kernel/page.js';
import { notFound } from '../kernel/refusal.js';
import type { PageQuery } from '../platform/http/fields.js';
import { sha256 } from '../platform/keys/keys.js';
import { invoicePdf } from './invoice-pdf.js';
import type {
  InvoiceGrantPage,
  InvoiceGrantView,
  InvoiceLinePage,
  InvoiceLineView,
  InvoicePage,
  InvoicesQuery,
  InvoiceView,
  WholeInvoice,
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

/** Parameters: the invoice, and the position behind which its lines begin. */
const LINES = `
  select l.position, l.subscription_id as "subscriptionId", l.subscription_number as "subscriptionNumber",
    l.agreement_id as "agreementId", l.provider_id as "providerId", l.kind, l.text, l.quantity,
    l.unit_minor as "unitMinor", l.month, l.days, l.minor, coalesce(c.minor, 0)::bigint as "creditedMinor",
    l.credits_position as "creditsPosition"
  from invoice_line l left join (
    select n.credits_position, sum(n.minor) as minor from invoice o join invoice_line n on n.invoice_id = o.id
    where o.credits_invoice_id = $1 group by 1
  ) c on c.credits_position = l.position
  where l.invoice_id = $1 and l.position > $2::bigint order by l.position`;

/** A document as a file. */
export interface InvoiceFile {
  readonly name: string;
  readonly pdf: Buffer;
  /** SHA-256 of the file */
  readonly hash: string;
}

/** Whose invoices may be read: of an agency those that it issued, else those to the organisation. */
export type Reader = Pick<Actor, 'organisationId' | 'organisationKind'>;

@Injectable()
export class InvoicesQueries {
  constructor(private readonly source: DataSource) {}

  /** Invoices and credit notes that the actor may see, the latest first: of two numbers the longer one is the later. */
  async list(tx: EntityManager, actor: Actor, query: InvoicesQuery): Promise<InvoicePage> {
    const { runId, memberId, kind, creditsInvoiceId, cursor, limit } = query;
    const [at, number] = placeOf(cursor);
    const rows: InvoiceView[] = await tx.query(
      `${INVOICES} and ($3::uuid is null or i.run_id = $3) and ($4::uuid is null or i.member_id = $4)
         and ($5::text is null or i.kind = $5)
         and ($6::timestamptz is null or (i.issued_at, length(i.number), i.number) < ($6, length($7::text), $7::text))
         and ($8::uuid is null or i.credits_invoice_id = $8)
       order by i.issued_at desc, length(i.number) desc, i.number desc limit $9`,
      [...sides(actor), runId ?? null, memberId ?? null, kind ?? null, at, number, creditsInvoiceId ?? null, limit + 1],
    );
    return pageOf(rows, limit, (row) => `${row.issuedAt.toISOString()}_${row.number}`);
  }

  /** @throws Refusal 'invoice.not-found', also when it is somebody else's, or its run is not issued yet */
  async one(tx: EntityManager, actor: Reader, id: string): Promise<InvoiceView> {
    const rows: InvoiceView[] = await tx.query(`${INVOICES} and i.id = $3`, [...sides(actor), id]);
    const [invoice] = rows;
    if (!invoice) throw notFound('invoice');
    return invoice;
  }

  /** The lines of an invoice in order of their positions. @throws Refusal 'invoice.not-found' as above */
  async lines(tx: EntityManager, actor: Actor, id: string, { cursor, limit }: PageQuery): Promise<InvoiceLinePage> {
    await this.one(tx, actor, id);
    const rows: InvoiceLineView[] = await tx.query(`${LINES} limit $3`, [id, sequenceCursor(cursor), limit + 1]);
    return pageOf(rows, limit, (row) => String(row.position));
  }

  /** What was granted of an invoice, in the order in which schemes come to a line. @throws Refusal 'invoice.not-found' */
  async grants(tx: EntityManager, actor: Actor, id: string, { cursor, limit }: PageQuery): Promise<InvoiceGrantPage> {
    await this.one(tx, actor, id);
    const [scheme, subscription] = grantPlaceOf(cursor);
    const rows: (InvoiceGrantView & { readonly scheme: bigint })[] = await tx.query(
      `select s.sequence as scheme, s.name as "grantName", g.subscription_id as "subscriptionId", g.minor
       from invoice_grant g join grant_scheme s on s.id = g.scheme_id
       where g.invoice_id = $1 and ($2::bigint is null or (s.sequence, g.subscription_id) > ($2, $3::uuid))
       order by s.sequence, g.subscription_id limit $4`,
      [id, scheme, subscription, limit + 1],
    );
    const { items, next } = pageOf(rows, limit, (row) => `${row.scheme}_${row.subscriptionId}`);
    return { items: items.map(({ scheme: _order, ...grant }) => grant), next };
  }

  /** @throws Refusal 'invoice.not-found' as above */
  async whole(tx: EntityManager, actor: Reader, id: string): Promise<WholeInvoice> {
    const invoice = await this.one(tx, actor, id);
    const lines: InvoiceLineView[] = await tx.query(LINES, [id, 0]);
    return Object.assign(invoice, { lines });
  }

  /**
   * The document, written anew of rows that never change. The hash of every file that was given out is kept: there are
   * several where another version of the library or of a font wrote it in other bytes.
   * @throws Refusal 'invoice.not-found'
   */
  async file(actor: Actor, id: string): Promise<InvoiceFile> {
    const invoice = await this.whole(this.source.manager, actor, id);
    const credited =
      invoice.creditsInvoiceId === null
        ? null
        : await this.one(this.source.manager, actor, invoice.creditsInvoiceId).then(({ number }) => number);
    const pdf = await invoicePdf(invoice, credited);
    const hash = sha256(pdf);
    await this.source.query(
      `insert into invoice_file (invoice_id, pdf_hash, written_at) values ($1, $2, app_now()) on conflict do nothing`,
      [id, hash],
    );
    return { name: `${invoice.number}.pdf`, pdf, hash };
  }
}

/** An id that nothing has: whoever belongs to no organisation sees nothing. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

function sides({ organisationId, organisationKind }: Reader): [member: string | null, issuer: string | null] {
  const own = organisationId ?? NOBODY;
  return organisationKind === 'agency' ? [null, own] : [own, null];
}

function placeOf(cursor: string | undefined): [at: string | null, number: string | null] {
  if (cursor === undefined) return [null, null];
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)_([A-Z]{2,3}-\d{4}-\d{6,10})$/.exec(cursor);
  if (match && !Number.isNaN(Date.parse(match[1] ?? ''))) return [match[1] ?? null, match[2] ?? null];
  throw noCursor();
}

function grantPlaceOf(cursor: string | undefined): [scheme: string | null, subscription: string | null] {
  if (cursor === undefined) return [null, null];
  const match = /^(\d{1,18})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(cursor);
  if (!match) throw noCursor();
  return [match[1] ?? null, match[2] ?? null];
}
