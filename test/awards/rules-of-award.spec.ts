/** Groups of winners, budget and cost share of a tender, on their way to awards, boards, letters and follow-ups. */
import { AwardsService } from '../../src/awards/awards.service.js';
import { type ClassLines, HoldingsService } from '../../src/awards/holdings.service.js';
import { systemActor } from '../../src/kernel/actor.js';
import { Deeds } from '../../src/platform/deeds/deeds.js';
import type { OpenedTenderOptions, TariffJson } from '../support/opened-tender.js';
import { System } from '../support/system.js';
import { type BoardJson, completeBoard } from './boards.js';
import { awardOf, decided, draftedAgain, draftedAward, finalAward, read, recommended } from './decided-award.js';

let system: System;
beforeAll(async () => {
  system = await System.start();
});
afterAll(async () => {
  await system.stop();
});

const REGIONS = ['east', 'north', 'south', 'west'];
const TERM = 24;

function tariff(monthly: number, ...regions: string[]): TariffJson {
  return {
    bands: [{ from: 1, monthly: { basic: monthly } }],
    lots: Object.fromEntries(regions.map((region) => [region, {}])),
  };
}

/** Ten lines in each of four lots, in order of code; whoever wins all of it is the cheapest unless a rule says otherwise. */
function ruled(terms: Readonly<Record<string, unknown>>, tariffs: readonly TariffJson[]): OpenedTenderOptions {
  const lines = REGIONS.map((region) => ({ region, tier: 'basic', quantity: 10, commitment: 'interest' as const }));
  return { lines, tiers: { basic: 30_000 }, terms, tariffs };
}

const cost = (lots: number, monthly: number): number => lots * 10 * monthly * TERM;

async function fall(awardId: string, bidId: string): Promise<void> {
  const awards = system.app.get(AwardsService, { strict: false });
  await system.app
    .get(Deeds, { strict: false })
    .run(systemActor('test'), 'test.fall', null, (deed) =>
      awards.fallThrough(deed, { awardId, bidId, why: 'It did not sign.' }),
    );
}

async function settle(
  awardId: string,
  bidId: string,
  lots: readonly string[],
  lines: readonly number[],
): Promise<void> {
  const holdings = system.app.get(HoldingsService, { strict: false });
  await system.app.get(Deeds, { strict: false }).run(systemActor('test'), 'test.settle', null, (deed) =>
    holdings.settled(
      deed,
      { awardId, bidId },
      lots.map((lot, at) => ({ lot, tier: 'basic', lines: lines[at] ?? 0 })),
    ),
  );
}

async function join(awardId: string, bidId: string, lines: readonly ClassLines[]): Promise<void> {
  const holdings = system.app.get(HoldingsService, { strict: false });
  await system.app.get(Deeds, { strict: false }).run(systemActor('test'), 'test.join', null, async (deed) => {
    await holdings.hold(deed, awardId);
    await holdings.joined(deed, { awardId, bidId }, lines);
  });
}

const scenario = ({ scenarios }: BoardJson, kind: string, about: string) =>
  scenarios.find((each) => each.kind === kind && each.about === about);

test('a tender is awarded by its groups, the board says what they cost, and letters tell them', async () => {
  const winnerGroups = [
    { lots: ['south', 'north'], minWinners: 2 },
    { lots: ['east', 'west'], maxWinners: 1 },
  ];
  // By price alone the first has three lots and the third the west. By the groups nobody parts east and west, which only the
  // second offers both, and two win in the north and the south.
  const made = await draftedAward(
    system,
    ruled({ winnerGroups }, [
      tariff(20_000, 'east', 'north', 'south'),
      tariff(22_000, ...REGIONS),
      tariff(21_900, 'west'),
    ]),
  );
  const [first, second] = made.bids.map(({ bidId }) => bidId);
  const free = cost(3, 20_000) + cost(1, 21_900);
  const totalMinor = cost(1, 20_000) + cost(3, 22_000);
  expect(made.award).toMatchObject({ solverStatus: 'optimal', totalMinor });
  expect(made.award.winners).toMatchObject([
    { bidId: first, lines: 10 },
    { bidId: second, lines: 30 },
  ]);
  const wonBySecond = made.award.winners[1]?.cells.map(({ lot }) => lot) ?? [];
  expect(wonBySecond).toEqual(expect.arrayContaining(['east', 'west']));

  await made.officer.post(`/api/v1/awards/${made.award.id}/scenarios`).expect(201);
  const board = await completeBoard(system, made.officer, made.award.id);
  expect(scenario(board, 'rule', 'groups')).toMatchObject({
    words: 'What the rule "at least 2 winners in lots north, south; at most 1 winner in lots east, west" costs',
    totalMinor: free,
    moreMinor: free - totalMinor,
    proved: true,
  });

  await decided(system, made);
  const letters = await made.officer.get(`/api/v1/awards/${made.award.id}/letters`).expect(200);
  for (const { content } of (letters.body as { items: { content: { rules: string[] } }[] }).items) {
    expect(content.rules).toEqual(['At least 2 winners in lots north, south.', 'At most 1 winner in lots east, west.']);
  }
});

test('a budget is kept to the minor unit, and does not stand against pools of another size', async () => {
  const tariffs = [tariff(20_000, ...REGIONS), tariff(22_000, ...REGIONS)];
  const within = await draftedAward(system, ruled({ budgetMinor: cost(4, 20_000) }, tariffs));
  expect(within.award).toMatchObject({ state: 'drafted', totalMinor: cost(4, 20_000) });
  expect(within.award.explanation).toContain('The budget of 19200000 KRW leaves 0 KRW.');
  await within.officer.post(`/api/v1/awards/${within.award.id}/scenarios`).expect(201);
  const { curve, scenarios } = await completeBoard(system, within.officer, within.award.id);
  expect(curve.find(({ percent }) => percent === 200)).toMatchObject({ status: 'optimal', lineMonthlyMinor: 20_000 });
  // It makes nothing dearer, so it has no price. What is dearer than it is not to be had.
  expect(scenarios.some(({ about }) => about === 'budgetMinor')).toBe(false);
  expect(scenarios.find(({ kind }) => kind === 'without')).toMatchObject({ status: 'infeasible' });

  const beyond = await draftedAward(system, ruled({ budgetMinor: cost(4, 20_000) - 1 }, tariffs));
  expect(beyond.award).toMatchObject({ state: 'failed', winners: [] });
  expect(beyond.award.explanation).toEqual([
    'The cheapest allocation costs 19200000 KRW, 1 KRW more than the budget of 19199999 KRW.',
  ]);
});

test('a follow-up keeps cost share and budget together with what others hold', async () => {
  const prices = [20_000, 22_000, 23_000];
  const budgetMinor = cost(2, 20_000) + cost(2, 23_000);
  const terms = { maxCostShareBp: 6_000, budgetMinor };
  const made = await finalAward(
    system,
    ruled(
      terms,
      prices.map((price) => ({ ...tariff(price, ...REGIONS), capacity: 40 })),
    ),
  );
  const [first = '', second = '', third = ''] = made.bids.map(({ bidId }) => bidId);
  // Of three lots the first would be paid more than 60 %.
  expect(made.award.winners).toMatchObject([
    { bidId: first, lines: 20 },
    { bidId: second, lines: 20 },
  ]);
  await fall(made.award.id, second);
  const award = await awardOf(system, made.officer, made.tenderId, { round: 2 });
  // Of these two lots alone the first could have one for less; with the two that it holds that were three of four.
  expect(award.winners).toMatchObject([{ bidId: third, lines: 20, heldLines: 0, costMinor: cost(2, 23_000) }]);
  expect(award.explanation).toContain(
    'The budget of 20640000 KRW, of which 9600000 KRW is awarded already, leaves 0 KRW.',
  );
  await made.officer.post(`/api/v1/awards/${award.id}/scenarios`).expect(201);
  const board = await completeBoard(system, made.officer, award.id);
  expect(board.scenarios.filter(({ kind }) => kind === 'winners')).toMatchObject([
    { words: 'No winner beside the one that holds lines already', status: 'infeasible' },
    { words: 'At most 2 winners, with the one that holds lines already', status: 'optimal', moreMinor: 0 },
  ]);
  expect(scenario(board, 'rule', 'maxCostShare')).toMatchObject({
    words: 'What the rule "no provider above 60 % of the cost" costs',
    totalMinor: cost(2, 20_000),
  });

  // Fewer of the lines that the first holds are accepted: that is no line of the winner, and yet part of its share.
  const seen = await recommended(made.officer, award.id);
  await settle(made.award.id, first, made.award.winners[0]?.cells.map(({ lot }) => lot) ?? [], [10, 9]);
  const approval = await made.approver.post(`/api/v1/awards/${award.id}/approve`, { contentHash: seen.contentHash });
  expect(approval).toMatchObject({ status: 409, body: { code: 'award.held-changed' } });
  const again = await draftedAgain(system, made.officer, award);
  expect(again.winners).toMatchObject([{ bidId: third, lines: 20 }]);
  expect(again.explanation).toContain(
    'The budget of 20640000 KRW, of which 9120000 KRW is awarded already, leaves 480000 KRW.',
  );
  // A line that joins the first later takes room, of which there is enough, and counts in no rule.
  const place = { lot: made.award.winners[0]?.cells[0]?.lot ?? '', tier: 'basic' };
  await join(made.award.id, first, [{ ...place, lines: 1 }]);
  await recommended(made.officer, again.id);
  // Without a part in it, the holder is still paid for what it holds.
  const body = { excludedBidIds: [first], why: 'It asked to be left out.' };
  const without = await made.officer.post(`/api/v1/awards/${again.id}/evaluate-again`, body).expect(201);
  const { id } = without.body as { id: string };
  const last = await awardOf(system, made.officer, made.tenderId, { round: again.round + 1 });
  expect(last).toMatchObject({ id, explanation: expect.arrayContaining([again.explanation.at(-1)]) as string[] });
  await decided(system, { ...made, award: last }, made.approver);

  // A letter that was written before letters told rules tells none.
  const letters = async (): Promise<{ content: { rules: string[] } }[]> => {
    const answer = await made.officer.get(`/api/v1/awards/${last.id}/letters`).expect(200);
    return (answer.body as { items: { content: { rules: string[] } }[] }).items;
  };
  expect((await letters())[0]?.content.rules).toEqual([
    'No provider above 60 % of the cost.',
    'All lines together for at most 20640000 KRW over the term.',
  ]);
  await system.source.query(`update award_letter set content = content - 'rules' where award_id = $1`, [last.id]);
  expect((await letters())[0]?.content.rules).toEqual([]);
});

test('a follow-up counts who has won in its groups already', async () => {
  const winnerGroups = [{ lots: ['east', 'north'], minWinners: 2 }];
  const tariffs = [tariff(20_000, ...REGIONS), tariff(22_000, 'north'), tariff(22_500, 'east', 'north')];
  const made = await finalAward(system, ruled({ winnerGroups }, tariffs));
  const [, second = '', third = ''] = made.bids.map(({ bidId }) => bidId);
  expect(made.award.winners).toMatchObject([{ lines: 30 }, { bidId: second, lines: 10 }]);
  await fall(made.award.id, second);
  // The first offers the north for less, and is one of the two already.
  const award = await awardOf(system, made.officer, made.tenderId, { round: 2 });
  expect(award.winners).toMatchObject([{ bidId: third, lines: 10 }]);
});

test('a follow-up counts the winners of another one that was rejected and may be recommended again', async () => {
  const tariffs = [
    tariff(20_000, 'east'),
    tariff(20_000, 'north'),
    tariff(20_000, 'south', 'west'),
    tariff(25_000, 'north'),
    tariff(25_000, 'south'),
    tariff(25_000, 'west'),
    tariff(28_000, 'south', 'west'),
  ];
  const made = await finalAward(system, ruled({ maxWinners: 3 }, tariffs));
  const [first, second = '', third = '', fourth, , , last] = made.bids.map(({ bidId }) => bidId);
  expect(made.award.winners.map(({ bidId }) => bidId)).toEqual([first, second, third]);
  await fall(made.award.id, second);
  const north = await awardOf(system, made.officer, made.tenderId, { round: 2 });
  expect(north.winners).toMatchObject([{ bidId: fourth }]);
  await recommended(made.officer, north.id);
  const rejected = `/api/v1/awards/${north.id}/reject`;
  await made.approver.post(rejected, { why: 'Say why the north is worth that.' }).expect(200);

  // Two would serve the south and the west for less, and be four with the first and the one in the north.
  await fall(made.award.id, third);
  const others = await awardOf(system, made.officer, made.tenderId, { round: 3 });
  expect(others.winners).toMatchObject([{ bidId: last }]);
  const { version } = await read(made.officer, north.id);
  await made.officer.patch(`/api/v1/awards/${north.id}`, { reasons: 'Nobody else is there.' }, version).expect(200);
  for (const award of [north, others]) {
    await decided(system, { ...made, award: await read(made.officer, award.id) }, made.approver);
  }
});
