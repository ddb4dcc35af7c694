/** Takes back at Stripe what was settled otherwise: paid by bank, credited in full, or given up. */
import { Injectable } from '@nestjs/common';
import { addDays } from '../kernel/period.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { ChargesService } from './charges.service.js';
import { lockCollections } from './collection-rows.js';
import { StripeGateway } from './stripe-gateway.js';

/** A direct debit takes days; so long after it was seen to be under way it is looked at again. */
const LOOK_AGAIN_DAYS = 1;

@Injectable()
export class InvoiceVoidsService {
  constructor(
    private readonly gateway: StripeGateway,
    private readonly charges: ChargesService,
  ) {}

  /**
   * Takes back what Stripe would still collect of a collection. What was paid there meanwhile is received, so that what is too
   * much goes back; what is under way is waited for.
   */
  async takeBack(deed: Deed, id: string): Promise<void> {
    const [row] = await lockCollections(deed.tx, [id]);
    if (!row) return;
    const customers: { id: string }[] = await deed.tx.query(
      'select stripe_id as id from stripe_customer where member_id = $1',
      [row.memberId],
    );
    const [customer] = customers;
    const kept =
      customer && this.gateway.on ? await this.gateway.voidInvoices({ invoiceId: id, customer: customer.id }) : [];
    for (const invoice of kept) {
      if (invoice.status === 'paid') await this.charges.applyInvoice(deed, row, invoice);
    }
    const over = this.gateway.on && kept.every(({ status }) => status === 'paid');
    await deed.tx.query(
      `update invoice_void set state = case when $2 then 'done' else 'owed' end, done_at = case when $2 then $3::timestamptz end,
         due_at = case when not $2 then $4::timestamptz end
       where id = $1`,
      [id, over, deed.now, addDays(deed.now, LOOK_AGAIN_DAYS)],
    );
  }
}
