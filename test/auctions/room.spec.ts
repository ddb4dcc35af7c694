/** As many providers bid in a tender as there is room for, whatever they bid and however many come at once. */
import pg from 'pg';
import { MOST_BIDDERS } from '../../src/auctions/rules/room.js';
import { bid, publishedTender, TARIFFS } from '../support/opened-tender.js';
import { System } from '../support/system.js';
import { several } from './with-alternatives.js';

let system: System;
/** connections of its own, to hold what bids wait for */
let control: pg.Pool;

beforeAll(async () => {
  system = await System.start();
  control = new pg.Pool({ connectionString: system.database, max: 2 });
});

afterAll(async () => {
  await control.end();
  await system.stop();
});

const [, , dear] = TARIFFS;
if (!dear) throw new Error('there are three tariffs to bid');

it('takes no bid of another provider when there is no room left, and any bid of whoever has one', async () => {
  const { tenderId } = await publishedTender(system);
  const path = `/api/v1/tenders/${tenderId}/bids`;
  const first = await system.someone('bidder');
  const { bidId } = await bid(tenderId, first, dear);
  await crowd(tenderId, MOST_BIDDERS - 2);

  // Two for the last place: neither is recorded before both have looked for it.
  const two = [await system.someone('bidder'), await system.someone('bidder')] as const;
  const holder = await control.connect();
  try {
    await holder.query('begin');
    await holder.query('lock table sealed_bid in share mode');
    const both = Promise.all(two.map(async (provider) => provider.post(path, dear)));
    await waiting(2);
    await holder.query('commit');
    expect(new Set((await both).map(({ status }) => status))).toEqual(new Set([201, 409]));
  } finally {
    await holder.query('rollback');
    holder.release();
  }

  const late = await system.someone('bidder');
  for (const tariff of [dear, several]) {
    const { body } = await late.post(path, tariff).expect(409);
    expect(body).toMatchObject({ code: 'bid.no-room' });
    expect((body as { detail: string }).detail).toMatch(/partner in the joint bid .* a place is free once a bid is/);
  }
  const { bidId: other } = await bid(tenderId, first, several);
  expect((await first.post(`/api/v1/bids/${bidId}/withdraw`).expect(409)).body).toMatchObject({
    code: 'bid.cannot-withdraw',
  });
  await late.post(path, dear).expect(409);
  await first.post(`/api/v1/bids/${other}/withdraw`).expect(200);
  await bid(tenderId, late, several);
  await first.post(path, dear).expect(409);
});

/** So many providers that have bid. */
async function crowd(tenderId: string, count: number): Promise<void> {
  await control.query(
    `with made as (
       insert into organisation (id, kind, name) select gen_random_uuid(), 'provider', 'Provider ' || n
       from generate_series(1, $2) n returning id
     )
     insert into sealed_bid (id, auction_id, provider_id, person_id, sequence, received_at, box, commitment,
       receipt_signature, state)
     select gen_random_uuid(), $1, made.id, p.id, 1, app_now(), '', repeat('0', 64), '', 'standing'
     from made, (select id from person limit 1) p`,
    [tenderId, count],
  );
}

/** Until so many wait for a lock. */
async function waiting(count: number): Promise<void> {
  for (const until = Date.now() + 10_000; Date.now() < until;) {
    const { rows } = await control.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
         and wait_event in ('advisory', 'relation')`,
    );
    if ((rows[0]?.n ?? 0) >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`never did ${count} wait`);
}
