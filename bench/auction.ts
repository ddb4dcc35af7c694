/**
 * A live auction under load. Improvements per second over HTTP, against the same rows written by a bare transaction and
 * by a bare route in front of one; and how long after its receipt an improvement is in a standing, against the solve alone.
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { AllocationService } from '../src/allocation/allocation.service.js';
import { Grounds } from '../src/auctions/grounds.js';
import { auctionProblem } from '../src/auctions/rules/auction-problem.js';
import { tariffsAsOf } from '../src/auctions/tariff-rows.js';
import { Deeds } from '../src/platform/deeds/deeds.js';
import { systemActor } from '../src/kernel/actor.js';
import { pause } from '../src/platform/patience.js';
import { bareTables, improveBare } from './bare-improvement.js';
import { serve } from './ground.js';
import { CONNECTIONS, load, type Receipt, sender, sendings } from './improvements.js';
import { type LiveAuctionMade, LiveGround } from './live-ground.js';
import { median, quantile, type Report } from './report.js';
import { StandingsWatch } from './standings-watch.js';

export interface AuctionSizes {
  readonly bidders: readonly number[];
  /** of a round, all bidders together; each makes two at least, and not so many that prices come to nothing */
  readonly improvements: number;
  readonly providers: readonly number[];
  readonly lots: readonly number[];
}

export const AUCTION_SIZES: AuctionSizes = {
  bidders: [1, 10, 100, 500],
  improvements: 300,
  providers: [5, 10, 20],
  lots: [10, 50, 100],
};

/** of the auction that is under load */
const LOTS = 10;
const SEED = 1;
/** With fewer of them there is no auction. */
const FEWEST = 3;
const ROUNDS = 3;
const MOST_EACH = 30;
/** Improvements whose standings are waited for. */
const STANDINGS = 7;
const POLL_MILLIS = 2;

export async function benchAuction(report: Report, sizes: AuctionSizes): Promise<void> {
  if (sizes.bidders.length > 0) await benchImprovements(report, sizes);
  for (const lots of sizes.lots) await benchStandings(report, lots, sizes.providers);
}

async function benchImprovements(report: Report, { bidders, improvements }: AuctionSizes): Promise<void> {
  const live = await LiveGround.begin(LOTS);
  const { ground, served } = live;
  const bare = new pg.Pool({ connectionString: ground.url, max: CONNECTIONS });
  bare.on('error', () => undefined);
  const floor = await serve('bench/auction-floor.js', { DATABASE_URL: ground.url });
  try {
    await bareTables(ground.pool);
    for (const count of bidders) {
      const whole = await live.auction(Math.max(FEWEST, count), SEED);
      const auction = { ...whole, bidders: whole.bidders.slice(0, count) };
      const [ours, route] = [sender(served.base, auction.id, count), sender(floor.base, randomUUID(), count)];
      const each = Math.min(MOST_EACH, Math.max(2, Math.ceil(improvements / count)));
      const rates = { ours: [] as number[], route: [] as number[], bare: [] as number[] };
      const [millis, receipts, lags, waits]: [number[], Receipt[], number[], number[]] = [[], [], [], []];
      let seconds = 0;
      const before = await standingsOf(live, auction.id);
      let standings = 0;
      const bareId = randomUUID();
      for (let round = 0; round <= ROUNDS; round += 1) {
        const began = await standingsOf(live, auction.id);
        await lag(served.base);
        const queues = sendings(auction, each, 1 + round * each);
        const watch = new StandingsWatch(ground.pool, auction.id);
        const mine = await load(queues, async (sending) => {
          const receipt = await ours.send(sending);
          watch.note(receipt);
          return receipt;
        });
        const now = await standingsOf(live, auction.id);
        for (const receipt of mine.answers) receipts.push(receipt);
        const blocked = await lag(served.base);
        // What is left to reckon is reckoned before a floor is measured.
        await live.quiet(auction.id);
        const waited = await watch.end();
        const onRoute = await load(queues, route.send);
        const alone = await load(queues, ({ bidder, key, revision, body }) => {
          const { alias, personId: person, organisationId: organisation } = bidder;
          return improveBare(bare, {
            auctionId: bareId,
            alias,
            revision,
            person,
            organisation,
            key: `b${key}`,
            tariff: body,
          });
        });
        // The first round only warms all up.
        if (round === 0) continue;
        rates.ours.push(mine.perSecond);
        rates.route.push(onRoute.perSecond);
        rates.bare.push(alone.perSecond);
        for (const took of mine.millis) millis.push(took);
        lags.push(blocked);
        for (const wait of waited) waits.push(wait);
        standings += now - began;
        seconds += mine.answers.length / mine.perSecond;
      }
      ours.end();
      route.end();
      await checked(live, auction.id, receipts);
      report.row('improvements', {
        bidders: count,
        improvements: millis.length,
        'improvements/s': median(rates.ours),
        'median ms': median(millis),
        'p95 ms': quantile(millis, 0.95),
        'p99 ms': quantile(millis, 0.99),
        'route/s': median(rates.route),
        'transactions/s': median(rates.bare),
        'ratio to route': median(rates.ours) / median(rates.route),
        'ratio to transactions': median(rates.ours) / median(rates.bare),
        aim: 'at least 0.5 of the route',
        'standings meanwhile': `${standings} in ${seconds.toFixed(1)} s`,
        'standings before': before,
        'standing ms': median(waits),
        'standing p95 ms': quantile(waits, 0.95),
        'longest standing ms': quantile(waits, 1),
        'longest block ms': Math.max(...lags),
        'asked again': ours.askedAgain(),
      });
      await live.cancel(auction.id);
    }
  } catch (error) {
    console.error(error);
    throw error;
  } finally {
    await floor.stop();
    await bare.end();
    await live.end();
  }
}

/** How long the event loop stood still at most since it was asked last. */
async function lag(base: string): Promise<number> {
  const text = await (await fetch(`${base}/metrics`)).text();
  return 1_000 * Number(/^nodejs_eventloop_lag_max_seconds (\S+)/m.exec(text)?.[1] ?? Number.NaN);
}

async function standingsOf({ ground }: LiveGround, id: string): Promise<number> {
  const { rows } = await ground.pool.query<{ n: number }>(
    `select count(*)::int as n from auction_event where auction_id = $1 and kind = 'standing'`,
    [id],
  );
  return rows[0]?.n ?? 0;
}

/** Every improvement that was answered with a receipt is in the log, once, or the measurement is worth nothing. */
async function checked({ ground }: LiveGround, id: string, receipts: readonly Receipt[]): Promise<void> {
  const { rows } = await ground.pool.query<{ alias: string; revision: number; commitment: string }>(
    `select body->>'alias' as alias, (body->>'revision')::int as revision, body->>'commitment' as commitment
     from auction_event where auction_id = $1 and kind = 'bid'`,
    [id],
  );
  const textOf = ({ alias, revision, commitment }: Receipt): string => `${alias} ${revision} ${commitment}`;
  const logged = new Set(rows.map(textOf));
  const missing = receipts.filter((receipt) => !logged.has(textOf(receipt)));
  if (missing.length > 0) throw new Error(`${missing.length} acknowledged improvements are not in the log`);
  if (rows.length !== receipts.length) throw new Error(`${rows.length} in the log, ${receipts.length} acknowledged`);
}

async function benchStandings(report: Report, lots: number, providers: readonly number[]): Promise<void> {
  const live = await LiveGround.begin(lots);
  try {
    for (const count of providers) {
      const auction = await live.auction(count, SEED);
      const { send, end } = sender(live.served.base, auction.id, 1);
      const [all, solves, answers]: [number[], number[], number[]] = [[], [], []];
      for (let i = 0; i < STANDINGS + 1; i += 1) {
        const bidder = auction.bidders[i % count];
        if (!bidder) throw new Error('nobody bids');
        const [[sending] = []] = sendings({ ...auction, bidders: [bidder] }, 1, 1);
        if (!sending) throw new Error('nothing is sent');
        const began = performance.now();
        const receipt = await send(sending);
        const answered = performance.now();
        await counted(live, auction, receipt);
        const millis = performance.now() - answered;
        await live.quiet(auction.id);
        const solve = await solved(live, auction.id);
        // The first one only warms both up.
        if (i === 0) continue;
        all.push(millis);
        answers.push(answered - began);
        solves.push(solve);
      }
      end();
      report.row('standings', {
        'providers x lots': `${count} x ${lots}`,
        'answer ms': median(answers),
        'standing ms': median(all),
        'longest ms': Math.max(...all),
        'solve ms': median(solves),
        'longest solve ms': Math.max(...solves),
        ratio: median(all) / median(solves),
        'beside it ms': median(all.map((millis, i) => millis - (solves[i] ?? 0))),
      });
      await live.cancel(auction.id);
    }
  } finally {
    await live.end();
  }
}

/** Until a standing takes the improvement in. */
async function counted({ ground }: LiveGround, { id }: LiveAuctionMade, { alias, revision }: Receipt): Promise<void> {
  for (;;) {
    const { rowCount } = await ground.pool.query(
      `select from auction_tariff t join auction_event e on e.auction_id = t.auction_id and e.kind = 'standing'
       where t.auction_id = $1 and t.alias = $2 and t.revision = $3 and (e.body->>'upTo')::int >= t.sequence
         and e.sequence > t.sequence limit 1`,
      [id, alias, revision],
    );
    if (rowCount) return;
    await pause(POLL_MILLIS);
  }
}

/** The same problem, solved by itself. */
async function solved(live: LiveGround, id: string): Promise<number> {
  const problem = await live.get(Deeds).run(systemActor('bench'), 'bench', null, async ({ tx }) => {
    const { problem: head } = await live.get(Grounds).of(tx, id);
    return auctionProblem(head, await tariffsAsOf(tx, id, null));
  });
  const began = performance.now();
  await live.get(AllocationService).solve(problem);
  return performance.now() - began;
}
