/** Pledges as their members, associations and the agency see them. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { pageOf } from '../kernel/page.js';
import { notFound, unless } from '../kernel/refusal.js';
import type { PageQuery } from '../platform/http/fields.js';
import type { PledgedLineView, PledgePage, PledgeView } from './pledges.dto.js';
import type { Sponsored } from './rules/whose-pool.js';
import { whyNotSee } from './rules/whose-pool.js';
import { sequenceOf } from './sequence-cursor.js';

interface PledgeRow extends Omit<PledgeView, 'site' | 'lines'> {
  readonly sequence: bigint;
  readonly siteId: string;
  readonly reference: string;
  readonly name: string;
  readonly address: string | null;
  readonly regionCode: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

const PLEDGES = `
  select p.id, p.sequence, p.version, p.pool_id as "poolId", p.member_id as "memberId",
    p.association_id as "associationId", p.commitment, p.consent_stated as "consentStated",
    p.joined_at as "joinedAt", p.site_id as "siteId", s.reference, s.name, s.address,
    p.region_code as "regionCode", s.latitude, s.longitude
  from pledge p join site s on s.id = p.site_id`;

@Injectable()
export class PledgesQueries {
  constructor(private readonly source: DataSource) {}

  /** A member's own pledges, an association's members', or all for the agency; in the order of joining. */
  async list(viewer: Actor, poolId: string, query: PageQuery): Promise<PledgePage> {
    const tx = this.source.manager;
    const pools: Sponsored[] = await tx.query(
      'select sponsor_id as "sponsorId", opened_at as "openedAt" from pool where id = $1',
      [poolId],
    );
    const [pool] = pools;
    if (!pool) throw notFound('pool');
    unless(whyNotSee(pool, viewer));
    const rows: PledgeRow[] = await tx.query(
      `with page as materialized (
         select p.id from pledge p where p.pool_id = $1 and p.sequence > coalesce($2::bigint, 0) and ${whose(viewer)}
         order by p.sequence limit $4
       ) ${PLEDGES} join page on page.id = p.id order by p.sequence`,
      [poolId, sequenceOf(query.cursor), viewer.organisationId, query.limit + 1],
    );
    const page = pageOf(rows, query.limit, (row) => String(row.sequence));
    return { next: page.next, items: await this.views(tx, page.items) };
  }

  /** The pledge, or null when the pool has no such one. */
  async one(tx: EntityManager, poolId: string, pledgeId: string): Promise<PledgeView | null> {
    const rows: PledgeRow[] = await tx.query(`${PLEDGES} where p.pool_id = $1 and p.id = $2`, [poolId, pledgeId]);
    return (await this.views(tx, rows))[0] ?? null;
  }

  private async views(tx: EntityManager, rows: readonly PledgeRow[]): Promise<PledgeView[]> {
    if (rows.length === 0) return [];
    const lines: (PledgedLineView & { pledgeId: string })[] = await tx.query(
      `select pledge_id as "pledgeId", id, tier_code as "tierCode", quantity, ceiling_monthly as "ceilingMonthly",
         present_provider as "presentProvider", present_down_mbps::float8 as "presentDownMbps",
         present_monthly as "presentMonthly", exit_fee as "exitFee"
       from pledge_line where pledge_id = any($1::uuid[]) order by tier_code`,
      [rows.map((row) => row.id)],
    );
    const linesOf = new Map<string, PledgedLineView[]>(rows.map((row) => [row.id, []]));
    for (const { pledgeId, ...line } of lines) linesOf.get(pledgeId)?.push(line);
    return rows.map((row) => ({
      id: row.id,
      version: row.version,
      poolId: row.poolId,
      memberId: row.memberId,
      associationId: row.associationId,
      site: {
        id: row.siteId,
        reference: row.reference,
        name: row.name,
        address: row.address,
        regionCode: row.regionCode,
        latitude: row.latitude,
        longitude: row.longitude,
      },
      commitment: row.commitment,
      consentStated: row.consentStated,
      lines: linesOf.get(row.id) ?? [],
      joinedAt: row.joinedAt,
    }));
  }
}

/** A member has few sites, so its pledges are found from them; an association is found in the counting index. */
function whose(viewer: Actor): string {
  if (viewer.organisationKind === 'agency') return '$3::uuid is not null';
  if (viewer.organisationKind === 'association') return 'p.association_id = $3::uuid';
  return 'p.site_id in (select id from site where member_id = $3::uuid)';
}
