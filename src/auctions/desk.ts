/** The desk of an auction: who reckons its standings, and since when nothing ran. */
import type { EntityManager } from 'typeorm';
import type { Deed } from '../platform/deeds/deeds.js';
import { practiceStandingAsked, standingAsked } from './auctions.events.js';
import { placeRecorded } from './tariff-rows.js';

/** The desk of an auction that goes on is looked at this often. */
export const DESK_MILLIS = 2_000;

/**
 * Goes in at the gate of an auction beside everybody else who bids, before holding its row with them. Row locks that are
 * shared let every newcomer in: without a gate, steady bidding would keep away for ever whoever has to hold the row alone.
 */
export async function goIn(tx: EntityManager, id: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock_shared(hashtextextended($1, 0))', [`gate ${id}`]);
}

/** Goes in alone, before holding the row alone: waits for those who are inside, and goes before those who come later. */
export async function goInAlone(tx: EntityManager, id: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`gate ${id}`]);
}

/** @param dueAt when it is looked at first; null when nothing more can happen */
export async function openDesk(tx: EntityManager, id: string, dueAt: Date | null): Promise<void> {
  await tx.query('insert into auction_desk (id, state, due_at) values ($1, $2, $3)', [
    id,
    dueAt === null ? 'idle' : 'watching',
    dueAt,
  ]);
}

/** From now on nothing more happens in the auction. */
export async function closeDesk(tx: EntityManager, id: string): Promise<void> {
  await tx.query(`update auction_desk set state = 'idle', due_at = null where id = $1`, [id]);
}

/** Has the auction been without anything that ran for a time? @returns how long, by the real clock */
export async function silentMillis(tx: EntityManager, id: string): Promise<number> {
  const rows: { millis: number }[] = await tx.query(
    'select extract(epoch from clock_timestamp() - seen_at)::float8 * 1000 as millis from auction_desk where id = $1',
    [id],
  );
  return Math.round(rows[0]?.millis ?? 0);
}

/** Notes that something runs. */
export async function seen(tx: EntityManager, id: string): Promise<void> {
  await tx.query('update auction_desk set seen_at = clock_timestamp() where id = $1', [id]);
}

/**
 * Whether what is about to be recorded gets its place without anybody being told: somebody reckons, and something that
 * was recorded before waits for its place already. Whoever reckons holds the auction and places what is left before
 * leaving the desk, so that the auction must be held, be it shared, from before this until the record commits. Then
 * however many improvements come at once, the desk is called once for all of them.
 */
export async function isAwaited(tx: EntityManager, id: string): Promise<boolean> {
  const rows: { awaited: boolean }[] = await tx.query(
    `select reckoning and exists (select from auction_tariff t where t.auction_id = d.id and t.sequence is null) as awaited
     from auction_desk d where id = $1`,
    [id],
  );
  return rows[0]?.awaited ?? false;
}

/**
 * Gives what was recorded its place, and has a standing reckoned for it unless somebody does so already. The desk must be
 * held.
 * @param always whether a standing is asked for even when nothing was recorded
 */
export async function takeDown(deed: Deed, id: string, always = false): Promise<void> {
  const placed = await placeRecorded(deed.tx, id, deed.now);
  if (placed === 0 && !always) return;
  const [free]: [{ practice: boolean }[], number] = await deed.tx.query(
    `update auction_desk d set reckoning = true where id = $1 and not reckoning
     returning exists (select from auction a where a.id = d.id and a.practice_for is not null) as practice`,
    [id],
  );
  // TypeORM answers an update with the rows and their number.
  const [mine] = free;
  if (mine) await deed.announce(mine.practice ? practiceStandingAsked : standingAsked, { auctionId: id });
}
