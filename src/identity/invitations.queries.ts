import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** Whether somebody can sign in for an organisation, or is invited to. */
export interface Reach {
  readonly hasPeople: boolean;
  /** until when somebody can accept; null when nobody is invited */
  readonly invitedUntil: Date | null;
}

@Injectable()
export class InvitationsQueries {
  /** How organisations can be reached, by id; ids that do not exist are passed over. */
  async reach(tx: EntityManager, ids: readonly string[]): Promise<Map<string, Reach>> {
    if (ids.length === 0) return new Map();
    const rows: (Reach & { id: string })[] = await tx.query(
      `select o.id, exists (select from membership m where m.organisation_id = o.id) as "hasPeople",
              i.expires_at as "invitedUntil"
       from organisation o
       left join invitation i on i.organisation_id = o.id and i.expires_at > clock_timestamp()
       where o.id = any($1::uuid[])`,
      [ids],
    );
    return new Map(rows.map(({ id, hasPeople, invitedUntil }) => [id, { hasPeople, invitedUntil }]));
  }
}
