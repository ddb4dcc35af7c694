/** Proxies that are told a floor which is no tariff: refused at once, and no auction waits for one. */
import { recordProxy } from '../../src/auctions/proxy-rows.js';
import { instructionOfJson } from '../../src/auctions/rules/proxy-json.js';
import { Keys } from '../../src/platform/keys/keys.js';
import { liveAuction } from '../support/live-auction.js';
import { bid, closed, publishedTender, TARIFFS } from '../support/opened-tender.js';
import { type Someone, System } from '../support/system.js';
import type { Problem } from './answers.js';

let system: System;
beforeAll(async () => {
  system = await System.start();
});
afterAll(() => system.stop());

const [first] = TARIFFS;
const inWords = { ...first, bands: [{ from: 1, monthly: { basic: '20000', fast: 40_000 } }] };
const floor = (tariff: object): object => ({ floor: { kind: 'tariff', tariff } });
const placesOf = (body: unknown): unknown => (body as Problem).faults?.map(({ path }) => path);

async function tells(provider: Someone, auctionId: string, tariff: object): Promise<{ status: number; body: unknown }> {
  return provider.post(`/api/v1/auctions/${auctionId}/proxy`, floor(tariff));
}

it('a floor that is no tariff of the tender is refused before the opening, at its place', async () => {
  const { tenderId } = await publishedTender(system);
  const { provider } = await bid(tenderId, await system.someone('bidder'), TARIFFS[0] ?? { bands: [], lots: {} });
  for (const [tariff, place] of [
    [inWords, 'floor.tariff.bands.0.monthly.basic'],
    [{ ...first, capacity: 'all' }, 'floor.tariff.capacity'],
    [{ ...first, lots: { ...first?.lots, moon: {} } }, 'floor.tariff.lots.moon'],
  ] as const) {
    const { status, body } = await tells(provider, tenderId, tariff);
    expect([status, (body as Problem).code, placesOf(body)]).toEqual([422, 'proxy.faulty', [place]]);
  }
  expect((await tells(provider, tenderId, first ?? {})).status).toBe(201);
});

it('and while the auction goes on', async () => {
  const auction = await liveAuction(system);
  await auction.begun();
  const { status, body } = await tells(auction.provider(0), auction.id, inWords);
  expect([status, placesOf(body)]).toEqual([422, ['floor.tariff.bands.0.monthly.basic']]);
});

it('one that is there all the same does nothing, and the tender is decided', async () => {
  const tender = await publishedTender(system);
  const { tenderId } = tender;
  const bidders: Someone[] = [];
  for (const tariff of TARIFFS) {
    const { provider } = await bid(tenderId, await system.someone('bidder'), tariff);
    bidders.push(provider);
  }
  const { organisationId: bidder = '', personId = '' } = bidders[0] ?? {};
  await recordProxy(
    system.source.manager,
    system.app.get(Keys, { strict: false }),
    { auctionId: tenderId, bidder, personId, receivedAt: await system.now() },
    instructionOfJson({ ...floor(inWords), lots: null }),
    0,
  );
  await closed(system, tender);
  await tender.officer.post(`/api/v1/tenders/${tenderId}/bids/open`).expect(200);
  await system.eventually(
    () => tender.officer.get(`/api/v1/auctions/${tenderId}`),
    ({ body }) => (body as { state: string }).state === 'decided',
  );
});
