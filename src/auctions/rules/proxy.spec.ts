import fc from 'fast-check';
import { startHighs, solveHere } from '../../../test/allocation/in-process.js';
import { bidOf, lineCosts, references, tariffs } from '../../../test/auctions/some-tariffs.js';
import type { Problem } from '../../allocation/rules/problem.js';
import type { LinearSolver } from '../../allocation/rules/relaxation.js';
import { leastLines } from '../../pricing/rules/band.js';
import type { LotCode, Tariff } from '../../pricing/rules/tariff.js';
import { evaluatedCost, type Reference } from './evaluated-cost.js';
import { leastStep, whyNotImprove } from './improvement.js';
import { between, PARTS } from './price-path.js';
import { orderOf, type ProxyOrder } from './proxy-instruction.js';
import { proxyImprovement } from './proxy.js';
import { cases, enough } from '../../../test/support/cases.js';

const reference: Reference = { termMonths: 10, lines: { north: { basic: 10 }, south: { basic: 20 } } };
const at = (monthly: bigint): Tariff => ({
  bands: [{ from: 1, monthly: { basic: monthly } }],
  lots: { north: {}, south: {} },
});
const price = (tariff: Tariff | null) => tariff?.bands[0]?.monthly['basic'] ?? null;

/** Asks as a proxy does, and counts its questions. */
async function ask(order: ProxyOrder, won: number, linesAt: (price: bigint) => number, bp = 100) {
  let solves = 0;
  const tariff = await proxyImprovement(at(10_000n), order, reference, bp, won, async (next) => {
    solves += 1;
    return linesAt(price(next) ?? 0n);
  });
  return { price: price(tariff), solves };
}

describe('a proxy', () => {
  const forNorth: ProxyOrder = { floor: at(5_000n), lots: ['north'] };
  const forAny: ProxyOrder = { floor: at(5_000n), lots: null };

  it('goes no further down than is enough', async () => {
    // parts are of five each: 7,771 is between 7,775 and 7,770
    expect(await ask(forNorth, 0, (now) => (now <= 7_771n ? 10 : 0))).toEqual({ price: 7_770n, solves: 11 });
    expect((await ask(forNorth, 0, (now) => (now <= 5_000n ? 10 : 0))).price).toBe(5_000n);
  });

  it('goes down by the minimum step, also where less would be enough', async () => {
    expect((await ask(forNorth, 0, () => 10)).price).toBe(9_900n);
    expect((await ask(forNorth, 0, () => 10, 1_000)).price).toBe(9_000n);
  });

  it('gives nothing away where even its floor brings nothing more', async () => {
    expect(await ask(forNorth, 0, () => 0)).toEqual({ price: null, solves: 1 });
    expect(await ask(forNorth, 4, () => 4)).toEqual({ price: null, solves: 1 });
  });

  it('asks nothing where its floor is too near for a step', async () => {
    const nothing = { price: null, solves: 0 };
    expect(await ask({ floor: at(9_901n), lots: ['north'] }, 0, () => 10)).toEqual(nothing);
    expect(await ask({ floor: at(10_500n), lots: ['north'] }, 0, () => 10)).toEqual(nothing);
  });

  it('wants as many lines of its lots as the floor would win, but of any lots only one line', async () => {
    const byPrice = (now: bigint) => (now <= 6_000n ? 8 : now <= 8_000n ? 3 : 0);
    expect((await ask(forNorth, 0, byPrice)).price).toBe(6_000n);
    expect((await ask(forNorth, 3, byPrice)).price).toBe(6_000n);
    expect((await ask(forAny, 0, byPrice)).price).toBe(8_000n);
    expect(await ask(forAny, 1, byPrice)).toEqual({ price: null, solves: 0 });
  });

  it('takes a price that was seen to win, also where a higher one that wins is followed by one that does not', async () => {
    const gaps = (now: bigint) => ((now <= 9_000n && now > 8_000n) || now <= 6_000n ? 10 : 0);
    expect((await ask(forNorth, 0, gaps)).price).toBe(6_000n);
  });

  it('keeps going down in whole steps between its present tariff and its floor, whatever wins', async () => {
    const answers = fc.infiniteStream(fc.integer({ min: 0, max: 9 }));
    await fc.assert(
      fc.asyncProperty(tariffs(), tariffs(15n), references, answers, async (now, floor, shown, stream) => {
        const seen = new Map<Tariff, number>();
        const order = { floor, lots: ['north'] };
        const next = await proxyImprovement(now, order, shown, 100, 2, async (tariff) => {
          const lines = stream.next().value ?? 0;
          seen.set(tariff, lines);
          return lines;
        });
        expect(seen.size).toBeLessThanOrEqual(11);
        if (next === null) return;
        expect(whyNotImprove(now, next, shown, 100)).toBeNull();
        const winning = [...seen].filter(([, lines]) => lines > 2).map(([tariff]) => tariff);
        expect(winning).toContainEqual(next);
        const end = between(now, floor, PARTS, shown.termMonths);
        expect(evaluatedCost(end, shown)).toBeLessThanOrEqual(evaluatedCost(next, shown));
      }),
      { numRuns: cases(60) },
    );
  });
});

interface Bidder {
  readonly alias: string;
  readonly tariff: Tariff;
  readonly order: ProxyOrder;
}
type Solve = (problem: Problem) => (alias: string, lots: readonly LotCode[] | null) => number;

/** Cells and volumes that can be awarded, at which a tariff is below the floor of its proxy, or below the tariff itself where that was lower. */
function belowFloor(bidders: readonly Bidder[], alias: string, tariff: Tariff, termMonths: number): string[] {
  const opening = bidders.find((bidder) => bidder.alias === alias);
  if (opening === undefined) return [alias];
  const [first, floor] = [opening.tariff, opening.order.floor].map((one) => lineCosts(one, termMonths));
  return [...lineCosts(tariff, termMonths)].flatMap(([cell, cost]) => {
    const allowed = [first, floor].flatMap((table) => table?.get(cell) ?? []);
    const tooFew = Number(cell.split(' ')[0]) < leastLines(opening.tariff);
    return tooFew || cost === null || allowed.some((least) => cost >= least) ? [] : [cell];
  });
}

/** Serves everything at a price that everybody beats, so that there always is an allocation. */
const DEAR: Tariff = {
  bands: [{ from: 1, monthly: { basic: 20_000n, fast: 20_000n } }],
  lots: { north: {}, south: {} },
};

/** Lets proxies act one after the other until none wants to; the tariffs on the way. */
async function contest(bidders: readonly Bidder[], shown: Reference, solve: Solve) {
  const standing = new Map(bidders.map(({ alias, tariff }) => [alias, tariff]));
  const history: { alias: string; before: Tariff; after: Tariff }[] = [];
  const linesOf = ({ alias, order }: Bidder, tariff: Tariff) => {
    const bids = [...standing].map(([name, now]) => bidOf(name, name === alias ? tariff : now));
    bids.push(bidOf('house', DEAR));
    const lots = Object.entries(shown.lines).map(([id, demand]) => ({ id, demand }));
    return solve({ currency: 'KRW', termMonths: shown.termMonths, lots, bids, rules: { award: 'lot' } })(
      alias,
      order.lots,
    );
  };
  for (let idle = 0, turn = 0; idle < bidders.length; turn += 1) {
    const bidder = bidders[turn % bidders.length];
    const before = bidder && standing.get(bidder.alias);
    if (!bidder || !before) throw new Error('there is no such bidder');
    const won = linesOf(bidder, before);
    const after = await proxyImprovement(before, bidder.order, shown, 100, won, async (next) => linesOf(bidder, next));
    idle = after === null ? idle + 1 : 0;
    if (after === null) continue;
    standing.set(bidder.alias, after);
    history.push({ alias: bidder.alias, before, after });
  }
  return history;
}

describe('proxies that meet', () => {
  const bidder = (alias: string, start: bigint, floor: bigint, lots: readonly LotCode[] | null): Bidder => {
    return { alias, tariff: at(start), order: { floor: at(floor), lots } };
  };
  let highs: LinearSolver;
  beforeAll(async () => (highs = await startHighs()));

  const solved: Solve = (problem) => {
    const { awards } = solveHere(problem, highs);
    return (alias, lots) =>
      awards
        .filter(({ bid }) => bid === alias)
        .flatMap((award) => Object.entries(award.lots))
        .filter(([lot]) => lots === null || lots.includes(lot))
        .flatMap(([, tiers]) => Object.values(tiers))
        .reduce((sum, lines) => sum + lines, 0);
  };

  it('end where the weaker one has reached its floor, and the stronger one pays little more than that', async () => {
    const history = await contest(
      [bidder('a', 8_400n, 8_000n, ['north']), bidder('b', 8_390n, 7_000n, ['north'])],
      reference,
      solved,
    );
    expect(history.map(({ alias }) => alias).join('')).toMatch(/^(ab)+$/);
    const [last, second] = [history.at(-1), history.at(-2)];
    expect(last?.alias).toBe('b');
    expect(price(second?.after ?? null)).toBeGreaterThanOrEqual(8_000n);
    expect(price(last?.after ?? null)).toBeGreaterThanOrEqual(7_840n);
    expect(price(last?.after ?? null)).toBeLessThan(8_100n);
  });

  it('share the market in peace where each wins some', async () => {
    const [a, b] = [at(10_000n), at(10_000n)].map((tariff, index) => ({
      ...tariff,
      lots: { [index === 0 ? 'north' : 'south']: {} },
    })) as [Tariff, Tariff];
    const peace = [
      { alias: 'a', tariff: a, order: orderOf(a, { floor: { kind: 'factor', bp: { basic: 5_000 } }, lots: null }) },
      { alias: 'b', tariff: b, order: orderOf(b, { floor: { kind: 'factor', bp: { basic: 5_000 } }, lots: null }) },
    ];
    expect(await contest(peace, reference, solved)).toEqual([]);
  });

  it('always end, each step an improvement above the floor, and the same way every time', async () => {
    const some = fc.array(
      fc.tuple(
        tariffs(),
        tariffs(22n),
        fc.constantFrom<readonly LotCode[] | null>(null, ['north'], ['north', 'south']),
      ),
      { minLength: 2, maxLength: 3 },
    );
    let steps = 0;
    await fc.assert(
      fc.asyncProperty(some, references, async (made, shown) => {
        const bidders = made.map(([tariff, floor, lots], index): Bidder => {
          const order = { floor, lots };
          return { alias: `bidder-${index}`, tariff, order };
        });
        const history = await contest(bidders, shown, solved);
        steps += history.length;
        for (const { alias, before, after } of history) {
          expect(whyNotImprove(before, after, shown, 100)).toBeNull();
          const cost = evaluatedCost(before, shown);
          expect(evaluatedCost(after, shown)).toBeLessThanOrEqual(cost - leastStep(cost, 100));
          expect(belowFloor(bidders, alias, after, shown.termMonths)).toEqual([]);
        }
        expect(await contest(bidders, shown, solved)).toEqual(history);
      }),
      { numRuns: cases(120) },
    );
    expect(steps).toBeGreaterThan(enough(0));
  });
});
