/** The feed of an auction, over HTTP, from two processes' servers on one database. */
import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from '../../src/app.js';
import { append, holdDesk } from '../../src/auctions/event-rows.js';
import { Settings } from '../../src/platform/config/settings.js';
import { Feed, type FeedOptions } from '../support/feed.js';
import { liveAuction, type LiveAuction } from '../support/live-auction.js';
import { lockedPool } from '../support/locked-pool.js';
import { draftedTender } from '../support/opened-tender.js';
import { System } from '../support/system.js';

let system: System;
let auction: LiveAuction;
let other: NestFastifyApplication;
let otherUrl: string;
let stopped = false;
const feeds: Feed[] = [];

beforeAll(async () => {
  system = await System.start();
  other = await createApp(Object.assign(new Settings(), system.app.get(Settings), { PUMASI_WORKERS: false }));
  await other.listen(0, '127.0.0.1');
  otherUrl = (await other.getUrl()).replace('[::1]', '127.0.0.1');
  auction = await liveAuction(system);
});

afterEach(() => {
  for (const feed of feeds.splice(0)) feed.close();
});

afterAll(async () => {
  if (!stopped) await other.close();
  await system.stop();
});

async function watch(options: FeedOptions = {}, url = system.url, id = auction.id): Promise<Feed> {
  const feed = await Feed.open(url, id, options);
  feeds.push(feed);
  return feed;
}

async function refused(status: number, code: string, options: FeedOptions = {}, id = auction.id): Promise<void> {
  const feed = await watch(options, system.url, id);
  await feed.until(({ ended }) => ended);
  expect(feed.status).toBe(status);
  expect(JSON.parse(feed.text)).toMatchObject({ code });
}

async function lastSequence(): Promise<number> {
  return (await auction.seen()).sequence;
}

/** What was told of events, without the clock, which goes on. */
const without = (feed: Feed) => feed.events.map(({ id, kind, data }) => ({ id, kind, data: { ...data, now: null } }));

it('tells everybody what happens, each no more than is its business, in every process', async () => {
  const [all, north] = [auction.provider(0), auction.provider(1)];
  const everybody = await watch();
  const elsewhere = await watch({}, otherUrl);
  const winner = await watch({ by: north }, otherUrl);
  const rival = await watch({ by: all });
  const officer = await watch({ by: auction.officer });
  expect(everybody.status).toBe(200);
  expect(everybody.header('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(everybody.header('cache-control')).toContain('no-store');
  expect(everybody.header('x-request-id')).toBeDefined();
  expect(everybody.header('x-content-type-options')).toBe('nosniff');

  await auction.begun();
  await auction.lower(north, 0.7);
  await auction.reckoned();
  await auction.officer.post(`/api/v1/auctions/${auction.id}/pause`, { why: 'The line is down.' }).expect(200);
  await auction.officer.post(`/api/v1/auctions/${auction.id}/resume`).expect(200);
  const last = await lastSequence();
  for (const feed of [everybody, elsewhere, winner, rival, officer]) {
    await feed.until(({ ids }) => ids.includes(last));
    expect(feed.messages[0]).toMatchObject({ kind: 'snapshot', data: { auctionId: auction.id, bidders: 3 } });
    expect(feed.messages.every(({ data }) => !Number.isNaN(Date.parse(data.now)))).toBe(true);
    expect(feed.ids).toEqual([...new Set(feed.ids)].sort((a, b) => (a ?? 0) - (b ?? 0)));
  }
  expect(without(elsewhere)).toEqual(without(everybody));
  expect(everybody.of('paused')).toMatchObject([{ data: { why: 'The line is down.' } }]);
  expect(everybody.of('bid')).toMatchObject([{ data: { improvements: 1 } }]);
  expect(everybody.of('standing').every(({ data }) => !('totalMinor' in data))).toBe(true);

  const own = await auction.own(north);
  await winner.until((feed) => (feed.of('own').at(-1)?.data['won'] as unknown[] | undefined)?.length === 1);
  expect(winner.of('own').at(-1)?.data).toMatchObject({ alias: own.alias, rank: own.rank, won: [{ lot: 'north' }] });
  expect(winner.of('bid')).toMatchObject([{ data: { receipt: { alias: own.alias, revision: 1 } } }]);

  const told = Array.from(
    { length: last - Number(officer.messages[0]?.id) },
    (_, i) => Number(officer.messages[0]?.id) + 1 + i,
  );
  expect(officer.ids).toEqual(told);
  expect(officer.of('bid')).toMatchObject([{ data: { alias: own.alias } }]);
  expect(officer.of('standing').at(-1)).toMatchObject({ data: { content: { ranks: { [own.alias]: own.rank } } } });

  const participants: { alias: string; provider_id: string; name: string; commitment: string }[] =
    await system.source.query(
      `select p.alias, p.provider_id, p.name, t.commitment from auction_participant p
       join auction_tariff t using (auction_id, alias) where p.auction_id = $1`,
      [auction.id],
    );
  for (const { alias, provider_id, name, commitment } of participants) {
    for (const secret of [alias, provider_id, name, commitment].map((text) => JSON.stringify(text))) {
      expect(everybody.text).not.toContain(secret);
      if (provider_id !== north.organisationId) expect(winner.text).not.toContain(secret);
      if (provider_id !== all.organisationId) expect(rival.text).not.toContain(secret);
    }
  }
});

it('tells again exactly what follows the last event that was seen', async () => {
  const last = await lastSequence();
  for (const by of [auction.provider(1), auction.officer, undefined]) {
    const who = by ? { by } : {};
    const whole = await watch({ ...who, query: '?after=0' });
    await whole.until(({ ids }) => ids.includes(last));
    const from = Number(whole.ids[1]);
    for (const url of [system.url, otherUrl]) {
      const rest = await watch({ ...who, lastEventId: from, query: '?after=0' }, url);
      await rest.until(({ ids }) => ids.includes(last));
      expect(rest.messages[0]).toMatchObject({ id: from, kind: 'snapshot' });
      expect(without(rest)).toEqual(without(whole).filter(({ id }) => Number(id) > from));
    }
  }
});

it('tells events in their order and leaves none out, however many append at once', async () => {
  const officer = await watch({ by: auction.officer });
  await officer.until(({ messages }) => messages.length > 0);
  const start = await lastSequence();
  const order: string[] = [];
  let commit: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (commit = resolve));
  const appending = (name: string, wait: Promise<void>, holding: () => void) =>
    system.source.transaction(async (tx) => {
      await holdDesk(tx, auction.id);
      await append(tx, auction.id, await system.now(), [{ kind: 'proxy', body: { alias: name, commitment: null } }]);
      holding();
      await wait;
      order.push(name);
    });
  let first: Promise<void> = Promise.resolve();
  await new Promise<void>((holding) => {
    first = appending('first', held, holding);
  });
  const second = appending('second', Promise.resolve(), () => undefined);
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(officer.ids.filter((id) => Number(id) > start)).toEqual([]);
  commit();
  await Promise.all([first, second]);
  expect(order).toEqual(['first', 'second']);
  await officer.until(({ ids }) => ids.includes(start + 2));
  expect(officer.of('proxy').map(({ id, data }) => [id, data['alias']])).toEqual([
    [start + 1, 'first'],
    [start + 2, 'second'],
  ]);
});

it('is refused for what is not there, and for another provider’s practice', async () => {
  const [own, rival] = [auction.provider(0), auction.provider(1)];
  await refused(404, 'auction.not-found', {}, randomUUID());
  const practice = randomUUID();
  await system.source.query(
    `insert into auction (id, tender_id, practice_for, deadline, due_at)
     values ($1, $2, $3, app_now() + interval '9 years', app_now() + interval '9 years')`,
    [practice, auction.id, own.organisationId],
  );
  for (const who of [{}, { by: rival }, { by: auction.officer }])
    await refused(404, 'auction.not-found', who, practice);
  const feed = await watch({ by: own }, system.url, practice);
  await feed.until(({ messages }) => messages.length > 0);
  expect(feed.messages[0]).toMatchObject({ data: { practice: true, state: 'open' } });

  // Before the opening there are no events; what happens is told nevertheless.
  await system.source.query(`update auction set state = 'cancelled', due_at = null where id = $1`, [practice]);
  await feed.until((each) => each.of('phase').length > 0);
  expect(feed.of('phase')).toMatchObject([{ id: null, data: { state: 'cancelled' } }]);
});

it('is refused with what is wrong about the place to go on from', async () => {
  await refused(422, 'input.invalid', { query: '?after=yesterday' });
  await refused(422, 'feed.last-event-id', { lastEventId: '-1' });
  await system.anonymous().head(`/api/v1/auctions/${auction.id}/feed`).expect(200);
  await system.anonymous().head(`/api/v1/auctions/${randomUUID()}/feed`).expect(404);
});

it('is open so many times for one session, and again once another is closed', async () => {
  const by = await system.someone('bidder');
  const open = await Promise.all(Array.from({ length: 6 }, () => watch({ by })));
  expect(open.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
  await refused(429, 'feed.too-many', { by });
  open[0]?.close();
  const again = async (): Promise<number> => (await watch({ by })).status;
  for (const end = Date.now() + 10_000; (await again()) !== 200;) expect(Date.now()).toBeLessThan(end);
});

it('ends when the session does, and when a role is withdrawn', async () => {
  const [leaving, losing] = [await system.someone('bidder'), await system.someone(['officer', 'auditor'])];
  const [first, second, staying] = [await watch({ by: leaving }), await watch({ by: losing }), await watch()];
  await second.until(({ messages }) => messages.length > 0);
  await leaving.delete('/api/v1/sessions/current').expect(204);
  await system.source.query(`delete from membership where person_id = $1 and role = 'officer'`, [losing.personId]);
  await first.until(({ ended }) => ended, 8_000);
  await second.until(({ ended }) => ended, 8_000);
  expect(staying.ended).toBe(false);
});

it('tells the leading total when it is over', async () => {
  const everybody = await watch();
  await everybody.until(({ messages }) => messages.length > 0);
  expect(everybody.messages[0]).toMatchObject({ data: { totalMinor: null } });
  await auction.ended();
  await everybody.until((feed) => feed.of('closed').length > 0);
  const { totalMinor } = await auction.seen();
  expect(everybody.of('closed')).toMatchObject([{ data: { totalMinor } }]);
  expect(totalMinor).toBeGreaterThan(0);
});

it('is refused for a tender that is a draft', async () => {
  const draft = await draftedTender(system, auction.officer, (await lockedPool(system)).poolId);
  await refused(404, 'auction.not-found', { by: auction.officer }, draft.id);
});

it('ends at once when the server stops', async () => {
  const feed = await watch({}, otherUrl);
  await feed.until(({ messages }) => messages.length > 0);
  const began = performance.now();
  stopped = true;
  await other.close();
  await feed.until(({ ended }) => ended);
  expect(performance.now() - began).toBeLessThan(8_000);
});
