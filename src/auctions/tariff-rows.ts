/** Rows of the participants of an auction and of their tariffs, as they are improved. */
import type { EntityManager } from 'typeorm';
import { toJson } from '../kernel/canonical.js';
import type { Minor } from '../kernel/money.js';
import { bidTariffOfJson } from '../pricing/rules/tariff-json.js';
import type { BidTariff } from '../pricing/rules/tariff.js';
import { append, type Draft } from './event-rows.js';

export interface Participant {
  readonly alias: string;
  /** the provider's id, or the name of a simulated bidder */
  readonly bidder: string;
  readonly providerId: string | null;
  readonly bidId: string | null;
  readonly name: string;
}

/** A tariff of a participant, as it stands or stood. */
export interface StandingTariff {
  readonly alias: string;
  readonly revision: number;
  readonly receivedAt: Date;
  /** of the main tariff */
  readonly evaluatedMinor: Minor;
  readonly tariff: BidTariff;
}

/** A tariff of a bid with alternatives, and what was committed to of it alone. */
export interface TariffPart {
  readonly alternative: string | null;
  readonly commitment: string;
}

export interface RecordedTariff extends StandingTariff {
  readonly by: 'opening' | 'person' | 'proxy';
  readonly personId: string | null;
  readonly salt: string;
  readonly commitment: string;
  readonly signature: string;
  /** the main one first; none of a bid without alternatives */
  readonly parts?: readonly TariffPart[];
}

interface TariffRow {
  readonly alias: string;
  readonly revision: number;
  readonly received_at: Date;
  readonly evaluated_minor: Minor;
  readonly tariff: unknown;
}

export async function participantsOf(tx: EntityManager, auctionId: string): Promise<Participant[]> {
  return tx.query(
    `select alias, bidder, provider_id as "providerId", bid_id as "bidId", name from auction_participant
     where auction_id = $1 order by alias collate "C"`,
    [auctionId],
  );
}

/** The participant that is this provider; null when it has no opened bid. */
export async function participantOf(
  tx: EntityManager,
  auctionId: string,
  providerId: string | null,
): Promise<Participant | null> {
  const rows: Participant[] = await tx.query(
    `select alias, bidder, provider_id as "providerId", bid_id as "bidId", name from auction_participant
     where auction_id = $1 and provider_id = $2`,
    [auctionId, providerId],
  );
  return rows[0] ?? null;
}

/** The same, whose improvements are recorded one after the other: nobody else's is until the transaction ends. */
export async function participantInTurn(
  tx: EntityManager,
  auctionId: string,
  providerId: string | null,
): Promise<Participant | null> {
  const rows: Participant[] = await tx.query(
    `select alias, bidder, provider_id as "providerId", bid_id as "bidId", name,
            pg_advisory_xact_lock(hashtextextended('bids ' || auction_id || ' ' || alias, 0))::text as turn
     from auction_participant where auction_id = $1 and provider_id = $2`,
    [auctionId, providerId],
  );
  return rows[0] ?? null;
}

/** The latest tariff of a participant, placed among the events or not. */
export async function latestTariff(
  tx: EntityManager,
  auctionId: string,
  alias: string,
): Promise<StandingTariff | null> {
  const rows: TariffRow[] = await tx.query(
    `select alias, revision, received_at, evaluated_minor, tariff from auction_tariff
     where auction_id = $1 and alias = $2 order by revision desc limit 1`,
    [auctionId, alias],
  );
  return rows[0] ? tariffOf(rows[0]) : null;
}

/** A participant's tariff of a revision. */
export async function tariffAt(
  tx: EntityManager,
  auctionId: string,
  alias: string,
  revision: number,
): Promise<StandingTariff | null> {
  const rows: TariffRow[] = await tx.query(
    `select alias, revision, received_at, evaluated_minor, tariff from auction_tariff
     where auction_id = $1 and alias = $2 and revision = $3`,
    [auctionId, alias, revision],
  );
  return rows[0] ? tariffOf(rows[0]) : null;
}

/** The latest tariff of each participant, or of these, as of an event, by alias; as of the last one for null. */
export async function tariffsAsOf(
  tx: EntityManager,
  auctionId: string,
  upTo: number | null,
  aliases: readonly string[] | null = null,
): Promise<StandingTariff[]> {
  const rows: TariffRow[] = await tx.query(
    `select distinct on (alias collate "C") alias, revision, received_at, evaluated_minor, tariff from auction_tariff
     where auction_id = $1 and sequence <= coalesce($2, 2147483647) and ($3::text[] is null or alias = any($3))
     order by alias collate "C", revision desc`,
    [auctionId, upTo, aliases],
  );
  return rows.map(tariffOf);
}

/** How far each participant has come with its placed tariffs, by alias: without the tariffs themselves, which may be large. */
export async function newestEvaluations(
  tx: EntityManager,
  auctionId: string,
): Promise<Pick<StandingTariff, 'alias' | 'revision' | 'evaluatedMinor'>[]> {
  return tx.query(
    `select distinct on (alias collate "C") alias, revision, evaluated_minor as "evaluatedMinor" from auction_tariff
     where auction_id = $1 and sequence is not null order by alias collate "C", revision desc`,
    [auctionId],
  );
}

/** The latest tariff of one participant as of an event. */
export async function tariffAsOf(
  tx: EntityManager,
  auctionId: string,
  alias: string,
  upTo: number,
): Promise<StandingTariff | null> {
  const rows: TariffRow[] = await tx.query(
    `select alias, revision, received_at, evaluated_minor, tariff from auction_tariff
     where auction_id = $1 and alias = $2 and sequence <= $3 order by revision desc limit 1`,
    [auctionId, alias, upTo],
  );
  return rows[0] ? tariffOf(rows[0]) : null;
}

/** The tariffs of the opening, by alias. */
export async function openingTariffs(tx: EntityManager, auctionId: string): Promise<StandingTariff[]> {
  const rows: TariffRow[] = await tx.query(
    `select alias, revision, received_at, evaluated_minor, tariff from auction_tariff
     where auction_id = $1 and revision = 0 order by alias collate "C"`,
    [auctionId],
  );
  return rows.map(tariffOf);
}

export async function recordTariffs(
  tx: EntityManager,
  auctionId: string,
  tariffs: readonly (RecordedTariff & { readonly sequence: number | null })[],
): Promise<void> {
  await tx.query(
    `insert into auction_tariff (auction_id, alias, revision, by, person_id, received_at, recorded_at, tariff, salt,
       commitment, signature, evaluated_minor, sequence, parts)
     select $1, alias, revision, by, person_id, received_at, app_now(), tariff, salt, commitment, signature, evaluated_minor,
       sequence, parts
     from unnest($2::text[], $3::int[], $4::text[], $5::uuid[], $6::timestamptz[], $7::jsonb[], $8::text[], $9::text[],
         $10::text[], $11::bigint[], $12::int[], $13::jsonb[])
       as given (alias, revision, by, person_id, received_at, tariff, salt, commitment, signature, evaluated_minor, sequence,
           parts)`,
    [
      auctionId,
      tariffs.map((each) => each.alias),
      tariffs.map((each) => each.revision),
      tariffs.map((each) => each.by),
      tariffs.map((each) => each.personId),
      tariffs.map((each) => each.receivedAt),
      tariffs.map((each) => toJson(each.tariff)),
      tariffs.map((each) => each.salt),
      tariffs.map((each) => each.commitment),
      tariffs.map((each) => each.signature),
      tariffs.map((each) => each.evaluatedMinor.toString()),
      tariffs.map((each) => each.sequence),
      tariffs.map(({ parts = [] }) => (parts.length === 0 ? null : toJson(parts))),
    ],
  );
}

interface Unplaced {
  readonly alias: string;
  readonly revision: number;
  readonly by: 'person' | 'proxy';
  readonly received_at: Date;
  readonly commitment: string;
  readonly signature: string;
}

interface UnplacedProxy {
  readonly alias: string;
  readonly revision: number;
  readonly commitment: string | null;
}

/**
 * Gives what was recorded its place among the events: tariffs in the order of receipt, then what was told to proxies.
 * The desk must be held.
 * @returns how many events that made
 */
export async function placeRecorded(tx: EntityManager, auctionId: string, now: Date): Promise<number> {
  const tariffs: Unplaced[] = await tx.query(
    `select alias, revision, by, received_at, commitment, signature from auction_tariff
     where auction_id = $1 and sequence is null`,
    [auctionId],
  );
  const proxies: UnplacedProxy[] = await tx.query(
    `select p.alias, x.revision, x.commitment from auction_proxy x
     join auction_participant p on p.auction_id = x.auction_id and p.bidder = x.bidder
     where x.auction_id = $1 and x.sequence is null order by x.received_at, p.alias collate "C", x.revision`,
    [auctionId],
  );
  const placed = inOrder(tariffs);
  const drafts = [
    ...placed.map(({ alias, revision, by, received_at, commitment, signature }): Draft => {
      const receivedAt = received_at.toISOString();
      return { kind: 'bid', body: { alias, revision, by, receivedAt, commitment, signature } };
    }),
    ...proxies.map(({ alias, commitment }): Draft => ({ kind: 'proxy', body: { alias, commitment } })),
  ];
  if (drafts.length === 0) return 0;
  const events = await append(tx, auctionId, now, drafts);
  const sequences = events.map((event) => event.sequence);
  await tx.query(
    `update auction_tariff t set sequence = given.sequence
     from unnest($2::text[], $3::int[], $4::int[]) as given (alias, revision, sequence)
     where t.auction_id = $1 and t.alias = given.alias and t.revision = given.revision`,
    [
      auctionId,
      placed.map((each) => each.alias),
      placed.map((each) => each.revision),
      sequences.slice(0, placed.length),
    ],
  );
  await tx.query(
    `update auction_proxy x set sequence = given.sequence
     from unnest($2::text[], $3::int[], $4::int[]) as given (alias, revision, sequence)
     join auction_participant p on p.auction_id = $1 and p.alias = given.alias
     where x.auction_id = $1 and x.bidder = p.bidder and x.revision = given.revision`,
    [
      auctionId,
      proxies.map((each) => each.alias),
      proxies.map((each) => each.revision),
      sequences.slice(placed.length),
    ],
  );
  return drafts.length;
}

/** By the instant of receipt; the improvements of one participant in their own order, which is how they were compared. */
function inOrder(tariffs: readonly Unplaced[]): Unplaced[] {
  const own = new Map<string, Unplaced[]>();
  for (const each of tariffs.toSorted((a, b) => b.revision - a.revision)) {
    own.set(each.alias, [...(own.get(each.alias) ?? []), each]);
  }
  return tariffs
    .toSorted((a, b) => a.received_at.getTime() - b.received_at.getTime() || (a.alias < b.alias ? -1 : 1))
    .flatMap(({ alias }) => own.get(alias)?.pop() ?? []);
}

function tariffOf(row: TariffRow): StandingTariff {
  return {
    alias: row.alias,
    revision: row.revision,
    receivedAt: row.received_at,
    evaluatedMinor: row.evaluated_minor,
    tariff: bidTariffOfJson(row.tariff),
  };
}
