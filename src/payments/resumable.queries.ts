/** Which suspended lines an officer may resume, because what they were suspended for is paid. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { pageOf, sequenceCursor } from '../kernel/page.js';
import type { PageQuery } from '../platform/http/fields.js';
import type { ResumableLine, ResumableLinePage } from './collections.dto.js';

@Injectable()
export class ResumableQueries {
  /**
   * Lines of the actor's agency that its decisions about unpaid invoices suspended, and that are still suspended by these,
   * of members that owe it nothing overdue in the currency, and of which it has written nothing off. It is reckoned whenever it is read: a payment that is taken back
   * takes the lines off the list, and whoever resumes them does, too.
   */
  async list(tx: EntityManager, actor: Actor, { cursor, limit }: PageQuery): Promise<ResumableLinePage> {
    const rows: (ResumableLine & { readonly sequence: bigint })[] = await tx.query(
      `select s.sequence, l.subscription_id as "subscriptionId", l.number as "subscriptionNumber",
         c.member_id as "memberId", c.currency::text as currency, c.id as "collectionId", c.number,
         l.suspended_at as "suspendedAt"
       from collection_suspension s join collection c on c.id = s.collection_id
         join suspended_line l on l.subscription_id = s.subscription_id and l.suspended_at = s.suspended_at
       where s.issuer_id = $1 and s.sequence > $2 and not exists (
         select from collection o
         where o.member_id = c.member_id and o.issuer_id = c.issuer_id and o.currency = c.currency
           and (o.open_minor > 0 or o.state = 'written-off') and o.due_on < business_day(app_now()))
       order by s.sequence limit $3`,
      [actor.organisationId, sequenceCursor(cursor), limit + 1],
    );
    const { items, next } = pageOf(rows, limit, ({ sequence }) => sequence.toString());
    return { items: items.map(({ sequence: _order, ...line }) => line), next };
  }
}
