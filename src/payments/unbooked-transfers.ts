/** Transfers and reversals that somebody made at Stripe itself: they are in no book of ours, and have to be seen. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Minor } from '../kernel/money.js';
import { isMissingAtStripe } from './stripe-errors.js';
import { StripePayouts } from './stripe-payouts.js';
import type { TransferState } from './stripe-states.js';

interface Told {
  readonly eventId: string;
  readonly transfer: string;
  /** what we have taken back of it or are about to, but for what Stripe has refused so far; null when it is the transfer of no payout */
  readonly reversed: Minor | null;
}

@Injectable()
export class UnbookedTransfers {
  constructor(private readonly stripe: StripePayouts) {}

  /**
   * Of what a reconciliation has listed of transfers: the latest event of each that is not in our books, or of which more was
   * taken back than is there.
   * @throws Refusal 'stripe.unavailable'
   */
  async find(tx: EntityManager, reconciliationId: string): Promise<string[]> {
    const told: Told[] = await tx.query(
      `select distinct on (e.object_id) e.id as "eventId", e.object_id as transfer,
         case when p.id is not null then
           (select coalesce(sum(r.minor), 0)::bigint from payout_reversal r
            where r.payout_id = p.id and (r.state = 'done' or r.refusals = 0)) end as reversed
       from stripe_event e left join payout p on p.way = 'stripe' and p.reference = e.object_id
       where e.listed_by = $1 and e.object_kind = 'transfer' and e.account is null
         and (p.id is null or e.type = 'transfer.reversed')
       order by e.object_id, e.created_at desc, e.id desc`,
      [reconciliationId],
    );
    const unbooked: string[] = [];
    for (const { eventId, transfer, reversed } of told) {
      const present = await this.present(transfer);
      if (present && (await isUnbooked(tx, present, reversed))) unbooked.push(eventId);
    }
    return unbooked;
  }

  private async present(id: string): Promise<TransferState | null> {
    try {
      return await this.stripe.retrieveTransfer(id);
    } catch (error) {
      if (isMissingAtStripe(error)) return null;
      throw error;
    }
  }
}

async function isUnbooked(tx: EntityManager, transfer: TransferState, reversed: Minor | null): Promise<boolean> {
  if (reversed !== null) return transfer.minorReversed > reversed;
  // Whoever asked for it just now has not written it down yet.
  const payoutId = transfer.metadata['payoutId'] ?? '';
  const rows: unknown[] = await tx.query(`select from payout where id::text = $1 and state = 'transferring'`, [
    payoutId,
  ]);
  return rows.length === 0;
}
