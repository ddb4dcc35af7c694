import { agreementsOf } from '../contracts/agreements.js';
import { type TariffJson, TARIFFS } from '../support/opened-tender.js';
import { System } from '../support/system.js';
import { decided, draftedAward } from './decided-award.js';

let system: System;
beforeAll(async () => {
  system = await System.start();
});
afterAll(async () => {
  await system.stop();
});

const [, , dear] = TARIFFS;
if (!dear) throw new Error('there are three tariffs to bid');

/** Cheapest everywhere, but who serves the south can serve only five lines. */
const joint: TariffJson = {
  bands: [{ from: 1, monthly: { basic: 20_000, fast: 40_000 } }],
  lots: { north: {}, south: {} },
  partners: { 'Hanmi Telecom': { lots: ['south'], capacity: 5 }, 대동통신: { lots: ['north'], capacity: 100 } },
};

test('partners of a joint bid win what they can serve, others the rest, and the contract names them', async () => {
  const made = await draftedAward(system, { terms: { awardRule: 'shared' }, tariffs: [dear, joint] });
  const won = new Map(made.award.winners.map(({ bidId, cells }) => [bidId, cells]));
  const linesOf = (at: number, lot: string): number =>
    (won.get(made.bids[at]?.bidId ?? '') ?? [])
      .filter((cell) => cell.lot === lot)
      .reduce((sum, { lines }) => sum + lines, 0);
  expect(made.award).toMatchObject({ solverStatus: 'optimal' });
  expect([linesOf(1, 'north'), linesOf(1, 'south')]).toEqual([18, 5]);
  expect([linesOf(0, 'north'), linesOf(0, 'south')]).toEqual([0, 13]);

  const agreements = await agreementsOf(system, await decided(system, made));
  const [ofJoint, ofDear] = [1, 0].map((at) => agreements.find(({ bidId }) => bidId === made.bids[at]?.bidId));
  expect(ofJoint?.content['tariff']).toMatchObject({ partners: joint.partners });
  expect(ofDear?.content['tariff']).not.toHaveProperty('partners');
});

test('where whole lots are awarded, a lot beyond what its partner can serve goes to another', async () => {
  const made = await draftedAward(system, { terms: { awardRule: 'lot' }, tariffs: [dear, joint] });
  const lotsOf = (at: number): string[] => {
    const winner = made.award.winners.find(({ bidId }) => bidId === made.bids[at]?.bidId);
    return [...new Set(winner?.cells.map(({ lot }) => lot))];
  };
  expect([lotsOf(0), lotsOf(1)]).toEqual([['south'], ['north']]);
});
