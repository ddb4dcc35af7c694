/** Rows of what happened in an auction. Whoever appends holds the auction's desk, so that each event has one before it. */
import type { EntityManager } from 'typeorm';
import { toJson } from '../kernel/canonical.js';
import { randomToken, sha256 } from '../platform/keys/keys.js';
import { chained, contentText } from './rules/log.js';
import type {
  AuctionContent,
  AuctionEvent,
  EventBodies,
  EventContents,
  EventKind,
  StandingContent,
} from './rules/events.js';

/** An event that is about to happen. */
export type Draft = {
  readonly [K in EventKind]: {
    readonly kind: K;
    readonly body: EventBodies[K];
    readonly content?: K extends keyof EventContents ? EventContents[K] : never;
  };
}[EventKind];

interface EventRow extends Omit<AuctionEvent, 'at'> {
  readonly at: Date;
}

/**
 * Holds the desk of an auction: nobody else appends until the transaction ends. Whoever holds the auction's row as well
 * takes that one first.
 * @returns false when the auction has no desk, because its bids are not opened
 */
export async function holdDesk(tx: EntityManager, auctionId: string): Promise<boolean> {
  const rows: unknown[] = await tx.query('select from auction_desk where id = $1 for update', [auctionId]);
  return rows.length > 0;
}

/** Appends events, in this order. The desk must be held. @returns them as they are kept */
export async function append(
  tx: EntityManager,
  auctionId: string,
  at: Date,
  drafts: readonly Draft[],
): Promise<AuctionEvent[]> {
  let last = await lastEvent(tx, auctionId);
  const events: AuctionEvent[] = [];
  const contents: { sequence: number; content: string; salt: string }[] = [];
  for (const { kind, body, content } of drafts) {
    const salt = randomToken();
    const commitment = content === undefined ? null : sha256(contentText(content, salt));
    last = chained(last, at, kind, body, commitment, sha256);
    events.push(last);
    if (content !== undefined) contents.push({ sequence: last.sequence, content: toJson(content), salt });
  }
  await tx.query(
    `insert into auction_event (auction_id, sequence, at, kind, body, commitment, previous, hash)
     select $1, sequence, at, kind, body, commitment, previous, hash
     from unnest($2::int[], $3::timestamptz[], $4::text[], $5::jsonb[], $6::text[], $7::text[], $8::text[])
       as given (sequence, at, kind, body, commitment, previous, hash)`,
    [
      auctionId,
      events.map((event) => event.sequence),
      events.map((event) => event.at),
      events.map((event) => event.kind),
      events.map((event) => toJson(event.body)),
      events.map((event) => event.commitment),
      events.map((event) => event.previous),
      events.map((event) => event.hash),
    ],
  );
  if (contents.length > 0) {
    await tx.query(
      `insert into auction_content (auction_id, sequence, content, salt)
       select $1, sequence, content, salt from unnest($2::int[], $3::jsonb[], $4::text[]) as given (sequence, content, salt)`,
      [
        auctionId,
        contents.map((each) => each.sequence),
        contents.map((each) => each.content),
        contents.map((each) => each.salt),
      ],
    );
  }
  return events;
}

export async function lastEvent(tx: EntityManager, auctionId: string): Promise<AuctionEvent | null> {
  return newest(tx, auctionId, null);
}

/** The newest event of a kind. */
export async function lastOf<K extends EventKind>(
  tx: EntityManager,
  auctionId: string,
  kind: K,
): Promise<AuctionEvent<K> | null> {
  return (await newest(tx, auctionId, kind)) as AuctionEvent<K> | null;
}

/** Events behind a sequence, in order. */
export async function eventsBehind(
  tx: EntityManager,
  auctionId: string,
  sequence: number,
  limit: number | null,
): Promise<AuctionEvent[]> {
  const rows: EventRow[] = await tx.query(
    `select sequence, at, kind, body, commitment, previous, hash from auction_event
     where auction_id = $1 and sequence > $2 order by sequence limit $3`,
    [auctionId, sequence, limit],
  );
  return rows.map(eventOf);
}

/** What an event committed to, and the salt of its commitment. */
export interface Kept<C> {
  readonly content: C;
  readonly salt: string;
}

/** What the first event committed to; null when the bids are not opened. */
export async function groundContent(tx: EntityManager, auctionId: string): Promise<AuctionContent | null> {
  const kept = await contentOf(tx, auctionId, 1);
  return kept && 'problem' in kept.content ? kept.content : null;
}

/** A standing, and what it committed to. */
export interface Reckoned {
  readonly event: AuctionEvent<'standing'>;
  readonly content: StandingContent;
}

/** The newest standing; null while there is none. */
export async function newestStanding(tx: EntityManager, auctionId: string): Promise<Reckoned | null> {
  const event = await lastOf(tx, auctionId, 'standing');
  const kept = event && (await contentOf(tx, auctionId, event.sequence));
  return kept && 'ranks' in kept.content ? { event, content: kept.content } : null;
}

/** What an event committed to; null when it has no content. */
export async function contentOf(
  tx: EntityManager,
  auctionId: string,
  sequence: number,
): Promise<Kept<EventContents[keyof EventContents]> | null> {
  const rows: Kept<EventContents[keyof EventContents]>[] = await tx.query(
    'select content, salt from auction_content where auction_id = $1 and sequence = $2',
    [auctionId, sequence],
  );
  const [row] = rows;
  return row ? { ...row, content: withAmounts(row.content) } : null;
}

/** Amounts are integers in JSON and bigints here. */
function withAmounts<C extends object>(content: C): C {
  if ('problem' in content) {
    const { problem } = content as unknown as AuctionContent;
    const budgetMinor = problem.rules.budgetMinor as number | undefined;
    if (budgetMinor === undefined) return content;
    return { ...content, problem: { ...problem, rules: { ...problem.rules, budgetMinor: BigInt(budgetMinor) } } };
  }
  if (!('awards' in content)) return content;
  const { totalMinor, boundMinor, awards } = content as unknown as {
    totalMinor: number | null;
    boundMinor: number | null;
    awards: { costMinor: number }[];
  };
  const amount = (minor: number | null): bigint | null => (minor === null ? null : BigInt(minor));
  return {
    ...content,
    totalMinor: amount(totalMinor),
    boundMinor: amount(boundMinor),
    awards: awards.map((award) => ({ ...award, costMinor: BigInt(award.costMinor) })),
  };
}

async function newest(tx: EntityManager, auctionId: string, kind: EventKind | null): Promise<AuctionEvent | null> {
  const rows: EventRow[] = await tx.query(
    `select sequence, at, kind, body, commitment, previous, hash from auction_event
     where auction_id = $1 and ($2::text is null or kind = $2) order by sequence desc limit 1`,
    [auctionId, kind],
  );
  return rows[0] ? eventOf(rows[0]) : null;
}

function eventOf(row: EventRow): AuctionEvent {
  return { ...row, at: row.at.toISOString() } as AuctionEvent;
}
