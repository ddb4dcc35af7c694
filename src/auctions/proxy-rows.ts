/** Rows of what bidders told their proxies. Only who lets the proxies act reads them. */
import type { EntityManager } from 'typeorm';
import type { Keys } from '../platform/keys/keys.js';
import { instructionOfJson } from './rules/proxy-json.js';
import type { ProxyInstruction } from './rules/proxy.js';

/** The present instructions, by alias. */
export async function readProxies(
  tx: EntityManager,
  keys: Keys,
  auctionId: string,
): Promise<ReadonlyMap<string, ProxyInstruction>> {
  const rows: { alias: string; bidder: string; box: Buffer | null }[] = await tx.query(
    `select distinct on (x.bidder) p.alias, x.bidder, x.box from auction_proxy x
     join auction_participant p on p.auction_id = x.auction_id and p.bidder = x.bidder
     where x.auction_id = $1 and x.sequence is not null order by x.bidder, x.revision desc`,
    [auctionId],
  );
  return new Map(
    rows.flatMap(({ alias, bidder, box }) => {
      if (!box) return [];
      const { instruction } = JSON.parse(keys.unseal(box, `proxy ${auctionId} ${bidder}`)) as { instruction: unknown };
      return [[alias, instructionOfJson(instruction)] as const];
    }),
  );
}
