/** The row of an auction, held by whoever in its agency commands something of it. */
import { IsNull } from 'typeorm';
import { whyNotForAgency } from '../identity/rules/whose-agency.js';
import { unless } from '../kernel/refusal.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { Auction } from './auction.entity.js';
import { goInAlone } from './desk.js';

/**
 * The auction of a tender, held alone until the deed ends; null when there is none, or only a practice.
 * @throws Refusal 'agency.not-yours'
 */
export async function heldAuction(deed: Deed, id: string): Promise<Auction | null> {
  await goInAlone(deed.tx, id);
  const where = { id, practiceFor: IsNull() };
  const auction = await deed.tx.findOne(Auction, { where, lock: { mode: 'pessimistic_write' } });
  if (!auction) return null;
  const tenders: { agencyId: string | null }[] = await deed.tx.query(
    'select agency_id as "agencyId" from tender_agency where tender_id = $1',
    [auction.tenderId],
  );
  unless(whyNotForAgency(tenders[0]?.agencyId ?? null, deed.actor));
  return auction;
}
