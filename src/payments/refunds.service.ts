/** Money that goes back to members: owed by a row, then given back once, whoever dies in between. */
import { Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/actor.js';
import { transition } from '../kernel/lifecycle.js';
import type { Minor } from '../kernel/money.js';
import { notFound, refuse } from '../kernel/refusal.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { type CollectionRow, lockCollections, moveCollections } from './collection-rows.js';
import { type EndedDeposit, tellOfBankReturn, tellOfReturn, writeLetters } from './letters.js';
import { PayoutReversalsService } from './payout-reversals.service.js';
import { lockRefund, type RefundRow } from './refund-rows.js';
import { openOf } from './rules/amounts.js';
import { takeBack } from './rules/assign.js';
import { refundEntry } from './rules/entries.js';
import { refundLifecycle, type RefundState } from './rules/lifecycles.js';

@Injectable()
export class RefundsService {
  constructor(
    private readonly deeds: Deeds,
    private readonly ledger: LedgerService,
    private readonly reversals: PayoutReversalsService,
  ) {}

  /**
   * Brings what is owed back to what locked collections have too much after money has gone: what a payer's bank has taken is
   * not given back as well. What Stripe is being asked for at this moment stays.
   */
  async balance(deed: Deed, rows: readonly CollectionRow[]): Promise<void> {
    for (const row of rows) {
      const most = openOf(row) < 0n ? -openOf(row) : 0n;
      await deed.tx.query(
        `with present as (
           select id, payment_id, minor from refund where collection_id = $1 and state = 'owed' for update skip locked
         ), withdrawn as (
           update refund r set state = 'withdrawn', due_at = null from present
           where r.id = present.id
             and (select sum(minor) from refund where collection_id = $1 and state in ('owed', 'asked')) > $2
           returning r.payment_id, r.minor
         )
         update payment p set returned_minor = p.returned_minor - w.minor
         from (select payment_id, sum(minor) as minor from withdrawn group by payment_id) w where p.id = w.payment_id`,
        [row.id, most],
      );
    }
    await this.oweExcess(deed, rows);
  }

  /** The same for a deposit. What is left of it is owed anew, if nobody needs it. */
  async balanceDeposit(deed: Deed, id: string): Promise<void> {
    await deed.tx.query(
      `with present as (
         select r.id, r.payment_id, r.minor from refund r join deposit d on d.id = r.deposit_id
         where d.id = $1 and r.state = 'owed' and r.minor > d.minor - d.credited_minor - d.refunded_minor
         for update of r skip locked
       ), withdrawn as (
         update refund r set state = 'withdrawn', due_at = null from present where r.id = present.id
       )
       update payment p set returned_minor = p.returned_minor - present.minor from present where p.id = present.payment_id`,
      [id],
    );
    await deed.tx.query(
      `update deposit d set
         state = case when credited_minor + refunded_minor < minor then 'held'
                      when state in ('held', 'refunding') then 'refunded' else state end,
         why_ended = case when credited_minor > 0 and credited_minor + refunded_minor < minor
                          then coalesce(why_ended, 'It was credited, and more of it is there again.') else why_ended end
       where id = $1 and state in ('held', 'refunding', 'refunded', 'credited')
         and not exists (select from refund r where r.deposit_id = d.id and r.state in ('owed', 'asked'))`,
      [id],
    );
    await this.oweDeposits(deed, [id]);
  }

  /** Owes what locked collections have received beyond what they ask for, as far as it is not owed already. */
  async oweExcess(deed: Deed, rows: readonly CollectionRow[]): Promise<void> {
    for (const row of rows) {
      if (openOf(row) >= 0n) continue;
      const pending: { minor: Minor }[] = await deed.tx.query(
        `select coalesce(sum(minor), 0)::bigint as minor from refund where collection_id = $1 and state in ('owed', 'asked')`,
        [row.id],
      );
      const excess = -openOf(row) - (pending[0]?.minor ?? 0n);
      if (excess > 0n) await this.oweOf(deed, row, excess);
    }
  }

  private async oweOf(deed: Deed, row: CollectionRow, excess: Minor): Promise<void> {
    const payments: { id: string; leftMinor: Minor }[] = await deed.tx.query(
      `select id, minor - returned_minor as "leftMinor" from payment where collection_id = $1 order by sequence for update`,
      [row.id],
    );
    const parts = takeBack(payments, excess);
    // What came from a deposit goes back by bank: the deposit itself is closed. The cause numbers the refunds of a payment.
    await deed.tx.query(
      `with part as (
         select p.*, t.back from unnest($1::uuid[], $2::bigint[]) as t (id, back) join payment p using (id)
       ), taken as (
         update payment p set returned_minor = p.returned_minor + part.back from part where p.id = part.id
       )
       insert into refund (payment_id, collection_id, issuer_id, member_id, currency, minor, way, cause, why, state,
         due_at, created_at)
       select id, collection_id, issuer_id, member_id, currency, back, case way when 'stripe' then 'stripe' else 'bank' end,
         'refund ' || (select count(*) from refund r where r.payment_id = part.id), $3, 'owed', case way when 'stripe' then $4::timestamptz end, $4
       from part`,
      [
        parts.map((part) => part.id),
        parts.map((part) => part.minor),
        `More was paid for ${row.number} than it asks for.`,
        deed.now,
      ],
    );
  }

  /**
   * Owes held deposits back that nobody needs any more, and what was not used of credited ones. A deposit goes back once:
   * the database holds one refund of each.
   */
  async oweDeposits(deed: Deed, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const back: (EndedDeposit & { minor: Minor; way: 'stripe' | 'bank' })[] = await deed.tx.query(
      `with back as (
         select d.id, p.id as payment_id, d.minor - d.credited_minor - d.refunded_minor as minor, p.way, d.agency_id, d.member_id, d.currency,
                d.why_ended
         from deposit d join payment p on p.deposit_id = d.id and p.way <> 'deposit'
         where d.id = any($1) and d.state = 'held' and d.why_ended is not null
           and d.minor > d.credited_minor + d.refunded_minor
         order by d.id for update of d
       ), moved as (
         update deposit d set state = 'refunding' from back where d.id = back.id
       ), taken as (
         update payment p set returned_minor = p.returned_minor + back.minor from back where p.id = back.payment_id
       ), owed as (
         insert into refund (payment_id, deposit_id, issuer_id, member_id, currency, minor, way, cause, why, state, due_at,
         created_at)
       select payment_id, id, agency_id, member_id, currency, minor, way, 'deposit', why_ended, 'owed',
         case way when 'stripe' then $2::timestamptz end, $2 from back
         returning deposit_id, member_id, currency, minor, way, why
       )
       select d.id, d.number, o.member_id as "memberId", o.currency, o.minor, o.way, o.why
       from owed o join deposit d on d.id = o.deposit_id order by d.sequence`,
      [ids, deed.now],
    );
    await writeLetters(deed.tx, back.map(tellOfReturn));
  }

  /**
   * An officer has transferred what is owed, and says under which booking.
   * @throws Refusal 'refund.not-found', 'refund.not-by-bank', 'refund.cannot-finish'
   */
  async confirm(actor: Actor, id: string, bankReference: string): Promise<{ id: string; state: RefundState }> {
    return this.deeds.run(actor, 'refunds.confirm', { id, bankReference }, async (deed) => {
      const row = await lockRefund(deed, id);
      if (!row || row.issuerId !== actor.organisationId) throw notFound('refund');
      transition(refundLifecycle, row.state, 'finish');
      if (row.way !== 'bank') {
        throw refuse('refund.not-by-bank', 'Stripe gives this one back; only what is owed by bank is confirmed.');
      }
      await this.finish(deed, row, { bankReference });
      await this.reversals.owe(deed, row.collectionId, `refund ${id}`);
      await deed.record({ type: 'refund', id }, { bankReference, minor: row.minor });
      return { id, state: 'done' };
    });
  }

  /** The money is back. Of a locked refund; asked again, it does nothing. */
  async finish(deed: Deed, row: RefundRow, by: { bankReference?: string; stripeRefund?: string }): Promise<void> {
    if (row.state === 'done') return;
    const collections = await lockCollections(deed.tx, row.collectionId === null ? [] : [row.collectionId]);
    await deed.tx.query(
      `update refund set state = $2, due_at = null, done_at = $3, bank_reference = $4, confirmed_by = $5,
         stripe_refund = coalesce($6, stripe_refund), failure = null where id = $1`,
      [
        row.id,
        transition(refundLifecycle, row.state, 'finish'),
        deed.now,
        by.bankReference ?? null,
        deed.actor.personId,
        by.stripeRefund ?? null,
      ],
    );
    await this.ledger.post(deed, [
      refundEntry({
        ...row,
        id: entryOf(row),
        agencyId: row.issuerId,
        purse: row.way,
        of: row.depositId === null ? 'invoice' : 'deposit',
      }),
    ]);
    const after = await moveCollections(
      deed,
      this.ledger,
      collections,
      collections.map(({ id }) => ({ id, returned: row.minor })),
    );
    await this.balance(deed, after);
    if (row.depositId !== null) {
      await deed.tx.query(`update deposit set refunded_minor = refunded_minor + $2 where id = $1`, [
        row.depositId,
        row.minor,
      ]);
      await this.balanceDeposit(deed, row.depositId);
    }
  }

  /**
   * Stripe cannot give it back (the card is gone), or could not after all: an officer does, by bank, unless the payer's bank
   * has taken the money meanwhile. Asked again, it does nothing.
   */
  async failAtStripe(deed: Deed, row: RefundRow, failure: string): Promise<void> {
    if (row.way === 'bank') return;
    const collections = await lockCollections(deed.tx, row.collectionId === null ? [] : [row.collectionId]);
    await deed.tx.query(
      `update refund set state = 'owed', way = 'bank', due_at = null, done_at = null, failure = $2 where id = $1`,
      [row.id, failure],
    );
    const after = row.state === 'done' ? await this.notGivenBack(deed, row, collections) : collections;
    await this.balance(deed, after);
    if (row.depositId === null) return;
    await this.balanceDeposit(deed, row.depositId);
    await tellOfFailure(deed, { ...row, depositId: row.depositId });
  }

  /** What was booked when Stripe gave it back is reversed. */
  private async notGivenBack(
    deed: Deed,
    row: RefundRow,
    collections: readonly CollectionRow[],
  ): Promise<CollectionRow[]> {
    const kind = row.depositId === null ? 'refund' : 'deposit-refund';
    await this.ledger.reverse(deed, kind, entryOf(row), 'The refund did not get through.');
    if (row.depositId !== null) {
      await deed.tx.query(
        `update deposit set refunded_minor = refunded_minor - $2,
           state = case when state = 'refunded' then 'refunding' else state end where id = $1`,
        [row.depositId, row.minor],
      );
    }
    return moveCollections(
      deed,
      this.ledger,
      collections,
      collections.map(({ id }) => ({ id, returned: -row.minor })),
    );
  }

  /**
   * Stripe was asked for what has been withdrawn since, and its answer was lost: it counts again, as one that somebody made
   * there. @returns the row as it is now
   */
  async takeUp(deed: Deed, row: RefundRow, stripeRefund: string): Promise<RefundRow> {
    const state = transition(refundLifecycle, row.state, 'ask');
    await deed.tx.query('update refund set state = $2, cause = $3, stripe_refund = $4 where id = $1', [
      row.id,
      state,
      `stripe ${stripeRefund}`,
      stripeRefund,
    ]);
    await deed.tx.query('update payment set returned_minor = returned_minor + $2 where id = $1', [
      row.paymentId,
      row.minor,
    ]);
    return { ...row, state, stripeRefund };
  }

  /** Stripe has taken it on. */
  async asked(deed: Deed, row: RefundRow, stripeRefund: string): Promise<void> {
    await deed.tx.query(
      `update refund set state = 'asked', due_at = null, stripe_refund = $2 where id = $1 and state = 'owed'`,
      [row.id, stripeRefund],
    );
  }
}

/** A member that was told that its deposit goes back through Stripe is told that it comes by bank, if it is owed still. */
async function tellOfFailure({ tx }: Deed, row: RefundRow & { depositId: string }): Promise<void> {
  const owed: { why: string }[] = await tx.query(`select why from refund where id = $1 and state = 'owed'`, [row.id]);
  await writeLetters(
    tx,
    owed.map(({ why }) => tellOfBankReturn({ ...row, id: row.depositId, why })),
  );
}

/** What the entry of a refund books: another one than at Stripe, once that has failed and an officer transferred it. */
function entryOf({ id, way, stripeRefund }: RefundRow): string {
  return way === 'bank' && stripeRefund !== null ? `${id} by bank` : id;
}
