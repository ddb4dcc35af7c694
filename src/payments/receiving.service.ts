/** Money that has come in: written down, booked, and given to what it pays. The one way in, from whatever purse. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Minor } from '../kernel/money.js';
import { LedgerService } from '../ledger/ledger.service.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { lockCollections, moveCollections } from './collection-rows.js';
import { orderVoids } from './invoice-voids.js';
import { RefundsService } from './refunds.service.js';
import { openOf } from './rules/amounts.js';
import { creditedEntry, depositEntry, paymentEntry } from './rules/entries.js';
import type { DepositState } from './rules/lifecycles.js';

/** Money for one invoice or one deposit. */
export interface Received {
  readonly collectionId?: string;
  readonly depositId?: string;
  readonly way: 'stripe' | 'bank' | 'deposit';
  readonly reference: string;
  readonly receiptId?: string;
  readonly minor: Minor;
}

interface Written {
  readonly id: string;
  readonly collectionId: string | null;
  readonly depositId: string | null;
  readonly agencyId: string;
  readonly memberId: string;
  readonly currency: string;
  readonly minor: Minor;
  readonly way: Received['way'];
  readonly invoice: string | null;
  readonly deposit: string | null;
}

@Injectable()
export class ReceivingService {
  constructor(
    private readonly ledger: LedgerService,
    private readonly refunds: RefundsService,
  ) {}

  /**
   * Books payments, any number at once. What pays more than is open, a deposit that nobody needs any more, or one that is
   * paid already, is owed back by the same deed.
   */
  async receive(deed: Deed, came: readonly Received[]): Promise<void> {
    if (came.length === 0) return;
    const collections = await lockCollections(deed.tx, [...new Set(came.flatMap((each) => each.collectionId ?? []))]);
    const received = await setApart(deed, came);
    const written = await write(deed, received);
    if (written.length !== received.length) throw new Error(`${written.length} of ${received.length} payments written`);
    await this.ledger.post(deed, written.map(entryOf));
    const after = await moveCollections(
      deed,
      this.ledger,
      collections,
      written.flatMap(({ collectionId, minor }) => (collectionId === null ? [] : [{ id: collectionId, paid: minor }])),
    );
    await this.refunds.oweExcess(deed, after);
    // Deposits are credited by the deed that opens a collection, before anything of it is at Stripe.
    const byBank = new Set(received.flatMap(({ way, collectionId }) => (way === 'bank' ? (collectionId ?? []) : [])));
    await orderVoids(
      deed,
      after.filter((row) => byBank.has(row.id) && openOf(row) <= 0n).map(({ id }) => id),
    );
    const held = written.flatMap(({ depositId, way }) => (depositId === null || way === 'deposit' ? [] : [depositId]));
    await hold(deed, held);
    await this.refunds.oweDeposits(deed, held);
  }
}

function entryOf(payment: Written): ReturnType<typeof paymentEntry> {
  const { way, invoice, deposit } = payment;
  if (way === 'deposit') return creditedEntry({ ...payment, deposit: deposit ?? '', invoice: invoice ?? '' });
  return deposit === null
    ? paymentEntry({ ...payment, purse: way, number: invoice ?? '' })
    : depositEntry({ ...payment, purse: way, number: deposit });
}

async function write({ tx, now }: Deed, received: readonly Received[]): Promise<Written[]> {
  return tx.query(
    `with fresh as (
       select r.*, coalesce(c.issuer_id, d.agency_id) as issuer_id, coalesce(c.member_id, d.member_id) as member_id,
              coalesce(c.currency, d.currency) as currency
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::bigint[]) with ordinality
           as r (collection_id, deposit_id, way, reference, receipt_id, minor, at)
         left join collection c on c.id = r.collection_id left join deposit d on d.id = r.deposit_id
     ), written as (
       insert into payment (issuer_id, member_id, currency, collection_id, deposit_id, receipt_id, way, reference, minor,
         received_at)
       select issuer_id, member_id, currency, collection_id, deposit_id, receipt_id, way, reference, minor, $7
       from fresh order by at
       returning id, sequence, collection_id, deposit_id, issuer_id, member_id, currency, minor, way
     )
     select w.id, w.collection_id as "collectionId", w.deposit_id as "depositId", w.issuer_id as "agencyId",
       w.member_id as "memberId", w.currency, w.minor, w.way, c.number as invoice, d.number as deposit
     from written w left join collection c on c.id = w.collection_id left join deposit d on d.id = w.deposit_id
     order by w.sequence`,
    [
      received.map((each) => each.collectionId ?? null),
      received.map((each) => each.depositId ?? null),
      received.map((each) => each.way),
      received.map((each) => each.reference),
      received.map((each) => each.receiptId ?? null),
      received.map((each) => each.minor),
      now,
    ],
  );
}

/** A deposit in one of these is not paid yet. */
const UNPAID: readonly DepositState[] = ['asked', 'charging', 'processing', 'withdrawn'];

/**
 * A deposit is paid once: by bank and at Stripe, the member may pay it twice all the same. What comes for it after that is
 * set apart as a deposit of its own, which nobody needs, so that it goes back like any other, and the one that is needed
 * stays whatever becomes of the second payment.
 */
async function setApart({ tx, now }: Deed, came: readonly Received[]): Promise<readonly Received[]> {
  const ids = new Set(came.flatMap(({ way, depositId }) => (way === 'deposit' ? [] : (depositId ?? []))));
  if (ids.size === 0) return came;
  const rows: { id: string; state: DepositState }[] = await tx.query(
    'select id, state from deposit where id = any($1) order by sequence for update',
    [[...ids]],
  );
  const unpaid = new Set(rows.flatMap(({ id, state }) => (UNPAID.includes(state) ? [id] : [])));
  const again: (Received & { ownId: string })[] = [];
  const received = came.map((each) => {
    const { way, depositId } = each;
    if (way === 'deposit' || depositId === undefined || unpaid.delete(depositId)) return each;
    const ownId = randomUUID();
    again.push({ ...each, ownId });
    return { ...each, depositId: ownId };
  });
  if (again.length === 0) return came;
  await tx.query(
    `insert into deposit (id, offer_id, agreement_id, agency_id, member_id, currency, minor, way, state, asked_at, held_at,
       why_ended)
     select a.id, d.offer_id, d.agreement_id, d.agency_id, d.member_id, d.currency, a.minor, a.way, 'held', $5, $5,
       d.number || ' was paid already, and this came for it as well.'
     from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[]) with ordinality as a (id, deposit_id, minor, way, at)
       join deposit d on d.id = a.deposit_id order by a.at`,
    [
      again.map(({ ownId }) => ownId),
      again.map(({ depositId }) => depositId),
      again.map(({ minor }) => minor),
      again.map(({ way }) => way),
      now,
    ],
  );
  return received;
}

/** Deposits that were paid are held, by whatever way that was; also those that were withdrawn meanwhile, so that they go back. */
async function hold({ tx, now }: { tx: EntityManager; now: Date }, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `update deposit d set state = 'held', way = p.way, held_at = $2, due_at = null, failure = null
     from payment p
     where d.id = any($1) and p.deposit_id = d.id and p.way <> 'deposit' and d.state = any($3)`,
    [ids, now, UNPAID],
  );
}
