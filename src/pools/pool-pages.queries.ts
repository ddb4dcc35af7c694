/** Pools as people see them: the list, the page with its counts and price curve, and the demand for providers. */
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { OrganisationsQueries } from '../identity/organisations.queries.js';
import type { Actor } from '../kernel/actor.js';
import { pageOf } from '../kernel/page.js';
import { notFound, refuse, unless } from '../kernel/refusal.js';
import { sequenceOf } from './sequence-cursor.js';
import { nextBand, priceCurve, whatMoreLinesDo } from '../pricing/rules/indicative.js';
import { type FirmAndInterest, PoolCountsQueries } from './pool-counts.queries.js';
import type { DemandView, LineCounts, PoolPage, PoolSummary, PoolView } from './pool-views.dto.js';
import type { PoolsQuery } from './pools.dto.js';
import { PoolsQueries } from './pools.queries.js';
import { hasSnapshot, type PoolState } from './rules/pool-lifecycle.js';
import { type DemandGroup, mergeSmallCells, SMALLEST_CELL_LINES } from './rules/suppress.js';
import { whyNotSee } from './rules/whose-pool.js';

interface PoolRow {
  readonly id: string;
  readonly sequence: bigint;
  readonly sponsorId: string;
  readonly agencyId: string | null;
  readonly title: string;
  readonly state: PoolState;
  readonly version: number;
  readonly joiningEndsAt: Date;
  readonly criticalMass: number;
  readonly termMonths: number;
  readonly currency: string;
  readonly openedAt: Date | null;
  readonly lockedAt: Date | null;
  readonly snapshotHash: string | null;
  readonly snapshotSalt: string | null;
  readonly releasedAt: Date | null;
  readonly whyReleased: string | null;
  readonly cancelledAt: Date | null;
  readonly whyCancelled: string | null;
}

const POOLS = `
  select p.id, p.sequence, p.sponsor_id as "sponsorId", p.agency_id as "agencyId", p.title, p.state, p.version,
    p.joining_ends_at as "joiningEndsAt", p.critical_mass as "criticalMass", p.term_months as "termMonths",
    p.currency, p.opened_at as "openedAt", p.locked_at as "lockedAt", p.snapshot_hash as "snapshotHash",
    p.snapshot_salt as "snapshotSalt", p.released_at as "releasedAt", p.why_released as "whyReleased",
    p.cancelled_at as "cancelledAt", p.why_cancelled as "whyCancelled"
  from pool p`;

type CountedPool = PoolRow & FirmAndInterest;

@Injectable()
export class PoolPagesQueries {
  constructor(
    private readonly source: DataSource,
    private readonly pools: PoolsQueries,
    private readonly counts: PoolCountsQueries,
    private readonly organisations: OrganisationsQueries,
  ) {}

  /** Pools in the order they were drafted, the latest first: those ever opened, and drafts for who may see them. */
  async list(viewer: Actor | null, query: PoolsQuery): Promise<PoolPage> {
    const before = sequenceOf(query.cursor);
    const tx = this.source.manager;
    const rows: PoolRow[] = await tx.query(
      `${POOLS} where ($1::bigint is null or p.sequence < $1) and ($2::text is null or p.state = $2)
         and (p.opened_at is not null or $3 or p.sponsor_id = $4)
       order by p.sequence desc limit $5`,
      [
        before,
        query.state ?? null,
        viewer?.organisationKind === 'agency',
        viewer?.organisationId ?? null,
        query.limit + 1,
      ],
    );
    const page = pageOf(rows, query.limit, (row) => String(row.sequence));
    const names = await this.namesFor(tx, page.items);
    const pools = await this.withCounts(tx, page.items);
    return { next: page.next, items: pools.map((pool) => summaryOf(pool, names)) };
  }

  /** @throws Refusal 'pool.not-found' for what the viewer may not know of */
  async one(viewer: Actor | null, poolId: string): Promise<PoolView> {
    const pool = await this.row(this.source.manager, poolId);
    unless(whyNotSee(pool, viewer));
    return this.viewOf(this.source.manager, pool);
  }

  /** The view within a deed's own transaction. */
  async view(tx: EntityManager, poolId: string): Promise<PoolView> {
    return this.viewOf(tx, await this.row(tx, poolId));
  }

  /**
   * Demand by region and tier. The agency sees every count, at any time; a provider sees the frozen demand, with
   * small cells merged: what changes day by day would tell who came.
   */
  async demand(viewer: Actor, poolId: string): Promise<DemandView> {
    const tx = this.source.manager;
    const pool = await this.row(tx, poolId);
    unless(whyNotSee(pool, viewer));
    const locked = hasSnapshot(pool.state);
    const inFull = viewer.organisationKind === 'agency';
    if (!locked && !inFull) {
      throw refuse('pool.not-locked', 'Demand is shown once the pool is locked; until then see its lines so far.', {
        state: pool.state,
      });
    }
    const cells = locked ? await this.pools.demand(tx, poolId) : await this.pools.demandSoFar(tx, poolId);
    const head = { poolId, state: pool.state, snapshotHash: pool.snapshotHash, totals: countsOf(pool) };
    if (inFull) {
      const { snapshotSalt } = pool;
      return { ...head, snapshotSalt, smallestCellLines: null, cells, merged: { firm: [], interest: [] } };
    }
    const { regions, tiers } = await this.pools.lists(tx, poolId);
    const shown = mergeSmallCells(
      cells,
      regions,
      tiers.map((tier) => tier.tierCode),
    );
    return {
      ...head,
      snapshotSalt: null,
      smallestCellLines: SMALLEST_CELL_LINES,
      cells: cellsShown(shown.firm, shown.interest),
      merged: { firm: severalOf(shown.firm), interest: severalOf(shown.interest) },
    };
  }

  private async row(tx: EntityManager, poolId: string): Promise<CountedPool> {
    const rows: PoolRow[] = await tx.query(`${POOLS} where p.id = $1`, [poolId]);
    const [pool] = await this.withCounts(tx, rows);
    if (!pool) throw notFound('pool');
    return pool;
  }

  private async withCounts(tx: EntityManager, rows: readonly PoolRow[]): Promise<CountedPool[]> {
    const counts = await this.counts.of(tx, rows);
    return rows.map((row) => ({ ...row, firm: 0, interest: 0, ...counts.get(row.id) }));
  }

  /** The names of the organisations that these pools name. */
  private async namesFor(tx: EntityManager, pools: readonly PoolRow[]): Promise<Map<string, string>> {
    const ids = pools.flatMap(({ sponsorId, agencyId }) => (agencyId === null ? [sponsorId] : [sponsorId, agencyId]));
    return this.organisations.names(tx, [...new Set(ids)]);
  }

  private async viewOf(tx: EntityManager, pool: CountedPool): Promise<PoolView> {
    const { regions, tiers, bands } = await this.pools.lists(tx, pool.id);
    const names = await this.namesFor(tx, [pool]);
    const schedule = { bands };
    const next = nextBand(schedule, pool.firm);
    const sentences = tiers.map(({ tierCode }) => [
      tierCode,
      bands.length === 0 ? '' : whatMoreLinesDo(schedule, pool.firm, tierCode, pool.currency),
    ]);
    return {
      ...summaryOf(pool, names),
      ...(pool.state === 'draft' ? { version: pool.version } : {}),
      regions,
      tiers,
      bands: bands.map(({ from, monthly }) => ({ from, monthly: { ...monthly } })),
      openedAt: pool.openedAt,
      lockedAt: pool.lockedAt,
      snapshotHash: pool.snapshotHash,
      releasedAt: pool.releasedAt,
      whyReleased: pool.whyReleased,
      cancelledAt: pool.cancelledAt,
      whyCancelled: pool.whyCancelled,
      curve: priceCurve(schedule).map(({ lines, monthly }) => ({ lines, monthly: { ...monthly } })),
      next: next && {
        from: next.from,
        moreFirmLines: next.moreLines,
        monthly: { ...next.monthly },
        monthlyNow: next.monthlyNow && { ...next.monthlyNow },
      },
      whatMoreFirmLinesDo: Object.fromEntries(sentences) as Record<string, string>,
    };
  }
}

function summaryOf(pool: CountedPool, names: ReadonlyMap<string, string>) {
  const linesSoFar = countsOf(pool);
  return {
    id: pool.id,
    sponsor: { id: pool.sponsorId, name: names.get(pool.sponsorId) ?? '' },
    agencyId: pool.agencyId,
    agencyName: pool.agencyId === null ? null : (names.get(pool.agencyId) ?? ''),
    title: pool.title,
    state: pool.state,
    joiningEndsAt: pool.joiningEndsAt,
    criticalMass: pool.criticalMass,
    termMonths: pool.termMonths,
    currency: pool.currency,
    linesSoFar,
    toGo: Math.max(0, pool.criticalMass - linesSoFar.total),
  } satisfies PoolSummary;
}

function countsOf({ firm, interest }: FirmAndInterest): LineCounts {
  return { firm, interest, total: firm + interest };
}

function severalOf(groups: readonly DemandGroup[]): { cells: DemandGroup['cells'][number][]; lines: number }[] {
  return groups.filter(({ cells }) => cells.length > 1).map(({ cells, lines }) => ({ cells: [...cells], lines }));
}

/** One row per cell that is in some group; a count that is only told merged is null. */
function cellsShown(firm: readonly DemandGroup[], interest: readonly DemandGroup[]): DemandView['cells'] {
  const rows = new Map<string, DemandView['cells'][number]>();
  const tell = (groups: readonly DemandGroup[], count: 'firmLines' | 'interestLines'): void => {
    for (const { cells, lines } of groups) {
      for (const { regionCode, tierCode } of cells) {
        const key = `${regionCode} ${tierCode}`;
        const row = rows.get(key) ?? { regionCode, tierCode, firmLines: 0, interestLines: 0 };
        row[count] = cells.length > 1 ? null : lines;
        rows.set(key, row);
      }
    }
  };
  tell(firm, 'firmLines');
  tell(interest, 'interestLines');
  return [...rows.values()].toSorted((a, b) => compare(a.regionCode, b.regionCode) || compare(a.tierCode, b.tierCode));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
