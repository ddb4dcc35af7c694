import fc from 'fast-check';
import { Bounds } from '../../src/allocation/rules/bound.js';
import { decide, decideWithin } from '../../src/allocation/rules/decide.js';
import { openUnits } from '../../src/allocation/rules/gaps.js';
import { type Market, marketOf } from '../../src/allocation/rules/market.js';
import { narrow } from '../../src/allocation/rules/narrow.js';
import type { ProblemBid } from '../../src/allocation/rules/problem.js';
import { copyRegion, keepOnly, NONE, type Region, wholeRegion, within } from '../../src/allocation/rules/region.js';
import { Relaxation } from '../../src/allocation/rules/relaxation.js';
import { cases, enough } from '../support/cases.js';
import { everyAllocation, type Owned } from './every-allocation.js';
import { startHighs } from './in-process.js';
import { largeProblem } from './large-problem.js';
import { smallProblems } from './small-problems.js';

function holds(market: Market, { allowed, must, forbidden }: Region, { owners, bands }: Owned): boolean {
  const units = market.units.length;
  return (
    bands.every((o, bid) => (o === NONE ? must[bid] !== 1 : allowed[o] === 1)) &&
    owners.every((bid, u) => forbidden?.[bid * units + u] !== 1)
  );
}

/** A part of a market: options and units that are taken out, and bids that must win, as the marks say. */
function partOf(market: Market, marks: readonly number[]): Region {
  const region = wholeRegion(market);
  const [options, units] = [market.options.length, market.units.length * market.bids.length];
  marks.forEach((mark, k) => {
    if (k % 3 === 0 && options > 0) region.allowed[mark % options] = 0;
    if (k % 3 === 1 && region.forbidden) region.forbidden[mark % units] = 1;
    if (k % 3 === 2) region.must[mark % market.bids.length] = 1;
  });
  return region;
}

const someMarks = fc.array(fc.nat(1_000), { maxLength: 7 });

/** A bid for lots at one price a line, in one band. */
function bidFor(id: string, from: number, price: bigint, lots: readonly string[]): ProblemBid {
  return {
    id,
    provider: id,
    receivedAt: '2026-03-01T10:00:00Z',
    bands: [{ from, monthly: { basic: price } }],
    lots: Object.fromEntries(lots.map((lot) => [lot, {}])),
  };
}

function marketFor(lines: readonly number[], bids: readonly ProblemBid[]): Market {
  const lots = lines.map((basic, k) => ({ id: `L${k}`, demand: { basic } }));
  return marketOf({ currency: 'USD', termMonths: 1, lots, bids, rules: { award: 'lot' } });
}

function barred({ units, bids }: Market, region: Region): string[] {
  return bids.flatMap(({ id }, i) =>
    units.flatMap((_, u) => (region.forbidden?.[i * units.length + u] === 1 ? [`${id} ${u}`] : [])),
  );
}

describe('narrowing a region by volumes', () => {
  it('leaves every allocation that the region holds, and says that nothing is left only when nothing is', () => {
    let [narrowed, empty] = [0, 0];
    fc.assert(
      fc.property(smallProblems('lot'), someMarks, (problem, marks) => {
        const of = marketOf(problem);
        const region = partOf(of, marks);
        const held = everyAllocation(of).filter((one) => holds(of, region, one));
        const before = copyRegion(region);
        const left = narrow(of, region);
        if (!left) expect(held).toEqual([]);
        expect(held.filter((one) => !holds(of, region, one))).toEqual([]);
        if (!left) empty += 1;
        else if (!within(before, region)) narrowed += 1;
      }),
      { numRuns: cases(500) },
    );
    expect(narrowed).toBeGreaterThan(enough(20));
    expect(empty).toBeGreaterThan(enough(20));
  });

  it('keeps a unit from others that two bids need together for their fewest lines', () => {
    const lots = ['L0', 'L1', 'L2', 'L3'];
    const of = marketFor(
      [10, 10, 10, 4],
      [bidFor('a', 15, 5n, lots.slice(0, 3)), bidFor('b', 10, 5n, lots.slice(0, 3)), bidFor('c', 1, 4n, lots)],
    );
    const region = wholeRegion(of);
    region.must.fill(1, 0, 2);
    expect(narrow(of, region)).toBe(true);
    // The two can spare five of their thirty lines, and no lot of theirs is as small as that.
    expect(barred(of, region)).toEqual(['c 0', 'c 1', 'c 2']);
  });

  it('sees that two bids cannot both reach what they ask for', () => {
    const lots = ['L0', 'L1', 'L2'];
    const of = marketFor(
      [10, 10, 30],
      [bidFor('a', 11, 5n, lots.slice(0, 2)), bidFor('b', 10, 5n, lots.slice(0, 2)), bidFor('c', 1, 4n, lots)],
    );
    const region = wholeRegion(of);
    region.must.fill(1, 0, 2);
    expect(narrow(of, region)).toBe(false);
  });

  it('counts a whole unit for whoever must win something', () => {
    const of = marketFor(
      [10, 10, 10],
      [bidFor('a', 25, 5n, ['L0', 'L1', 'L2']), bidFor('b', 1, 4n, ['L0', 'L1', 'L2'])],
    );
    const region = keepOnly(of, wholeRegion(of), Int32Array.from([0, 1]));
    expect(narrow(of, region)).toBe(false);
  });

  it('proves a gap in few nodes where the fewest lines of the winners hardly fit beside each other', async () => {
    const means = { solver: await startHighs(), stop: () => false, progress: () => undefined };
    const of = marketOf(largeProblem(10, 40, 'lot', 5));
    const best = decide(of, means);
    const held = best.found && openUnits(of, best.found.allocation, null)[117];
    if (!held) throw new Error('no bid could win anything more');
    const relaxation = new Relaxation(of, new Bounds(of), means.solver, wholeRegion(of));
    const start = { prices: best.prices, near: [], relaxation };
    // Without what volumes rule out, it takes about 240.
    const { complete } = decideWithin({ ...of, budget: Infinity, held: [held] }, { ...means, nodes: 60 }, start);
    relaxation.free();
    expect(complete).toBe(true);
  });
});
