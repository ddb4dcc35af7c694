import { AllocationService } from '../../src/allocation/allocation.service.js';
import { AwardsQueries } from '../../src/awards/awards.queries.js';
import { AwardsService } from '../../src/awards/awards.service.js';
import { type ClassLines, HoldingsService } from '../../src/awards/holdings.service.js';
import { systemActor } from '../../src/kernel/actor.js';
import { Deeds } from '../../src/platform/deeds/deeds.js';
import type { OpenedTenderOptions } from '../support/opened-tender.js';
import { System } from '../support/system.js';
import { completeBoard } from './boards.js';
import {
  awardOf,
  decided,
  type DecidedAward,
  draftedAgain,
  draftedAward,
  finalAward,
  pastStandstill,
  read,
  recommended,
} from './decided-award.js';

let system: System;
beforeAll(async () => {
  system = await System.start();
});
afterAll(async () => {
  await system.stop();
});

async function fall(awardId: string, bidId: string, why = 'Too few members accepted.'): Promise<string> {
  const deeds = system.app.get(Deeds, { strict: false });
  const awards = system.app.get(AwardsService, { strict: false });
  const followUp = await deeds.run(systemActor('test'), 'test.fall', null, (deed) =>
    awards.fallThrough(deed, { awardId, bidId, why }),
  );
  return followUp.awardId;
}

async function settle(awardId: string, bidId: string, lines: readonly ClassLines[]): Promise<void> {
  const deeds = system.app.get(Deeds, { strict: false });
  const holdings = system.app.get(HoldingsService, { strict: false });
  await deeds.run(systemActor('test'), 'test.settle', null, (deed) =>
    holdings.settled(deed, { awardId, bidId }, lines),
  );
}

async function join(awardId: string, bidId: string, lines: readonly ClassLines[]): Promise<void> {
  const deeds = system.app.get(Deeds, { strict: false });
  const holdings = system.app.get(HoldingsService, { strict: false });
  await deeds.run(systemActor('test'), 'test.join', null, async (deed) => {
    await holdings.hold(deed, awardId);
    await holdings.joined(deed, { awardId, bidId }, lines);
  });
}

/** Three that share: two win, the third is dear but can serve all. */
const THREE: OpenedTenderOptions = {
  terms: { awardRule: 'shared', maxShareBp: 7_500 },
  tariffs: [
    { bands: [{ from: 1, monthly: { basic: 20_000, fast: 30_000 } }], lots: { north: {}, south: {} }, capacity: 24 },
    { bands: [{ from: 1, monthly: { basic: 21_000, fast: 31_000 } }], lots: { north: {}, south: {} }, capacity: 20 },
    { bands: [{ from: 1, monthly: { basic: 29_000, fast: 45_000 } }], lots: { north: {}, south: {} } },
  ],
};

function cellsBy(made: DecidedAward, bidId: string) {
  return made.award.winners.find((winner) => winner.bidId === bidId)?.cells ?? [];
}

test('the follow-up of a fallen winner covers exactly its cells, where they lie, without its bid', async () => {
  const drafted = await draftedAward(system, THREE);
  const [first, second, third] = drafted.bids.map((each) => each.bidId);
  const fallen = second ?? '';
  await expect(fall(drafted.award.id, fallen)).rejects.toMatchObject({ code: 'award.not-winner' });
  const made = await pastStandstill(system, await decided(system, drafted));
  await expect(fall(made.award.id, third ?? '')).rejects.toMatchObject({ code: 'award.not-winner' });
  expect(made.award.winners.map((winner) => [winner.bidId, winner.lines])).toEqual([
    [first, 24],
    [fallen, 12],
  ]);
  const cells = cellsBy(made, fallen);
  expect(cells.some((cell) => cell.from > 0)).toBe(true);

  // Said twice at once, there is one follow-up.
  const [followUpId, same] = await Promise.all([fall(made.award.id, fallen), fall(made.award.id, fallen)]);
  expect(same).toBe(followUpId);
  const award = await awardOf(system, made.officer, made.tenderId, { round: 2 });
  expect(award).toMatchObject({ id: followUpId, state: 'drafted', fallenFrom: made.award.id });
  expect(award.scope).toEqual(cells);
  expect(award.excludedBids).toEqual([{ bidId: fallen, why: 'Too few members accepted.' }]);
  // The first winner has no capacity left, so the third takes them, at the same positions.
  expect(award.winners).toMatchObject([{ bidId: third, lines: 12, cells }]);
  // Its alternatives are about these lines only, and the fallen bid has no part in them.
  await made.officer.post(`/api/v1/awards/${award.id}/scenarios`).expect(201);
  const board = await completeBoard(system, made.officer, award.id);
  expect(board).toMatchObject({ lines: 12, best: { totalMinor: award.totalMinor, largestShareBp: 10_000 } });
  expect(board.curve.find(({ percent }) => percent === 100)).toMatchObject({ lines: 12, status: 'optimal' });
  expect(JSON.stringify(board)).not.toContain(made.bids[1]?.provider.organisationId);
  const list = await made.officer.get(`/api/v1/tenders/${made.tenderId}/awards`).expect(200);
  expect((list.body as { items: unknown[] }).items).toEqual([made.award, award]);

  // It is evaluated again like any other, and the fallen bid stays out.
  const again = await draftedAgain(system, made.officer, award);
  expect(again).toMatchObject({ scope: cells, excludedBids: award.excludedBids, fallenFrom: made.award.id });

  const followUp = await pastStandstill(system, await decided(system, { ...made, award: again }, made.approver));
  const view = await system.app.get(AwardsQueries, { strict: false }).one(system.source.manager, followUp.award.id);
  expect(view).toMatchObject({ state: 'final', round: 3, agencyId: made.approver.organisationId });
  const letters = await made.officer.get(`/api/v1/awards/${again.id}/letters`).expect(200);
  expect((letters.body as { items: unknown[] }).items).toHaveLength(3);
});

test('lines that joined the other winner later leave it less room, and a decision that does not know of them is refused', async () => {
  const made = await finalAward(system, THREE);
  const [first, second, third] = made.bids.map((each) => each.bidId);
  // Of its 20 the second has 12, and one more has joined it.
  await settle(made.award.id, second ?? '', cellsBy(made, second ?? ''));
  const [cell] = cellsBy(made, second ?? '');
  const place = { lot: cell?.lot ?? '', tier: cell?.tier ?? '' };
  await join(made.award.id, second ?? '', [{ ...place, lines: 1 }]);
  await fall(made.award.id, first ?? '');
  const early = await awardOf(system, made.officer, made.tenderId, { round: 2 });
  expect(early.winners).toMatchObject([
    { bidId: second, lines: 7, heldLines: 12 },
    { bidId: third, lines: 17 },
  ]);

  await join(made.award.id, second ?? '', [{ ...place, lines: 2 }]);
  const late = await made.officer.post(`/api/v1/awards/${early.id}/recommend`, { reasons: 'Cheapest.' });
  expect([late.status, late.body]).toMatchObject([409, { code: 'award.held-changed' }]);
  const again = await draftedAgain(system, made.officer, early);
  expect(again.winners).toMatchObject([
    { bidId: second, lines: 5, heldLines: 12 },
    { bidId: third, lines: 19 },
  ]);
  await recommended(made.officer, again.id);
});

/** The second's lots have room for many more than its share lets it win. */
const ROOMY: OpenedTenderOptions = {
  ...THREE,
  tariffs: (THREE.tariffs ?? []).map((tariff, at) => {
    const { capacity: _, ...rest } = tariff;
    return at === 1 ? { ...rest, lots: { north: { capacity: 40 }, south: { capacity: 40 } } } : tariff;
  }),
};

test.each([
  ['ends with what it found where they leave enough room', ROOMY, 1],
  ['begins again where they leave too little', THREE, 4],
])('an evaluation during which lines join another agreement %s', async (...example) => {
  const [, options, times] = example;
  const made = await finalAward(system, options);
  const [first = '', second = ''] = made.bids.map((each) => each.bidId);
  const cells = cellsBy(made, second);
  await settle(made.award.id, second, cells);
  const place = { lot: cells[0]?.lot ?? '', tier: cells[0]?.tier ?? '' };
  const allocation = system.app.get(AllocationService, { strict: false });
  const reasoned = allocation.reasoned.bind(allocation);
  let evaluations = 0;
  const spy = jest.spyOn(allocation, 'reasoned').mockImplementation(async (...asked) => {
    const answer = await reasoned(...asked);
    evaluations += 1;
    if (evaluations <= 3) await join(made.award.id, second, [{ ...place, lines: 1 }]);
    return answer;
  });
  try {
    await fall(made.award.id, first);
    const { winners } = await awardOf(system, made.officer, made.tenderId, { round: 2 });
    expect(evaluations).toBe(times);
    expect(winners.find(({ bidId }) => bidId === second)?.lines).toBeGreaterThan(0);
  } finally {
    spy.mockRestore();
  }
});

test('two winners that fall one after the other: neither comes back, and the lines are never awarded twice', async () => {
  const made = await finalAward(system, {
    ...THREE,
    terms: { awardRule: 'shared' },
  });
  const [first, second, third] = made.bids.map((each) => each.bidId);
  await fall(made.award.id, second ?? '');
  await awardOf(system, made.officer, made.tenderId, { round: 2 });
  await fall(made.award.id, first ?? '');
  const last = await awardOf(system, made.officer, made.tenderId, { round: 3 });
  expect(new Set(last.excludedBids.map((each) => each.bidId))).toEqual(new Set([first, second]));
  expect(last.winners.map((winner) => winner.bidId)).toEqual([third]);
  expect(last.scope).toEqual(cellsBy(made, first ?? ''));
});

test('a follow-up that nobody can serve fails in words and is closed; with nobody left, the tender is abandoned', async () => {
  const made = await finalAward(system, { ...THREE, tariffs: (THREE.tariffs ?? []).slice(0, 2) });
  const { officer, tenderId } = made;
  await fall(made.award.id, made.bids[1]?.bidId ?? '');
  const followUp = await awardOf(system, officer, tenderId, { round: 2 });
  expect(followUp.state).toBe('failed');
  expect(followUp.explanation.length).toBeGreaterThan(0);

  const path = `/api/v1/awards/${followUp.id}`;
  const body = { why: 'No capacity is left.' };
  for (const role of ['bidder', 'owner', 'manager', 'approver', 'auditor', 'admin'] as const) {
    await (await system.someone(role)).post(`${path}/abandon`, body).expect(403);
  }
  await officer.post(`${path}/abandon`, { why: '' }).expect(422);
  await officer.post(`${path}/abandon`, body).expect(200);
  expect(await read(officer, followUp.id)).toMatchObject({
    state: 'abandoned',
    whyAbandoned: body.why,
    abandonment: 'Its 12 lines are awarded to nobody, and the members get no other offer.',
    explanation: followUp.explanation,
  });
  await officer.post(`${path}/abandon`, body).expect(409);
  await officer.post(`${path}/evaluate-again`, { excludedBidIds: [], why: 'Once more.' }).expect(409);
  expect(await fall(made.award.id, made.bids[1]?.bidId ?? '')).toBe(followUp.id);

  const abandon = `/api/v1/tenders/${tenderId}/abandon`;
  const held = await officer.post(abandon, body).expect(409);
  expect(held.body).toMatchObject({ code: 'tender.awarded', detail: expect.stringContaining('Award 1') as string });
  await fall(made.award.id, made.bids[0]?.bidId ?? '');
  const last = await awardOf(system, officer, tenderId, { round: 3 });
  const given = await officer.post(abandon, body).expect(200);
  expect(given.body).toMatchObject({ awards: [{ id: last.id, state: 'abandoned' }] });
  expect(await read(officer, made.award.id)).toEqual(made.award);
});

/**
 * Twelve lines in the north and six in the south. One has its better price from 17 lines on and takes no fewer than
 * ten; another is cheap in the south; the third serves the south for a price between the two of the first.
 */
const COUNTED: OpenedTenderOptions = {
  lines: [
    { region: 'north', tier: 'basic', quantity: 12, commitment: 'interest' },
    { region: 'south', tier: 'basic', quantity: 6, commitment: 'interest' },
  ],
  tiers: { basic: 30_000 },
  tariffs: [
    {
      bands: [
        { from: 1, monthly: { basic: 24_000 } },
        { from: 17, monthly: { basic: 23_000 } },
      ],
      lots: { north: {}, south: {} },
      minimumLines: 10,
      activation: 5_000,
    },
    { bands: [{ from: 1, monthly: { basic: 10_000 } }], lots: { south: {} } },
    { bands: [{ from: 1, monthly: { basic: 23_500 } }], lots: { south: {} } },
  ],
};

test('a winner takes the lines of another in the band, and beyond the minimum, that all its lines reach', async () => {
  const made = await finalAward(system, COUNTED);
  const [holder = '', fallen = '', rival = ''] = made.bids.map((each) => each.bidId);
  expect(made.award.winners).toMatchObject([
    { bidId: holder, lines: 12, heldLines: 0, band: 0, costMinor: 12 * 24_000 * 24 + 5_000 },
    { bidId: fallen, lines: 6 },
  ]);
  await fall(made.award.id, fallen);
  const award = await awardOf(system, made.officer, made.tenderId, { round: 2 });
  // Six lines alone are below its minimum and its band; with the twelve they are eighteen. The activation is paid.
  expect(award.winners).toMatchObject([
    { bidId: holder, lines: 6, heldLines: 12, band: 1, costMinor: 6 * 23_000 * 24 },
  ]);
  expect(award.explanation[0]).toContain('holds 12 lines in this tender already');

  // Fewer of the twelve accept, while the officer's recommendation waits.
  const seen = await recommended(made.officer, award.id);
  await settle(made.award.id, holder, [{ lot: 'north', tier: 'basic', lines: 10 }]);
  const approval = await made.approver.post(`/api/v1/awards/${award.id}/approve`, { contentHash: seen.contentHash });
  expect(approval).toMatchObject({ status: 409, body: { code: 'award.held-changed' } });

  // Ten and six do not reach the band, so that the third is cheaper now.
  const again = await draftedAgain(system, made.officer, award);
  expect(again.winners).toMatchObject([{ bidId: rival, lines: 6, heldLines: 0, costMinor: 6 * 23_500 * 24 }]);
  await decided(system, { ...made, award: again }, made.approver);
  const letters = await made.officer.get(`/api/v1/awards/${again.id}/letters`).expect(200);
  const { items } = letters.body as { items: { content: { bidId: string } }[] };
  expect(items.find((letter) => letter.content.bidId === holder)?.content).toMatchObject({
    heldLines: 10,
    wonLines: 0,
    lots: [{ lot: 'south', outcome: 'not-won', gapMinor: 6 * 500 * 24 }],
  });
});

test('where the only bid fell, nobody reads that there was none', async () => {
  const { officer, tenderId, award, bids } = await finalAward(system, {
    terms: { awardRule: 'shared' },
    tariffs: (THREE.tariffs ?? []).slice(2),
  });
  await fall(award.id, bids[0]?.bidId ?? '');
  const { state, explanation } = await awardOf(system, officer, tenderId, { round: 2 });
  expect({ state, explanation }).toEqual({
    state: 'failed',
    explanation: [
      'Every bid for these lots has fallen through or cannot serve any of them, so there is nobody left to award them to.',
    ],
  });
});

test('what a winner settled at frees its capacity, and a draft that nobody recommended is evaluated with it', async () => {
  const [holder, ...others] = COUNTED.tariffs ?? [];
  const capped = { ...holder, bands: holder?.bands ?? [], lots: holder?.lots ?? {}, capacity: 17 };
  const made = await finalAward(system, { ...COUNTED, tariffs: [capped, ...others.slice(0, 1)] });
  const [first = '', fallen = ''] = made.bids.map((each) => each.bidId);
  await fall(made.award.id, fallen);
  const failed = await awardOf(system, made.officer, made.tenderId, { round: 2 });
  expect(failed.state).toBe('failed');

  await expect(settle(made.award.id, made.tenderId, [])).rejects.toMatchObject({ code: 'award.not-winner' });
  await settle(made.award.id, first, [{ lot: 'north', tier: 'basic', lines: 11 }]);
  const award = await awardOf(system, made.officer, made.tenderId, { round: 3 });
  expect(award).toMatchObject({ state: 'drafted', supersedes: failed.id, scope: failed.scope });
  expect(award.winners).toMatchObject([{ bidId: first, lines: 6, heldLines: 11, band: 1 }]);
});

test('of two winners that fall, the second takes no part when the follow-up of the first is evaluated again', async () => {
  const made = await finalAward(system, COUNTED);
  const [holder = '', fallen = '', rival = ''] = made.bids.map((each) => each.bidId);
  await fall(made.award.id, fallen);
  const award = await awardOf(system, made.officer, made.tenderId, { round: 2 });
  await fall(made.award.id, holder, 'It never signed.');
  await system.settled();
  const refused = await made.officer.post(`/api/v1/awards/${award.id}/recommend`, { reasons: 'The cheapest.' });
  expect(refused).toMatchObject({ status: 409, body: { code: 'award.held-changed' } });
  const again = await draftedAgain(system, made.officer, award);
  expect(again.excludedBids.map((bid) => bid.bidId)).toEqual([fallen, holder]);
  expect(again.winners).toMatchObject([{ bidId: rival, lines: 6 }]);
});
