/** Reads of add-ons and of their orders. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { pageOf, sequenceCursor } from '../kernel/page.js';
import { notFound } from '../kernel/refusal.js';
import type { PageQuery } from '../platform/http/fields.js';
import type { AddOnOrderPage, AddOnOrderView, AddOnPage, AddOnView } from './add-ons.dto.js';
import { RoundsQueries } from './rounds.queries.js';
import { SubscriptionsQueries } from './subscriptions.queries.js';

const ADD_ON = `
  select a.id, a.sequence, a.agreement_id as "agreementId", a.code, a.name, a.monthly_minor as monthly, r.currency,
    a.state
  from add_on a join offer_round r on r.id = a.agreement_id`;

const ORDER = `
  select o.id, o.sequence, o.subscription_id as "subscriptionId", o.add_on_id as "addOnId", a.code, a.name, o.quantity,
    o.monthly_minor as monthly, o.from_on::text as "fromOn", o.until_on::text as "untilOn"
  from add_on_order o join add_on a on a.id = o.add_on_id`;

type Ordered<T> = T & { readonly sequence: bigint };

@Injectable()
export class AddOnsQueries {
  constructor(
    private readonly rounds: RoundsQueries,
    private readonly subscriptions: SubscriptionsQueries,
  ) {}

  /** The add-ons of an agreement that the actor has to do with. @throws Refusal 'round.not-found' */
  async list(tx: EntityManager, actor: Actor, agreementId: string, { cursor, limit }: PageQuery): Promise<AddOnPage> {
    await this.rounds.head(tx, actor, agreementId);
    const rows: Ordered<AddOnView>[] = await tx.query(
      `${ADD_ON} where a.agreement_id = $1 and a.sequence > $2 order by a.sequence limit $3`,
      [agreementId, sequenceCursor(cursor), limit + 1],
    );
    const { items, next } = pageOf(rows, limit, (row) => String(row.sequence));
    return { items: items.map(withoutPlace), next };
  }

  /** @throws Refusal 'add-on.not-found' */
  async one(tx: EntityManager, agreementId: string, id: string): Promise<AddOnView> {
    const rows: Ordered<AddOnView>[] = await tx.query(`${ADD_ON} where a.id = $1 and a.agreement_id = $2`, [
      id,
      agreementId,
    ]);
    if (!rows[0]) throw notFound('add-on');
    return withoutPlace(rows[0]);
  }

  /** What is and was ordered beside a line that the actor may see. @throws Refusal 'subscription.not-found' */
  async orders(
    tx: EntityManager,
    actor: Actor,
    subscriptionId: string,
    { cursor, limit }: PageQuery,
  ): Promise<AddOnOrderPage> {
    await this.subscriptions.one(tx, actor, subscriptionId);
    const rows: Ordered<AddOnOrderView>[] = await tx.query(
      `${ORDER} where o.subscription_id = $1 and o.sequence > $2 order by o.sequence limit $3`,
      [subscriptionId, sequenceCursor(cursor), limit + 1],
    );
    const { items, next } = pageOf(rows, limit, (row) => String(row.sequence));
    return { items: items.map(withoutPlace), next };
  }

  /** @throws Refusal 'add-on-order.not-found' */
  async order(tx: EntityManager, subscriptionId: string, id: string): Promise<AddOnOrderView> {
    const rows: Ordered<AddOnOrderView>[] = await tx.query(`${ORDER} where o.id = $1 and o.subscription_id = $2`, [
      id,
      subscriptionId,
    ]);
    if (!rows[0]) throw notFound('add-on-order');
    return withoutPlace(rows[0]);
  }
}

function withoutPlace<T extends object>({ sequence: _order, ...shown }: Ordered<T>): T {
  return shown as unknown as T;
}
