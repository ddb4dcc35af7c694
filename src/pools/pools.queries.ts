/** What others read of pools: the door for higher rooms, and the parts that the pool's own pages are made of. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Minor } from '../kernel/money.js';
import type { PricedBand } from '../pricing/rules/band-faults.js';
import type { PoolState } from './rules/pool-lifecycle.js';
import type { PoolTier } from './rules/pool-terms.js';
import type { DemandCell } from './rules/suppress.js';

/** A pool that was locked: its terms and demand never change again. */
export interface LockedPool {
  readonly id: string;
  readonly title: string;
  readonly sponsorId: string;
  /** whose it is; null while no agency has published a tender of an association's pool */
  readonly agencyId: string | null;
  readonly currency: string;
  readonly termMonths: number;
  readonly regions: string[];
  readonly tiers: PoolTier[];
  /** SHA-256 of the demand snapshot */
  readonly snapshotHash: string;
}

/** The lists of a pool's terms. */
export interface PoolLists {
  readonly regions: string[];
  readonly tiers: PoolTier[];
  readonly bands: PricedBand[];
}

const FROZEN = `
  select id, title, sponsor_id as "sponsorId", agency_id as "agencyId", currency, term_months as "termMonths", snapshot_hash as "snapshotHash"
  from pool where id = $1 and snapshot_hash is not null`;

/** An open pool as its end finds it. */
export interface EndingPool {
  readonly state: PoolState;
  readonly version: number;
  readonly criticalMass: number;
  readonly currency: string;
  readonly termMonths: number;
  readonly regions: readonly string[];
  readonly tiers: readonly PoolTier[];
}

/** A region; a tier with its price in the open market; or, from so many lines on, the price of a tier in a band. */
type ListItem =
  | { readonly region: string; readonly tier: null; readonly from: null; readonly monthly: null }
  | { readonly region: null; readonly tier: string; readonly from: number | null; readonly monthly: Minor };

/** All lists of a pool, one item a row. */
const LISTS = `
  select region_code as region, null as tier, null::integer as "from", null::bigint as monthly
  from pool_region where pool_id = $1
  union all select null, tier_code, null, open_market_monthly from pool_tier where pool_id = $1
  union all select null, tier_code, from_lines, monthly_minor from pool_band where pool_id = $1
  order by 1, 3, 2`;

@Injectable()
export class PoolsQueries {
  /** The pool if it is locked, else null. It stays locked until the transaction ends: whoever releases it waits. */
  async lockedPool(tx: EntityManager, poolId: string): Promise<LockedPool | null> {
    return this.withLists(tx, await tx.query(`${FROZEN} and state = 'locked' for share`, [poolId]));
  }

  /** The pool if it was locked once, also when it was released since, else null. */
  async frozenPool(tx: EntityManager, poolId: string): Promise<LockedPool | null> {
    return this.withLists(tx, await tx.query(FROZEN, [poolId]));
  }

  /** Which of the ids are no pool, each once, in the order given. */
  async unknownPools(tx: EntityManager, ids: readonly string[]): Promise<string[]> {
    const rows: { id: string }[] = await tx.query('select id from pool where id = any($1::uuid[])', [ids]);
    const known = new Set(rows.map(({ id }) => id));
    return [...new Set(ids)].filter((id) => !known.has(id.toLowerCase()));
  }

  /** The frozen demand of a pool, every cell that has lines, in full; empty before it is locked. Not for providers. */
  async demand(tx: EntityManager, poolId: string): Promise<DemandCell[]> {
    return tx.query(
      `select region_code as "regionCode", tier_code as "tierCode", firm_lines as "firmLines",
         interest_lines as "interestLines"
       from demand_cell where pool_id = $1 order by region_code, tier_code`,
      [poolId],
    );
  }

  /** The demand as it stands while a pool is open. */
  async demandSoFar(tx: EntityManager, poolId: string): Promise<DemandCell[]> {
    return tx.query(
      `select p.region_code as "regionCode", l.tier_code as "tierCode",
         coalesce(sum(l.quantity) filter (where p.commitment = 'firm'), 0)::int as "firmLines",
         coalesce(sum(l.quantity) filter (where p.commitment = 'interest'), 0)::int as "interestLines"
       from pledge p join pledge_line l on l.pledge_id = p.id where p.pool_id = $1
       group by p.region_code, l.tier_code order by p.region_code, l.tier_code`,
      [poolId],
    );
  }

  /** The pool, as far as its lock freezes it. @throws Error when there is none */
  async ending(tx: EntityManager, poolId: string): Promise<EndingPool> {
    const rows: (Omit<EndingPool, 'tiers'> & { tiers: string[]; prices: string[] })[] = await tx.query(
      `select p.state, p.version, p.critical_mass as "criticalMass", p.currency, p.term_months as "termMonths",
         array(select region_code from pool_region where pool_id = p.id) as regions,
         array(select tier_code from pool_tier where pool_id = p.id order by tier_code) as tiers,
         array(select open_market_monthly::text from pool_tier where pool_id = p.id order by tier_code) as prices
       from pool p where p.id = $1`,
      [poolId],
    );
    const [pool] = rows;
    if (!pool) throw new Error(`there is no pool ${poolId}`);
    const { tiers, prices, ...rest } = pool;
    const openMarket = (at: number): Minor => BigInt(prices[at] ?? 0);
    return { ...rest, tiers: tiers.map((tierCode, at) => ({ tierCode, openMarketMonthly: openMarket(at) })) };
  }

  /** Regions and tiers in order of code, bands in order of volume. */
  async lists(tx: EntityManager, poolId: string): Promise<PoolLists> {
    const rows: ListItem[] = await tx.query(LISTS, [poolId]);
    const regions: string[] = [];
    const tiers: PoolTier[] = [];
    const bands = new Map<number, Record<string, Minor>>();
    for (const { region, tier, from, monthly } of rows) {
      if (region !== null) regions.push(region);
      else if (from === null) tiers.push({ tierCode: tier, openMarketMonthly: monthly });
      else bands.set(from, { ...bands.get(from), [tier]: monthly });
    }
    return { regions, tiers, bands: [...bands].map(([from, monthly]) => ({ from, monthly })) };
  }

  private async withLists(
    tx: EntityManager,
    [pool]: readonly Omit<LockedPool, 'regions' | 'tiers'>[],
  ): Promise<LockedPool | null> {
    if (!pool) return null;
    const { regions, tiers } = await this.lists(tx, pool.id);
    return { ...pool, regions, tiers };
  }
}
