/** What bidders and the public read of an award must not let them reckon how many lines there are of a small cell. */
import type { LogFile } from '../../src/auctions/rules/log-file.js';
import { System } from '../support/system.js';
import { decided, draftedAward } from './decided-award.js';

let system: System;
beforeAll(async () => {
  system = await System.start();
});
afterAll(async () => {
  await system.stop();
});

const TERM = 24;
const LINES = 20;

interface LetterJson {
  readonly content: {
    readonly awardTotalMinor: number;
    readonly lots: readonly { readonly gapPercent: number | null }[];
  };
}

/** What all lines cost when so many of them are fast ones. */
function cost({ basic = 0, fast = 0 }: Readonly<Record<string, number | bigint>>, fastLines: number): number {
  return TERM * ((LINES - fastLines) * Number(basic) + fastLines * Number(fast));
}

const splits = Array.from({ length: LINES + 1 }, (_, fast) => fast);

test('neither a letter nor the published log, with the total, tells how few lines of a tier there are', async () => {
  const lines = [
    { region: 'north', tier: 'basic', quantity: 17, commitment: 'interest' as const },
    { region: 'north', tier: 'fast', quantity: 3, commitment: 'interest' as const },
  ];
  const prices = [
    { basic: 20_000, fast: 30_000 },
    { basic: 21_000, fast: 36_000 },
  ];
  const tariffs = prices.map((monthly) => ({ bands: [{ from: 1, monthly }], lots: { north: {} } }));
  const made = await decided(system, await draftedAward(system, { lines, tariffs }));
  const loser = made.bids[1]?.provider ?? made.officer;
  const shown = await loser.get(`/api/v1/tenders/${made.tenderId}`).expect(200);
  expect((shown.body as { demand: unknown }).demand).toMatchObject({ interest: [{ lines: LINES }] });
  const answer = await loser.get(`/api/v1/awards/${made.award.id}/letter`).expect(200);
  const { awardTotalMinor: total, lots } = (answer.body as LetterJson).content;
  expect(total).toBe(cost(prices[0] ?? {}, 3));

  // By the loser's own prices, as far as it is told how far off it was.
  const off = lots[0]?.gapPercent ?? null;
  const byLetter = splits.filter(
    (fast) => off === null || Math.round(((cost(prices[1] ?? {}, fast) - total) * 100) / total) === off,
  );
  expect(byLetter.length).toBeGreaterThan(4);

  // By any tariff that the log opens.
  const { text } = await system.anonymous().get(`/api/v1/auctions/${made.tenderId}/log`).expect(200);
  const opened = Object.values((JSON.parse(text) as LogFile).tariffs).flatMap(({ tariff }) => tariff.bands);
  const byLog = splits.filter(
    (fast) => opened.length === 0 || opened.some(({ monthly }) => cost(monthly, fast) === total),
  );
  expect(byLog.length).toBeGreaterThan(4);
});
