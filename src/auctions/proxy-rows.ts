/** Rows of what bidders told their proxies. Only who lets the proxies act reads them. */
import type { EntityManager } from 'typeorm';
import type { Keys } from '../platform/keys/keys.js';
import type { AuctionGround } from './grounds.js';
import { instructionOfJson } from './rules/proxy-json.js';
import { orderOf, type ProxyOrder, whyNotInstruct } from './rules/proxy-instruction.js';
import { tariffAt } from './tariff-rows.js';

/**
 * What the proxies are to do now, by alias. One that was instructed before the opening may not fit the opened bid: it does
 * nothing.
 */
export async function readProxies(
  tx: EntityManager,
  keys: Keys,
  auctionId: string,
  { reference, settings }: Pick<AuctionGround, 'reference' | 'settings'>,
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
    const tariff = await tariffAt(tx, auctionId, alias, told.of);
    if (tariff && whyNotInstruct(tariff.tariff, instruction, reference, settings.minimumStepBp) === null)
      orders.set(alias, orderOf(tariff.tariff, instruction));
  }
  return orders;
}
