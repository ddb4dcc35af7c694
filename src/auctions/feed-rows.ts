/** Reads for those who watch: what happened in auctions since they were looked at. Only what is committed is seen. */
import type { EntityManager } from 'typeorm';
import { contentOf } from './event-rows.js';
import type { Alias, AuctionEvent, StandingContent } from './rules/events.js';
import type { AuctionState } from './rules/lifecycles.js';
import type { Beside } from './rules/told.js';

/** As many events of one auction are read at once. */
export const EVENTS_AT_ONCE = 200;

/** An auction, and the last event of it that was seen. */
export interface Seen {
  readonly id: string;
  readonly sequence: number;
}

/** What is there now. */
export interface Look {
  readonly id: string;
  readonly now: Date;
  readonly state: AuctionState;
  /** behind the one that was seen, in order */
  readonly events: readonly AuctionEvent[];
  /** of which standing and of which participants gaps are found */
  readonly gaps: readonly string[];
}

interface LookRow extends Omit<AuctionEvent, 'at' | 'sequence'> {
  readonly auction_id: string;
  readonly now: Date;
  readonly state: AuctionState;
  readonly gaps: string[];
  readonly sequence: number | null;
  readonly at: Date;
}

/**
 * One look at all auctions that are watched. Whoever appends events holds the auction's desk until its transaction ends:
 * no event becomes visible behind one that was seen with a smaller sequence, and none is ever missing between two.
 */
export async function lookAt(tx: EntityManager, seen: readonly Seen[]): Promise<Look[]> {
  const rows: LookRow[] = await tx.query(
    `select a.id as auction_id, app_now() as now, a.state, e.sequence, e.at, e.kind, e.body, e.commitment, e.previous,
       e.hash, array(select distinct g.standing || ' ' || g.alias from auction_gap g
                     where g.auction_id = a.id and g.standing = s.sequence) as gaps
     from unnest($1::uuid[], $2::int[]) as seen (id, sequence) join auction a on a.id = seen.id
     left join lateral (select l.sequence from auction_event l where l.auction_id = a.id and l.kind = 'standing'
                        order by l.sequence desc limit 1) s on true
     left join lateral (select * from auction_event n where n.auction_id = a.id and n.sequence > seen.sequence
                        order by n.sequence limit ${EVENTS_AT_ONCE}) e on true
     order by a.id, e.sequence`,
    [seen.map(({ id }) => id), seen.map(({ sequence }) => sequence)],
  );
  const looks = new Map<string, Look & { events: AuctionEvent[] }>();
  for (const { auction_id: id, now, state, gaps, sequence, at, ...rest } of rows) {
    const look = looks.get(id) ?? { id, now, state, gaps, events: [] };
    looks.set(id, look);
    if (sequence !== null) look.events.push({ ...rest, sequence, at: at.toISOString() } as AuctionEvent);
  }
  return [...looks.values()];
}

/** How many improvements there were up to an event. */
export async function improvementsUpTo(tx: EntityManager, id: string, sequence: number): Promise<number> {
  const rows: { count: number }[] = await tx.query(
    `select count(*)::int as count from auction_event where auction_id = $1 and sequence <= $2 and kind = 'bid'`,
    [id, sequence],
  );
  return rows[0]?.count ?? 0;
}

/** An event with what is known beside it. */
export interface Known {
  readonly event: AuctionEvent;
  readonly beside: Beside;
}

/**
 * What is known beside events that follow one another.
 * @param improvements before the first of them
 * @param contents whether what standings committed to is wanted as well; of the one that decides it always is
 */
export async function withBesides(
  tx: EntityManager,
  id: string,
  events: readonly AuctionEvent[],
  improvements: number,
  contents: boolean,
): Promise<Known[]> {
  const known: Known[] = [];
  let count = improvements;
  for (const event of events) {
    if (event.kind === 'bid') count += 1;
    const of =
      event.kind === 'closed' ? event.body.standing : event.kind === 'standing' && contents ? event.sequence : 0;
    const kept = of === 0 ? null : await contentOf(tx, id, of);
    const standing: StandingContent | null = kept && 'ranks' in kept.content ? kept.content : null;
    known.push({ event, beside: { improvements: count, standing } });
  }
  return known;
}

/** The participants of whom gaps are found that were not found before. */
export function aliasesAmong(gaps: readonly string[], before: ReadonlySet<string>): Alias[] {
  return gaps.filter((gap) => !before.has(gap)).map((gap) => gap.slice(gap.indexOf(' ') + 1));
}
