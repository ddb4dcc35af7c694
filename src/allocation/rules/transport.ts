/**
 * With every bid's band decided, sharing lines is a transport problem: from bids, through lots and providers with their
 * limits, to units. Solved exactly in integers.
 */
import { priced, type Found } from './allocation.js';
import { Circulation, type Arc } from './circulation.js';
import type { Market } from './market.js';
import { NONE } from './region.js';

/**
 * The cheapest allocation in which bids win in the given options (NONE: nothing), and of equally cheap ones the one
 * that gives most lines to the earliest bid, then to the next. Null when there is none.
 */
export function transport(market: Market, bands: Int32Array, near: Found | null): Found | null {
  const arcs: Arc[] = [];
  const start: number[] = [];
  const won = (bid: number, unit: number) => near?.allocation[bid]?.get(unit) ?? 0;
  let nodes = 1;
  const source = 0;
  const join = (from: number, to: number, lower: number, upper: number, cost: number): number => {
    start.push(0);
    return arcs.push({ from, to, lower, upper, cost }) - 1;
  };
  const carry = (arc: number, lines: number) => (start[arc] = (start[arc] ?? 0) + lines);
  const demand = market.units.map((unit) => {
    nodes += 1;
    return { node: nodes - 1, arc: join(nodes - 1, source, unit.pieces, unit.pieces, 0) };
  });
  const provider = market.providers.map((_, p) => {
    if ((market.bidsOf[p]?.length ?? 0) < 2) return null;
    nodes += 1;
    return { node: nodes - 1, arc: join(source, nodes - 1, 0, market.shareLines, 0) };
  });
  const supply: number[] = [];
  const quantities: { bid: number; unit: number; arc: number }[] = [];
  bands.forEach((o, i) => {
    const option = market.options[o];
    if (o === NONE || !option) return;
    const own = provider[market.bids[i]?.provider ?? 0] ?? null;
    const node = nodes;
    nodes += 1;
    const total = join(own?.node ?? source, node, option.lo, option.hi, 0);
    supply.push(total);
    const gates = option.limits.map((limit) => {
      nodes += 1;
      return { ...limit, node: nodes - 1, arc: join(node, nodes - 1, 0, limit.lines, 0) };
    });
    option.units.forEach((u, k) => {
      const gate = gates.find(({ start: first, end }) => first <= k && k < end);
      const arc = join(gate?.node ?? node, demand[u]?.node ?? 0, 0, option.pieces[k] ?? 0, option.costs[k] ?? 0);
      quantities.push({ bid: i, unit: u, arc });
      const lines = won(i, u);
      for (const passed of [arc, gate?.arc, total, own?.arc, demand[u]?.arc]) {
        if (passed !== undefined) carry(passed, lines);
      }
    });
  });
  if (arcs.some((arc) => arc.lower > arc.upper)) return null;
  const fits = arcs.every((arc, a) => (start[a] ?? 0) <= arc.upper);
  const circulation = new Circulation(nodes, arcs, fits ? Float64Array.from(start) : undefined);
  if (!circulation.settle()) return null;
  circulation.prefer(supply);
  const allocation = market.bids.map(() => new Map<number, number>());
  for (const { bid, unit, arc } of quantities) {
    const pieces = circulation.flow[arc] ?? 0;
    if (pieces > 0) allocation[bid]?.set(unit, pieces);
  }
  return priced(market, allocation);
}
