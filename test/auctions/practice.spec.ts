/** Practice auctions over HTTP: providers learn in them, and nothing of them counts. */
import { randomUUID } from 'node:crypto';
import type { AuctionContent, Entry } from '../../src/auctions/rules/events.js';
import { receiptText } from '../../src/auctions/rules/receipt.js';
import { Keys } from '../../src/platform/keys/keys.js';
import { referenceDemand } from '../../src/tenders/rules/reference-demand.js';
import type { ShownLotDemand } from '../../src/tenders/rules/shown-demand.js';
import type { LiveAuction } from '../support/live-auction.js';
import { bid, draftedTender, publishedTender, type PublishedTenderMade, TARIFFS } from '../support/opened-tender.js';
import { lockedPool } from '../support/locked-pool.js';
import { played, practise, verdictOn } from '../support/practice.js';
import { type Someone, System } from '../support/system.js';
import type { Problem } from './answers.js';
import { isSigned } from './played-log.js';

const tariff = { bands: [{ from: 1, monthly: { basic: 25_000, fast: 42_000 } }], lots: { north: {}, south: {} } };
// However slow the machine is that tests run on, nothing that it does is an outage.
const auction = { format: 'live', outageSeconds: 3_600, disclosure: 'none', minBidders: 20 };

/** Some of them so few that they are only shown together with others. */
const LINES = [
  { region: 'north', tier: 'basic', quantity: 12, ceiling: 29_000 },
  { region: 'north', tier: 'fast', quantity: 1, ceiling: 48_000 },
  { region: 'south', tier: 'basic', quantity: 10, ceiling: 29_000 },
  { region: 'south', tier: 'fast', quantity: 3, ceiling: 47_000 },
];

let system: System;
let tender: PublishedTenderMade;
let path: string;
let provider: Someone;

beforeAll(async () => {
  system = await System.start();
  tender = await publishedTender(system, { terms: { auction }, lines: LINES });
  path = `/api/v1/tenders/${tender.tenderId}/practice`;
  provider = await system.someone('bidder');
});

afterAll(async () => {
  await system.stop();
});

/** Lets time pass in small parts, as long as simulated bidders have made fewer improvements than that. */
async function untilImproved(practice: LiveAuction, times: number): Promise<void> {
  for (let parts = 0; parts < 40; parts += 1) {
    await practice.reckoned();
    if ((await practice.seen()).improvements >= times) return;
    await system.passTo(new Date((await system.now()).getTime() + 8_000));
  }
  throw new Error('nobody came down');
}

async function rowsAbout(id: string): Promise<unknown[]> {
  return system.source.query(
    `select 'audit', to_jsonb(a) from audit_entry a where a.subject_id = $1
     union all select 'tender', to_jsonb(t) from tender t where t.id::text = $1
     union all select 'auction', to_jsonb(x) from auction x where x.id::text = $1
     union all select 'decided', e.payload from outbox_event e where e.payload->>'tenderId' = $1`,
    [id],
  );
}

it('is played from beginning to end while the tender takes sealed bids, and its log is valid', async () => {
  await bid(tender.tenderId, await system.someone('bidder'), TARIFFS[0] ?? tariff);
  const before = await rowsAbout(tender.tenderId);
  const begun = await practise(provider, tender.tenderId, { tariff, bidders: 1 });
  expect(begun).toMatchObject({ state: 'waiting', format: 'live', bidders: 1, durationSeconds: 300 });
  const practice = played(system, tender, provider, begun);
  expect(await practice.begun()).toMatchObject({ practice: true, bidders: 2, minimumStepBp: 100 });

  await untilImproved(practice, 1);
  await practice.lower(provider, 0.7);
  const standing = await practice.standing(provider);
  expect(standing).toMatchObject({ rank: 1, upToDate: true, revision: 1 });
  expect(standing.won.map(({ lot }) => lot)).toEqual(['north', 'south']);
  const less = await practice.improve(provider, { ...tariff, lots: { north: {} } }).expect(422);
  expect((less.body as Problem).code).toBe('bid.offers-less');
  const instruction = { floor: { kind: 'factor', bp: { basic: 9_000 } } };
  await provider.post(`/api/v1/auctions/${practice.id}/proxy`, instruction).expect(201);
  await provider.post(`/api/v1/auctions/${practice.id}/proxy/end`).expect(200);
  expect((await practice.ended()).state).toBe('decided');

  const verdict = await verdictOn(practice);
  // Everything is opened, whatever the tender tells of its own auction: there is nothing that was not checked.
  expect(verdict).toMatchObject({ status: 'valid', fault: null });
  expect(verdict.notChecked.filter((sentence) => !sentence.includes('proxy'))).toEqual([]);
  const { alias } = await practice.own(provider);
  expect(verdict.winners.map((winner) => [winner.alias, winner.provider])).toEqual([[alias, provider.organisationId]]);
  expect(await rowsAbout(tender.tenderId)).toEqual(before);
  const awards = await tender.officer.get(`/api/v1/tenders/${tender.tenderId}/awards`).expect(200);
  expect((awards.body as { items: object[] }).items).toEqual([]);
});

it('is played in rounds against bidders that come down in their turns', async () => {
  const begun = await practise(provider, tender.tenderId, {
    tariff,
    format: 'rounds',
    bidders: 1,
    durationSeconds: 120,
  });
  const practice = played(system, tender, provider, begun);
  await practice.begun();
  await practice.ended();
  expect(await practice.seen()).toMatchObject({ state: 'decided', format: 'rounds', round: 3 });
  expect(await verdictOn(practice)).toMatchObject({ status: 'valid', fault: null });
});

it('asks for the lines that providers are shown, and its receipts name nothing but itself', async () => {
  const other = await system.someone('bidder');
  const begun = await practise(other, tender.tenderId, { tariff });
  const demandFor = async (who: Someone): Promise<ShownLotDemand> => {
    const { body } = await who.get(`/api/v1/tenders/${tender.tenderId}`).expect(200);
    return (body as { demand: ShownLotDemand }).demand;
  };
  const lots = [{ code: 'north' }, { code: 'south' }];
  const shown = referenceDemand(lots, await demandFor(other));
  expect(shown).not.toEqual(referenceDemand(lots, await demandFor(tender.officer)));
  const rows: { content: AuctionContent; entries: Entry[] }[] = await system.source.query(
    `select c.content, e.body->'entries' as entries from auction_content c join auction_event e using (auction_id, sequence)
     where auction_id = $1 and sequence = 1`,
    [begun.auctionId],
  );
  const content = rows[0]?.content;
  expect(Object.fromEntries(content?.problem.lots.map(({ id, demand }) => [id, demand]) ?? [])).toEqual(shown);
  expect(content?.reference).toEqual(shown);
  expect(content?.participants).toHaveLength(5);
  const [entry] = rows[0]?.entries ?? [];
  const publicKey = system.app.get(Keys, { strict: false }).publicKeyPem();
  const signs = (tenderId: string): boolean =>
    entry !== undefined &&
    isSigned(receiptText({ ...entry, tenderId, receivedAt: new Date(entry.receivedAt) }), entry.signature, publicKey);
  expect([signs(begun.auctionId), signs(tender.tenderId)]).toEqual([true, false]);
  const practice = played(system, tender, other, begun);
  await practice.begun();
  await practice.ended();
  expect(await verdictOn(practice)).toMatchObject({ status: 'valid', fault: null });
});

describe('What is refused', () => {
  const code = (answer: { body: unknown }): string => (answer.body as Problem).code;
  let learner: Someone;
  let practiceId: string;

  beforeAll(async () => {
    learner = await system.someone('bidder');
    practiceId = (await practise(learner, tender.tenderId, { tariff, durationSeconds: 1_800 })).auctionId;
  });

  it('a second practice while one runs, but not the repetition of the first', async () => {
    const key = randomUUID();
    const one = await system.someone('bidder');
    const first = await one.post(path, { tariff }, key).expect(201);
    expect((await one.post(path, { tariff }, key).expect(201)).body).toEqual(first.body);
    const second = await one.post(path, { tariff }).expect(409);
    expect(code(second)).toBe('practice.running');
    const { auctionId } = first.body as { auctionId: string };
    expect((second.body as Problem).detail).toContain(auctionId);
    expect((await one.get(path).expect(200)).body).toMatchObject({ items: [{ auctionId }], next: null });
  });

  it('what does not fit, at its places', async () => {
    const moon = { ...tariff, lots: { ...tariff.lots, moon: {} } };
    const answer = await provider.post(path, { tariff: moon, format: 'rounds', bidders: 10 }).expect(422);
    expect(answer.body).toMatchObject({ code: 'practice.faults' });
    expect((answer.body as Problem).faults?.map((fault) => fault.path)).toEqual([
      'durationSeconds',
      'tariff.lots.moon',
    ]);
    await provider.post(path, { bidders: 0 }).expect(422);
    const dear = { bands: [{ from: 1, monthly: { basic: 30_001 } }], lots: { north: {} } };
    expect(code(await provider.post(path, { tariff: dear }).expect(422))).toBe('practice.faults');
  });

  it('practising to whoever does not bid, and for tenders that nobody can bid in', async () => {
    expect(code(await tender.officer.post(path, { tariff }).expect(403))).toBe('deed.forbidden');
    await tender.officer.get(path).expect(403);
    const { poolId } = await lockedPool(system);
    const draft = await draftedTender(system, tender.officer, poolId);
    for (const id of [draft.id, practiceId, randomUUID()]) {
      const nothing = await provider.post(`/api/v1/tenders/${id}/practice`, { tariff }).expect(404);
      expect(code(nothing)).toBe('tender.not-found');
      await provider.get(`/api/v1/tenders/${id}/practice`).expect(404);
    }
  });

  it('everything about a practice to everybody else', async () => {
    const stranger = await system.someone('bidder');
    const at = `/api/v1/auctions/${practiceId}`;
    const instruction = { floor: { kind: 'factor', bp: { basic: 9_000 } } };
    const asTender = `/api/v1/tenders/${practiceId}`;
    await learner.get(at).expect(200);
    const answers = await Promise.all([
      stranger.get(at),
      stranger.get(`${at}/standing`),
      stranger.post(`${at}/bids`, tariff),
      stranger.post(`${at}/proxy`, instruction),
      stranger.post(`${at}/proxy/end`),
      stranger.get(`${at}/log`),
      stranger.get(`${at}/feed`),
      tender.officer.get(`${at}/log?full=true`),
      tender.officer.get(`${at}/feed`),
      tender.officer.get(at),
      tender.officer.get(`${at}/standings`),
      tender.officer.post(`${at}/pause`, { why: 'I want to.' }),
      tender.officer.post(`${at}/resume`),
      tender.officer.get(`${asTender}/auction`),
      learner.get(`${asTender}/bids/mine`),
      learner.post(`${asTender}/bids`, tariff),
      tender.officer.get(`${asTender}/bids`),
      tender.officer.post(`${asTender}/bids/open`),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
    expect((await stranger.get(path).expect(200)).body).toEqual({ items: [], next: null });
  });
});

it('is listed to its provider, the latest first, in pages', async () => {
  const { body } = await provider.get(`${path}?limit=1`).expect(200);
  const first = body as { items: { format: string; state: string }[]; next: string };
  expect(first.items).toMatchObject([{ format: 'rounds', state: 'decided' }]);
  const rest = await provider.get(`${path}?limit=1&cursor=${first.next}`).expect(200);
  expect(rest.body).toMatchObject({ items: [{ format: 'live', state: 'decided' }], next: null });
});

it('is cancelled with its tender, and none begins any more', async () => {
  const other = await publishedTender(system, { terms: { auction } });
  const begun = await practise(provider, other.tenderId, { tariff });
  await other.officer.post(`/api/v1/tenders/${other.tenderId}/cancel`, { why: 'Too early.' }).expect(200);
  await played(system, other, provider, begun).is('cancelled');
  const refused = await provider.post(`/api/v1/tenders/${other.tenderId}/practice`, { tariff }).expect(409);
  expect((refused.body as Problem).code).toBe('auction.cancelled');
  await provider.post(`/api/v1/auctions/${begun.auctionId}/bids`, tariff).expect(409);
});
