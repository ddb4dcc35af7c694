/** Money that goes at Stripe: refunds that we asked for or that were made there, and disputes. */
import { Injectable } from '@nestjs/common';
import type { Minor } from '../kernel/money.js';
import { LedgerService } from '../ledger/ledger.service.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { lockCollections, moveCollections } from './collection-rows.js';
import { PayoutReversalsService } from './payout-reversals.service.js';
import { isRefusedForGood } from './refused.js';
import { lockRefund, type RefundRow } from './refund-rows.js';
import { RefundsService } from './refunds.service.js';
import { disputeEntry } from './rules/entries.js';
import { StripeGateway } from './stripe-gateway.js';
import type { DisputeState, RefundState } from './stripe-states.js';

/** What money of a member is booked to: an invoice, or a deposit that paid none yet. */
interface Booked {
  readonly collectionId: string | null;
  readonly depositId: string | null;
}

interface Paid extends Booked {
  readonly id: string;
  readonly agencyId: string;
  readonly memberId: string;
  readonly currency: string;
  readonly number: string;
}

/** What was withdrawn stays so. A dispute is prevented by giving its payer the money before the bank decides. */
const OVER: ReadonlySet<DisputeState['status']> = new Set(['lost', 'prevented']);

@Injectable()
export class ReturnsService {
  constructor(
    private readonly ledger: LedgerService,
    private readonly refunds: RefundsService,
    private readonly reversals: PayoutReversalsService,
    private readonly gateway: StripeGateway,
  ) {}

  /** Asks Stripe to give back what a locked refund owes. */
  async ask(deed: Deed, id: string): Promise<void> {
    const row = await lockRefund(deed, id);
    if (!row || row.state !== 'owed' || row.way !== 'stripe') return;
    const { minor, currency } = row;
    let refund: RefundState;
    try {
      refund = await this.gateway.refund({ refundId: id, paymentIntent: row.paid, minor, currency });
    } catch (error) {
      if (isRefusedForGood(error)) return this.refunds.failAtStripe(deed, row, 'stripe_refuses');
      throw error;
    }
    await this.applyRefund(deed, row, refund);
  }

  /** Brings a locked refund to what Stripe says. */
  async applyRefund(deed: Deed, present: RefundRow, refund: RefundState): Promise<void> {
    // What did not get through is given back by bank: whatever is told of it at Stripe is of the past.
    if (present.way === 'bank') return;
    const over = refund.status === 'failed' || refund.status === 'canceled';
    if (over && present.state === 'withdrawn') return;
    const row = present.state === 'withdrawn' ? await this.refunds.takeUp(deed, present, refund.id) : present;
    if (refund.status === 'succeeded') await this.refunds.finish(deed, row, { stripeRefund: refund.id });
    else if (over) {
      await this.refunds.failAtStripe(deed, row, refund.failure ?? refund.status);
    } else if (row.state === 'owed') await this.refunds.asked(deed, row, refund.id);
    await this.reversals.owe(deed, row.collectionId, `refund ${row.id}`);
  }

  /** A refund that somebody made at Stripe itself: it becomes one of ours. @returns its id, or null when it is not of ours */
  async adopt(deed: Deed, refund: RefundState): Promise<string | null> {
    const rows: { id: string }[] = await deed.tx.query(
      `with paid as (
         update payment p set returned_minor = p.returned_minor + $3
         where p.way = 'stripe' and p.reference = $1
           and not exists (select from refund r where r.stripe_refund = $2)
         returning p.*
       )
       insert into refund (payment_id, collection_id, deposit_id, issuer_id, member_id, currency, minor, way, cause, why,
         state, stripe_refund, created_at)
       select p.id, coalesce(p.collection_id, used.collection_id), case when used.id is null then p.deposit_id end,
         p.issuer_id, p.member_id, p.currency, $3, 'stripe', 'stripe ' || $2, 'It was given back at Stripe.', 'asked', $2, $4
       from paid p left join payment used on used.way = 'deposit' and used.deposit_id = p.deposit_id
       on conflict do nothing returning id`,
      [refund.paymentIntent, refund.id, refund.minor, deed.now],
    );
    return rows[0]?.id ?? null;
  }

  /**
   * Brings a payment to what a dispute of it says. Its money may be taken again after it was given back, each time by an
   * entry of its own. Call with the payment locked (`lockPaid`).
   */
  async applyDispute(deed: Deed, paid: Paid, dispute: DisputeState): Promise<void> {
    const rows: (Booked & { state: string; taken: number; minor: Minor })[] = await deed.tx.query(
      `select state, taken, minor, collection_id as "collectionId", deposit_id as "depositId" from dispute
       where id = $1 for update`,
      [dispute.id],
    );
    const [present] = rows;
    const known = present?.state ?? null;
    // An inquiry takes nothing, and neither does a dispute that ends before it did.
    if (dispute.money === 'untouched') return;
    const state = dispute.money === 'returned' ? 'won' : OVER.has(dispute.status) ? 'lost' : 'open';
    // A bank may think better of a dispute that it has decided for the payer.
    if (known === state || (known === 'lost' && state === 'open')) return;
    const took = state !== 'won' && (known === null || known === 'won');
    const gave = state === 'won' && known !== null;
    // What is given back goes where it was taken from; what is taken is taken from where the money is now.
    const { minor, ...booked } = present && !took ? { ...paid, ...present } : { ...paid, minor: dispute.minor };
    const taken = (present?.taken ?? 0) + (took ? 1 : 0);
    await deed.tx.query(
      `insert into dispute (id, payment_id, collection_id, deposit_id, minor, state, taken, opened_at, closed_at)
       values ($1, $2, $6, $7, $3, $4, $8, $5, case when $4 <> 'open' then $5::timestamptz end)
       on conflict (id) do update set state = excluded.state, closed_at = excluded.closed_at, taken = excluded.taken,
         minor = excluded.minor, collection_id = excluded.collection_id, deposit_id = excluded.deposit_id`,
      [dispute.id, paid.id, minor, state, deed.now, booked.collectionId, booked.depositId, taken],
    );
    const id = taken > 1 ? `${dispute.id} ${taken}` : dispute.id;
    if (took) {
      const of = booked.collectionId === null ? 'deposit' : 'invoice';
      await this.ledger.post(deed, [disputeEntry({ ...booked, id, minor, of })]);
    }
    if (gave) await this.ledger.reverse(deed, 'dispute', id, 'The dispute was won.');
    await this.move(deed, booked, took ? minor : gave ? -minor : 0n);
    await this.reversals.owe(deed, booked.collectionId, `dispute ${dispute.id}`);
  }

  private async move(deed: Deed, paid: Paid, minor: Minor): Promise<void> {
    await deed.tx.query('update payment set returned_minor = returned_minor + $2 where id = $1', [paid.id, minor]);
    if (paid.depositId !== null) {
      await deed.tx.query(
        `update deposit d set refunded_minor = refunded_minor + $2::bigint,
           state = case when state in ('refunded', 'credited') and credited_minor + refunded_minor + $2 < minor
                        then 'held' else state end,
           why_ended = case when exists (
                              select from deposit o where o.offer_id = d.offer_id and o.id <> d.id and o.why_ended is null
                                and o.state not in ('withdrawn', 'refunding', 'refunded'))
                            then coalesce(why_ended, 'Its offer has another one.') else why_ended end
         where id = $1`,
        [paid.depositId, minor],
      );
      return this.refunds.balanceDeposit(deed, paid.depositId);
    }
    const collections = paid.collectionId === null ? [] : [paid.collectionId];
    const rows = await lockCollections(deed.tx, collections);
    const after = await moveCollections(
      deed,
      this.ledger,
      rows,
      collections.map((id) => ({ id, returned: minor })),
    );
    await this.refunds.balance(deed, after);
  }
}

/**
 * Locks the payment of an intent. What a deposit paid for an invoice is that invoice's: whoever contests the deposit
 * contests that.
 */
export async function lockPaid({ tx }: Deed, paymentIntent: string | null): Promise<Paid | null> {
  const rows: Paid[] = await tx.query(
    `select p.id, p.issuer_id as "agencyId", p.member_id as "memberId", p.currency,
       coalesce(p.collection_id, used.collection_id) as "collectionId",
       case when used.id is null then p.deposit_id end as "depositId", coalesce(c.number, d.number) as number
     from payment p left join payment used on used.way = 'deposit' and used.deposit_id = p.deposit_id
       left join collection c on c.id = coalesce(p.collection_id, used.collection_id)
       left join deposit d on d.id = p.deposit_id
     where p.way = 'stripe' and p.reference = $1 for update of p`,
    [paymentIntent],
  );
  return rows[0] ?? null;
}
