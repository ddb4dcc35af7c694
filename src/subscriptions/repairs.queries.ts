/** Reads of outages, and of what is credited for a line. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { pageOf, sequenceCursor } from '../kernel/page.js';
import { notFound } from '../kernel/refusal.js';
import type { PageQuery } from '../platform/http/fields.js';
import type { RepairView, ServiceCreditPage, ServiceCreditView } from './repairs.dto.js';
import type { Outage, ServicePeriod } from './rules/repair.js';
import { SubscriptionsQueries } from './subscriptions.queries.js';

/** An outage that is recorded. */
export interface KnownOutage extends Outage {
  readonly id: string;
}

interface CreditRow extends ServiceCreditView {
  readonly sequence: bigint;
}

@Injectable()
export class RepairsQueries {
  constructor(private readonly subscriptions: SubscriptionsQueries) {}

  async outages(tx: EntityManager, subscriptionId: string): Promise<KnownOutage[]> {
    return tx.query(
      `select id, reported_at as "reportedAt", repaired_at as "repairedAt" from repair where subscription_id = $1
       order by reported_at`,
      [subscriptionId],
    );
  }

  async periods(tx: EntityManager, subscriptionId: string): Promise<ServicePeriod[]> {
    return tx.query(
      `select from_on::text as "fromOn", until_on::text as "untilOn" from service_period where subscription_id = $1`,
      [subscriptionId],
    );
  }

  async one(tx: EntityManager, repairId: string): Promise<RepairView> {
    const rows: RepairView[] = await tx.query(
      `select r.id, r.subscription_id as "subscriptionId", r.reported_at as "reportedAt",
         r.repaired_at as "repairedAt", r.repair_hours as "repairHours", coalesce(c.days, 0) as "creditDays"
       from repair r left join service_credit c on c.repair_id = r.id where r.id = $1`,
      [repairId],
    );
    if (!rows[0]) throw notFound('repair');
    return rows[0];
  }

  /**
   * What is credited for a line that the actor may see, in the order of recording.
   * @throws Refusal 'subscription.not-found'
   */
  async credits(tx: EntityManager, actor: Actor, id: string, { cursor, limit }: PageQuery): Promise<ServiceCreditPage> {
    await this.subscriptions.one(tx, actor, id);
    const rows: CreditRow[] = await tx.query(
      `select id, sequence, kind, days, happened_on::text as "happenedOn", reason from service_credit
       where subscription_id = $1 and sequence > $2 order by sequence limit $3`,
      [id, sequenceCursor(cursor), limit + 1],
    );
    const { items, next } = pageOf(rows, limit, (row) => String(row.sequence));
    return { items: items.map(({ sequence: _order, ...credit }) => credit), next };
  }
}
