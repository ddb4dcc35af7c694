import { writeLetters } from '../../src/awards/letter-rows.js';
import type { Deed } from '../../src/platform/deeds/deeds.js';
import { TARIFFS } from '../support/opened-tender.js';
import { System } from '../support/system.js';
import { decided, type DecidedAward, draftedAward } from './decided-award.js';

interface LetterJson {
  readonly awardId: string;
  readonly providerId: string;
  readonly content: {
    readonly bidId: string;
    readonly offered: unknown;
    readonly band: number | null;
    readonly wonLines: number;
    readonly awardTotalMinor: number;
    readonly standstillEndsAt: string;
    readonly lots: readonly { readonly lot: string; readonly outcome: string; readonly gapMinor: number | null }[];
  };
}

let system: System;
let made: DecidedAward;
const beforeApproval: number[] = [];
beforeAll(async () => {
  system = await System.start();
  const drafted = await draftedAward(system);
  for (const { provider } of drafted.bids) {
    const early = await provider.get(`/api/v1/awards/${drafted.award.id}/letter`);
    beforeApproval.push(early.status);
  }
  made = await decided(system, drafted);
});
afterAll(async () => {
  await system.stop();
});

test('there are no letters before the approval', () => {
  expect(beforeApproval).toEqual([404, 404, 404]);
});

test('every bidder gets one letter, and nobody gets another’s', async () => {
  const { award, bids, officer } = made;
  for (const { provider, bidId } of bids) {
    const answer = await provider.get(`/api/v1/awards/${award.id}/letter`).expect(200);
    const letter = answer.body as LetterJson;
    expect(letter).toMatchObject({ awardId: award.id, providerId: provider.organisationId, content: { bidId } });
    const own = await provider.get('/api/v1/letters').expect(200);
    expect(own.body).toEqual({ items: [letter], next: null });
    for (const rival of bids.filter((each) => each.bidId !== bidId)) expect(answer.text).not.toContain(rival.bidId);
  }
  const stranger = await system.someone('bidder');
  await stranger.get(`/api/v1/awards/${award.id}/letter`).expect(404);
  expect((await stranger.get('/api/v1/letters').expect(200)).body).toEqual({ items: [], next: null });
  const all = await officer.get(`/api/v1/awards/${award.id}/letters`).expect(200);
  expect((all.body as { items: unknown[] }).items).toHaveLength(3);
});

test('letters are listed page by page', async () => {
  const seen: string[] = [];
  let next: string | null = null;
  do {
    const cursor: string = next === null ? '' : `&cursor=${encodeURIComponent(next)}`;
    const page = await made.officer.get(`/api/v1/awards/${made.award.id}/letters?limit=1${cursor}`).expect(200);
    const { items, next: following } = page.body as { items: LetterJson[]; next: string | null };
    seen.push(...items.map((letter) => letter.providerId));
    next = following;
  } while (next !== null);
  expect(seen.sort()).toEqual(made.bids.map(({ provider }) => provider.organisationId).sort());
  const never = `2030-99-99T00:00:00.000Z ${made.award.id}`;
  for (const cursor of ['nonsense', never, `2030-01-01T00:00:00.000Z ${'-'.repeat(36)}`]) {
    const path = `/api/v1/awards/${made.award.id}/letters?cursor=${encodeURIComponent(cursor)}`;
    expect((await made.officer.get(path).expect(422)).body).toMatchObject({ code: 'page.cursor' });
  }
});

test('a loser reads its own tariff and the gap per lot; the winner what it won', async () => {
  const { award, bids } = made;
  const [winner, north, dear] = await Promise.all(
    bids.map(async ({ provider }) => {
      const answer = await provider.get(`/api/v1/awards/${award.id}/letter`).expect(200);
      return (answer.body as LetterJson).content;
    }),
  );
  expect(winner).toMatchObject({ band: 1, wonLines: 36, awardTotalMinor: 27_528_000, offered: TARIFFS[0] });
  expect(winner?.lots.map(({ outcome, gapMinor }) => [outcome, gapMinor])).toEqual([
    ['won', 0],
    ['won', 0],
  ]);
  // Cheaper in the north by itself; but without the north nobody serves the south as cheaply.
  expect(north).toMatchObject({ band: null, wonLines: 0, offered: TARIFFS[1] });
  expect(north?.lots.map(({ lot, outcome, gapMinor }) => [lot, outcome, gapMinor])).toEqual([
    ['north', 'not-won', 12_870_000 - 13_248_000],
    ['south', 'not-offered', null],
  ]);
  expect(dear?.lots.map(({ lot, outcome, gapMinor }) => [lot, outcome, gapMinor])).toEqual([
    ['north', 'not-won', 15_552_000 - 13_248_000],
    ['south', 'not-won', 16_488_000 - 14_280_000],
  ]);
});

test('no letter names a rival’s monthly price', async () => {
  const { award, bids } = made;
  const loser = bids.at(-1)?.provider ?? (await system.someone('bidder'));
  const { text } = await loser.get(`/api/v1/awards/${award.id}/letter`).expect(200);
  for (const price of [28_000, 46_000, 25_000, 42_000, 24_000, 41_000])
    expect(text).not.toMatch(new RegExp(`\\b${price}\\b`));
});

test('a page holds no more of long letters than memory should', async () => {
  const { award, bids, officer } = made;
  const pad = 'x'.repeat(3 * 1024 * 1024);
  const long: string[] = [];
  for (let later = 1; later <= 3; later += 1) {
    const { organisationId } = await system.someone('bidder');
    await system.source.query(
      `insert into award_letter select award_id, $3, bid_id, jsonb_set(content, '{tenderTitle}', to_jsonb($4::text)),
         written_at + make_interval(secs => $5) from award_letter where award_id = $1 and provider_id = $2`,
      [award.id, bids[0]?.provider.organisationId, organisationId, pad, later],
    );
    long.unshift(organisationId);
  }
  const seen: string[][] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const answer = await officer.get(`/api/v1/awards/${award.id}/letters?limit=200${cursor}`).expect(200);
    const { items, next } = answer.body as { items: LetterJson[]; next: string | null };
    seen.push(items.map(({ providerId }) => providerId));
    cursor = next === null ? null : `&cursor=${encodeURIComponent(next)}`;
  }
  const [third, second, ...rest] = seen;
  expect([third, second]).toEqual([[long[0]], [long[1]]]);
  expect(rest).toEqual([
    [
      long[2],
      ...bids
        .map(({ provider }) => provider.organisationId)
        .toSorted()
        .toReversed(),
    ],
  ]);
});

test('no more tariffs are held at once than letters are written, however many bid', async () => {
  const heads = Array.from({ length: 23 }, (_each, at) => ({
    bidId: `bid-${at}`,
    providerId: `provider-${at}`,
    receivedAt: new Date('2030-01-01T00:00:00Z'),
  }));
  const lot = { code: 'N', title: 'North', told: true, demand: { fast: { firm: 23, interest: 0 } } };
  const tender = {
    currency: 'KRW',
    termMonths: 10,
    awardRule: 'shared' as const,
    minWinners: 1,
    maxWinners: null,
    maxShareBp: null,
    winnerGroups: [],
    budgetMinor: null,
    maxCostShareBp: null,
    lots: [lot],
  };
  const winners = heads.map(({ bidId, providerId }, from) => ({
    bidId,
    providerId,
    band: 0,
    lines: 1,
    heldLines: 0,
    costMinor: 10n,
    cells: [{ lot: 'N', tier: 'fast', from, lines: 1 }],
  }));
  const award = {
    id: 'award',
    contentHash: '',
    tenderId: 'tender',
    tenderTitle: '',
    round: 1,
    totalMinor: 230n,
    winners,
    excluded: new Map<string, string>(),
    held: [],
    standstillEndsAt: new Date('2030-01-15T00:00:00Z'),
  };
  const read: number[] = [];
  const written: LetterJson['content'][] = [];
  const query = async (_sql: string, parameters: unknown[]): Promise<void> => {
    const contents = parameters[3] as string[];
    written.push(...contents.map((text) => JSON.parse(text) as LetterJson['content']));
  };
  const deed = { now: new Date(), tx: { query } } as unknown as Deed;
  await writeLetters(deed, award, tender, heads, async (some) => {
    read.push(some.length);
    return some.map((head, at) => ({
      ...head,
      tariff: { bands: [{ from: 1, monthly: { fast: BigInt(at + 1) } }], lots: { N: {} } },
    }));
  });
  expect(Math.max(...read)).toBeLessThanOrEqual(5);
  expect(written.map(({ bidId }) => bidId)).toEqual(heads.map(({ bidId }) => bidId));
  // Of five of them the costs are 10 to 50: what all cost was added up part by part.
  const costs = written.map(({ lots }) => lots[0] as unknown as { winningCostMinor: number });
  expect(new Set(costs.map(({ winningCostMinor }) => winningCostMinor))).toEqual(new Set([4 * 150 + 60]));
});
