/** Reads of what is collected: a member's own, and all of the agency that collects it. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { pageOf, sequenceCursor } from '../kernel/page.js';
import { notFound } from '../kernel/refusal.js';
import type { BankReceiptPage, BankReceiptView, ReceiptsQuery } from './bank.dto.js';
import type { CollectionPage, CollectionsQuery, CollectionView, PaymentPage, PaymentView } from './collections.dto.js';
import type { DepositPage, DepositView, RefundPage, RefundsQuery, RefundView } from './deposits.dto.js';

type Sequenced<T> = T & { readonly sequence: bigint };

/** Rows of an organisation: a member's own, or of the agency that collects them. A condition on one column finds its index. */
type RowsOf = (own: boolean) => string;

const COLLECTIONS: RowsOf = (own) => `
  select c.sequence, c.id, c.number, c.issuer_id as "issuerId", c.member_id as "memberId", c.currency, c.month,
    c.due_on::text as "dueOn", c.way, c.state, c.total_minor as "totalMinor", c.credited_minor as "creditedMinor",
    c.paid_minor as "paidMinor", c.returned_minor as "returnedMinor", c.written_off_minor as "writtenOffMinor",
    c.open_minor as "openMinor", c.due_at as "dueAt",
    c.attempts, c.reminders, c.failure, c.decision, c.settled_at as "settledAt"
  from collection c where c.${own ? 'member_id' : 'issuer_id'} = $1`;

const DEPOSITS: RowsOf = (own) => `
  select d.sequence, d.id, d.number, d.offer_id as "offerId", d.agreement_id as "agreementId",
    d.agency_id as "agencyId", d.member_id as "memberId", d.currency, d.minor, d.credited_minor as "creditedMinor",
    d.refunded_minor as "refundedMinor", d.way, d.state, d.asked_at as "askedAt", d.held_at as "heldAt",
    d.why_ended as "whyEnded"
  from deposit d where d.${own ? 'member_id' : 'agency_id'} = $1`;

const PAYMENTS: RowsOf = (own) => `
  select p.sequence, p.id, p.member_id as "memberId", p.currency, p.way, coalesce(c.number, d.number) as number,
    p.collection_id as "collectionId", p.deposit_id as "depositId", p.reference, p.minor,
    p.returned_minor as "returnedMinor", p.received_at as "receivedAt"
  from payment p left join collection c on c.id = p.collection_id left join deposit d on d.id = p.deposit_id
  where p.${own ? 'member_id' : 'issuer_id'} = $1`;

const REFUNDS: RowsOf = (own) => `
  select r.sequence, r.id, r.member_id as "memberId", r.currency, coalesce(c.number, d.number) as number, r.minor,
    r.way, r.state, r.why, r.created_at as "createdAt", r.done_at as "doneAt", r.bank_reference as "bankReference"
  from refund r left join collection c on c.id = r.collection_id left join deposit d on d.id = r.deposit_id
  where r.${own ? 'member_id' : 'issuer_id'} = $1`;

const RECEIPTS: RowsOf = () => `
  select b.sequence, b.id, b.reference, b.booked_on::text as "bookedOn", b.currency, b.minor, b.text,
    b.assigned_minor as "assignedMinor", b.returned_minor as "returnedMinor", b.rest_minor as "restMinor",
    b.recorded_at as "recordedAt"
  from bank_receipt b where b.agency_id = $1`;

@Injectable()
export class PaymentsQueries {
  /** @throws Refusal 'collection.not-found', also when it is somebody else's */
  async collection(tx: EntityManager, actor: Actor, id: string): Promise<CollectionView> {
    return one<CollectionView>(tx, 'collection', COLLECTIONS, actor, id);
  }

  async collections(tx: EntityManager, actor: Actor, query: CollectionsQuery): Promise<CollectionPage> {
    const { state, memberId } = query;
    return page<CollectionView>(
      tx,
      COLLECTIONS,
      actor,
      query,
      `($2::text is null or state = $2)
      and ($3::uuid is null or "memberId" = $3)`,
      [state ?? null, memberId ?? null],
    );
  }

  /** @throws Refusal 'deposit.not-found', also when it is somebody else's */
  async deposit(tx: EntityManager, actor: Actor, id: string): Promise<DepositView> {
    return one<DepositView>(tx, 'deposit', DEPOSITS, actor, id);
  }

  async deposits(
    tx: EntityManager,
    actor: Actor,
    query: { readonly cursor?: string; readonly limit: number },
  ): Promise<DepositPage> {
    return page<DepositView>(tx, DEPOSITS, actor, query);
  }

  async payments(
    tx: EntityManager,
    actor: Actor,
    query: { readonly cursor?: string; readonly limit: number },
  ): Promise<PaymentPage> {
    return page<PaymentView>(tx, PAYMENTS, actor, query);
  }

  async refunds(tx: EntityManager, actor: Actor, query: RefundsQuery): Promise<RefundPage> {
    const { state, way } = query;
    return page<RefundView>(
      tx,
      REFUNDS,
      actor,
      query,
      '($2::text is null or state = $2) and ($3::text is null or way = $3)',
      [state ?? null, way ?? null],
    );
  }

  /** @throws Refusal 'bank-receipt.not-found', also when it is another agency's */
  async receipt(tx: EntityManager, actor: Actor, id: string): Promise<BankReceiptView> {
    return one<BankReceiptView>(tx, 'bank-receipt', RECEIPTS, actor, id);
  }

  async receipts(tx: EntityManager, actor: Actor, query: ReceiptsQuery): Promise<BankReceiptPage> {
    return page<BankReceiptView>(tx, RECEIPTS, actor, query, `($2::text is null or "restMinor" > 0)`, [
      query.only ?? null,
    ]);
  }
}

/** An id that nothing has: whoever belongs to no organisation sees nothing. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

async function one<T extends object>(
  tx: EntityManager,
  what: string,
  rows: RowsOf,
  actor: Actor,
  id: string,
): Promise<T> {
  const found: Sequenced<T>[] = await tx.query(`select * from (${rows(isMember(actor))}) each where id = $2`, [
    actor.organisationId ?? NOBODY,
    id,
  ]);
  if (!found[0]) throw notFound(what);
  return shown(found[0]);
}

/** In the order in which they came about. */
async function page<T extends object>(
  tx: EntityManager,
  rows: RowsOf,
  actor: Actor,
  { cursor, limit }: { readonly cursor?: string; readonly limit: number },
  condition = 'true',
  parameters: readonly unknown[] = [],
  show: (row: Sequenced<T>) => T = shown,
): Promise<{ items: readonly T[]; next: string | null }> {
  const at = parameters.length + 2;
  const found: Sequenced<T>[] = await tx.query(
    `select * from (${rows(isMember(actor))}) each where ${condition} and sequence > $${at} order by sequence limit $${at + 1}`,
    [actor.organisationId ?? NOBODY, ...parameters, sequenceCursor(cursor), limit + 1],
  );
  const { items, next } = pageOf<Sequenced<T>>(found, limit, (row) => row.sequence.toString());
  return { items: items.map((row) => show(row)), next };
}

function shown<T extends object>(row: Sequenced<T>): T {
  const { sequence: _order, ...seen } = row;
  return seen as unknown as T;
}

function isMember(actor: Actor): boolean {
  return actor.organisationKind === 'member';
}
