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
