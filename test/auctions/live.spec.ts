/** The live auction, played over HTTP. */
import { liveAuction, scaled } from '../support/live-auction.js';
import { System } from '../support/system.js';

let system: System;

beforeAll(async () => {
  system = await System.start();
});

afterAll(async () => {
  await system.stop();
});

it('is won by who improves, and the award goes by the improved tariffs', async () => {
  const auction = await liveAuction(system);
  await auction.begun();
  const [all, north, dear] = [auction.provider(0), auction.provider(1), auction.provider(2)];
  const before = await auction.standing(all);
  expect(before.won.map(({ lot }) => lot)).toEqual(['north', 'south']);
  expect((await auction.standing(north)).won).toEqual([]);
  expect((await auction.standing(dear)).won).toEqual([]);

  const tooSmall = await auction.improve(all, scaled(auction.bid(0).tariff, 0.999)).expect(409);
  expect(tooSmall.body).toMatchObject({ code: 'bid.step-too-small' });
  const dearer = await auction.improve(all, scaled(auction.bid(0).tariff, 1.01)).expect(422);
  expect(dearer.body).toMatchObject({ code: 'bid.dearer-somewhere' });

  await auction.lower(north, 0.7);
  expect((await auction.standing(north)).won.map(({ lot }) => lot)).toEqual(['north']);
  expect((await auction.standing(all)).won.map(({ lot }) => lot)).toEqual(['south']);
  const { totalMinor } = await auction.seen();
  expect((await auction.ended()).state).toBe('decided');

  const awards = await system.eventually(
    () => auction.officer.get(`/api/v1/tenders/${auction.id}/awards`),
    ({ body }) => (body as { items: { state: string }[] }).items.some(({ state }) => state === 'drafted'),
  );
  expect((awards.body as { items: object[] }).items).toMatchObject([{ totalMinor }]);
});

it('goes on for as long as changes among the winners come shortly before the end, up to a cap', async () => {
  const auction = await liveAuction(system, { auction: { maxExtensionSeconds: 45 } });
  const { endsAt } = await auction.begun();
  await system.passTo(new Date(Date.parse(endsAt ?? '') - 30_000));
  await auction.lower(auction.provider(2), 0.98);
  await auction.reckoned();
  expect(await auction.seen()).toMatchObject({ endsAt, extendedMillis: 0 });
  await auction.lower(auction.provider(2), 0.7);
  await auction.reckoned();
  const extended = await auction.seen();
  expect(extended.extendedMillis).toBeGreaterThan(20_000);
  expect(Date.parse(extended.endsAt ?? '') - Date.parse(endsAt ?? '')).toBe(extended.extendedMillis);
  await system.passTo(new Date(Date.parse(extended.endsAt ?? '') - 5_000));
  await auction.lower(auction.provider(0), 0.6);
  await auction.reckoned();
  expect((await auction.seen()).extendedMillis).toBe(45_000);
  await auction.ended();
});

it('lets proxies improve by the smallest sufficient step, until one reaches its floor', async () => {
  const auction = await liveAuction(system);
  await auction.begun();
  const [all, north] = [auction.provider(0), auction.provider(1)];
  const factor = (bp: number) => ({ floor: { kind: 'factor', bp: { basic: bp, fast: bp } }, lots: ['north'] });
  await all.post(`/api/v1/auctions/${auction.id}/proxy`, factor(9_000)).expect(201);
  await north.post(`/api/v1/auctions/${auction.id}/proxy`, factor(7_000)).expect(201);
  await auction.reckoned();
  const standings = await auction.officer.get(`/api/v1/auctions/${auction.id}/standings`).expect(200);
  expect(standings.body).toMatchObject({ reckoning: false });
  const [loser, winner] = [await auction.own(all), await auction.own(north)];
  expect(winner.won.map(({ lot }) => lot)).toContain('north');
  expect(loser.won.map(({ lot }) => lot)).not.toContain('north');
  expect(winner.revision).toBeGreaterThan(1);
  await auction.ended();
});

it('plays three rounds of turns, the worst first', async () => {
  const auction = await liveAuction(system, { auction: { format: 'rounds', turnSeconds: 30, restSeconds: 10 } });
  await auction.begun();
  const seen: string[] = [];
  for (;;) {
    const { state, round, turn, endsAt } = await auction.is('live', 'resting', 'decided');
    if (state === 'decided') break;
    if (state === 'live') {
      const owners = await Promise.all([0, 1, 2].map(async (i) => (await auction.seen(auction.provider(i))).ownTurn));
      seen.push(`${round}.${turn}:${owners.indexOf(true)}`);
      const other = auction.provider((owners.indexOf(true) + 1) % 3);
      const { tariff } = await auction.own(other);
      const refused = await auction.improve(other, scaled(tariff, 0.9)).expect(409);
      expect(refused.body).toMatchObject({ code: 'auction.not-your-turn' });
      if (round === 1) await auction.lower(auction.provider(owners.indexOf(true)), 0.95);
    }
    if (endsAt !== null) await system.passTo(endsAt);
    await system.eventually(
      () => auction.officer.get(`/api/v1/auctions/${auction.id}`),
      ({ body }) => {
        const now = body as { state: string; round: number; turn: number };
        return now.state !== 'settling' && !(now.state === state && now.round === round && now.turn === turn);
      },
    );
  }
  expect(seen).toHaveLength(9);
  expect(seen.map((each) => each.split(':')[0])).toEqual([
    '1.1',
    '1.2',
    '1.3',
    '2.1',
    '2.2',
    '2.3',
    '3.1',
    '3.2',
    '3.3',
  ]);
  expect(new Set(seen.slice(0, 3).map((each) => each.split(':')[1])).size).toBe(3);
});

it('stands still while it is paused, and goes on with the time that was left', async () => {
  const auction = await liveAuction(system);
  await auction.begun();
  const bidder = auction.provider(0);
  await bidder.post(`/api/v1/auctions/${auction.id}/pause`, { why: 'I need time.' }).expect(403);
  const paused = await auction.officer
    .post(`/api/v1/auctions/${auction.id}/pause`, { why: 'The line is down.' })
    .expect(200);
  const { remainingMillis } = paused.body as { remainingMillis: number };
  expect(remainingMillis).toBeGreaterThan(500_000);
  await system.passTo(new Date((await system.now()).getTime() + 3_600_000));
  const refused = await auction.improve(bidder, scaled(auction.bid(0).tariff, 0.9)).expect(409);
  expect(refused.body).toMatchObject({ code: 'auction.paused' });
  const resumed = await auction.officer.post(`/api/v1/auctions/${auction.id}/resume`).expect(200);
  const { endsAt } = resumed.body as { endsAt: string };
  expect(Date.parse(endsAt) - (await system.now()).getTime()).toBeLessThanOrEqual(remainingMillis);
  await auction.lower(bidder, 0.9);
  await auction.ended();
});
