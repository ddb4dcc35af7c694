/** Transfers and reversals that somebody made at Stripe itself: they are in no book of ours, and have to be seen. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Minor } from '../kernel/money.js';
import { JobSource } from '../platform/database/job-source.js';
import { isMissingAtStripe } from './stripe-errors.js';
import { StripePayouts } from './stripe-payouts.js';
import type { TransferState } from './stripe-states.js';

/** So many transfers are looked up before what they show is written down. */
const PAGE = 50;

/** What we have taken back of a transfer at Stripe or are about to, but for what Stripe has refused so far. */
const REVERSED = `(select coalesce(sum(r.minor), 0)::bigint from payout_reversal r
                   where r.payout_id = p.id and r.bank_reference is null and (r.state = 'done' or r.refusals = 0))`;

interface Told {
  readonly eventId: string;
  readonly transfer: string;
  /** of our books, before Stripe was asked; null when it is the transfer of no payout */
  readonly reversed: Minor | null;
}

/** A transfer that was told of, as it is at Stripe; null when Stripe does not show it. */
export interface LookedUp extends Told {
  readonly present: TransferState | null;
}

/** What a page shows. */
export interface Seen {
  /** ids of events: of each transfer that is not in our books, or of which more was taken back than is there */
  readonly unbooked: readonly string[];
  /** the last transfer that was judged; null when the first one has to be looked up again */
  readonly upTo: string | null;
}

@Injectable()
export class UnbookedTransfers {
  constructor(
    private readonly source: JobSource,
    private readonly stripe: StripePayouts,
  ) {}

  /**
   * Looks up what a reconciliation has listed of transfers, some at a time, by the latest event of each. Stripe is asked
   * outside of any transaction.
   * @param after the transfer behind which to go on
   * @returns nothing when all have been looked up
   * @throws Refusal 'stripe.unavailable'
   */
  async lookUp(reconciliationId: string, after: string | null): Promise<readonly LookedUp[]> {
    const told: Told[] = await this.source.query(
      `select distinct on (e.object_id) e.id as "eventId", e.object_id as transfer,
         case when p.id is not null then ${REVERSED} end as reversed
       from stripe_event e left join payout p on p.way = 'stripe' and p.reference = e.object_id
       where e.listed_by = $1 and e.object_kind = 'transfer' and e.account is null
         and (p.id is null or e.type = 'transfer.reversed') and e.object_id > coalesce($2, '')
       order by e.object_id, e.created_at desc, e.id desc limit $3`,
      [reconciliationId, after, PAGE],
    );
    const looked: LookedUp[] = [];
    for (const each of told) looked.push({ ...each, present: await this.present(each.transfer) });
    return looked;
  }

  /** Judges a page, one transfer after the other, as far as our books are as they were before Stripe was asked. */
  async judge(tx: EntityManager, looked: readonly LookedUp[]): Promise<Seen> {
    const transfers = looked.map(({ transfer }) => transfer);
    // What was refused counts once it is done: whoever is having Stripe try one again is waited for.
    await tx.query(
      `select from payout_reversal r join payout p on p.id = r.payout_id
       where p.way = 'stripe' and p.reference = any($1) and r.state = 'owed' and r.refusals > 0
       order by r.id for share of r`,
      [transfers],
    );
    const rows: { transfer: string; reversed: Minor }[] = await tx.query(
      `select p.reference as transfer, ${REVERSED} as reversed from payout p
       where p.way = 'stripe' and p.reference = any($1)`,
      [transfers],
    );
    const now = new Map(rows.map(({ transfer, reversed }) => [transfer, reversed]));
    const unbooked: string[] = [];
    let upTo: string | null = null;
    for (const { eventId, transfer, reversed, present } of looked) {
      if ((now.get(transfer) ?? null) !== reversed) break;
      if (present !== null && (await isUnbooked(tx, present, reversed))) unbooked.push(eventId);
      upTo = transfer;
    }
    return { unbooked, upTo };
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
  // Whoever asked for it just now has not written it down yet, or has since.
  const payoutId = transfer.metadata['payoutId'] ?? '';
  const rows: unknown[] = await tx.query(
    `select from payout where id::text = $1 and (state = 'transferring' or reference = $2)`,
    [payoutId, transfer.id],
  );
  return rows.length === 0;
}
