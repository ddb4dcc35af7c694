/** What other rooms ask of billing. Whole sets of invoices they read from the views issued_invoice and invoice_share. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Minor } from '../kernel/money.js';
import { type AgreementPart, askedByAgreement } from './rules/totals.js';

/** What an agency bills, collects and pays out by, in a currency. */
export interface BillingTerms {
  readonly feeBp: number;
  readonly taxBp: number;
  readonly dueDays: number;
  /** per line that is accepted; 0: none is asked for */
  readonly depositMinor: Minor;
  readonly reserveBp: number;
  readonly reserveDays: number;
  /** how often they were changed; 0 before anybody has said anything */
  readonly version: number;
}

/** As long as nobody has said anything else: no fee, no tax, no deposit, no reserve, two weeks to pay. */
export const UNSAID: BillingTerms = {
  feeBp: 0,
  taxBp: 0,
  dueDays: 14,
  depositMinor: 0n,
  reserveBp: 0,
  reserveDays: 0,
  version: 0,
};

/** What an invoice asks for the lines of one agreement, with their tax and without what is granted of them. */
export interface AskedFor {
  readonly invoiceId: string;
  readonly agreementId: string;
  readonly minor: Minor;
}

@Injectable()
export class BillingQueries {
  /** The terms of an agency in a currency. */
  async terms(tx: EntityManager, agencyId: string, currency: string): Promise<BillingTerms> {
    const rows: BillingTerms[] = await tx.query(
      `select fee_bp as "feeBp", tax_bp as "taxBp", due_days as "dueDays", deposit_minor as "depositMinor",
         reserve_bp as "reserveBp", reserve_days as "reserveDays", version
       from billing_terms where agency_id = $1 and currency = $2`,
      [agencyId, currency],
    );
    return rows[0] ?? UNSAID;
  }

  /** What invoices ask for the lines of each of their agreements, in minor units: together their totals. */
  async askedFor(tx: EntityManager, invoiceIds: readonly string[]): Promise<AskedFor[]> {
    const rows: (AgreementPart & { invoiceId: string; taxMinor: Minor })[] = await tx.query(
      `select i.id as "invoiceId", l.agreement_id as "agreementId", i.tax_minor as "taxMinor",
         sum(l.minor)::bigint as "netMinor",
         coalesce((select sum(g.minor) from invoice_grant g
           where g.invoice_id = i.id and g.subscription_id = any(array_agg(l.subscription_id))), 0)::bigint as "grantMinor"
       from invoice i join invoice_line l on l.invoice_id = i.id
       where i.id = any($1) group by i.id, l.agreement_id order by i.id, l.agreement_id`,
      [invoiceIds],
    );
    const byInvoice = new Map<string, { taxMinor: Minor; parts: AgreementPart[] }>();
    for (const { invoiceId, taxMinor, ...part } of rows) {
      const before = byInvoice.get(invoiceId);
      if (before) before.parts.push(part);
      else byInvoice.set(invoiceId, { taxMinor, parts: [part] });
    }
    return [...byInvoice].flatMap(([invoiceId, { taxMinor, parts }]) =>
      askedByAgreement(taxMinor, parts).map((asked) => ({ invoiceId, ...asked })),
    );
  }
}
