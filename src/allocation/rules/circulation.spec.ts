import fc from 'fast-check';
import { Circulation, type Arc } from './circulation.js';

const arc = fc
  .record({
    from: fc.integer({ min: 0, max: 3 }),
    to: fc.integer({ min: 0, max: 3 }),
    lower: fc.integer({ min: 0, max: 1 }),
    room: fc.integer({ min: 0, max: 2 }),
    cost: fc.integer({ min: -5, max: 5 }),
  })
  .filter(({ from, to }) => from !== to)
  .map(({ room, ...rest }): Arc => ({ ...rest, upper: rest.lower + room }));

function isConserved(arcs: readonly Arc[], flow: readonly number[]): boolean {
  const balance = [0, 0, 0, 0];
  arcs.forEach(({ from, to }, a) => {
    balance[from] = (balance[from] ?? 0) - (flow[a] ?? 0);
    balance[to] = (balance[to] ?? 0) + (flow[a] ?? 0);
  });
  return balance.every((net) => net === 0);
}

function costOf(arcs: readonly Arc[], flow: readonly number[]): number {
  return arcs.reduce((sum, { cost }, a) => sum + cost * (flow[a] ?? 0), 0);
}

/** All flows by trying everything. */
function everyFlow(arcs: readonly Arc[]): number[][] {
  let flows: number[][] = [[]];
  for (const { lower, upper } of arcs) {
    const values = Array.from({ length: upper - lower + 1 }, (_, k) => lower + k);
    flows = flows.flatMap((flow) => values.map((value) => [...flow, value]));
  }
  return flows.filter((flow) => isConserved(arcs, flow));
}

describe('the cheapest circulation', () => {
  it('is as cheap as any found by trying everything, and prefers the arcs it is told to', () => {
    fc.assert(
      fc.property(fc.array(arc, { minLength: 1, maxLength: 7 }), (arcs) => {
        const flows = everyFlow(arcs);
        const circulation = new Circulation(4, arcs);
        expect(circulation.settle()).toBe(flows.length > 0);
        if (flows.length === 0) return;
        const least = Math.min(...flows.map((flow) => costOf(arcs, flow)));
        expect(costOf(arcs, [...circulation.flow])).toBe(least);
        circulation.prefer([1, 0].filter((a) => a < arcs.length));
        const flow = [...circulation.flow];
        expect(isConserved(arcs, flow)).toBe(true);
        expect(arcs.every(({ lower, upper }, a) => lower <= (flow[a] ?? 0) && (flow[a] ?? 0) <= upper)).toBe(true);
        expect(costOf(arcs, flow)).toBe(least);
        const preferred = (f: readonly number[]) => (f[1] ?? 0) * 100 + (f[0] ?? 0);
        const cheapest = flows.filter((f) => costOf(arcs, f) === least);
        expect(preferred(flow)).toBe(Math.max(...cheapest.map(preferred)));
      }),
      { numRuns: 1_000 },
    );
  });
});
