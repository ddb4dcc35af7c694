import fc from 'fast-check';
import { check } from '../../allocation/rules/checker.js';
import type { BidAward, Problem } from '../../allocation/rules/problem.js';
import { lineCost } from '../../allocation/rules/terms.js';
import type { Tariff } from '../../pricing/rules/tariff.js';
import type { AwardBid, AwardTender } from './award.js';
import { sharesOf } from './lines.js';
import { toProblem } from './to-problem.js';

const demand = (lot: string, tier: string): number => (lot === 'N' && tier === 'fast' ? 10 : 4);
const cell = (lot: string, tier: string, from: number, lines: number) => ({ lot, tier, from, lines });

describe('shares', () => {
  test('are whole where one bid has all of a lot and tier, else parts in order of position', () => {
    const winners = [
      { bidId: 'late', cells: [cell('N', 'fast', 6, 4), cell('N', 'slow', 0, 4)] },
      { bidId: 'early', cells: [cell('N', 'fast', 0, 6), cell('S', 'fast', 1, 3)] },
    ];
    expect(sharesOf(winners, demand)).toEqual({
      whole: [{ bidId: 'late', ...cell('N', 'slow', 0, 4) }],
      parts: [
        { bidId: 'early', ...cell('N', 'fast', 0, 6) },
        { bidId: 'late', ...cell('N', 'fast', 6, 4) },
        { bidId: 'early', ...cell('S', 'fast', 1, 3) },
      ],
    });
  });

  test('never give a line twice, nor one that is not there', () => {
    const twice = [
      { bidId: 'a', cells: [cell('N', 'fast', 0, 6)] },
      { bidId: 'b', cells: [cell('N', 'fast', 5, 5)] },
    ];
    expect(() => sharesOf(twice, demand)).toThrow('a cell of N, fast ends at 6, beyond 5');
    expect(() => sharesOf([{ bidId: 'a', cells: [cell('N', 'slow', 2, 3)] }], demand)).toThrow('ends at 5, beyond 4');
  });
});

/** A pledged line as far as a bid could care: where it is, what it wants, and what is known of its member. */
interface Line {
  readonly region: 'N1' | 'N2' | 'S1';
  readonly tier: 'fast' | 'slow';
  readonly firm: boolean;
}

const lotOf = (line: Line): string => line.region.slice(0, 1);
const line = fc.record<Line>({
  region: fc.constantFrom('N1', 'N2', 'S1'),
  tier: fc.constantFrom('fast', 'slow'),
  firm: fc.boolean(),
});
const place = fc.record(
  { surcharge: fc.bigInt(0n, 9n), setup: fc.bigInt(0n, 9n), capacity: fc.integer({ min: 1, max: 9 }) },
  { requiredKeys: [] },
);
const monthly = fc.record({ fast: fc.bigInt(1n, 99n), slow: fc.bigInt(1n, 99n) }, { requiredKeys: ['fast'] });
const tariff = fc.record(
  {
    bands: fc.array(fc.record({ monthly, lotMonthly: fc.record({ N: monthly }) }), { minLength: 1, maxLength: 2 }),
    lots: fc.record({ N: place, S: place }, { requiredKeys: [] }),
    capacity: fc.integer({ min: 1, max: 20 }),
  },
  { requiredKeys: ['bands', 'lots'] },
);

const bidOf = (
  { bands, ...terms }: { bands: readonly Omit<Tariff['bands'][number], 'from'>[] },
  at: number,
): AwardBid => ({
  bidId: `b${at}`,
  providerId: `p${at}`,
  receivedAt: new Date(at),
  tariff: { lots: {}, ...terms, bands: bands.map((band, b) => ({ ...band, from: 1 + 5 * b })) },
});

function tenderOf(lines: readonly Line[]): AwardTender {
  const lots = [...new Set(lines.map(lotOf))].map((code) => {
    const counted: Record<string, { firm: number; interest: number }> = {};
    for (const each of lines.filter((one) => lotOf(one) === code)) {
      const cellOf = (counted[each.tier] ??= { firm: 0, interest: 0 });
      cellOf[each.firm ? 'firm' : 'interest'] += 1;
    }
    return { code, title: code, told: true, demand: counted };
  });
  const limits = { minWinners: null, maxWinners: null, maxShareBp: null, winnerGroups: [] };
  const money = { budgetMinor: null, maxCostShareBp: null };
  return { currency: 'KRW', termMonths: 36, awardRule: 'shared', ...limits, ...money, lots };
}

/** What each bid wins, counted and charged line by line; a line that it does not offer is charged nothing. */
function awardsOf(problem: Problem, lines: readonly Line[], holders: readonly number[]): BidAward[] {
  return problem.bids.flatMap((bid, at): BidAward[] => {
    const own = lines.filter((_line, l) => (holders[l] ?? 0) % problem.bids.length === at);
    if (own.length === 0) return [];
    const band = bid.bands.filter(({ from }) => from <= own.length).length - 1;
    const lots: Record<string, Record<string, number>> = {};
    for (const one of own) {
      const tiers = (lots[lotOf(one)] ??= {});
      tiers[one.tier] = (tiers[one.tier] ?? 0) + 1;
    }
    const costs = own.map((one) => lineCost(problem, bid, band, lotOf(one), one.tier) ?? 0n);
    return [{ bid: bid.id, band, lines: own.length, lots, costMinor: costs.reduce((a, b) => a + b, 0n) }];
  });
}

/** What the checker finds, whatever the order in which it comes across it. */
function found(problem: Problem, awards: readonly BidAward[]) {
  const { violations, ...rest } = check(problem, awards);
  return { ...rest, violations: [...violations].sort() };
}

describe('two lines of a cell', () => {
  test('are interchangeable for every bid: exchanged, they leave its lines, its cost and every fault as they were', () => {
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 2, maxLength: 20 }),
        fc.array(tariff, { minLength: 1, maxLength: 3 }),
        fc.array(fc.nat(9), { minLength: 20, maxLength: 20 }),
        fc.nat(),
        (lines, tariffs, holders, pick) => {
          const problem = toProblem(tenderOf(lines), tariffs.map(bidOf), null, new Set());
          const one = pick % lines.length;
          const same = lines.flatMap((other, at) =>
            lotOf(other) === lotOf(lines[one] ?? other) && other.tier === lines[one]?.tier ? [at] : [],
          );
          const other = same[pick % same.length] ?? one;
          const exchanged = holders.with(one, holders[other] ?? 0).with(other, holders[one] ?? 0);
          const [before, after] = [awardsOf(problem, lines, holders), awardsOf(problem, lines, exchanged)];
          expect(after).toEqual(before);
          expect(found(problem, after)).toEqual(found(problem, before));
          // What the problem asks knows cells only: who the lines are does not matter, however many there are.
          const cells = new Set(lines.map((each) => `${lotOf(each)} ${each.tier}`)).size;
          expect(problem.lots.reduce((n, lot) => n + Object.keys(lot.demand).length, 0)).toBe(cells);
        },
      ),
      { numRuns: 500 },
    );
  });
});
