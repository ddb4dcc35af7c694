/** What other rooms ask of billing. Whole sets of invoices they read from the views issued_invoice and invoice_share. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Minor } from '../kernel/money.js';

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
}
