import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { hasSnapshot, type PoolState } from './rules/pool-lifecycle.js';

/** Counting so many pledges takes some ten milliseconds: the count of a larger pool is kept for a moment. */
const LARGE_POOL_PLEDGES = 10_000;
const KEPT_MILLIS = 1_000;

export interface FirmAndInterest {
  readonly firm: number;
  readonly interest: number;
}

interface Kept {
  readonly counts: FirmAndInterest;
  until: number;
}

const NONE: FirmAndInterest = { firm: 0, interest: 0 };

/**
 * The lines of pools, firm and of interest apart. No row holds them: a counter that every joiner updates would make
 * all wait for each other. Small pools are counted to the instant, large ones at most once a second in each process.
 */
@Injectable()
export class PoolCountsQueries {
  private readonly kept = new Map<string, Kept>();

  async of(
    tx: EntityManager,
    pools: readonly { readonly id: string; readonly state: PoolState }[],
  ): Promise<Map<string, FirmAndInterest>> {
    const idsOf = (wanted: (state: PoolState) => boolean) =>
      pools.filter((pool) => wanted(pool.state)).map((pool) => pool.id);
    const frozen = await this.frozen(
      tx,
      idsOf((state) => hasSnapshot(state)),
    );
    const counted = await this.counted(
      tx,
      idsOf((state) => !hasSnapshot(state) && state !== 'draft'),
    );
    return new Map(pools.map(({ id }) => [id, frozen.get(id) ?? counted.get(id) ?? NONE]));
  }

  /** A pool that was locked is counted from its few cells. */
  private async frozen(tx: EntityManager, ids: readonly string[]): Promise<Map<string, FirmAndInterest>> {
    if (ids.length === 0) return new Map();
    const rows: (FirmAndInterest & { id: string })[] = await tx.query(
      `select pool_id as id, sum(firm_lines)::int as firm, sum(interest_lines)::int as interest
       from demand_cell where pool_id = any($1::uuid[]) group by pool_id`,
      [ids],
    );
    return new Map(rows.map(({ id, firm, interest }) => [id, { firm, interest }]));
  }

  private async counted(tx: EntityManager, ids: readonly string[]): Promise<Map<string, FirmAndInterest>> {
    const found = new Map<string, FirmAndInterest>();
    const now = performance.now();
    for (const id of ids) {
      const kept = this.kept.get(id);
      if (!kept) continue;
      if (kept.until > now) found.set(id, kept.counts);
      // Whoever else asks until the new count is there gets the old one, instead of counting as well.
      else kept.until = now + KEPT_MILLIS;
    }
    const asked = ids.filter((id) => !found.has(id));
    if (asked.length === 0) return found;
    const rows: (FirmAndInterest & { id: string; pledges: number })[] = await tx.query(
      `select pool_id as id, count(*)::int as pledges,
         coalesce(sum(lines) filter (where commitment = 'firm'), 0)::int as firm,
         coalesce(sum(lines) filter (where commitment = 'interest'), 0)::int as interest
       from pledge where pool_id = any($1::uuid[]) group by pool_id`,
      [asked],
    );
    for (const { id, firm, interest, pledges } of rows) {
      const counts = { firm, interest };
      found.set(id, counts);
      if (pledges > LARGE_POOL_PLEDGES) this.kept.set(id, { counts, until: performance.now() + KEPT_MILLIS });
      else this.kept.delete(id);
    }
    return found;
  }
}
