import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/actor.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import type { ImportView } from './catalogue.dto.js';
import { CatalogueQueries } from './catalogue.queries.js';
import { lockRegions } from './catalogue.service.js';
import { checkPlaces, type Placed, readRegions, readTiers } from './regions-and-tiers-sheets.js';
import type { RegionInput } from './rules/catalogue-row.js';

@Injectable()
export class CatalogueImportService {
  constructor(
    private readonly deeds: Deeds,
    private readonly queries: CatalogueQueries,
  ) {}

  /**
   * Takes regions.csv: adds regions that are not there, changes those that differ. All or nothing.
   * @throws Refusal of readCsv, with each faulty row's line, column and reason
   */
  async importRegions(actor: Actor, file: Readable): Promise<ImportView> {
    const { rows, hash } = await readRegions(file);
    return this.deeds.run(actor, 'catalogue.import', { what: 'regions', file: hash }, async (deed) => {
      await lockRegions(deed.tx);
      await this.checkTree(deed, [...rows.values()]);
      const inputs = Array.from(rows.values(), (row) => row.input);
      const written: { added: number; changed: number }[] = await deed.tx.query(
        `with written as (
           insert into region (code, parent_code, name)
           select * from unnest($1::text[], $2::text[], $3::text[])
           on conflict (code) do update
             set parent_code = excluded.parent_code, name = excluded.name, version = region.version + 1
             where (region.parent_code, region.name) is distinct from (excluded.parent_code, excluded.name)
           returning version = 1 as added
         )
         select count(*) filter (where added)::int as added, count(*) filter (where not added)::int as changed
         from written`,
        [inputs.map((r) => r.code), inputs.map((r) => r.parentCode), inputs.map((r) => r.name)],
      );
      return this.finish(deed, 'regions', hash, inputs.length, written[0]);
    });
  }

  /**
   * Takes tiers.csv: adds service tiers that are not there, changes those that differ. All or nothing.
   * @throws Refusal of readCsv, with each faulty row's line, column and reason
   */
  async importTiers(actor: Actor, file: Readable): Promise<ImportView> {
    const { rows, hash } = await readTiers(file);
    return this.deeds.run(actor, 'catalogue.import', { what: 'tiers', file: hash }, async (deed) => {
      await deed.tx.query('lock table service_tier in share row exclusive mode');
      const inputs = Array.from(rows.values(), (row) => row.input);
      const written: { added: number; changed: number }[] = await deed.tx.query(
        `with written as (
           insert into service_tier as t (code, name, down_mbps, up_mbps, repair_hours, static_addresses)
           select * from unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::int[], $6::int[])
           on conflict (code) do update
             set name = excluded.name, down_mbps = excluded.down_mbps, up_mbps = excluded.up_mbps,
                 repair_hours = excluded.repair_hours, static_addresses = excluded.static_addresses,
                 version = t.version + 1
             where (t.name, t.down_mbps, t.up_mbps, t.repair_hours, t.static_addresses) is distinct from
                   (excluded.name, excluded.down_mbps, excluded.up_mbps, excluded.repair_hours,
                    excluded.static_addresses)
           returning version = 1 as added
         )
         select count(*) filter (where added)::int as added, count(*) filter (where not added)::int as changed
         from written`,
        [
          inputs.map((t) => t.code),
          inputs.map((t) => t.name),
          inputs.map((t) => t.downMbps),
          inputs.map((t) => t.upMbps),
          inputs.map((t) => t.repairHours),
          inputs.map((t) => t.staticAddresses),
        ],
      );
      return this.finish(deed, 'tiers', hash, inputs.length, written[0]);
    });
  }

  private async checkTree(deed: Deed, rows: readonly Placed<RegionInput>[]): Promise<void> {
    const known = (await this.queries.regions(deed.tx)).map((region) => [region.code, region.parentCode] as const);
    checkPlaces(rows, known);
  }

  private async finish(
    deed: Deed,
    what: 'regions' | 'tiers',
    file: string,
    rows: number,
    written: { added: number; changed: number } | undefined,
  ): Promise<ImportView> {
    const { added, changed } = written ?? { added: 0, changed: 0 };
    await deed.record({ type: 'catalogue', id: what }, { file, rows, added, changed });
    return { rows, added, changed, same: rows - added - changed };
  }
}
