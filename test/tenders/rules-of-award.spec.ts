/** Groups of winners, a budget and a cost share, as an officer sets them. */
import { lockedPool } from '../support/locked-pool.js';
import { draftedTender } from '../support/opened-tender.js';
import { type Someone, System } from '../support/system.js';

let system: System;
let officer: Someone;

beforeAll(async () => {
  system = await System.start();
  officer = await system.someone('officer');
});

afterAll(() => system.stop());

async function draft() {
  const { poolId } = await lockedPool(system);
  const { id, version } = await draftedTender(system, officer, poolId);
  return { version, path: `/api/v1/tenders/${id}` };
}

function paths(problem: unknown): string[] {
  return ((problem as { faults?: { path: string }[] }).faults ?? []).map(({ path }) => path);
}

it('says at which place a rule does not fit', async () => {
  const { version, path } = await draft();
  const cases: [object, string[]][] = [
    [{ winnerGroups: [{ lots: ['north', 'moon'], minWinners: 1 }] }, ['winnerGroups.0.lots.1']],
    [{ winnerGroups: [{ lots: [], minWinners: 1 }] }, ['winnerGroups.0.lots']],
    [{ winnerGroups: [{ lots: ['north'] }] }, ['winnerGroups.0']],
    [{ winnerGroups: [{ lots: ['north'], minWinners: 2 }] }, ['winnerGroups.0.minWinners']],
    [{ winnerGroups: [{ lots: ['north'], minWinners: 0 }] }, ['winnerGroups.0.minWinners']],
    [{ winnerGroups: [{ lots: ['north'], winners: 1 }] }, ['winnerGroups.0.winners']],
    [{ winnerGroups: {} }, ['winnerGroups']],
    [{ winnerGroups: null }, ['winnerGroups']],
    [{ budgetMinor: 0 }, ['budgetMinor']],
    [{ budgetMinor: -1 }, ['budgetMinor']],
    [{ budgetMinor: 1.5 }, ['budgetMinor']],
    [{ maxCostShareBp: 5_000, awardRule: 'shared' }, ['maxCostShareBp']],
    [{ maxCostShareBp: 4_000 }, ['maxCostShareBp']],
    [{ maxCostShareBp: 10_001 }, ['maxCostShareBp']],
  ];
  for (const [body, places] of cases) {
    const answer = await officer.patch(path, body, version);
    expect({ body, status: answer.status, places: paths(answer.body) }).toEqual({ body, status: 422, places });
  }
});

it('takes groups of winners, a budget and a cost share, keeps them while others change, and gives them up', async () => {
  const { version, path } = await draft();
  const groups = [
    { lots: ['south', 'north'], minWinners: 2 },
    { lots: ['north'], maxWinners: 1 },
  ];
  const rules = { winnerGroups: groups, budgetMinor: 40_000_000, maxCostShareBp: 6_000 };
  await officer.patch(path, rules, version).expect(200);
  const kept = {
    ...rules,
    winnerGroups: [
      { lots: ['south', 'north'], minWinners: 2, maxWinners: null },
      { lots: ['north'], minWinners: null, maxWinners: 1 },
    ],
  };
  expect((await officer.get(path).expect(200)).body).toMatchObject(kept);
  // A lot that a group names goes only together with the group.
  const lots = [{ code: 'ALL', title: 'Everywhere', regions: ['south', 'north'] }];
  const refused = await officer.patch(path, { lots }, version + 1).expect(422);
  expect(paths(refused.body)[0]).toBe('winnerGroups.0.lots.0');
  expect((await officer.patch(path, { title: 'Ruled' }, version + 1).expect(200)).body).toMatchObject(kept);
  const none = { winnerGroups: [], budgetMinor: null, maxCostShareBp: null };
  expect((await officer.patch(path, { lots, ...none }, version + 2).expect(200)).body).toMatchObject(none);
});
