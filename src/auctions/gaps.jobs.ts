/**
 * How far everybody is from winning what it does not win: found after a standing, as long as it is the newest and the auction
 * goes on, where each bid is one tariff.
 */
import { Injectable } from '@nestjs/common';
import { IsNull, Not } from 'typeorm';
import { AllocationService } from '../allocation/allocation.service.js';
import type { Gap } from '../allocation/rules/gaps.js';
import { JobSource } from '../platform/database/job-source.js';
import { OnFact } from '../platform/deeds/facts.js';
import { Auction } from './auction.entity.js';
import { gapsAsked } from './auctions.events.js';
import { lastOf, newestStanding } from './event-rows.js';
import { Grounds } from './grounds.js';
import { auctionProblem } from './rules/auction-problem.js';
import { tariffsAsOf } from './tariff-rows.js';

/** The gaps of one participant: then they are told as at least and at most. */
const GAPS_SECONDS = 5;

@Injectable()
export class GapsJobs {
  /** the search of each auction that is under way here */
  private readonly searches = new Map<string, AbortController>();

  constructor(
    private readonly source: JobSource,
    private readonly allocation: AllocationService,
    private readonly grounds: Grounds,
  ) {}

  @OnFact(gapsAsked, { name: 'auctions.find-gaps', long: true, patient: true })
  async find({ auctionId, standing }: { auctionId: string; standing: number }): Promise<void> {
    this.giveWay(auctionId);
    const search = new AbortController();
    this.searches.set(auctionId, search);
    try {
      await this.search(auctionId, standing, search.signal);
    } catch (error) {
      if (!search.signal.aborted) throw error;
    } finally {
      if (this.searches.get(auctionId) === search) this.searches.delete(auctionId);
    }
  }

  /** Ends the search for the gaps of a standing that another one is about to follow, which needs the solver threads. */
  giveWay(auctionId: string): void {
    this.searches.get(auctionId)?.abort();
  }

  private async search(auctionId: string, standing: number, signal: AbortSignal): Promise<void> {
    const tx = this.source.manager;
    const newest = await newestStanding(tx, auctionId);
    if (newest?.event.sequence !== standing || newest.content.totalMinor === null) return;
    const { problem: head } = await this.grounds.of(tx, auctionId);
    const tariffs = await tariffsAsOf(tx, auctionId, newest.event.body.upTo);
    const problem = auctionProblem(head, tariffs);
    const practice = await tx.existsBy(Auction, { id: auctionId, practiceFor: Not(IsNull()) });
    const { status, awards } = newest.content;
    const proved = status === 'optimal' ? awards : null;
    const options = {
      seconds: GAPS_SECONDS,
      signal,
      rank: practice ? 'patient' : 'usual',
      proved,
      known: awards,
    } as const;
    const done: { alias: string }[] = await tx.query(
      'select distinct alias from auction_gap where auction_id = $1 and standing = $2',
      [auctionId, standing],
    );
    // A bid with alternatives has no gap of its own: each of its tariffs would have another one.
    const several = tariffs.filter(({ tariff }) => tariff.alternatives !== undefined);
    const known = new Set([...done, ...several].map(({ alias }) => alias));
    const best = Object.entries(newest.content.ranks).sort(([, a], [, b]) => a - b);
    for (const [alias] of best.filter(([each]) => !known.has(each))) {
      const over = await tx.existsBy(Auction, [
        { id: auctionId, state: 'decided' },
        { id: auctionId, state: 'cancelled' },
      ]);
      if (over || (await lastOf(tx, auctionId, 'standing'))?.sequence !== standing) return;
      const { gaps } = await this.allocation.gapsToWin(problem, [alias], options);
      await this.keep(auctionId, standing, gaps);
    }
  }

  private async keep(auctionId: string, standing: number, gaps: readonly Gap[]): Promise<void> {
    await this.source.query(
      `insert into auction_gap (auction_id, standing, alias, lot_code, tier_code, lines, gap_minor, at_least_minor, proved)
       select $1, $2, alias, lot, tier, lines, gap, least, proved
       from unnest($3::text[], $4::text[], $5::text[], $6::int[], $7::bigint[], $8::bigint[], $9::boolean[])
         as given (alias, lot, tier, lines, gap, least, proved)
       on conflict do nothing`,
      [
        auctionId,
        standing,
        gaps.map((gap) => gap.bid),
        gaps.map((gap) => gap.lot),
        gaps.map((gap) => gap.tier),
        gaps.map((gap) => gap.lines),
        gaps.map((gap) => gap.gapMinor?.toString() ?? null),
        gaps.map((gap) => gap.atLeastMinor.toString()),
        gaps.map((gap) => gap.proved),
      ],
    );
  }
}
