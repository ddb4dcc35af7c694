import { DEFAULT_AUCTION } from '../../src/tenders/rules/auction-settings.js';
import { TendersQueries } from '../../src/tenders/tenders.queries.js';
import { lockedPool } from '../support/locked-pool.js';
import { draftedTender, publishedTender, type TenderDraft } from '../support/opened-tender.js';
import { type Someone, System } from '../support/system.js';

let system: System;
let tenders: TendersQueries;
let officer: Someone;
let provider: Someone;
let draft: TenderDraft;

beforeAll(async () => {
  system = await System.start();
  tenders = system.app.get(TendersQueries, { strict: false });
  officer = await system.someone('officer');
  provider = await system.someone('bidder');
  draft = await draftedTender(system, officer, (await lockedPool(system)).poolId);
});

afterAll(() => system.stop());

const auctionOf = async (someone: Someone, id: string): Promise<unknown> =>
  ((await someone.get(`/api/v1/tenders/${id}`).expect(200)).body as { auction: unknown }).auction;

it('are those of a live auction at first', async () => {
  expect(DEFAULT_AUCTION.format).toBe('live');
  expect(await auctionOf(officer, draft.id)).toEqual(DEFAULT_AUCTION);
});

it('are refused at the place that does not fit, and stay as they were then', async () => {
  const cases: [unknown, string[]][] = [
    [{ format: 'dutch' }, ['auction.format']],
    [{ length: 5 }, ['auction.length']],
    [{ minBidders: 1, durationSeconds: 59 }, ['auction.minBidders', 'auction.durationSeconds']],
    [{ durationSeconds: '600' }, ['auction.durationSeconds']],
    [{ feedback: null }, ['auction.feedback']],
    [{ leadSeconds: 0.5, restSeconds: null }, ['auction.leadSeconds', 'auction.restSeconds']],
    // Against what stays as it is: the soft close takes three minutes.
    [{ durationSeconds: 60 }, ['auction.softCloseSeconds']],
    [null, ['auction']],
    [[{ format: 'sealed' }], ['auction']],
    ['sealed', ['auction']],
  ];
  for (const [auction, places] of cases) {
    const { status, body } = await officer.patch(`/api/v1/tenders/${draft.id}`, { auction }, draft.version);
    const paths = (body as { faults?: { path: string }[] }).faults?.map(({ path }) => path);
    expect({ auction, status, paths }).toEqual({ auction, status: 422, paths: places });
  }
  expect(await auctionOf(officer, draft.id)).toEqual(DEFAULT_AUCTION);
});

it('are changed by the officer alone, and only those that are given', async () => {
  const path = `/api/v1/tenders/${draft.id}`;
  const auction = { format: 'rounds', turnSeconds: 60, softCloseSeconds: 0 };
  for (const role of ['bidder', 'approver', 'auditor'] as const) {
    await (await system.someone(role)).patch(path, { auction }, draft.version).expect(403);
  }
  const changed = await officer.patch(path, { auction }, draft.version).expect(200);
  expect(changed.body).toMatchObject({ title: 'Fibre together', auction: { ...DEFAULT_AUCTION, ...auction } });
  await officer.patch(path, { auction: { restSeconds: 0 } }, draft.version + 1).expect(200);
  await officer.patch(path, { title: 'Fibre for each' }, draft.version + 2).expect(200);
  expect(await auctionOf(officer, draft.id)).toEqual({ ...DEFAULT_AUCTION, ...auction, restSeconds: 0 });
});

describe('once the tender is published', () => {
  it('are fixed, and providers read them', async () => {
    const auction = { format: 'live', durationSeconds: 60, softCloseSeconds: 20, feedback: 'rank-and-total' };
    const { tenderId } = await publishedTender(system, { officer, terms: { auction } });
    const all = { ...DEFAULT_AUCTION, ...auction };
    expect(await auctionOf(provider, tenderId)).toEqual(all);
    expect(await tenders.published(system.source.manager, tenderId)).toMatchObject({ auction: all });
    await officer.patch(`/api/v1/tenders/${tenderId}`, { auction: { minBidders: 2 } }, 3).expect(409);
  });

  it('improvements are measured by the lines that providers are shown', async () => {
    const lines = [
      { region: 'north', tier: 'basic', quantity: 12, ceiling: 29_000 },
      { region: 'north', tier: 'fast', quantity: 2, ceiling: 48_000 },
      { region: 'south', tier: 'fast', quantity: 8, ceiling: 47_000 },
    ];
    const { tenderId } = await publishedTender(system, { lines });
    // Two lines of a tier would point at a single business: its cell is shown together with another.
    expect(await tenders.auctionReference(system.source.manager, tenderId)).toEqual({
      termMonths: 24,
      lines: { north: { basic: 7, fast: 7 }, south: { fast: 8 } },
    });
    expect(await tenders.auctionReference(system.source.manager, draft.id)).toBeNull();
  });
});
