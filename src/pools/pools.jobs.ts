/** The end of joining: it comes by itself. */
import { Injectable } from '@nestjs/common';
import { transition } from '../kernel/lifecycle.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { WhenDue } from '../platform/deeds/facts.js';
import { randomToken, sha256 } from '../platform/keys/keys.js';
import { PoolEntity } from './pool.entity.js';
import { poolLocked } from './pools.events.js';
import { PoolsQueries } from './pools.queries.js';
import { endOfJoining, poolLifecycle } from './rules/pool-lifecycle.js';
import { snapshotText } from './rules/snapshot.js';

@Injectable()
export class PoolsJobs {
  constructor(private readonly pools: PoolsQueries) {}

  /**
   * Locks a pool that has its critical mass, with its demand snapshot, or lets it lapse. The pool's row is locked
   * against every join, so a join is either committed and counted here, or finds the pool closed.
   */
  @WhenDue({ name: 'pools.end-joining', table: 'pool', states: ['open'] })
  async endJoining(deed: Deed, poolId: string): Promise<void> {
    const pool = await this.pools.ending(deed.tx, poolId);
    const demand = await this.pools.demandSoFar(deed.tx, poolId);
    const firmLines = demand.reduce((sum, cell) => sum + cell.firmLines, 0);
    const interestLines = demand.reduce((sum, cell) => sum + cell.interestLines, 0);
    const verb = endOfJoining(firmLines + interestLines, pool.criticalMass);
    const state = transition(poolLifecycle, pool.state, verb);
    const version = pool.version + 1;
    const facts = { state, firmLines, interestLines, criticalMass: pool.criticalMass };
    if (verb === 'lapse') {
      await deed.tx.update(PoolEntity, { id: poolId }, { state, version, dueAt: null });
      await deed.record({ type: 'pool', id: poolId }, facts);
      return;
    }
    const { currency, termMonths, regions, tiers } = pool;
    const snapshotSalt = randomToken();
    const frozen = { poolId, salt: snapshotSalt, currency, termMonths, regions, tiers };
    const snapshotHash = sha256(snapshotText(frozen, demand));
    await deed.tx.query(
      `with frozen as (
         insert into demand_cell select $1::uuid, * from unnest($2::text[], $3::text[], $4::integer[], $5::integer[])
       )
       update pool set state = $6, version = $7, due_at = null, snapshot_hash = $8, snapshot_salt = $9, locked_at = $10
       where id = $1`,
      [
        poolId,
        demand.map((cell) => cell.regionCode),
        demand.map((cell) => cell.tierCode),
        demand.map((cell) => cell.firmLines),
        demand.map((cell) => cell.interestLines),
        state,
        version,
        snapshotHash,
        snapshotSalt,
        deed.now,
      ],
    );
    await deed.recordAndAnnounce({ type: 'pool', id: poolId }, { ...facts, snapshotHash }, poolLocked, { poolId });
  }
}
