/** How a member can be charged without being asked again. */
import type { EntityManager } from 'typeorm';

/** A payment method at Stripe that its member has confirmed. */
export interface ChargeableMethod {
  readonly customer: string;
  readonly paymentMethod: string;
}

/** The method that a member is charged by, or null. */
export async function methodOf(_tx: EntityManager, _memberId: string): Promise<ChargeableMethod | null> {
  return null;
}

/** A condition in SQL: the member of this column has a confirmed method. */
export function chargeable(_column: string): string {
  return `false`;
}
