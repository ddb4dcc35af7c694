import { notFound, unless } from '../kernel/refusal.js';
import type { Deed } from '../platform/deeds/deeds.js';
import type { PoolState } from './rules/pool-lifecycle.js';
import { type JoinablePool, whyNotJoinNow } from './rules/pledging.js';
import { type Sponsored, whyNotSee } from './rules/whose-pool.js';

// Only a pool that can be joined is locked: latecomers must not keep the end of joining from getting at the row.
const OPEN_POOL = `
  select state, joining_ends_at as "joiningEndsAt", term_months as "termMonths",
    array(select region_code from pool_region r where r.pool_id = p.id order by 1) as regions,
    array(select tier_code from pool_tier t where t.pool_id = p.id order by 1) as tiers
  from pool p where id = $1 and state = 'open' and joining_ends_at > $2 for share of p`;

/**
 * Reads a pool that can be joined now and keeps it open until the deed ends: its row is shared among joins, and
 * waited for by the end of joining.
 * @throws Refusal 'pool.not-found', 'pool.not-open', 'pool.joining-ended'
 */
export async function joinablePool(deed: Deed, poolId: string): Promise<JoinablePool> {
  const rows: JoinablePool[] = await deed.tx.query(OPEN_POOL, [poolId, deed.now]);
  return rows[0] ?? (await refuseJoining(deed, poolId));
}

/** Says why a pool that was found closed cannot be joined. */
export async function refuseJoining(deed: Deed, poolId: string): Promise<never> {
  const rows: (Sponsored & { state: PoolState; joiningEndsAt: Date })[] = await deed.tx.query(
    `select sponsor_id as "sponsorId", opened_at as "openedAt", state, joining_ends_at as "joiningEndsAt"
     from pool where id = $1`,
    [poolId],
  );
  const [pool] = rows;
  if (!pool) throw notFound('pool');
  unless(whyNotSee(pool, deed.actor));
  throw whyNotJoinNow(pool, deed.now) ?? notFound('pool');
}
