import { AwardsQueries } from '../../src/awards/awards.queries.js';
import { AwardsService } from '../../src/awards/awards.service.js';
import { systemActor } from '../../src/kernel/actor.js';
import { Deeds } from '../../src/platform/deeds/deeds.js';
import type { OpenedTenderOptions } from '../support/opened-tender.js';
import { System } from '../support/system.js';
import { awardOf, decided, type DecidedAward, draftedAward, finalAward, pastStandstill } from './decided-award.js';

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
  const made = await finalAward(system, THREE);
  const [, second] = made.bids;
  const fallen = second?.bidId ?? '';
  expect(made.award.winners.map((winner) => [winner.bidId, winner.lines])).toEqual([
    [made.bids[0]?.bidId, 24],
    [fallen, 12],
  ]);
  const cells = cellsBy(made, fallen);
  expect(cells.some((cell) => cell.from > 0)).toBe(true);

  const followUpId = await fall(made.award.id, fallen);
  const followUp = await awardOf(system, made.officer, made.tenderId, { round: 2 });
  expect(followUp).toMatchObject({ id: followUpId, state: 'drafted', fallenFrom: made.award.id });
  expect(followUp.scope).toEqual(cells);
  expect(followUp.excludedBids).toEqual([{ bidId: fallen, why: 'Too few members accepted.' }]);
  // The first winner has no capacity left, so the third takes them, at the same positions.
  expect(followUp.winners).toMatchObject([{ bidId: made.bids[2]?.bidId, lines: 12, cells }]);
  expect(await awardOf(system, made.officer, made.tenderId, { states: ['final'] })).toEqual(made.award);
});

test('a follow-up award is decided like any other, and its letters go to every bidder', async () => {
  const made = await finalAward(system, THREE);
  await fall(made.award.id, made.bids[1]?.bidId ?? '');
  const award = await awardOf(system, made.officer, made.tenderId, { round: 2 });
  const followUp = await pastStandstill(system, await decided(system, { ...made, award }, made.approver));
  const view = await system.app.get(AwardsQueries, { strict: false }).one(system.source.manager, followUp.award.id);
  expect(view).toMatchObject({ state: 'final', round: 2, agencyId: made.approver.organisationId });
  const letters = await made.officer.get(`/api/v1/awards/${award.id}/letters`).expect(200);
  expect((letters.body as { items: unknown[] }).items).toHaveLength(3);
});

test('said twice of the same winner, there is one follow-up', async () => {
  const made = await finalAward(system, THREE);
  const bidId = made.bids[1]?.bidId ?? '';
  const ids = await Promise.all([fall(made.award.id, bidId), fall(made.award.id, bidId)]);
  expect(ids[0]).toBe(ids[1]);
  await awardOf(system, made.officer, made.tenderId, { round: 2 });
  const list = await made.officer.get(`/api/v1/tenders/${made.tenderId}/awards`).expect(200);
  expect((list.body as { items: unknown[] }).items).toHaveLength(2);
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

test('a follow-up that nobody can serve fails in words', async () => {
  const made = await finalAward(system, { ...THREE, tariffs: (THREE.tariffs ?? []).slice(0, 2) });
  await fall(made.award.id, made.bids[1]?.bidId ?? '');
  const followUp = await awardOf(system, made.officer, made.tenderId, { round: 2 });
  expect(followUp.state).toBe('failed');
  expect(followUp.explanation.length).toBeGreaterThan(0);
});

test('only a winner of a final award can fall out of it', async () => {
  const drafted = await draftedAward(system, THREE);
  await expect(fall(drafted.award.id, drafted.bids[0]?.bidId ?? '')).rejects.toMatchObject({
    code: 'award.not-winner',
  });
  const made = await finalAward(system, THREE);
  await expect(fall(made.award.id, made.bids[2]?.bidId ?? '')).rejects.toMatchObject({ code: 'award.not-winner' });
});
