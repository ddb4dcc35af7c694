/** Rows of money that goes back to members. */
import type { Minor } from '../kernel/money.js';
import type { Deed } from '../platform/deeds/deeds.js';
import type { RefundState } from './rules/lifecycles.js';

export interface RefundRow {
  readonly id: string;
  readonly paymentId: string;
  readonly collectionId: string | null;
  readonly depositId: string | null;
  readonly issuerId: string;
  readonly memberId: string;
  readonly currency: string;
  readonly minor: Minor;
  readonly way: 'stripe' | 'bank';
  readonly state: RefundState;
  readonly number: string;
  /** the payment intent that paid it */
  readonly paid: string;
  readonly stripeRefund: string | null;
}

/** Locks a refund. @returns null when there is none */
export async function lockRefund({ tx }: Deed, id: string): Promise<RefundRow | null> {
  const rows: RefundRow[] = await tx.query(
    `select r.id, r.payment_id as "paymentId", r.collection_id as "collectionId", r.deposit_id as "depositId",
       r.issuer_id as "issuerId", r.member_id as "memberId", r.currency, r.minor, r.way, r.state,
       coalesce(c.number, d.number) as number, p.reference as paid, r.stripe_refund as "stripeRefund"
     from refund r join payment p on p.id = r.payment_id left join collection c on c.id = r.collection_id
       left join deposit d on d.id = r.deposit_id
     where r.id = $1 for update of r`,
    [id],
  );
  return rows[0] ?? null;
}
