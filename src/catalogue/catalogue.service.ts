import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { notFound, refuse, unless } from '../kernel/refusal.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { whyStale } from '../platform/http/request.js';
import type { EditRegion, EditTier, NewRegion, NewTier, RegionView, TierView } from './catalogue.dto.js';
import { CatalogueQueries } from './catalogue.queries.js';
import { RegionRow } from './region.entity.js';
import { misplaced } from './rules/region-tree.js';
import { ServiceTierRow } from './service-tier.entity.js';
import { regionView, tierView } from './views.js';

@Injectable()
export class CatalogueService {
  constructor(
    private readonly deeds: Deeds,
    private readonly queries: CatalogueQueries,
  ) {}

  /** @throws Refusal 'region.exists', 'region.parent-unknown', 'region.circle' */
  async addRegion(actor: Actor, input: NewRegion): Promise<RegionView> {
    return this.deeds.run(actor, 'catalogue.edit', { what: 'region', input }, async (deed) => {
      await lockRegions(deed.tx);
      if (await deed.tx.existsBy(RegionRow, { code: input.code })) {
        throw refuse('region.exists', `There is a region ${input.code} already. Change it instead.`);
      }
      const row = { code: input.code, parentCode: input.parent ?? null, name: input.name, version: 1 };
      await this.checkPlace(deed, row.code, row.parentCode);
      await deed.tx.insert(RegionRow, row);
      await deed.record({ type: 'region', id: row.code }, { name: row.name, parent: row.parentCode });
      return regionView(row);
    });
  }

  /** @throws Refusal 'region.not-found', 'version.stale', 'region.parent-unknown', 'region.circle' */
  async editRegion(actor: Actor, code: string, seen: number, input: EditRegion): Promise<RegionView> {
    return this.deeds.run(actor, 'catalogue.edit', { what: 'region', code, seen, input }, async (deed) => {
      await lockRegions(deed.tx);
      const row = await this.queries.region(deed.tx, code);
      unless(whyStale(seen, row.version));
      const parentCode = input.parent === undefined ? row.parentCode : input.parent;
      const edited = { code, parentCode, name: input.name ?? row.name, version: row.version + 1 };
      await this.checkPlace(deed, code, parentCode);
      await deed.tx.update(RegionRow, { code }, edited);
      await deed.record({ type: 'region', id: code }, { name: edited.name, parent: parentCode });
      return regionView(edited);
    });
  }

  /** @throws Refusal 'service-tier.exists' */
  async addTier(actor: Actor, input: NewTier): Promise<TierView> {
    return this.deeds.run(actor, 'catalogue.edit', { what: 'tier', input }, async (deed) => {
      const { code, name, downMbps, upMbps, repairHours } = input;
      // Null is as good as left out.
      const row = {
        code,
        name,
        downMbps,
        upMbps,
        repairHours,
        staticAddresses: input.staticAddresses ?? 0,
        version: 1,
      };
      const added = await deed.tx
        .createQueryBuilder()
        .insert()
        .into(ServiceTierRow)
        .values(row)
        .orIgnore()
        .returning('code')
        .execute();
      if ((added.raw as unknown[]).length === 0) {
        throw refuse('service-tier.exists', `There is a service tier ${code} already. Change it instead.`);
      }
      await deed.record({ type: 'service-tier', id: row.code }, row);
      return tierView(row);
    });
  }

  /** @throws Refusal 'service-tier.not-found', 'version.stale' */
  async editTier(actor: Actor, code: string, seen: number, input: EditTier): Promise<TierView> {
    return this.deeds.run(actor, 'catalogue.edit', { what: 'tier', code, seen, input }, async (deed) => {
      const row = await deed.tx.findOne(ServiceTierRow, { where: { code }, lock: { mode: 'for_no_key_update' } });
      if (!row) throw notFound('service-tier');
      unless(whyStale(seen, row.version));
      const edited = {
        code,
        name: input.name ?? row.name,
        downMbps: input.downMbps ?? row.downMbps,
        upMbps: input.upMbps ?? row.upMbps,
        repairHours: input.repairHours ?? row.repairHours,
        staticAddresses: input.staticAddresses ?? row.staticAddresses,
        version: row.version + 1,
      };
      await deed.tx.update(ServiceTierRow, { code }, edited);
      await deed.record({ type: 'service-tier', id: code }, edited);
      return tierView(edited);
    });
  }

  private async checkPlace(deed: Deed, code: string, parentCode: string | null): Promise<void> {
    if (parentCode === null) return;
    const parents = new Map((await this.queries.regions(deed.tx)).map((region) => [region.code, region.parentCode]));
    const why = misplaced(parents.set(code, parentCode), [code]).get(code);
    if (why === 'unknown') {
      throw refuse('region.parent-unknown', `There is no region ${parentCode}. Add it first.`, {
        kind: 'invalid',
        faults: [{ path: 'parent', reason: 'is no region' }],
      });
    }
    if (why === 'circle') {
      throw refuse('region.circle', `${code} would be above itself. Choose a parent that is not below it.`, {
        kind: 'invalid',
        faults: [{ path: 'parent', reason: 'is below the region itself' }],
      });
    }
  }
}

/** Two changes that are trees each can make a circle together, so changes wait for one another. Readers do not wait. */
export async function lockRegions(tx: EntityManager): Promise<void> {
  await tx.query('lock table region in share row exclusive mode');
}
