/** Rows of awards: how one begins, is locked, and follows others of its tender. */
import { randomUUID } from 'node:crypto';
import { whyNotForAgency } from '../identity/rules/whose-agency.js';
import { notFound, unless } from '../kernel/refusal.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { Award } from './award.entity.js';
import type { AwardCell, ExcludedBid } from './rules/award.js';
import { type AwardState, awardLifecycle } from './rules/lifecycle.js';

/** How long an evaluation may take unless an officer gives it more. */
export const EVALUATION_SECONDS = 60;

/** An award at the start of its evaluation; the first of a tender unless it is said to follow another. */
export function freshAward(
  deed: Deed,
  of: Pick<Award, 'tenderId' | 'tenderHash' | 'scope' | 'fallenFrom' | 'fallenBid'>,
): Award {
  return Object.assign(new Award(), {
    ...of,
    id: randomUUID(),
    round: 1,
    state: awardLifecycle.initial,
    version: 1,
    excludedBids: [],
    seconds: EVALUATION_SECONDS,
    winners: [],
    explanation: [],
    preparedBy: [],
    createdAt: deed.now,
  });
}

/** The award, locked until the deed ends. @throws Refusal 'award.not-found', 'agency.not-yours' */
export async function locked(deed: Deed, id: string): Promise<Award> {
  const award = await deed.tx.findOne(Award, { where: { id }, lock: { mode: 'pessimistic_write' } });
  if (!award) throw notFound('award');
  const tenders: { agencyId: string | null }[] = await deed.tx.query(
    'select agency_id as "agencyId" from tender_agency where tender_id = $1',
    [award.tenderId],
  );
  unless(whyNotForAgency(tenders[0]?.agencyId ?? null, deed.actor));
  return award;
}

/** The tender of an award, which never changes. @throws Refusal 'award.not-found' */
export async function tenderOf(deed: Deed, id: string): Promise<string> {
  const rows: { tender: string }[] = await deed.tx.query('select tender_id as tender from award where id = $1', [id]);
  const [award] = rows;
  if (!award) throw notFound('award');
  return award.tender;
}

/** All awards of a tender, locked. From the last to the first, as whoever adds one locks its own before the first. */
export async function lockedAll(deed: Deed, tenderId: string): Promise<Award[]> {
  return deed.tx.find(Award, {
    where: { tenderId },
    order: { round: 'desc' },
    lock: { mode: 'for_no_key_update' },
  });
}

/** Awards of one tender follow one another: whoever adds one, or changes what is held, holds the first of them. */
export async function holdFirst(deed: Deed, tenderId: string): Promise<void> {
  await deed.tx.query('select 1 from award where tender_id = $1 and round = 1 for update', [tenderId]);
}

/**
 * The same of an award that the deed is about: it and the first are held, in the order of whoever holds both one by one.
 */
export async function holdWithFirst({ tx }: Deed, id: string): Promise<void> {
  await tx.query(
    `select 1 from award where tender_id = (select tender_id from award where id = $1) and (id = $1 or round = 1)
     order by round desc for update`,
    [id],
  );
}

/** What a bid won in an award: all of it that its settlement asks for. */
export interface HeldAward {
  readonly tenderId: string;
  readonly state: AwardState;
  /** null when the bid is no winner */
  readonly cells: readonly AwardCell[] | null;
}

/**
 * The award and the first one of its tender, held until the deed ends, in the order of whoever holds both one by one.
 * @throws Refusal 'award.not-found'
 */
export async function heldWithFirst({ tx }: Deed, id: string, bidId: string): Promise<HeldAward> {
  const rows: (HeldAward & { own: boolean })[] = await tx.query(
    `select a.id = $1 as own, a.tender_id as "tenderId", a.state,
       jsonb_path_query_first(a.allocation, '$[*] ? (@.bidId == $bid).cells', jsonb_build_object('bid', $2::text)) as cells
     from award a
     where a.tender_id = (select tender_id from award where id = $1) and (a.id = $1 or a.round = 1)
     order by a.round desc for update`,
    [id, bidId],
  );
  const award = rows.find(({ own }) => own);
  if (!award) throw notFound('award');
  return award;
}

/** The round of an award that is about to be added. */
export async function nextRound(deed: Deed, tenderId: string): Promise<number> {
  await holdFirst(deed, tenderId);
  const rows: { round: number }[] = await deed.tx.query(
    'select coalesce(max(round), 0) + 1 as round from award where tender_id = $1',
    [tenderId],
  );
  return rows[0]?.round ?? 1;
}

/** The bids of winners that fell out of an award. */
export async function fallenOut(deed: Deed, awardId: string): Promise<string[]> {
  const rows: { bid: string }[] = await deed.tx.query('select fallen_bid as bid from award where fallen_from = $1', [
    awardId,
  ]);
  return rows.map(({ bid }) => bid);
}

/** Bids that fell through in the tender: they won and did not hold what they offered. */
export async function fallenBids(deed: Deed, tenderId: string): Promise<Map<string, string>> {
  const rows: { bid: string; why: string }[] = await deed.tx.query(
    `select distinct fallen_bid as bid, 'It had won and fell through.' as why from award
     where tender_id = $1 and fallen_bid is not null`,
    [tenderId],
  );
  return new Map(rows.map(({ bid, why }) => [bid, why]));
}

/** The bids excluded so far, those that fell, and the one that falls now: each once, with the first reason given. */
export function excluding(
  before: readonly ExcludedBid[],
  fallen: ReadonlyMap<string, string>,
  now: ExcludedBid,
): ExcludedBid[] {
  const all = withFallen(before, fallen);
  return all.some((bid) => bid.bidId === now.bidId) ? all : [...all, now];
}

/** The bids excluded so far, and those that fell since. */
export function withFallen(before: readonly ExcludedBid[], fallen: ReadonlyMap<string, string>): ExcludedBid[] {
  const all = new Map(before.map((bid) => [bid.bidId, bid.why]));
  for (const [bidId, why] of fallen) if (!all.has(bidId)) all.set(bidId, why);
  return [...all].map(([bidId, why]) => ({ bidId, why }));
}
