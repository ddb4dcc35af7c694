/** Rows of what bidders told their proxies. Only who lets the proxies act reads them. */
import type { EntityManager } from 'typeorm';
import { canonicalJson } from '../kernel/canonical.js';
import { type Keys, randomToken, sha256 } from '../platform/keys/keys.js';
import type { AuctionGround } from './grounds.js';
import type { BidTerms } from './rules/bid-faults.js';
import { instructionOfJson } from './rules/proxy-json.js';
import {
  orderOf,
  type ProxyInstruction,
  type ProxyOrder,
  whyNoFloor,
  whyNotInstruct,
} from './rules/proxy-instruction.js';
import { tariffAt } from './tariff-rows.js';

/** Who tells its proxy something, and when that was received. */
export interface Told {
  readonly auctionId: string;
  readonly bidder: string;
  /** null for a simulated bidder */
  readonly personId: string | null;
  readonly receivedAt: Date;
}

/**
 * Records what a proxy is told, sealed; null takes it back. Whoever calls sees to it that a bidder's are recorded one after
 * the other.
 * @param of the revision of the tariff whose prices a part is meant of: of those to come, the floor would sink with every
 *   step towards it
 */
export async function recordProxy(
  tx: EntityManager,
  keys: Keys,
  { auctionId, bidder, personId, receivedAt }: Told,
  instruction: ProxyInstruction | null,
  of: number,
): Promise<{ readonly revision: number; readonly commitment: string | null }> {
  const text = instruction && canonicalJson({ instruction, of, salt: randomToken() });
  const commitment = text === null ? null : sha256(text);
  const rows: { revision: number }[] = await tx.query(
    `insert into auction_proxy (auction_id, bidder, revision, person_id, received_at, box, commitment)
     select $1, $2, coalesce(max(revision), 0) + 1, $3, $4, $5, $6 from auction_proxy
     where auction_id = $1 and bidder = $2 returning revision`,
    [
      auctionId,
      bidder,
      personId,
      receivedAt,
      text === null ? null : keys.seal(text, `proxy ${auctionId} ${bidder}`),
      commitment,
    ],
  );
  return { revision: rows[0]?.revision ?? 1, commitment };
}

/** Lets what a bidder tells its proxy be written one after the other, and no bid with alternatives beside it. */
export async function proxyTurn(tx: EntityManager, auctionId: string, bidder: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`proxies ${auctionId} ${bidder}`]);
}

/** Whether a bidder has a proxy that it did not take back. */
export async function hasProxy(tx: EntityManager, auctionId: string, bidder: string): Promise<boolean> {
  const rows: { active: boolean }[] = await tx.query(
    `select box is not null as active from auction_proxy where auction_id = $1 and bidder = $2
     order by revision desc limit 1`,
    [auctionId, bidder],
  );
  return rows[0]?.active ?? false;
}

/** Whether the bid of a provider that stands, sealed, has alternatives. */
export async function hasAlternatives(tx: EntityManager, auctionId: string, providerId: string): Promise<boolean> {
  const rows: unknown[] = await tx.query(
    `select from sealed_bid where auction_id = $1 and provider_id = $2 and state = 'standing' and has_alternatives`,
    [auctionId, providerId],
  );
  return rows.length > 0;
}

/**
 * What the proxies are to do now, by alias. One that was instructed before the opening may not fit the opened bid: it does
 * nothing, and neither does one whose floor is none.
 */
export async function readProxies(
  tx: EntityManager,
  keys: Keys,
  auctionId: string,
  { reference, settings }: Pick<AuctionGround, 'reference' | 'settings'>,
  frame: BidTerms,
): Promise<ReadonlyMap<string, ProxyOrder>> {
  const rows: { alias: string; bidder: string; box: Buffer | null }[] = await tx.query(
    `select distinct on (x.bidder) p.alias, x.bidder, x.box from auction_proxy x
     join auction_participant p on p.auction_id = x.auction_id and p.bidder = x.bidder
     where x.auction_id = $1 and x.sequence is not null order by x.bidder, x.revision desc`,
    [auctionId],
  );
  const orders = new Map<string, ProxyOrder>();
  for (const { alias, bidder, box } of rows) {
    if (!box) continue;
    const told = JSON.parse(keys.unseal(box, `proxy ${auctionId} ${bidder}`)) as { instruction: unknown; of: number };
    const instruction = instructionOfJson(told.instruction);
    if (whyNoFloor(instruction, frame) !== null) continue;
    const tariff = await tariffAt(tx, auctionId, alias, told.of);
    if (!tariff || tariff.tariff.alternatives !== undefined) continue;
    if (whyNotInstruct(tariff.tariff, instruction, reference, settings.minimumStepBp) === null)
      orders.set(alias, orderOf(tariff.tariff, instruction));
  }
  return orders;
}
