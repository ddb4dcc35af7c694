/** The members that an association brought, as it knows them. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { InvitationsQueries } from '../identity/invitations.queries.js';
import { OrganisationsQueries } from '../identity/organisations.queries.js';
import { pageOf } from '../kernel/page.js';
import { namedRow } from '../platform/database/named-row.js';
import type { AssociationMemberPage, MembersQuery } from './members.dto.js';

interface ListedRow {
  readonly id: string;
  readonly reference: string;
  readonly employees: number | null;
  readonly sector: string | null;
}

@Injectable()
export class MembersQueries {
  constructor(
    private readonly source: DataSource,
    private readonly organisations: OrganisationsQueries,
    private readonly invitations: InvitationsQueries,
  ) {}

  /** A page of an association's members by reference, which is also the cursor. */
  async list(associationId: string, { reference, cursor, limit }: MembersQuery): Promise<AssociationMemberPage> {
    const tx = this.source.manager;
    const listed = 'association_member where reference = $1 and association_id = $2';
    const behind = await namedRow(tx, cursor ?? null, listed, [associationId]);
    const rows: ListedRow[] = await tx.query(
      `select member_id as id, reference, employees, sector from association_member
       where association_id = $1 and ($2::text is null or reference = $2) and ($3::text is null or reference > $3)
       order by reference limit $4`,
      [associationId, reference ?? null, behind, limit + 1],
    );
    const { items, next } = pageOf(rows, limit, (row) => row.reference);
    const ids = items.map((row) => row.id);
    const names = await this.organisations.names(tx, ids);
    const reach = await this.invitations.reach(tx, ids);
    return {
      next,
      items: items.map((row) => ({
        ...row,
        name: names.get(row.id) ?? '',
        hasPeople: reach.get(row.id)?.hasPeople ?? false,
        invitedUntil: reach.get(row.id)?.invitedUntil ?? null,
      })),
    };
  }

  /**
   * Did the association bring this member? Found from the member's sites, for it was brought with one under the same
   * reference, and an index of the list by member would slow every import down.
   */
  async isOf(tx: EntityManager, associationId: string, memberId: string): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `select 1 from site s
       join association_member m on m.association_id = $1 and m.reference = s.reference and m.member_id = s.member_id
       where s.member_id = $2 limit 1`,
      [associationId, memberId],
    );
    return rows.length > 0;
  }
}
