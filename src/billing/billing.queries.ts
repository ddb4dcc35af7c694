import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

export interface BillingTerms { readonly feeBp: number; readonly taxBp: number; readonly dueDays: number; readonly depositMinor: bigint; readonly reserveBp: number; readonly reserveDays: number }

@Injectable()
export class BillingQueries {
  async terms(tx: EntityManager, agencyId: string, currency: string): Promise<BillingTerms | null> {
    const rows: BillingTerms[] = await tx.query(
      `select fee_bp as "feeBp", tax_bp as "taxBp", due_days as "dueDays", deposit_minor as "depositMinor", reserve_bp as "reserveBp", reserve_days as "reserveDays" from billing_terms where agency_id = $1 and currency = $2`, [agencyId, currency]);
    return rows[0] ?? null;
  }
}
