/** Auctions of tenders with groups of winners, a budget and a cost share: what they are decided by, and how it is proved. */
import { createHash } from 'node:crypto';
import { groundContent } from '../../src/auctions/event-rows.js';
import type { AuctionContent } from '../../src/auctions/rules/events.js';
import { canonicalJson } from '../../src/kernel/canonical.js';
import { liveAuction } from '../support/live-auction.js';
import { publishedTender, type TariffJson } from '../support/opened-tender.js';
import { played, practise, verdictOn } from '../support/practice.js';
import { System } from '../support/system.js';

let system: System;
beforeAll(async () => {
  system = await System.start();
});
afterAll(async () => {
  await system.stop();
});

const LINES = ['north', 'south'].map((region) => ({ region, tier: 'basic', quantity: 10, ceiling: 29_000 }));
const COST = 10 * 24;
const RULES = {
  winnerGroups: [{ lots: ['south', 'north'], minWinners: 2 }],
  budgetMinor: 40_000 * COST,
  maxCostShareBp: 6_000,
};
// However slow the machine is that tests run on, nothing that it does is an outage.
const auction = { format: 'live', outageSeconds: 3_600, disclosure: 'all' };

function tariff(monthly: number): TariffJson {
  return { bands: [{ from: 1, monthly: { basic: monthly } }], lots: { north: {}, south: {} } };
}

async function contentOf(auctionId: string): Promise<AuctionContent> {
  const rows: { content: AuctionContent }[] = await system.source.query(
    'select content from auction_content where auction_id = $1 and sequence = 1',
    [auctionId],
  );
  if (!rows[0]) throw new Error('nothing was opened');
  return rows[0].content;
}

test('nobody wins before the budget is reached, then as many as the group asks for, and the log proves it', async () => {
  const made = await liveAuction(system, {
    lines: LINES,
    tiers: { basic: 30_000 },
    terms: RULES,
    tariffs: [tariff(24_000), tariff(26_000), tariff(28_000)],
    auction,
  });
  await made.begun();
  expect((await made.standing(made.provider(0))).won).toEqual([]);
  await made.lower(made.provider(0), 0.7);
  await made.lower(made.provider(1), 0.8);
  const first = await made.standing(made.provider(0));
  const second = await made.standing(made.provider(1));
  expect([first.won.length, second.won.length]).toEqual([1, 1]);
  const { totalMinor } = await made.ended();
  expect(totalMinor).toBe((24_000 * 0.7 + 26_000 * 0.8) * COST);

  const groups = [{ lots: ['north', 'south'], minWinners: 2 }];
  const { problem } = await contentOf(made.id);
  expect(problem.rules).toMatchObject({ groups, budgetMinor: RULES.budgetMinor, maxCostShare: 0.6 });
  // Read again, an amount is one, and not a number like any other.
  expect((await groundContent(system.source.manager, made.id))?.problem.rules.budgetMinor).toBe(
    BigInt(RULES.budgetMinor),
  );
  const verdict = await verdictOn(made);
  expect(verdict).toMatchObject({ status: 'valid', fault: null, totalMinor: BigInt(totalMinor ?? 0) });
  expect(verdict.winners).toHaveLength(2);

  // The published content holds the rules, so that anybody can compute its hash.
  const { body } = await made.officer.get(`/api/v1/tenders/${made.id}`).expect(200);
  const { contentHash, id, poolId, title, currency, termMonths, ...shown } = body as Record<string, unknown>;
  const snapshots: { hash: string }[] = await system.source.query(
    'select snapshot_hash as hash from pool where id = $1',
    [poolId],
  );
  const content = {
    id,
    poolId,
    title,
    currency,
    termMonths,
    snapshotHash: snapshots[0]?.hash,
    ...Object.fromEntries(CONTENT.map((name) => [name, shown[name]])),
    winnerGroups: [{ lots: ['north', 'south'], minWinners: 2, maxWinners: null }],
  };
  expect(contentHash).toBe(createHash('sha256').update(canonicalJson(content)).digest('hex'));
});

const CONTENT = [
  'lots',
  'awardRule',
  'minWinners',
  'maxWinners',
  'maxShareBp',
  'budgetMinor',
  'maxCostShareBp',
  'priceCaps',
  'enquiryEndsAt',
  'biddingEndsAt',
  'standstillDays',
  'offerDays',
  'auction',
];

test('a practice goes by the same rules', async () => {
  const tender = await publishedTender(system, {
    lines: LINES,
    tiers: { basic: 30_000 },
    terms: { ...RULES, auction: { ...auction, minBidders: 20 } },
  });
  const provider = await system.someone('bidder');
  const begun = await practise(provider, tender.tenderId, { tariff: tariff(18_000), bidders: 1, durationSeconds: 60 });
  const practice = played(system, tender, provider, begun);
  expect((await contentOf(begun.auctionId)).problem.rules).toEqual({
    award: 'lot',
    minWinners: 1,
    groups: [{ lots: ['north', 'south'], minWinners: 2 }],
    budgetMinor: RULES.budgetMinor,
    maxCostShare: 0.6,
  });
  await practice.begun();
  await practice.ended();
  expect(await verdictOn(practice)).toMatchObject({ status: 'valid', fault: null });
});
