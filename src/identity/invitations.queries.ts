import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Role } from '../kernel/actor.js';
import { noCursor, type Page, pageOf } from '../kernel/page.js';

/** Whether somebody can sign in for an organisation, or is invited to. */
export interface Reach {
  readonly hasPeople: boolean;
  /** until when somebody can accept; null when nobody is invited */
  readonly invitedUntil: Date | null;
}

/** An invitation that can be accepted. */
export interface Invited {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly roles: Role[];
  readonly expiresAt: Date;
}

@Injectable()
export class InvitationsQueries {
  /** How organisations can be reached, by id; ids that do not exist are passed over. */
  async reach(tx: EntityManager, ids: readonly string[]): Promise<Map<string, Reach>> {
    if (ids.length === 0) return new Map();
    const rows: (Reach & { id: string })[] = await tx.query(
      `select o.id, exists (select from membership m where m.organisation_id = o.id) as "hasPeople",
              (select max(i.expires_at) from invitation i
               where i.organisation_id = o.id and i.expires_at > clock_timestamp()) as "invitedUntil"
       from organisation o where o.id = any($1::uuid[])`,
      [ids],
    );
    return new Map(rows.map(({ id, hasPeople, invitedUntil }) => [id, { hasPeople, invitedUntil }]));
  }

  /** A page of an organisation's invitations by address, which is also the cursor. */
  async page(
    tx: EntityManager,
    organisationId: string,
    { cursor, limit }: { cursor?: string; limit: number },
  ): Promise<Page<Invited>> {
    const rows: Invited[] = await tx.query(
      `select id, email, name, roles, expires_at as "expiresAt" from invitation
       where organisation_id = $1 and expires_at > clock_timestamp() and ($2::text is null or email > $2)
       order by email limit $3`,
      [organisationId, addressCursor(cursor), limit + 1],
    );
    return pageOf(rows, limit, (row) => row.email);
  }
}

/** Any address is a place in the list: who has joined meanwhile is in it no more. @throws Refusal 'page.cursor' */
function addressCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  if (/^[^\s@]+@[^\s@]+$/.test(cursor)) return cursor;
  throw noCursor();
}
