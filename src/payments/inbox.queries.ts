/** Reads of the inbox, of what was refused there, and of the nightly reconciliations. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Page, pageOf, sequenceCursor, uuidCursor } from '../kernel/page.js';
import { notFound } from '../kernel/refusal.js';
import { namedRow } from '../platform/database/named-row.js';
import type { PageQuery } from '../platform/http/fields.js';
import type {
  StripeDifferenceView,
  StripeEventsQuery,
  StripeEventView,
  StripeReconciliationView,
  StripeRefusalView,
} from './inbox.dto.js';

@Injectable()
export class InboxQueries {
  /** Events, those that came last first; all or of one state. */
  async events(tx: EntityManager, { state, cursor, limit }: StripeEventsQuery): Promise<Page<StripeEventView>> {
    const rows: StripeEventView[] = await tx.query(
      `select id, type, object_kind as "objectKind", object_id as "objectId", account, source, state, attempts,
         last_error as "lastError", created_at as "createdAt", received_at as "receivedAt", handled_at as "handledAt"
       from stripe_event where ($1::text is null or state = $1)
         and ($2::text is null or (received_at, id) < (select received_at, id from stripe_event where id = $2))
       order by received_at desc, id desc limit $3`,
      [state ?? null, await namedRow(tx, cursor ?? null, 'stripe_event where id = $1'), limit + 1],
    );
    return pageOf(rows, limit, (row) => row.id);
  }

  /** What was refused, the latest first. */
  async refusals(tx: EntityManager, { cursor, limit }: PageQuery): Promise<Page<StripeRefusalView>> {
    const rows: (StripeRefusalView & { place: string })[] = await tx.query(
      `select id::text as place, reason, address, at from stripe_refusal
       where ($1::bigint is null or id < $1) order by id desc limit $2`,
      [cursor === undefined ? null : sequenceCursor(cursor), limit + 1],
    );
    const { items, next } = pageOf(rows, limit, (row) => row.place);
    return { items: items.map(({ reason, address, at }) => ({ reason, address, at })), next };
  }

  /** The nights, the latest first. */
  async reconciliations(tx: EntityManager, { cursor, limit }: PageQuery): Promise<Page<StripeReconciliationView>> {
    const begun = `stripe_reconciliation where id = $1 and state <> 'planned'`;
    const behind = await namedRow(tx, uuidCursor(cursor), begun);
    const rows: StripeReconciliationView[] = await tx.query(
      `select r.id, r.state, r.since, r.began_at as "beganAt", r.ended_at as "endedAt", r.listed, r.missed, d.unlisted,
         d.waiting, d.unbooked, r.balance
       from stripe_reconciliation r, lateral (
         select count(*) filter (where kind = 'unlisted')::int as unlisted,
                count(*) filter (where kind = 'waiting')::int as waiting,
                count(*) filter (where kind = 'unbooked')::int as unbooked
         from stripe_difference where reconciliation_id = r.id) d
       where r.state <> 'planned'
         and ($1::uuid is null
              or (r.began_at, r.id) < (select began_at, id from stripe_reconciliation where id = $1))
       order by r.began_at desc, r.id desc limit $2`,
      [behind, limit + 1],
    );
    return pageOf(rows, limit, (row) => row.id);
  }

  /** @throws Refusal 'stripe-reconciliation.not-found' */
  async differences(tx: EntityManager, id: string, { cursor, limit }: PageQuery): Promise<Page<StripeDifferenceView>> {
    const found: unknown[] = await tx.query(`select from stripe_reconciliation where id = $1 and state <> 'planned'`, [
      id,
    ]);
    if (found.length === 0) throw notFound('stripe-reconciliation');
    const differs = `stripe_difference where event_id || ' ' || kind = $1 and reconciliation_id = $2`;
    const behind = await namedRow(tx, cursor ?? null, differs, [id]);
    const rows: StripeDifferenceView[] = await tx.query(
      `select d.event_id as "eventId", d.kind, e.type, e.object_id as "objectId", e.state from stripe_difference d
         join stripe_event e on e.id = d.event_id
       where d.reconciliation_id = $1 and ($2::text is null or d.event_id || ' ' || d.kind > $2)
       order by d.event_id || ' ' || d.kind limit $3`,
      [id, behind, limit + 1],
    );
    return pageOf(rows, limit, (row) => `${row.eventId} ${row.kind}`);
  }
}
