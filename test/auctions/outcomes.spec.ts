/** How auctions come out at their edges: who is first among equals, what proxies do to each other, who takes part at all. */
import type { Problem } from './answers.js';
import { counted, eventsOf, expectValidLog } from '../support/auction-log.js';
import { type LiveAuction, liveAuction, LIVE, scaled } from '../support/live-auction.js';
import { bid, closed, publishedTender, type TariffJson, TARIFFS } from '../support/opened-tender.js';
import { System } from '../support/system.js';

const [all, northern, dear] = TARIFFS;
if (!all || !northern || !dear) throw new Error('there are three tariffs to bid');

let system: System;

beforeAll(async () => {
  system = await System.start();
});

afterAll(() => system.stop());

const NORTH: TariffJson = { bands: [{ from: 1, monthly: { basic: 24_000, fast: 41_000 } }], lots: { north: {} } };
const REST: TariffJson = { ...dear, lots: { north: {}, south: {} } };

const floorAt = (bp: number): object => ({ floor: { kind: 'factor', bp: { basic: bp, fast: bp } }, lots: ['north'] });

async function wins(auction: LiveAuction, index: number): Promise<boolean> {
  return (await auction.own(auction.provider(index))).won.some(({ lot }) => lot === 'north');
}

async function instruct(auction: LiveAuction, index: number, bp: number): Promise<void> {
  await auction.provider(index).post(`/api/v1/auctions/${auction.id}/proxy`, floorAt(bp)).expect(201);
}

async function refused(auction: LiveAuction, index: number, tariff: TariffJson): Promise<Problem & { status: number }> {
  const { status, body } = await auction.improve(auction.provider(index), tariff);
  return { ...(body as Problem), status };
}

it('two proxies take each other down to where one of them cannot follow, and no further', async () => {
  const auction = await liveAuction(system, { tariffs: [NORTH, NORTH, REST] });
  await auction.begun();
  await instruct(auction, 0, 8_000);
  await instruct(auction, 1, 7_000);
  await auction.reckoned();
  expect(await wins(auction, 0)).toBe(false);
  expect(await wins(auction, 1)).toBe(true);
  const price = (await auction.own(auction.provider(1))).tariff.bands[0]?.monthly['basic'] ?? 0;
  expect(price).toBeLessThan(0.81 * 24_000);
  expect(price).toBeGreaterThan(0.75 * 24_000);
  await auction.ended();
  await expectValidLog(system, auction.id);
});

it('of two proxies with the same floor one wins, and in the same circumstances the same one', async () => {
  const outcomes: boolean[] = [];
  for (let time = 1; time <= 2; time += 1) {
    const auction = await liveAuction(system, { tariffs: [NORTH, NORTH, REST] });
    await auction.begun();
    await instruct(auction, 0, 9_000);
    await instruct(auction, 1, 9_000);
    await auction.reckoned();
    outcomes.push(await wins(auction, 0));
    expect(await wins(auction, 1)).toBe(!(await wins(auction, 0)));
    await auction.ended();
    await expectValidLog(system, auction.id);
  }
  expect(outcomes[0]).toBe(outcomes[1]);
}, 180_000);

it('a proxy answers at the last moment, and the end is put off so that people can answer it', async () => {
  const auction = await liveAuction(system, { tariffs: [NORTH, NORTH, REST] });
  const { endsAt } = await auction.begun();
  await auction.reckoned();
  await instruct(auction, 1, 8_000);
  await auction.reckoned();
  expect(await wins(auction, 1)).toBe(true);
  await auction.moveTo(endsAt ?? '', 30_000);
  await auction.lower(auction.provider(0), 0.9);
  await auction.reckoned();
  const { extendedMillis } = await auction.seen();
  expect(await wins(auction, 1)).toBe(true);
  expect(extendedMillis).toBeGreaterThan(0);
  await auction.ended();
  const events = await expectValidLog(system, auction.id);
  const last = events.findLast(({ kind }) => kind === 'bid');
  expect(last?.body).toMatchObject({ by: 'proxy' });
});

it('of equal tariffs the earlier one wins and has the better rank', async () => {
  const auction = await liveAuction(system, { tariffs: [REST, NORTH, NORTH] });
  await auction.begun();
  await auction.reckoned();
  expect(await wins(auction, 1)).toBe(true);
  const later = scaled(NORTH, 0.9);
  expect((await auction.improve(auction.provider(2), later)).status).toBe(201);
  expect((await auction.improve(auction.provider(1), later)).status).toBe(201);
  const [second, first] = [await auction.standing(auction.provider(1)), await auction.standing(auction.provider(2))];
  expect(await wins(auction, 2)).toBe(true);
  expect(await wins(auction, 1)).toBe(false);
  expect(first.rank).toBeLessThan(second.rank ?? 0);
  await auction.ended();
  await expectValidLog(system, auction.id);
});

it('a tariff worse than the own last one, or better by too small a step, is refused and leaves no trace', async () => {
  const auction = await liveAuction(system);
  await auction.begun();
  await auction.lower(auction.provider(1), 0.9);
  await auction.reckoned();
  const worse = await refused(auction, 1, northern);
  expect(worse).toMatchObject({ status: 422, code: 'bid.dearer-somewhere' });
  expect(worse.detail).toContain('nowhere dearer than the present one');
  const { tariff, revision } = await auction.own(auction.provider(1));
  const small = await refused(auction, 1, scaled(tariff, 0.995));
  expect(small).toMatchObject({ status: 409, code: 'bid.step-too-small' });
  expect(small.detail).toMatch(/lowers your evaluated cost by 1 % at least: from \d+ to \d+/);
  const same = await refused(auction, 1, tariff);
  expect(same).toMatchObject({ status: 409, code: 'bid.unchanged' });
  const less = await refused(auction, 0, { ...scaled(all, 0.9), lots: { north: {} } });
  expect(less).toMatchObject({ status: 422, code: 'bid.offers-less' });
  expect((await auction.own(auction.provider(1))).revision).toBe(revision);
  expect(counted(await eventsOf(system, auction.id)).bid).toBe(1);
});

it('a provider that withdrew its bid takes no part, and is told why', async () => {
  const tender = await publishedTender(system, { terms: { auction: LIVE } });
  const providers = await Promise.all([0, 1, 2, 3].map(() => system.someone('bidder')));
  for (const [i, provider] of providers.entries()) {
    const { bidId } = await bid(tender.tenderId, provider, TARIFFS[i % 3] ?? all);
    if (i === 3) await provider.post(`/api/v1/bids/${bidId}/withdraw`).expect(200);
  }
  await closed(system, tender);
  await tender.officer.post(`/api/v1/tenders/${tender.tenderId}/bids/open`).expect(200);
  await system.eventually(
    () => tender.officer.get(`/api/v1/auctions/${tender.tenderId}`),
    ({ body }) => (body as { state: string }).state === 'live',
  );
  const answer = await providers[3]?.post(`/api/v1/auctions/${tender.tenderId}/bids`, scaled(all, 0.5));
  expect(answer?.status).toBe(409);
  expect(answer?.body).toMatchObject({
    code: 'auction.no-bid',
    detail: expect.stringContaining('it was withdrawn') as string,
  });
  const proxy = await providers[3]?.post(`/api/v1/auctions/${tender.tenderId}/proxy`, floorAt(9_000));
  expect(proxy?.body).toMatchObject({ code: 'auction.no-bid' });
});

describe.each([0, 1])('with %i bidders', (bidders) => {
  const tariffs = [all].slice(0, bidders);

  it('the sealed result stands, when the tender says so', async () => {
    const { tender, id, officer } = await liveAuction(system, { tariffs });
    await system.settled();
    const { state } = (await officer.get(`/api/v1/auctions/${id}`).expect(200)).body as { state: string };
    expect(state).toBe('decided');
    const events = await expectValidLog(system, id);
    expect(counted(events)).toEqual({ opened: 1, standing: 1, closed: 1 });
    const [only] = tender.bids;
    if (only) {
      const late = await only.provider.post(`/api/v1/auctions/${id}/bids`, scaled(all, 0.9)).expect(409);
      expect(late.body).toMatchObject({ code: 'auction.decided' });
    }
    const awards = (await officer.get(`/api/v1/tenders/${id}/awards`).expect(200)).body as { items: object[] };
    expect(awards.items).toMatchObject([
      { winners: bidders === 0 ? [] : [{ providerId: only?.provider.organisationId }] },
    ]);
  });

  it('the tender fails, when it says so', async () => {
    const { id, officer } = await liveAuction(system, { tariffs, auction: { belowMinimum: 'fail' } });
    await system.settled();
    const auction = (await officer.get(`/api/v1/auctions/${id}`).expect(200)).body as { state: string };
    expect(auction.state).toBe('failed');
    expect(counted(await eventsOf(system, id))).toEqual({ opened: 1, failed: 1 });
    const tender = (await officer.get(`/api/v1/tenders/${id}`).expect(200)).body as { state: string };
    expect(tender.state).toBe('cancelled');
    const awards = (await officer.get(`/api/v1/tenders/${id}/awards`).expect(200)).body as { items: object[] };
    expect(awards.items).toEqual([]);
  });
});
