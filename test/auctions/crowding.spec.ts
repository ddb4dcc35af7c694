/** Many who bid at once keep nobody else away, and call the desk once. */
import pg from 'pg';
import { Settings } from '../../src/platform/config/settings.js';
import { liveAuction, scaled } from '../support/live-auction.js';
import { bid, publishedTender, TARIFFS } from '../support/opened-tender.js';
import { System } from '../support/system.js';

let system: System;
/** connections of its own, as the system's may all be taken */
let control: pg.Pool;

beforeAll(async () => {
  system = await System.start();
  control = new pg.Pool({ connectionString: system.database, max: 2 });
});

afterAll(async () => {
  await control.end();
  await system.stop();
});

it('lets an auction end and its award be evaluated while bidders hold every connection of requests', async () => {
  const auction = await liveAuction(system, { auction: { outageSeconds: 3_600 } });
  const { endsAt } = await auction.begun();
  await auction.lower(auction.provider(0), 0.9);
  const [holder, { PUMASI_POOL: connections }] = [await control.connect(), system.app.get(Settings)];
  try {
    // Whoever bids waits for the place of its key, which no job has.
    await holder.query('begin');
    await holder.query('lock table idempotency in exclusive mode');
    const bidding = Array.from({ length: connections }, async (_none, i) =>
      auction.improve(auction.provider(i % 3), scaled(auction.bid(i % 3).tariff, 0.8)),
    );
    await waiting(connections);
    await control.query('update clock_offset set ahead = ahead + ($1::timestamptz - app_now())', [endsAt]);
    const evaluated = `select from award where tender_id = $1 and state = 'drafted'`;
    for (const until = Date.now() + 60_000; (await control.query(evaluated, [auction.id])).rowCount === 0;) {
      if (Date.now() > until) throw new Error('nothing happened');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await holder.query('rollback');
    expect(new Set((await Promise.all(bidding)).map(({ status }) => status))).toEqual(new Set([409]));
  } finally {
    await holder.query('rollback');
    holder.release();
  }
}, 120_000);

it('lets a tender be cancelled before those who send sealed bids later, however many are bidding', async () => {
  const { tenderId, officer } = await publishedTender(system);
  const [early, late] = [await system.someone('bidder'), await system.someone('bidder')];
  const [tariff] = TARIFFS;
  if (!tariff) throw new Error('there are tariffs to bid');
  const holder = await control.connect();
  try {
    await holder.query('begin');
    await holder.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `bids ${tenderId} ${early.organisationId}`,
    ]);
    const inside = bid(tenderId, early, tariff);
    await waiting(1);
    await officer.post(`/api/v1/tenders/${tenderId}/cancel`, { why: 'A wrong cap' }).expect(200);
    await waiting(2);
    const behind = late.post(`/api/v1/tenders/${tenderId}/bids`, tariff).then((answer) => answer);
    await waiting(3);
    await holder.query('commit');
    await inside;
    expect((await behind).body).toMatchObject({ code: 'auction.cancelled' });
  } finally {
    await holder.query('rollback');
    holder.release();
  }
});

it('lets an officer pause before those who bid later, however many are bidding', async () => {
  const auction = await liveAuction(system);
  await auction.begun();
  await auction.reckoned();
  const bidding = system.source.createQueryRunner();
  await bidding.startTransaction();
  // Somebody who bids, at the very moment.
  await bidding.query('select pg_advisory_xact_lock_shared(hashtextextended($1, 0))', [`gate ${auction.id}`]);
  await bidding.query('select from auction where id = $1 for share', [auction.id]);
  const paused = auction.officer
    .post(`/api/v1/auctions/${auction.id}/pause`, { why: 'Somebody has to look.' })
    .then((answer) => answer);
  await waiting(1);
  const late = auction.improve(auction.provider(0), scaled(auction.bid(0).tariff, 0.9)).then((answer) => answer);
  await waiting(2);
  await bidding.commitTransaction();
  await bidding.release();
  expect((await paused).status).toBe(200);
  expect((await late).body).toMatchObject({ code: 'auction.paused' });
});

it('calls the desk once for all improvements that come while a standing is reckoned, and loses none', async () => {
  const auction = await liveAuction(system);
  await auction.begun();
  await auction.reckoned();
  const before = await called();
  const desk = system.source.createQueryRunner();
  await desk.query('update auction_desk set reckoning = true where id = $1', [auction.id]);
  await desk.startTransaction();
  await desk.query('select from auction_desk where id = $1 for update', [auction.id]);
  for (const index of [0, 1, 2]) {
    await auction.improve(auction.provider(index), scaled(auction.bid(index).tariff, 0.9)).expect(201);
  }
  expect((await called()) - before).toBe(1);
  await desk.query('update auction_desk set reckoning = false where id = $1', [auction.id]);
  await desk.commitTransaction();
  await desk.release();
  await auction.reckoned();
  const rows: unknown[] = await system.source.query(
    `select from auction_event where auction_id = $1 and kind = 'bid'`,
    [auction.id],
  );
  expect(rows).toHaveLength(3);
});

async function called(): Promise<number> {
  const rows: { n: number }[] = await system.source.query(
    `select count(*)::int as n from outbox_event where name = 'auctions.tariff-recorded'`,
  );
  return rows[0]?.n ?? 0;
}

/** Until so many wait for a lock, of an auction, its gate or a whole table. */
async function waiting(count: number): Promise<void> {
  for (const until = Date.now() + 10_000; Date.now() < until;) {
    const { rows } = await control.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
         and wait_event in ('advisory', 'tuple', 'transactionid', 'relation')`,
    );
    if ((rows[0]?.n ?? 0) >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`never did ${count} wait`);
}
