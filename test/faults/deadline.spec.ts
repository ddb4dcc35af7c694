/**
 * The end of a live auction under hundreds of bidders: whatever is received before it counts, however long it takes to
 * write; whatever is received after it does not. The database's clock goes slowly towards the end, so that this does not
 * depend on how fast the machine is. Several runs of the full size: `npm run faults -- deadline --runs 10`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Response } from 'supertest';
import { Reception } from '../../src/auctions/reception.js';
import { counted, eventsOf, expectReceipts, expectValidLog, type LiveReceipt } from '../support/auction-log.js';
import { scaled } from '../support/live-auction.js';
import { crowdedAuction, variedTariffs } from '../support/many-bidders.js';
import { System } from '../support/system.js';

const IMPROVEMENTS = Number(process.env['PUMASI_TEST_IMPROVEMENTS'] ?? 100);
const LATE = IMPROVEMENTS / 5;
const LAST_MILLIS = 120;
/** The clock goes so many times slower that the last moment lasts ten minutes. */
const SLOWER = 600_000 / LAST_MILLIS;

let system: System;
/** a connection of its own, as the system's may all be taken */
let control: pg.Client;

beforeAll(async () => {
  system = await System.start({ PUMASI_POOL: 20 });
  control = new pg.Client({ connectionString: system.database });
  await control.connect();
});

afterAll(async () => {
  await control.end();
  await system.stop();
});

/** Counts the requests whose instant of receipt is noted. */
function receiving(): { readonly count: () => number; readonly end: () => void } {
  const reception: { stamp(request: object): void } = system.app.get(Reception, { strict: false });
  const stamp = reception.stamp.bind(reception);
  let count = 0;
  Object.assign(reception, {
    stamp: (request: object) => {
      count += 1;
      stamp(request);
    },
  });
  return { count: () => count, end: () => Reflect.deleteProperty(reception, 'stamp') };
}

/** Waits until so many requests are received, and the instant of each is known. */
async function received(stamps: { readonly count: () => number }, requests: number): Promise<void> {
  while (stamps.count() < requests) await sleep(5);
  // One more look at the clock comes after all looks before it.
  await system.app.get(Reception, { strict: false }).receivedAt({} as never);
}

/** From this instant the clock goes on so many times slower than it should. */
async function setClock(from: Date, slower: number): Promise<void> {
  const { rows } = await control.query<{ now: Date }>('select clock_timestamp() as now');
  const real = rows[0]?.now.toISOString() ?? '';
  await control.query(
    `create or replace function app_now() returns timestamptz language sql volatile as
     $$ select date_trunc('milliseconds', timestamptz '${from.toISOString()}'
          + (clock_timestamp() - timestamptz '${real}') / ${slower} + ahead) from clock_offset $$;
     update clock_offset set ahead = '0'`,
  );
}

const codes = (answers: readonly Response[]): string[] =>
  answers.map(({ status, body }) => `${status} ${(body as { code?: string }).code ?? ''}`);

it('nobody keeps an auction from ending by improvements that come too late', async () => {
  const auction = await crowdedAuction(system, variedTariffs(12), { auction: { softCloseSeconds: 0 } });
  const { endsAt } = await auction.is('live');
  await auction.reckoned();
  await auction.moveTo(endsAt ?? '');
  const flooding = new AbortController();
  const flood = auction.tender.bids.map(async ({ provider, tariff }) => {
    while (!flooding.signal.aborted) await auction.improve(provider, scaled(tariff, 0.9)).expect(409);
  });
  try {
    for (let ended = false; !ended; await sleep(50)) {
      ended = (await eventsOf(system, auction.id)).some(({ kind }) => kind === 'closed');
      // However often one looks: nobody that came too late ever holds the row.
      const { rows } = await control.query(
        `select from pg_locks l join pg_class c on c.oid = l.relation
         where l.database = (select oid from pg_database where datname = current_database())
           and c.relname = 'auction' and l.mode = 'RowShareLock' and exists (
           select from pg_stat_activity a where a.pid = l.pid and a.query like '%FOR SHARE%')`,
      );
      expect(rows).toEqual([]);
    }
  } finally {
    flooding.abort();
    await Promise.all(flood);
  }
}, 120_000);

it('what is received before the end and written after it counts; what waits beside it and came later does not', async () => {
  const auction = await crowdedAuction(system, variedTariffs(12), { auction: { softCloseSeconds: 0 } });
  const { endsAt } = await auction.is('live');
  await auction.reckoned();
  const stamps = receiving();
  await auction.moveTo(endsAt ?? '', 60_000);
  await control.query('begin');
  await control.query('select from auction where id = $1 for update', [auction.id]);
  const inTime = auction.tender.bids
    .slice(0, 6)
    .map(async ({ provider, tariff }) => auction.improve(provider, scaled(tariff, 0.9)));
  await received(stamps, 6);
  await auction.moveTo(endsAt ?? '');
  const late = auction.tender.bids
    .slice(6)
    .map(async ({ provider, tariff }) => auction.improve(provider, scaled(tariff, 0.9)));
  expect(new Set(codes(await Promise.all(late)))).toEqual(new Set(['409 auction.too-late']));
  await control.query('commit');
  const acknowledged = await Promise.all(inTime);
  stamps.end();
  expect(new Set(codes(acknowledged))).toEqual(new Set(['201 ']));
  await auction.decided();
  const events = await expectValidLog(system, auction.id);
  expectReceipts(
    system,
    acknowledged.map(({ body }) => body as LiveReceipt),
    events,
  );
}, 120_000);

it(`of ${IMPROVEMENTS} improvements in the last ${LAST_MILLIS} ms all count, of ${LATE} after the end none`, async () => {
  const auction = await crowdedAuction(system, variedTariffs(IMPROVEMENTS), {
    auction: { softCloseSeconds: 0, outageSeconds: 3_600 },
  });
  const { endsAt } = await auction.is('live');
  await auction.reckoned();
  const end = new Date(endsAt ?? '');
  const stamps = receiving();
  await setClock(new Date(end.getTime() - LAST_MILLIS), SLOWER);
  const inTime = auction.tender.bids.map(async ({ provider, tariff }) =>
    auction.improve(provider, scaled(tariff, 0.9)),
  );
  await received(stamps, IMPROVEMENTS);
  await setClock(end, 1);
  const late = auction.tender.bids
    .slice(0, LATE)
    .map(async ({ provider, tariff }) => auction.improve(provider, scaled(tariff, 0.8)));
  const acknowledged = await Promise.all(inTime);
  expect(new Set(codes(acknowledged))).toEqual(new Set(['201 ']));
  expect(new Set(codes(await Promise.all(late)))).toEqual(new Set(['409 auction.too-late']));
  stamps.end();
  const receipts = acknowledged.map(({ body }) => body as LiveReceipt);
  for (const { receivedAt } of receipts) {
    const before = end.getTime() - Date.parse(receivedAt);
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThanOrEqual(LAST_MILLIS);
  }

  await auction.decided(300_000);
  const events = await expectValidLog(system, auction.id);
  expect(counted(events)).toMatchObject({ opened: 1, began: 1, ended: 1, closed: 1, bid: IMPROVEMENTS });
  expectReceipts(system, receipts, events);
  const { rows } = await control.query(
    `select from outbox_event where name = 'auctions.decided' and payload ->> 'tenderId' = $1`,
    [auction.id],
  );
  expect(rows).toHaveLength(1);
  const after = await control.query(
    `select from auction_tariff where auction_id = $1 and revision > 0 and recorded_at >= $2`,
    [auction.id, end],
  );
  console.log(`${receipts.length} received in time, ${after.rows.length} of them written after the end`);
}, 600_000);
