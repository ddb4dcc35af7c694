/** Reads of members' own tax rates: each agency has its own for a member. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { pageOf, uuidCursor } from '../kernel/page.js';
import { notFound } from '../kernel/refusal.js';
import type { PageQuery } from '../platform/http/fields.js';
import type { TaxPage, TaxView } from './terms.dto.js';

const TAXES = `select member_id as "memberId", tax_bp as "taxBp", why from member_tax where agency_id = $1`;

@Injectable()
export class TaxesQueries {
  /** Whoever has a rate of its own with the actor's agency, in order of the members' ids. */
  async list(tx: EntityManager, actor: Actor, { cursor, limit }: PageQuery): Promise<TaxPage> {
    const rows: TaxView[] = await tx.query(
      `${TAXES} and ($2::uuid is null or member_id > $2) order by member_id limit $3`,
      [actor.organisationId, uuidCursor(cursor), limit + 1],
    );
    return pageOf(rows, limit, ({ memberId }) => memberId);
  }

  /** @throws Refusal 'tax.not-found', also when the member pays the tax of the terms */
  async one(tx: EntityManager, actor: Actor, memberId: string): Promise<TaxView> {
    const rows: TaxView[] = await tx.query(`${TAXES} and member_id = $2`, [actor.organisationId, memberId]);
    if (!rows[0]) throw notFound('tax');
    return rows[0];
  }
}
