import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { OrganisationKind } from '../kernel/actor.js';
import { type Page, pageOf, uuidCursor } from '../kernel/page.js';
import { namedRow } from '../platform/database/named-row.js';

export interface Organisation {
  readonly id: string;
  readonly kind: OrganisationKind;
  readonly name: string;
}

export interface ListedOrganisation extends Organisation {
  readonly registrationNumber: string | null;
  readonly createdAt: Date;
}

@Injectable()
export class OrganisationsQueries {
  /** The names of organisations by id; ids that do not exist are passed over. */
  async names(tx: EntityManager, ids: readonly string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const rows: { id: string; name: string }[] = await tx.query(
      'select id, name from organisation where id = any($1::uuid[])',
      [ids],
    );
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  /** One organisation, or null. */
  async one(tx: EntityManager, id: string): Promise<Organisation | null> {
    const rows: Organisation[] = await tx.query('select id, kind, name from organisation where id = $1', [id]);
    return rows[0] ?? null;
  }

  /** The agency that runs the system: the one that was there first. Null before there is any. */
  async firstAgency(tx: EntityManager): Promise<string | null> {
    const rows: { id: string }[] = await tx.query(
      `select id from organisation where kind = 'agency' order by created_at, id limit 1`,
    );
    return rows[0]?.id ?? null;
  }

  /** Locks an organisation's row: whoever else lets people in or out there has to wait. */
  async hold(tx: EntityManager, id: string): Promise<void> {
    await tx.query('select 1 from organisation where id = $1 for no key update', [id]);
  }

  /** A page of organisations by name, of all kinds or of one. @param cursor the id of the last one seen */
  async page(
    tx: EntityManager,
    { kind, cursor, limit }: { kind?: OrganisationKind; cursor?: string; limit: number },
  ): Promise<Page<ListedOrganisation>> {
    const rows: ListedOrganisation[] = await tx.query(
      `select id, kind, name, registration_number as "registrationNumber", created_at as "createdAt" from organisation
       where ($1::text is null or kind = $1)
         and ($2::uuid is null or (name, id) > (select name, id from organisation where id = $2))
       order by name, id limit $3`,
      [kind ?? null, await namedRow(tx, uuidCursor(cursor), 'organisation where id = $1'), limit + 1],
    );
    return pageOf(rows, limit, (row) => row.id);
  }
}
