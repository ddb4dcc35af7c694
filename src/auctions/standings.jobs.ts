/**
 * Standings: after what was recorded, the exact allocation of all tariffs is reckoned beside everything else, proxies
 * answer it, and an auction whose time is over goes on from it. Whoever reckons looks at the rows again before writing,
 * so that an older result never follows a newer one, and a reckoning that was cut off is simply done again.
 */
import { Injectable } from '@nestjs/common';
import { AllocationService } from '../allocation/allocation.service.js';
import type { Problem, Result } from '../allocation/rules/problem.js';
import { transition } from '../kernel/lifecycle.js';
import { JobSource } from '../platform/database/job-source.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { OnFact } from '../platform/deeds/facts.js';
import { Keys } from '../platform/keys/keys.js';
import { Auction } from './auction.entity.js';
import { gapsAsked, practiceStandingAsked, standingAsked } from './auctions.events.js';
import { goInAlone } from './desk.js';
import { append, type Draft, holdDesk, lastEvent, lastOf, newestStanding } from './event-rows.js';
import { GapsJobs } from './gaps.jobs.js';
import { Frames } from './frames.js';
import { type AuctionGround, Grounds } from './grounds.js';
import { LiveJobs } from './live.jobs.js';
import { sealed } from './live.service.js';
import { readProxies } from './proxy-rows.js';
import { auctionProblem, withTariff } from './rules/auction-problem.js';
import { evaluatedCost } from './rules/evaluated-cost.js';
import type { AuctionEvent, StandingContent } from './rules/events.js';
import { auctionLifecycle } from './rules/lifecycles.js';
import { extensionAfter, winnersChanged } from './rules/phases.js';
import { proxyImprovement } from './rules/proxy.js';
import { ranksOf } from './rules/ranking.js';
import { wantedLines } from './rules/wanted.js';
import { latestTariff, placeRecorded, recordTariffs, type StandingTariff, tariffsAsOf } from './tariff-rows.js';

/** A solve while time runs, and one when the result depends on it. */
const LIVE_SECONDS = 10;
const FINAL_SECONDS = 60;

/** Nothing is reckoned any more. */
const ENDED: ReadonlySet<string> = new Set(['decided', 'failed', 'cancelled']);

const NO_BIDS: Pick<Result, 'status' | 'totalMinor' | 'boundMinor' | 'awards'> = {
  status: 'infeasible',
  totalMinor: null,
  boundMinor: null,
  awards: [],
};

/** An auction as it stood when it was looked at. */
interface Look {
  /** the last event of any kind */
  readonly last: number;
  readonly auction: Auction;
  readonly ground: AuctionGround;
  readonly tariffs: readonly StandingTariff[];
  /** the last event that made a tariff */
  readonly upTo: number;
  readonly standing: AuctionEvent<'standing'> | null;
  readonly content: StandingContent | null;
}

@Injectable()
export class StandingsJobs {
  constructor(
    private readonly source: JobSource,
    private readonly deeds: Deeds,
    private readonly keys: Keys,
    private readonly allocation: AllocationService,
    private readonly grounds: Grounds,
    private readonly frames: Frames,
    private readonly live: LiveJobs,
    private readonly gaps: GapsJobs,
  ) {}

  /** Those of practice auctions go behind all that counts. */
  @OnFact(practiceStandingAsked, { name: 'auctions.reckon-practice', long: true, patient: true })
  async reckonPractice(payload: { auctionId: string }): Promise<void> {
    await this.reckon(payload);
  }

  @OnFact(standingAsked, { name: 'auctions.reckon', long: true })
  async reckon({ auctionId }: { auctionId: string }): Promise<void> {
    let proved: number | null = null;
    for (let more = true; more;) {
      await this.deed('auctions.take-down', async (deed) => {
        if (await holdDesk(deed.tx, auctionId)) await placeRecorded(deed.tx, auctionId, deed.now);
      });
      const look = await this.look(auctionId);
      if (!look) return;
      const behind = look.standing === null || look.standing.body.upTo < look.upTo;
      if (behind || (unproved(look) && proved !== look.upTo)) {
        if (behind) this.gaps.giveWay(auctionId);
        // Once time is over there is more of it for the proof than there was before, and that is taken once.
        proved = look.auction.state === 'settling' ? look.upTo : null;
        await this.reckonStanding(look);
      } else if (!(await this.letProxiesAct(look))) more = await this.finish(look);
    }
  }

  private async look(auctionId: string): Promise<Look | null> {
    const tx = this.source.manager;
    const last = (await lastEvent(tx, auctionId))?.sequence ?? 0;
    const auction = await tx.findOneBy(Auction, { id: auctionId });
    if (!auction || ENDED.has(auction.state)) return null;
    const rows: { sequence: number }[] = await tx.query(
      'select coalesce(max(sequence), 1) as sequence from auction_tariff where auction_id = $1',
      [auctionId],
    );
    const upTo = rows[0]?.sequence ?? 1;
    const newest = await newestStanding(tx, auctionId);
    return {
      last,
      auction,
      ground: await this.grounds.of(tx, auctionId),
      tariffs: await tariffsAsOf(tx, auctionId, upTo),
      upTo,
      standing: newest?.event ?? null,
      content: newest?.content ?? null,
    };
  }

  private async reckonStanding(look: Look): Promise<void> {
    const { auction, ground, tariffs, upTo } = look;
    const result = await this.solve(look, auctionProblem(ground.problem, tariffs));
    const { status, totalMinor, boundMinor, awards } = result;
    const ranks = ranksOf(tariffs, ground.reference, ground.costs);
    const content: StandingContent = { status, totalMinor, boundMinor, awards, ranks };
    await this.deed('auctions.announce-standing', async (deed) => {
      const { tx } = deed;
      await goInAlone(tx, auction.id);
      const held = await tx.findOne(Auction, { where: { id: auction.id }, lock: { mode: 'pessimistic_write' } });
      await holdDesk(tx, auction.id);
      const before = await newestStanding(tx, auction.id);
      if (!held || ENDED.has(held.state)) return;
      if (
        before &&
        (before.event.body.upTo > upTo || (before.event.body.upTo === upTo && !isBetter(content, before.content)))
      )
        return;
      const changed = winnersChanged(before?.content ?? null, content);
      const { settings } = ground;
      const told = settings.feedback === 'rank-and-total' ? { totalMinor } : {};
      const [event] = await append(tx, auction.id, deed.now, [
        { kind: 'standing', body: { upTo, changed, ...told }, content },
      ]);
      if (event)
        await this.extend(deed, held, ground, {
          event: event as AuctionEvent<'standing'>,
          before: before?.event ?? null,
        });
    });
  }

  /** Puts the end off when the standing changed who wins shortly before it. */
  private async extend(
    deed: Deed,
    auction: Auction,
    { settings }: AuctionGround,
    { event, before }: { readonly event: AuctionEvent<'standing'>; readonly before: AuctionEvent<'standing'> | null },
  ): Promise<void> {
    const { id, state, endsAt, extendedMillis } = auction;
    if (endsAt === null || (state !== 'live' && state !== 'settling')) return;
    const rows: { at: Date | null }[] = await deed.tx.query(
      `select max(received_at) as at from auction_tariff where auction_id = $1 and sequence > $2 and sequence <= $3`,
      [id, before?.body.upTo ?? 1, event.body.upTo],
    );
    const movement = { at: new Date(event.at), changed: event.body.changed, lastBidAt: rows[0]?.at ?? null };
    const extension = extensionAfter(settings, { endsAt, extendedMillis }, movement);
    if (!extension) return;
    const body = {
      endsAt: extension.endsAt.toISOString(),
      because: event.sequence,
      extendedMillis: extension.extendedMillis,
    };
    await append(deed.tx, id, deed.now, [{ kind: 'extended', body } satisfies Draft]);
    const next = state === 'settling' ? transition(auctionLifecycle, state, 'extend') : state;
    await deed.tx.update(Auction, { id }, { ...extension, state: next, dueAt: extension.endsAt });
    await deed.record({ type: 'auction', id }, { state: next, ...extension });
  }

  /**
   * The first proxy, by rank and the worst first, that can win more of what it asked for improves its tariff by the
   * smallest step that does. What follows from it is reckoned before another one moves.
   * @returns whether one did
   */
  private async letProxiesAct(look: Look): Promise<boolean> {
    const { auction, ground, tariffs, content } = look;
    const { state, turnOf, id } = auction;
    const tx = this.source.manager;
    if (!content || (state !== 'live' && state !== 'settling')) return false;
    const proxies = await readProxies(tx, this.keys, id, ground, await this.frames.of(tx, auction.tenderId));
    const worstFirst = Object.entries(content.ranks).sort(([, a], [, b]) => b - a);
    for (const [alias] of worstFirst) {
      const proxy = proxies.get(alias);
      const present = tariffs.find((each) => each.alias === alias);
      if (!proxy || !present || (ground.settings.format === 'rounds' && turnOf !== null && turnOf !== alias)) continue;
      const problem = auctionProblem(ground.problem, tariffs);
      const wouldWin = async (tariff: StandingTariff['tariff']): Promise<number> => {
        const receivedAt = new Date(Math.max(...tariffs.map((each) => each.receivedAt.getTime())) + 1);
        const { awards } = await this.solve(look, withTariff(problem, { alias, receivedAt, tariff }));
        return wantedLines(awards, alias, proxy.lots);
      };
      const won = wantedLines(content.awards, alias, proxy.lots);
      const { reference, settings } = ground;
      const next = await proxyImprovement(present.tariff, proxy, reference, settings.minimumStepBp, won, wouldWin);
      if (next && (await this.bidFor(look, present, next))) return true;
    }
    return false;
  }

  /** Records what a proxy bids, unless something happened since it was thought out. */
  private async bidFor(look: Look, present: StandingTariff, tariff: StandingTariff['tariff']): Promise<boolean> {
    const { auction, ground, standing } = look;
    return this.deed('auctions.bid-by-proxy', async (deed) => {
      const { tx } = deed;
      const { id } = auction;
      const held = await tx.findOne(Auction, { where: { id }, lock: { mode: 'pessimistic_read' } });
      await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`bids ${id} ${present.alias}`]);
      await holdDesk(tx, id);
      const [last, newest] = [await latestTariff(tx, id, present.alias), await lastOf(tx, id, 'standing')];
      // Whatever happened meanwhile is looked at anew: this counts as a move, so that the reckoning goes on.
      if (held?.state !== auction.state || held.turnOf !== auction.turnOf) return true;
      if (last?.revision !== present.revision || newest?.sequence !== standing?.sequence) return true;
      const receivedAt = deed.now;
      const head = { auctionId: id, alias: present.alias, revision: present.revision + 1, receivedAt };
      const evaluatedMinor = evaluatedCost(tariff, ground.reference);
      const recorded = { ...sealed(this.keys, head, tariff), tariff, evaluatedMinor };
      await recordTariffs(tx, id, [{ ...recorded, by: 'proxy', personId: null, sequence: null }]);
      await placeRecorded(tx, id, deed.now);
      const { alias, revision, commitment } = recorded;
      await deed.record({ type: 'auction-bids', id: `${id} ${alias}` }, { by: 'proxy', revision, commitment });
      return true;
    });
  }

  /**
   * Leaves the desk, when there is nothing more to reckon, and lets an auction whose time is over go on.
   * @returns whether there is more
   */
  private async finish({ last, auction, standing }: Look): Promise<boolean> {
    return this.deed('auctions.conclude', async (deed) => {
      const { tx } = deed;
      const { id } = auction;
      await goInAlone(tx, id);
      const held = await tx.findOne(Auction, { where: { id }, lock: { mode: 'pessimistic_write' } });
      await holdDesk(tx, id);
      // What others placed since the look was not asked to be reckoned again, as somebody was still reckoning.
      if (
        (await placeRecorded(tx, id, deed.now)) > 0 ||
        (await lastEvent(tx, id))?.sequence !== last ||
        held?.state !== auction.state ||
        held.turnOf !== auction.turnOf
      )
        return true;
      await tx.query('update auction_desk set reckoning = false where id = $1', [id]);
      await this.live.conclude(deed, held);
      if (standing && !(await hasGaps(deed, id, standing.sequence)))
        await deed.announce(gapsAsked, { auctionId: id, standing: standing.sequence });
      return false;
    });
  }

  /** Begins with what the last standing awarded, which a tariff that improves still allows nearly always. */
  private async solve(
    { auction, tariffs, content }: Look,
    problem: Problem,
  ): Promise<Pick<Result, 'status' | 'totalMinor' | 'boundMinor' | 'awards'>> {
    if (tariffs.length === 0) return NO_BIDS;
    const seconds = auction.state === 'settling' ? FINAL_SECONDS : LIVE_SECONDS;
    const rank = auction.practiceFor === null ? 'usual' : 'patient';
    return this.allocation.solve(problem, { seconds, rank, known: content?.awards ?? [] });
  }

  private async deed<T>(name: string, work: (deed: Deed) => Promise<T>): Promise<T> {
    return this.deeds.runAsJob(name, work);
  }
}

/** Whether the result may still be off, now that it decides. */
function unproved({ auction, content }: Look): boolean {
  return auction.state === 'settling' && (content?.status === 'feasible' || content?.status === 'unknown');
}

/** Whether an allocation of the same tariffs is cheaper, or proved to be the cheapest as the other is not. */
function isBetter(now: StandingContent, before: StandingContent): boolean {
  if (before.status === 'optimal' || now.totalMinor === null) return false;
  return now.status === 'optimal' || before.totalMinor === null || now.totalMinor < before.totalMinor;
}

async function hasGaps({ tx }: Deed, id: string, standing: number): Promise<boolean> {
  const rows: unknown[] = await tx.query('select from auction_gap where auction_id = $1 and standing = $2 limit 1', [
    id,
    standing,
  ]);
  return rows.length > 0;
}
