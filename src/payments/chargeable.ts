/** How a member can be charged without being asked again. */
import type { EntityManager } from 'typeorm';
import type { ChargedBy } from './letters.js';

/** A payment method at Stripe that its member has confirmed. */
export interface ChargeableMethod extends ChargedBy {
  readonly customer: string;
  readonly paymentMethod: string;
}

/** The method that a member is charged by, or null. */
export async function methodOf(tx: EntityManager, memberId: string): Promise<ChargeableMethod | null> {
  const rows: ChargeableMethod[] = await tx.query(
    `select customer, payment_method as "paymentMethod", kind, brand, last_four as "lastFour"
     from member_payment_method where member_id = $1`,
    [memberId],
  );
  return rows[0] ?? null;
}

/** A condition in SQL: the member of this column has a confirmed method. */
export function chargeable(column: string): string {
  return `exists (select from member_payment_method m where m.member_id = ${column})`;
}
