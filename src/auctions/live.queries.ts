/** Reads of auctions whose bids are opened, for screens. Nobody reads here what a rival may not know. */
import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import type { Minor } from '../kernel/money.js';
import { noCursor, pageOf } from '../kernel/page.js';
import { notFound } from '../kernel/refusal.js';
import { databaseNow } from '../platform/deeds/deeds.js';
import type { PageQuery } from '../platform/http/fields.js';
import { TendersQueries } from '../tenders/tenders.queries.js';
import { Auction } from './auction.entity.js';
import { lastEvent, newestStanding } from './event-rows.js';
import { Grounds } from './grounds.js';
import type { GapView, LiveAuctionView, OwnStandingView, StandingsView } from './live.dto.js';
import { alternativeOf, bidOf } from './rules/tariff-id.js';
import { latestTariff, newestEvaluations, participantOf, participantsOf, tariffAsOf } from './tariff-rows.js';

interface GapRow {
  readonly lot_code: string;
  readonly tier_code: string | null;
  readonly gap_minor: Minor | null;
  readonly proved: boolean;
}

/** A percent in basis points. */
const PERCENT_BP = 100n;

@Injectable()
export class LiveQueries {
  constructor(
    private readonly tenders: TendersQueries,
    private readonly grounds: Grounds,
  ) {}

  /**
   * @param actor null for somebody who is not signed in
   * @throws Refusal 'auction.not-found', also for another provider's practice
   */
  async auction(tx: EntityManager, actor: Actor | null, id: string): Promise<LiveAuctionView> {
    const auction = await this.known(tx, actor, id);
    const tender = await this.tenders.published(tx, auction.tenderId);
    if (!tender) throw notFound('auction');
    const own = await participantOf(tx, id, actor?.organisationId ?? null);
    const counts: { bidders: number; improvements: number }[] = await tx.query(
      `select count(*) filter (where revision = 0)::int as bidders, count(*) filter (where revision > 0)::int as improvements
       from auction_tariff where auction_id = $1`,
      [id],
    );
    const { state, dueAt, endsAt, extendedMillis, round, turn, turnOf, remainingMillis } = auction;
    // A practice has its own, as its first event says.
    const settings = auction.openedAt === null ? tender.auction : (await this.grounds.of(tx, id)).settings;
    const { format, feedback, minimumStepBp } = settings;
    const total = feedback === 'rank-and-total' || state === 'decided' || actor?.organisationKind === 'agency';
    const reckoned = total ? await newestStanding(tx, id) : null;
    return {
      auctionId: id,
      tenderId: auction.tenderId,
      practice: auction.practiceFor !== null,
      state,
      format,
      now: await databaseNow(tx),
      beginsAt: state === 'waiting' ? dueAt : null,
      endsAt: state === 'live' || state === 'resting' || state === 'settling' ? endsAt : null,
      extendedMillis,
      remainingMillis: remainingMillis === null ? null : Number(remainingMillis),
      round,
      turn,
      ownTurn: turnOf === null ? null : turnOf === own?.alias,
      bidders: counts[0]?.bidders ?? 0,
      improvements: counts[0]?.improvements ?? 0,
      totalMinor: reckoned?.content.totalMinor ?? null,
      sequence: (await lastEvent(tx, id))?.sequence ?? 0,
      minimumStepBp,
    };
  }

  /** The actor's own standing. @throws Refusal 'auction.not-found', 'bid.not-found' without an opened bid */
  async own(tx: EntityManager, actor: Actor, id: string): Promise<OwnStandingView> {
    const auction = await this.known(tx, actor, id);
    const participant = await participantOf(tx, id, actor.organisationId);
    const tariff = participant && (await latestTariff(tx, id, participant.alias));
    if (!tariff) throw notFound('bid');
    const { alias, revision, evaluatedMinor } = tariff;
    const reckoned = await newestStanding(tx, id);
    const counted = await tariffAsOf(tx, id, alias, reckoned?.event.body.upTo ?? 0);
    const tender = await this.tenders.published(tx, auction.tenderId);
    const told = new Set(tender?.lots.filter((lot) => lot.told).map((lot) => lot.code));
    const mine = reckoned?.content.awards.find((award) => bidOf(award.bid) === alias);
    return {
      auctionId: id,
      alias,
      now: await databaseNow(tx),
      revision,
      evaluatedMinor,
      tariff: tariff.tariff,
      standing: reckoned?.event.sequence ?? null,
      upToDate: counted?.revision === revision,
      rank: reckoned?.content.ranks[alias] ?? null,
      alternative: mine ? alternativeOf(mine.bid) : null,
      won: Object.entries(mine?.lots ?? {}).map(([lot, tiers]) => ({
        lot,
        lines: told.has(lot) || auction.state === 'decided' ? sum(Object.values(tiers)) : null,
      })),
      gaps: reckoned && (await gapsOf(tx, id, reckoned.event.sequence, alias, counted?.evaluatedMinor ?? 0n, told)),
      proxy: (await proxied(tx, id)).has(participant.bidder),
    };
  }

  /** Everybody's standing, the best first. @throws Refusal 'auction.not-found', also for a practice */
  async standings(tx: EntityManager, id: string, { cursor, limit }: PageQuery): Promise<StandingsView> {
    if (!(await tx.existsBy(Auction, { id, practiceFor: IsNull() }))) throw notFound('auction');
    const reckoned = await newestStanding(tx, id);
    const tariffs = new Map((await newestEvaluations(tx, id)).map((each) => [each.alias, each]));
    const awards = new Map(reckoned?.content.awards.map((award) => [bidOf(award.bid), award]));
    const proxies = await proxied(tx, id);
    const all = (await participantsOf(tx, id))
      .map(({ alias, bidder, providerId, name }) => {
        const [tariff, award] = [tariffs.get(alias), awards.get(alias)];
        return {
          alias,
          providerId,
          name,
          revision: tariff?.revision ?? 0,
          evaluatedMinor: tariff?.evaluatedMinor ?? 0n,
          rank: reckoned?.content.ranks[alias] ?? null,
          alternative: award ? alternativeOf(award.bid) : null,
          lines: award?.lines ?? 0,
          costMinor: award?.costMinor ?? 0n,
          lots: award?.lots ?? {},
          proxy: proxies.has(bidder),
        };
      })
      .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
    const from = cursor === undefined ? 0 : all.findIndex((each) => each.alias === cursor) + 1;
    if (cursor !== undefined && from === 0) throw noCursor();
    const { items, next } = pageOf(all.slice(from, from + limit + 1), limit, (each) => each.alias);
    return {
      auctionId: id,
      now: await databaseNow(tx),
      standing: reckoned?.event.sequence ?? null,
      status: reckoned?.content.status ?? null,
      totalMinor: reckoned?.content.totalMinor ?? null,
      boundMinor: reckoned?.content.boundMinor ?? null,
      reckoning: await isReckoning(tx, id),
      items,
      next,
    };
  }

  /** An auction that the actor may see. */
  async known(tx: EntityManager, actor: Actor | null, id: string): Promise<Auction> {
    const auction = await tx.findOneBy(Auction, { id });
    if (!auction || (auction.practiceFor !== null && auction.practiceFor !== actor?.organisationId)) {
      throw notFound('auction');
    }
    return auction;
  }
}

async function gapsOf(
  tx: EntityManager,
  id: string,
  standing: number,
  alias: string,
  evaluatedMinor: Minor,
  told: ReadonlySet<string>,
): Promise<GapView[] | null> {
  const rows: GapRow[] = await tx.query(
    `select lot_code, tier_code, gap_minor, proved from auction_gap
     where auction_id = $1 and standing = $2 and alias = $3 order by lot_code collate "C", tier_code collate "C"`,
    [id, standing, alias],
  );
  if (rows.length === 0) return null;
  return rows.map(({ lot_code: lot, tier_code: tier, gap_minor: gap, proved }) => {
    const open = told.has(lot);
    const unit = open ? 1n : PERCENT_BP;
    const bp = gap === null || evaluatedMinor === 0n ? null : roundedUp(gap * 10_000n, evaluatedMinor * unit) * unit;
    return { lot, tier, gapMinor: open ? gap : null, gapBp: bp === null ? null : Number(bp), proved };
  });
}

/** Whether anything recorded is not taken into account yet, or a proxy may still answer. */
async function isReckoning(tx: EntityManager, id: string): Promise<boolean> {
  const rows: { reckoning: boolean }[] = await tx.query(
    `select reckoning
       or exists (select from auction_tariff t where t.auction_id = d.id and t.sequence is null)
       or exists (select from auction_proxy x join auction_participant p using (auction_id, bidder)
                  where x.auction_id = d.id and x.sequence is null) as reckoning
     from auction_desk d where id = $1 and state = 'watching'`,
    [id],
  );
  return rows[0]?.reckoning ?? false;
}

/** The bidders that have a proxy. */
async function proxied(tx: EntityManager, id: string): Promise<ReadonlySet<string>> {
  const rows: { bidder: string; active: boolean }[] = await tx.query(
    `select distinct on (bidder) bidder, box is not null as active from auction_proxy
     where auction_id = $1 order by bidder, revision desc`,
    [id],
  );
  return new Set(rows.filter(({ active }) => active).map(({ bidder }) => bidder));
}

function roundedUp(part: bigint, whole: bigint): bigint {
  return (part + whole - 1n) / whole;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
