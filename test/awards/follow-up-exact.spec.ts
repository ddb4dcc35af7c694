/** What follow-up awards decide, against trying everything under the rules of the whole tender. */
import fc from 'fast-check';
import type { LinearSolver } from '../../src/allocation/rules/relaxation.js';
import { wholeProblem } from '../../src/auctions/rules/whole-problem.js';
import type { AwardBid, AwardCell, AwardTender } from '../../src/awards/rules/award.js';
import type { HeldCell } from '../../src/awards/rules/held.js';
import { toProblem } from '../../src/awards/rules/to-problem.js';
import { type Cell, costOf } from '../allocation/brute-force.js';
import { solveHere, startHighs } from '../allocation/in-process.js';
import { cases, enough } from '../support/cases.js';

const PROVIDERS = ['A', 'B', 'C', 'D'];
const LOTS = ['L1', 'L2', 'L3', 'L4'];

/** Lots of a tender, each of one tier: who holds which (all others are open), and what the open ones may go by. */
interface Story {
  readonly tender: AwardTender;
  readonly bids: readonly AwardBid[];
  readonly held: readonly HeldCell[];
  readonly scope: readonly AwardCell[];
}

const tariffs = fc.record({
  price: fc.integer({ min: 4, max: 40 }),
  later: fc.option(fc.record({ from: fc.integer({ min: 2, max: 9 }), off: fc.integer({ min: 1, max: 3 }) })),
  lots: fc.subarray(LOTS, { minLength: 1 }),
  capacity: fc.option(fc.integer({ min: 3, max: 12 }), { freq: 3 }),
  lotCapacity: fc.option(fc.integer({ min: 2, max: 4 }), { freq: 3 }),
  minimumLines: fc.option(fc.integer({ min: 1, max: 6 }), { freq: 3 }),
  activation: fc.option(fc.integer({ min: 1, max: 20 })),
});

const groups = fc
  .record({
    lots: fc.subarray(LOTS, { minLength: 1 }),
    limit: fc.constantFrom({ minWinners: 2, maxWinners: null }, { minWinners: null, maxWinners: 1 }),
  })
  .map(({ lots, limit }) => ({ lots, ...limit }));

const stories: fc.Arbitrary<Story> = fc
  .record({
    awardRule: fc.constantFrom('lot' as const, 'shared' as const),
    demand: fc.tuple(...LOTS.map(() => fc.integer({ min: 1, max: 3 }))),
    offers: fc.tuple(...PROVIDERS.map(() => tariffs)),
    holders: fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })),
    open: fc.integer({ min: 0, max: 1 }),
    minWinners: fc.option(fc.integer({ min: 2, max: 4 })),
    maxWinners: fc.option(fc.integer({ min: 2, max: 3 })),
    maxShareBp: fc.option(fc.constantFrom(4_000, 5_000, 7_000), { freq: 3 }),
    winnerGroups: fc.array(groups, { maxLength: 2 }),
    budgetMinor: fc.option(fc.bigInt(60n, 500n), { freq: 2 }),
    costShare: fc.option(fc.constantFrom(3_500, 4_500, 5_500), { freq: 3 }),
  })
  .map(({ awardRule, demand, offers, holders, open, costShare, ...rules }) => {
    const lots = LOTS.map((code, l) => ({
      code,
      title: code,
      told: true,
      demand: { f: { firm: demand[l] ?? 1, interest: 0 } },
    }));
    const bids = offers.map((offer, p): AwardBid => {
      const place = offer.lotCapacity === null ? {} : { capacity: offer.lotCapacity };
      const [holds, ...others] = LOTS.filter((_, l) => l < 2 && holders[l] === p);
      const covered = [...new Set([...(holds === undefined ? [] : [holds, ...others]), ...offer.lots])].sort();
      const bands = [{ from: 1, monthly: { f: BigInt(offer.price) } }];
      if (offer.later) bands.push({ from: offer.later.from, monthly: { f: BigInt(offer.price - offer.later.off) } });
      return {
        bidId: `bid-${PROVIDERS[p]}`,
        providerId: PROVIDERS[p] ?? '',
        receivedAt: new Date(Date.UTC(2030, 0, 1 + p)),
        tariff: {
          bands,
          lots: Object.fromEntries(covered.map((lot) => [lot, place])),
          ...(offer.capacity === null ? {} : { capacity: offer.capacity }),
          ...(offer.minimumLines === null ? {} : { minimumLines: offer.minimumLines }),
          ...(offer.activation === null ? {} : { activation: BigInt(offer.activation) }),
        },
      };
    });
    // Of the second lot something may be open, too, where lines are shared.
    const left = [0, awardRule === 'shared' ? open : 0, Infinity, Infinity];
    const openOf = (l: number) => Math.min(left[l] ?? 0, (demand[l] ?? 1) - (l < 2 ? 1 : 0));
    const held = holders.map((p, l): HeldCell => {
      const providerId = PROVIDERS[p] ?? '';
      const lines = (demand[l] ?? 1) - openOf(l);
      return { bidId: `bid-${providerId}`, providerId, lot: LOTS[l] ?? '', tier: 'f', lines, decided: true };
    });
    const scope = LOTS.flatMap((lot, l): AwardCell[] =>
      openOf(l) === 0 ? [] : [{ lot, tier: 'f', from: 0, lines: openOf(l) }],
    );
    const maxCostShareBp = awardRule === 'shared' ? null : costShare;
    const tender = { currency: 'KRW', termMonths: 2, awardRule, ...rules, maxCostShareBp, lots };
    return { tender, bids, held, scope };
  })
  .filter(({ tender: { minWinners, maxWinners }, bids, held }) => {
    const able = bids.every(({ bidId, tariff: { capacity = Infinity, lots } }) => {
      const own = held.filter((cell) => cell.bidId === bidId);
      const fits = own.every(({ lot, lines }) => lines <= (lots[lot]?.capacity ?? Infinity));
      return fits && own.reduce((sum, { lines }) => sum + lines, 0) <= capacity;
    });
    return able && (minWinners ?? 0) <= (maxWinners ?? 4);
  });

/** All ways to part so many lines among so many bids. */
function parted(lines: number, bids: number): number[][] {
  if (bids === 1) return [[lines]];
  return Array.from({ length: lines + 1 }, (_, first) => first).flatMap((first) =>
    parted(lines - first, bids - 1).map((rest) => [first, ...rest]),
  );
}

/** What the open lots cost at the least when all rules hold over the whole tender; null when they cannot. */
function leastOf({ tender, bids, held, scope }: Story): bigint | null {
  const whole = wholeProblem(tender, bids);
  const cells = whole.lots.map((lot): Cell => ({ lot: lot.id, tier: 'f', lines: lot.demand['f'] ?? 0 }));
  const all = cells.reduce((sum, { lines }) => sum + lines, 0);
  const had = bids.map(({ bidId }) =>
    cells.map(({ lot }) => held.find((cell) => cell.bidId === bidId && cell.lot === lot)?.lines ?? 0),
  );
  const ways = cells.map(({ lines }, c) => {
    const open = lines - had.reduce((sum, row) => sum + (row[c] ?? 0), 0);
    return parted(open, bids.length).filter((part) => tender.awardRule === 'shared' || part.includes(open));
  });
  const sum = (row: readonly number[]) => row.reduce((total, lines) => total + lines, 0);
  // What is held costs what it was awarded for: the band of these lines alone.
  const heldCosts = whole.bids.map(({ bands, activation = 0n }, i) => {
    const lines = sum(had[i] ?? []);
    const band = bands.findLast(({ from }) => from <= lines);
    return lines === 0 ? 0n : BigInt(lines * tender.termMonths) * (band?.monthly['f'] ?? 0n) + activation;
  });
  const heldAll = heldCosts.reduce((total, cost) => total + cost, 0n);
  const inGroup = (rows: readonly (readonly number[])[], lots: readonly string[]) =>
    rows.filter((row) => row.some((lines, c) => lines > 0 && lots.includes(cells[c]?.lot ?? ''))).length;
  const costOfAll = (rows: readonly (readonly number[])[]): bigint | null => {
    const winners = rows.filter((row) => sum(row) > 0).length;
    if (winners < (tender.minWinners ?? 0) || winners > (tender.maxWinners ?? 4)) return null;
    for (const { lots, minWinners, maxWinners } of tender.winnerGroups) {
      const count = inGroup(rows, lots);
      // A group is looked at where something of it is open.
      if (!scope.some(({ lot }) => lots.includes(lot))) continue;
      if (count < (minWinners ?? 0) || count > (maxWinners ?? 4)) return null;
    }
    let total = 0n;
    const paid = new Map<number, bigint>();
    for (const [i, bid] of whole.bids.entries()) {
      const [before, after] = [had[i] ?? [], rows[i] ?? []];
      const [holds, wins] = [sum(before), sum(after)];
      if (wins === holds) continue;
      if (wins * 10_000 > (tender.maxShareBp ?? 10_000) * all) return null;
      const together = costOf(whole, bid, cells, after, wins);
      if (together === null) return null;
      // Of what they cost together, the lines held are paid for already, and the activation with them.
      const more = together - (holds === 0 ? 0n : (costOf(whole, bid, cells, before, wins) ?? 0n));
      paid.set(i, (heldCosts[i] ?? 0n) + more);
      total += more;
    }
    if (tender.budgetMinor !== null && heldAll + total > tender.budgetMinor) return null;
    const part = BigInt(tender.maxCostShareBp ?? 10_000);
    return [...paid.values()].some((amount) => amount * 10_000n > part * (heldAll + total)) ? null : total;
  };
  let best: bigint | null = null;
  const visit = (cell: number, rows: readonly (readonly number[])[]): void => {
    const here = ways[cell];
    if (here === undefined) {
      const cost = costOfAll(rows);
      if (cost !== null && (best === null || cost < best)) best = cost;
      return;
    }
    for (const part of here)
      visit(
        cell + 1,
        rows.map((row, i) => row.map((n, c) => (c === cell ? n + (part[i] ?? 0) : n))),
      );
  };
  visit(0, had);
  return best;
}

describe('a follow-up award', () => {
  let highs: LinearSolver;
  beforeAll(async () => (highs = await startHighs()));

  it('keeps the rules of the tender over all awards together, at the least cost', () => {
    const without = {
      minWinners: { minWinners: null },
      maxWinners: { maxWinners: null },
      maxShareBp: { maxShareBp: null },
      winnerGroups: { winnerGroups: [] },
      budgetMinor: { budgetMinor: null },
      maxCostShareBp: { maxCostShareBp: null },
    };
    const binding = new Map<string, number>();
    fc.assert(
      fc.property(stories, (story) => {
        const { tender, bids, held, scope } = story;
        const problem = toProblem(tender, bids, scope, new Set(), held);
        const least = leastOf(story);
        const { status, totalMinor } = solveHere(problem, highs);
        expect([status, totalMinor]).toEqual(least === null ? ['infeasible', null] : ['optimal', least]);
        for (const [rule, none] of Object.entries(without)) {
          const binds = leastOf({ ...story, tender: { ...tender, ...none } }) !== least;
          binding.set(rule, (binding.get(rule) ?? 0) + (binds ? 1 : 0));
        }
      }),
      { numRuns: cases(400), endOnFailure: true },
    );
    for (const often of binding.values()) expect(often).toBeGreaterThan(enough(0));
  });

  it('gives lots to a holder and one newcomer where that many may win, and no dearer one', () => {
    const lots = LOTS.map((code) => ({ code, title: code, told: true, demand: { f: { firm: 10, interest: 0 } } }));
    const free = { maxShareBp: null, winnerGroups: [], budgetMinor: null, maxCostShareBp: null };
    const terms = { currency: 'KRW', termMonths: 12, awardRule: 'lot' as const, ...free, lots };
    const offer = (name: string, price: bigint, at: readonly string[]): AwardBid => ({
      bidId: name,
      providerId: name,
      receivedAt: new Date('2030-01-01T00:00:00Z'),
      tariff: { bands: [{ from: 1, monthly: { f: price } }], lots: Object.fromEntries(at.map((lot) => [lot, {}])) },
    });
    const bids = [offer('A', 100n, ['L1', 'L3']), offer('B', 100n, ['L2']), offer('D', 100n, ['L4'])];
    const dear = offer('E', 900n, ['L3', 'L4']);
    const holding = (name: string, lot: string) => ({ bidId: name, providerId: name, lot, tier: 'f', lines: 10 });
    const held = [holding('A', 'L1'), holding('B', 'L2')].map((cell) => ({ ...cell, decided: true }));
    const scope = ['L3', 'L4'].map((lot) => ({ lot, tier: 'f', from: 0, lines: 10 }));
    for (const winners of [
      { minWinners: null, maxWinners: 3 },
      { minWinners: 3, maxWinners: null },
    ]) {
      const problem = toProblem({ ...terms, ...winners }, [...bids, dear], scope, new Set(), held);
      expect(solveHere(problem, highs)).toMatchObject({ status: 'optimal', totalMinor: 24_000n });
    }
  });
});
