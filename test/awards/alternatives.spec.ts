/** Awards to alternatives: at most one of a bid wins, and everything after it goes by that one. */
import { AwardsService } from '../../src/awards/awards.service.js';
import { systemActor } from '../../src/kernel/actor.js';
import { Deeds } from '../../src/platform/deeds/deeds.js';
import { agreementsOf, signBoth, withProviders } from '../contracts/agreements.js';
import type { OpenedTenderOptions, TariffJson } from '../support/opened-tender.js';
import { System } from '../support/system.js';
import { completeBoard, type GapJson } from './boards.js';
import { awardOf, decided, draftedAward, pastStandstill } from './decided-award.js';

let system: System;
beforeAll(async () => {
  system = await System.start();
});
afterAll(async () => {
  await system.stop();
});

const priced = (basic: number, fast: number, more: Partial<TariffJson> = {}): TariffJson => ({
  bands: [{ from: 1, monthly: { basic, fast } }],
  lots: { north: {}, south: {} },
  ...more,
});

/** What a provider wants who can be cheap for much only: 22 basic and 14 fast lines, over 24 months. */
const WHOLE = priced(20_000, 40_000, { minimumLines: 36, activation: 1_000 });
const COST_OF_WHOLE = 24 * (22 * 20_000 + 14 * 40_000) + 1_000;
const several: TariffJson = {
  ...priced(28_000, 48_000),
  alternatives: { 'all 36': WHOLE, dear: priced(29_000, 49_000) },
};
const rival = priced(25_000, 47_000);

interface LetterJson {
  readonly providerId: string;
  readonly content: {
    readonly alternative: string | null;
    readonly offered: TariffJson;
    readonly costMinor: number | null;
    readonly lots: readonly { readonly outcome: string; readonly gapMinor: number | null }[];
  };
}

test('the alternative that wins is what the award, its letter and its agreement are about', async () => {
  const made = await draftedAward(system, { terms: { awardRule: 'lot' }, tariffs: [rival, several] });
  const { award, officer } = made;
  const [other, mine] = made.bids;
  expect(award).toMatchObject({ state: 'drafted', solverStatus: 'optimal', totalMinor: COST_OF_WHOLE });
  expect(award.winners).toMatchObject([
    { bidId: mine?.bidId, alternative: 'all 36', band: 0, lines: 36, costMinor: COST_OF_WHOLE },
  ]);
  const told = JSON.stringify(award);
  expect(told).toContain('(alternative \\"all 36\\") wins 36 lines');
  expect(told).not.toMatch(/[0-9a-f]{12}\/all 36/);

  // Why each lot went there, and how far every tariff is from winning, names the alternative, too.
  const reasons = await officer.get(`/api/v1/awards/${award.id}/lots`).expect(200);
  const lots = (reasons.body as { items: { bidId: string; alternative: string | null; words: string }[] }).items;
  expect(lots).toHaveLength(2);
  for (const lot of lots) {
    expect(lot).toMatchObject({ bidId: mine?.bidId, alternative: 'all 36', runnerUp: expect.anything() });
    expect(lot.words).toContain('(alternative "all 36") wins');
  }
  await officer.post(`/api/v1/awards/${award.id}/scenarios`).expect(201);
  const board = await completeBoard(system, officer, award.id);
  expect(board.best).toMatchObject({ totalMinor: COST_OF_WHOLE, winners: [{ lines: 36 }], largestShareBp: 10_000 });
  const gapsOf = async (bidId = ''): Promise<GapJson[]> => {
    const answer = await officer.get(`/api/v1/awards/${award.id}/gaps?limit=200&bidId=${bidId}`).expect(200);
    return (answer.body as { items: GapJson[] }).items;
  };
  const ownGaps = await gapsOf(mine?.bidId);
  expect([...new Set(ownGaps.map(({ bidId }) => bidId))]).toEqual([mine?.bidId]);
  expect(new Set(ownGaps.map(({ alternative }) => alternative))).toEqual(new Set([null, 'dear']));
  await officer.post(`/api/v1/awards/${award.id}/gaps/proofs`, { bidId: mine?.bidId }).expect(201);
  expect((await gapsOf(other?.bidId)).map(({ alternative }) => alternative)).toEqual([null, null]);

  const final = await decided(system, made);
  const letters = await officer.get(`/api/v1/awards/${award.id}/letters`).expect(200);
  const byProvider = new Map(
    (letters.body as { items: LetterJson[] }).items.map((each) => [each.providerId, each.content]),
  );
  expect(byProvider.get(mine?.provider.organisationId ?? '')).toMatchObject({
    alternative: 'all 36',
    offered: several,
    costMinor: COST_OF_WHOLE,
    lots: [{ outcome: 'won' }, { outcome: 'won' }],
  });
  const toRival = byProvider.get(other?.provider.organisationId ?? '');
  expect(toRival).toMatchObject({ alternative: null, offered: rival, costMinor: null });
  expect(JSON.stringify(toRival)).not.toContain('all 36');

  const [agreement] = await agreementsOf(system, final);
  expect(agreement?.content).toMatchObject({
    bidId: mine?.bidId,
    alternative: 'all 36',
    tariff: WHOLE,
    band: 0,
    lines: 36,
  });
  expect(agreement?.content['tariff']).not.toHaveProperty('alternatives');

  // Members are offered its prices: their minimum needs all of them, and the dearer main tariff is out of it.
  await pastStandstill(system, final);
  await Promise.all(withProviders(final, agreement ? [agreement] : []).map((each) => signBoth(each, final.approver)));
  const member = final.members.get('0');
  if (!member) throw new Error('the first lines have a member');
  const offers = await system.eventually(
    () => member.get('/api/v1/offers'),
    ({ body }) => (body as { items: unknown[] }).items.length > 0,
  );
  expect(offers.body).toMatchObject({
    items: [{ tier: 'basic', quantity: 12, atMostMonthly: 20_000, expectedMonthly: 20_000 }],
  });
});

test('where its minimum is out of reach the main tariff wins, and at most one of a bid', async () => {
  const shared: OpenedTenderOptions = {
    terms: { awardRule: 'shared', maxShareBp: 7_500, minWinners: 2, maxWinners: 2 },
    tariffs: [several, rival],
  };
  const made = await draftedAward(system, shared);
  const [mine, other] = made.bids;
  expect(made.award.solverStatus).toBe('optimal');
  // Two providers must win: three tariffs of one are one provider, and none has three quarters by two of them.
  expect(new Set(made.award.winners.map(({ bidId }) => bidId))).toEqual(new Set([mine?.bidId, other?.bidId]));
  expect(made.award.winners).toHaveLength(2);
  expect(made.award.winners.find(({ bidId }) => bidId === mine?.bidId)).toMatchObject({ alternative: null, lines: 9 });
  // What is said of its main tariff is not said of the provider, whose alternatives could win instead.
  const reasons = await made.officer.get(`/api/v1/awards/${made.award.id}/lots`).expect(200);
  const own = (reasons.body as { items: { bidId: string; words: string }[] }).items.filter(
    ({ bidId }) => bidId === mine?.bidId,
  );
  expect(own.length).toBeGreaterThan(0);
  for (const { words } of own) expect(words).toMatch(/\(main tariff\) wins .* an alternative to [^,]*\(main tariff\),/);
  expect(made.award.explanation.join(' ')).toContain('(main tariff) wins 9 lines');
});

test('of tariffs of one bid that cost the same the main one wins', async () => {
  const same = priced(20_000, 40_000);
  const made = await draftedAward(system, {
    tariffs: [
      { ...same, alternatives: { again: { ...same, capacity: 90 }, 'a third': { ...same, capacity: 80 } } },
      rival,
    ],
  });
  expect(made.award.winners).toMatchObject([{ bidId: made.bids[0]?.bidId, alternative: null, lines: 36 }]);
});

test('who holds lines by one alternative wins more by the same one only', async () => {
  const [cheap, all] = [priced(20_000, 30_000, { capacity: 24 }), priced(23_500, 33_500)];
  const made = await pastStandstill(
    system,
    await decided(
      system,
      await draftedAward(system, {
        terms: { awardRule: 'shared', maxShareBp: 7_500 },
        tariffs: [
          { ...all, alternatives: { small: cheap } },
          priced(21_000, 31_000, { capacity: 20 }),
          priced(29_000, 45_000),
        ],
      }),
    ),
  );
  const [first, second, third] = made.bids.map(({ bidId }) => bidId);
  expect(made.award.winners).toMatchObject([
    { bidId: first, alternative: 'small', lines: 24 },
    { bidId: second, alternative: null, lines: 12 },
  ]);
  const deeds = system.app.get(Deeds, { strict: false });
  const awards = system.app.get(AwardsService, { strict: false });
  await deeds.run(systemActor('test'), 'test.fall', null, (deed) =>
    awards.fallThrough(deed, { awardId: made.award.id, bidId: second ?? '', why: 'Too few accepted.' }),
  );
  const followUp = await awardOf(system, made.officer, made.tenderId, { round: 2 });
  // By its main tariff it would be cheaper than the third, but it holds lines by the other one, which has no room left.
  expect(followUp.winners).toMatchObject([{ bidId: third, lines: 12 }]);
  const after = await decided(system, { ...made, award: followUp }, made.approver);
  const letters = await made.officer.get(`/api/v1/awards/${after.award.id}/letters`).expect(200);
  const toFirst = (letters.body as { items: LetterJson[] }).items.find(
    ({ providerId }) => providerId === made.bids[0]?.provider.organisationId,
  );
  // Nor does its letter reckon with what it could not win by any more.
  expect(toFirst?.content.lots.every(({ outcome, gapMinor }) => outcome === 'not-offered' && gapMinor === null)).toBe(
    true,
  );
});
