import { Injectable } from '@nestjs/common';
import { type EntityManager, In, MoreThan } from 'typeorm';
import { type Page, pageOf } from '../kernel/page.js';
import { notFound } from '../kernel/refusal.js';
import { namedRow } from '../platform/database/named-row.js';
import { RegionRow } from './region.entity.js';
import { ServiceTierRow } from './service-tier.entity.js';

/** A node of the region tree. */
export interface Region {
  readonly code: string;
  /** null at the top */
  readonly parentCode: string | null;
  readonly name: string;
  readonly version: number;
}

/** A technology-neutral package. */
export interface ServiceTier {
  readonly code: string;
  readonly name: string;
  readonly downMbps: number;
  readonly upMbps: number;
  /** a fault is repaired within so many hours */
  readonly repairHours: number;
  readonly staticAddresses: number;
  readonly version: number;
}

export interface CataloguePage {
  readonly cursor?: string;
  readonly limit: number;
}

@Injectable()
export class CatalogueQueries {
  /** The regions of these codes, or all, by code; codes that do not exist are passed over. */
  async regions(tx: EntityManager, codes?: readonly string[]): Promise<Region[]> {
    return tx.find(RegionRow, { ...(codes ? { where: { code: In(codes) } } : {}), order: { code: 'asc' } });
  }

  /** The service tiers of these codes, or all, by code; codes that do not exist are passed over. */
  async tiers(tx: EntityManager, codes?: readonly string[]): Promise<ServiceTier[]> {
    return tx.find(ServiceTierRow, { ...(codes ? { where: { code: In(codes) } } : {}), order: { code: 'asc' } });
  }

  /** Which of the codes are no region, each once, in the order given. */
  async unknownRegions(tx: EntityManager, codes: readonly string[]): Promise<string[]> {
    const rows: { code: string }[] = await tx.query('select code from region where code = any($1)', [codes]);
    return missing(codes, rows);
  }

  /** Which of the codes are no service tier, each once, in the order given. */
  async unknownTiers(tx: EntityManager, codes: readonly string[]): Promise<string[]> {
    const rows: { code: string }[] = await tx.query('select code from service_tier where code = any($1)', [codes]);
    return missing(codes, rows);
  }

  /** Each of the regions with all that are below it, itself included. */
  async regionsWithin(tx: EntityManager, codes: readonly string[]): Promise<Map<string, string[]>> {
    const rows: { top: string; within: string[] }[] = await tx.query(
      `with recursive below as (
         select code as top, code from region where code = any($1)
         union
         select b.top, r.code from below b join region r on r.parent_code = b.code
       )
       select top, array_agg(code) as within from below group by top`,
      [codes],
    );
    return new Map(rows.map(({ top, within }) => [top, within]));
  }

  /** @throws Refusal 'region.not-found' */
  async region(tx: EntityManager, code: string): Promise<Region> {
    const row = await tx.findOneBy(RegionRow, { code });
    if (!row) throw notFound('region');
    return row;
  }

  /** @throws Refusal 'service-tier.not-found' */
  async tier(tx: EntityManager, code: string): Promise<ServiceTier> {
    const row = await tx.findOneBy(ServiceTierRow, { code });
    if (!row) throw notFound('service-tier');
    return row;
  }

  /** A page of regions by code, of all or of those directly under a parent. */
  async regionPage(tx: EntityManager, { cursor, limit }: CataloguePage, parentCode?: string): Promise<Page<Region>> {
    const behind = await namedRow(tx, cursor ?? null, 'region where code = $1');
    const rows = await tx.find(RegionRow, {
      where: {
        ...(behind === null ? {} : { code: MoreThan(behind) }),
        ...(parentCode === undefined ? {} : { parentCode }),
      },
      order: { code: 'asc' },
      take: limit + 1,
    });
    return pageOf(rows, limit, (row) => row.code);
  }

  /** A page of service tiers by code. */
  async tierPage(tx: EntityManager, { cursor, limit }: CataloguePage): Promise<Page<ServiceTier>> {
    const behind = await namedRow(tx, cursor ?? null, 'service_tier where code = $1');
    const rows = await tx.find(ServiceTierRow, {
      where: behind === null ? {} : { code: MoreThan(behind) },
      order: { code: 'asc' },
      take: limit + 1,
    });
    return pageOf(rows, limit, (row) => row.code);
  }
}

function missing(codes: readonly string[], found: readonly { code: string }[]): string[] {
  const known = new Set(found.map((row) => row.code));
  return [...new Set(codes)].filter((code) => !known.has(code));
}
