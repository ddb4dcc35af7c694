/** Invoices at Stripe that nobody is to pay any more: noted by the deed that settles them, and taken back by a job. */
import type { Deed } from '../platform/deeds/deeds.js';

/**
 * Has whatever Stripe would still collect of locked collections taken back. What was never to be collected there, or has been,
 * is passed over; asked again, it does nothing.
 */
export async function orderVoids({ tx, now }: Deed, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `insert into invoice_void (id, state, due_at, ordered_at)
     select c.id, 'owed', $2, $2 from collection c
     where c.id = any($1) and (c.way = 'stripe' or c.stripe_invoice is not null)
       and not exists (select from payment p where p.collection_id = c.id and p.way = 'stripe')
     order by c.id on conflict (id) do nothing`,
    [ids, now],
  );
}
