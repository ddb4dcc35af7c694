/** What is awarded where bids have alternatives, against awarding every choice of one tariff per bid. */
import fc from 'fast-check';
import type { LinearSolver } from '../../src/allocation/rules/relaxation.js';
import type { AwardBid, AwardCell, AwardTender } from '../../src/awards/rules/award.js';
import type { HeldCell } from '../../src/awards/rules/held.js';
import { shareOut } from '../../src/awards/rules/share-out.js';
import { toProblem } from '../../src/awards/rules/to-problem.js';
import { tariffsOf } from '../../src/pricing/rules/alternatives.js';
import type { Tariff } from '../../src/pricing/rules/tariff.js';
import { solveHere, startHighs } from '../allocation/in-process.js';
import { cases, enough } from '../support/cases.js';

const PROVIDERS = ['A', 'B', 'C'];
const LOTS = ['L1', 'L2', 'L3'];

const tariffs: fc.Arbitrary<Tariff> = fc
  .record({
    price: fc.integer({ min: 4, max: 40 }),
    later: fc.option(fc.record({ from: fc.integer({ min: 2, max: 6 }), off: fc.integer({ min: 1, max: 3 }) })),
    lots: fc.subarray(LOTS, { minLength: 1 }),
    capacity: fc.option(fc.integer({ min: 2, max: 9 }), { freq: 3 }),
    minimumLines: fc.option(fc.integer({ min: 2, max: 8 }), { freq: 2 }),
    activation: fc.option(fc.bigInt(1n, 20n)),
  })
  .map(({ price, later, lots, capacity, minimumLines, activation }) => ({
    bands: [
      { from: 1, monthly: { f: BigInt(price) } },
      ...(later ? [{ from: later.from, monthly: { f: BigInt(price - later.off) } }] : []),
    ],
    lots: Object.fromEntries(lots.map((lot) => [lot, {}])),
    ...(capacity === null ? {} : { capacity }),
    ...(minimumLines === null ? {} : { minimumLines }),
    ...(activation === null ? {} : { activation }),
  }));

interface Story {
  readonly tender: AwardTender;
  readonly bids: readonly AwardBid[];
  /** in a follow-up award what the first provider holds of the first lot, by one of its tariffs */
  readonly held: readonly HeldCell[];
  readonly scope: readonly AwardCell[] | null;
}

const stories: fc.Arbitrary<Story> = fc
  .record({
    awardRule: fc.constantFrom('lot' as const, 'shared' as const),
    demand: fc.tuple(...LOTS.map(() => fc.integer({ min: 1, max: 4 }))),
    several: fc.tuple(
      ...PROVIDERS.map(() => fc.record({ main: tariffs, others: fc.array(tariffs, { maxLength: 2 }) })),
    ),
    heldBy: fc.option(fc.nat(2), { freq: 2 }),
    minWinners: fc.option(fc.integer({ min: 2, max: 3 }), { freq: 3 }),
    maxWinners: fc.option(fc.integer({ min: 1, max: 2 }), { freq: 2 }),
    maxShareBp: fc.option(fc.constantFrom(5_000, 7_000), { freq: 3 }),
  })
  .map(({ awardRule, demand, several, heldBy, ...rules }) => {
    const lots = LOTS.map((code, l) => {
      return { code, title: code, told: true, demand: { f: { firm: demand[l] ?? 1, interest: 0 } } };
    });
    const bids = several.map(({ main, others }, p): AwardBid => {
      const alternatives = Object.fromEntries(others.map((tariff, n) => [`no ${n}`, tariff]));
      const providerId = PROVIDERS[p] ?? '';
      const tariff = others.length === 0 ? main : { ...main, alternatives };
      return { bidId: `bid-${providerId}`, providerId, receivedAt: new Date(Date.UTC(2030, 0, 1 + p)), tariff };
    });
    const [first] = bids;
    const by = first ? tariffsOf(first.tariff) : [];
    const alternative = by[(heldBy ?? 0) % by.length]?.alternative ?? null;
    const cell = { bidId: 'bid-A', providerId: 'A', alternative, lot: 'L1', tier: 'f', decided: true };
    const free = { winnerGroups: [], budgetMinor: null, maxCostShareBp: null };
    return {
      tender: { currency: 'KRW', termMonths: 2, awardRule, ...rules, ...free, lots },
      bids,
      held: heldBy === null ? [] : [{ ...cell, lines: demand[0] ?? 1 }],
      scope:
        heldBy === null
          ? null
          : LOTS.slice(1).map((lot, l) => ({ lot, tier: 'f', from: 0, lines: demand[l + 1] ?? 1 })),
    };
  })
  .filter(({ tender: { minWinners, maxWinners } }) => (minWinners ?? 0) <= (maxWinners ?? 3));

/** Every way to leave each bid one of its tariffs; who holds lines keeps the one by which it holds them. */
function choices({ bids, held }: Story): AwardBid[][] {
  return bids.reduce<AwardBid[][]>(
    (ways, bid) => {
      const own = held.find((cell) => cell.bidId === bid.bidId);
      const kept = tariffsOf(bid.tariff).filter((one) => !own || one.alternative === own.alternative);
      return ways.flatMap((way) => kept.map(({ tariff }) => [...way, { ...bid, tariff }]));
    },
    [[]],
  );
}

describe('an award where bids have alternatives', () => {
  let highs: LinearSolver;
  beforeAll(async () => (highs = await startHighs()));

  it('costs as little as the best choice of one tariff per bid, and goes to one of each bid at most', () => {
    const seen = { alternatives: 0, followUps: 0, infeasible: 0, mattered: 0 };
    fc.assert(
      fc.property(stories, (story) => {
        const { tender, bids, held, scope } = story;
        const solved = solveHere(toProblem(tender, bids, scope, new Set(), held), highs);
        const plain = held.map((cell) => ({ ...cell, alternative: null }));
        const costs = choices(story).flatMap((way) => {
          const { status, totalMinor } = solveHere(toProblem(tender, way, scope, new Set(), plain), highs);
          expect(['optimal', 'infeasible']).toContain(status);
          return totalMinor === null ? [] : [totalMinor];
        });
        const least = costs.reduce<bigint | null>((a, b) => (a === null || b < a ? b : a), null);
        expect([solved.status, solved.totalMinor]).toEqual(least === null ? ['infeasible', null] : ['optimal', least]);
        const winners = shareOut(solved.awards, bids, scope, held);
        expect(winners.map(({ lines }) => lines)).toHaveLength(solved.awards.length);
        expect(new Set(winners.map(({ bidId }) => bidId)).size).toBe(winners.length);
        const own = winners.find(({ bidId }) => bidId === held[0]?.bidId);
        if (own) expect(own.alternative ?? null).toBe(held[0]?.alternative ?? null);
        seen.alternatives += winners.some(({ alternative }) => alternative !== undefined) ? 1 : 0;
        seen.followUps += own ? 1 : 0;
        seen.infeasible += least === null ? 1 : 0;
        seen.mattered += new Set(costs).size > 1 ? 1 : 0;
      }),
      { numRuns: cases(200), endOnFailure: true },
    );
    for (const often of Object.values(seen)) expect(often).toBeGreaterThan(enough(0));
  });
});
