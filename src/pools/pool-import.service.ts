/** An association brings its members into a pool with a spreadsheet. */
import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { OrganisationsQueries } from '../identity/organisations.queries.js';
import { OrganisationsService } from '../identity/organisations.service.js';
import type { Actor } from '../kernel/actor.js';
import { notFound, refuse, unless } from '../kernel/refusal.js';
import { Deeds } from '../platform/deeds/deeds.js';
import { writeImport } from './import-writing.js';
import { joinablePool } from './joinable-pool.js';
import { readLines } from './lines-sheet.js';
import type { ImportedLines } from './pledges.dto.js';
import { PoolsQueries } from './pools.queries.js';
import type { ImportScope } from './rules/import-row.js';
import type { PoolState } from './rules/pool-lifecycle.js';
import { type Sponsored, whyNotBring } from './rules/whose-pool.js';

@Injectable()
export class PoolImportService {
  constructor(
    private readonly source: DataSource,
    private readonly deeds: Deeds,
    private readonly pools: PoolsQueries,
    private readonly organisations: OrganisationsQueries,
    private readonly members: OrganisationsService,
  ) {}

  /**
   * Imports a file of lines (lines.csv): all of it or nothing. The file is read before the deed begins, so that a slow
   * sender holds no pool open. The same file again adds nothing; a changed row changes its pledge, unless the member
   * has pledged itself.
   * @param consentStated the association holds the written consent of the members whose rows have a ceiling: these
   *   lines are firm. Otherwise all are of interest.
   * @throws Refusal of readCsv, 'pool.not-yours', 'pool.not-open', 'pool.joining-ended'
   */
  async importLines(actor: Actor, poolId: string, file: Readable, consentStated: boolean): Promise<ImportedLines> {
    const associationId = actor.organisationId;
    if (associationId === null) throw notFound('pool');
    const scope = await this.scope(actor, poolId, consentStated);
    const { lines, hash } = await readLines(file, scope);
    const input = { poolId, consentStated, hash };
    return this.deeds.run(actor, 'pools.import', input, async (deed) => {
      await joinablePool(deed, poolId);
      const counts = await writeImport(deed, this.members, { poolId, associationId, consentStated }, lines);
      await deed.record({ type: 'pool-import', id: `${poolId}/${associationId}` }, { consentStated, hash, ...counts });
      return { rows: lines.length, ...counts };
    });
  }

  /** What the file is read against. Opening a pool froze it, so that it holds for the deed as well. */
  private async scope(actor: Actor, poolId: string, consentStated: boolean): Promise<ImportScope> {
    const tx = this.source.manager;
    const rows: (Sponsored & { state: PoolState; currency: string; termMonths: number })[] = await tx.query(
      'select sponsor_id as "sponsorId", opened_at as "openedAt", state, currency, term_months as "termMonths" from pool where id = $1',
      [poolId],
    );
    const [pool] = rows;
    if (!pool) throw notFound('pool');
    const sponsor = await this.organisations.one(tx, pool.sponsorId);
    unless(whyNotBring(pool, sponsor?.kind === 'agency', actor));
    if (pool.state === 'draft') throw refuse('pool.not-open', 'This pool is not open yet: open it, then import.');
    const { regions, tiers } = await this.pools.lists(tx, poolId);
    return {
      regions: new Set(regions),
      tiers: new Set(tiers.map((tier) => tier.tierCode)),
      currency: pool.currency,
      termMonths: pool.termMonths,
      consentStated,
    };
  }
}
