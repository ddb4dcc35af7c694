/**
 * With every bid's band decided, sharing lines is a transport problem: from bids, through lots and providers with their
 * limits, to units. Solved exactly in integers.
 */
import type { Found } from './allocation.js';
import { Circulation, type Arc } from './circulation.js';
import type { Allocation, BandOption, Market } from './market.js';
import { NONE, type Region } from './region.js';

interface Gate {
  readonly places: ReadonlySet<number>;
  readonly lines: number;
  /** index of the gate around it, NONE when there is none */
  readonly within: number;
  node: number;
  arc: number;
}

/** The limits of an option as gates: each stands within the next one that holds its places. */
function gatesOf(option: BandOption): Gate[] {
  const sets = option.limits.map(({ places }) => new Set(places));
  return option.limits.map(({ places, lines }, at) => {
    const within = sets.findIndex((outer, o) => o > at && outer.has(places[0] ?? NONE));
    return { places: sets[at] ?? new Set(), lines, within, node: NONE, arc: NONE };
  });
}

/**
 * The cheapest allocation in which bids win in the given options (NONE: nothing) what a region lets them, and of equally
 * cheap ones the one that gives most lines to the earliest bid, then to the next. Null when there is none. The number of
 * winners, overall and within groups, is left aside.
 * @param near where to begin; which of several that are equal even then it comes to depends on that
 * @param settled whether it comes to the one of them that gives the earliest bid most of the first unit, then of the next
 */
export function transport(
  market: Market,
  region: Region,
  bands: Int32Array,
  near: Found | null,
  settled = false,
): Allocation | null {
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
    const gates = gatesOf(option);
    // Outer gates come last, and are entered first.
    for (const gate of gates.toReversed()) {
      gate.node = nodes;
      nodes += 1;
      gate.arc = join(gates[gate.within]?.node ?? node, gate.node, 0, gate.lines, 0);
    }
    option.units.forEach((u, k) => {
      const at = i * market.units.length + u;
      if (region.forbidden?.[at] === 1) return;
      const passed = gates.filter(({ places }) => places.has(k));
      const [least, most] = [region.least?.[at] ?? 0, option.pieces[k] ?? 0];
      const arc = join(passed[0]?.node ?? node, demand[u]?.node ?? 0, least, most, option.costs[k] ?? 0);
      quantities.push({ bid: i, unit: u, arc });
      const lines = won(i, u);
      for (const through of [arc, ...passed.map((gate) => gate.arc), total, own?.arc, demand[u]?.arc]) {
        if (through !== undefined) carry(through, lines);
      }
    });
  });
  if (arcs.some((arc) => arc.lower > arc.upper)) return null;
  const fits = arcs.every((arc, a) => (start[a] ?? 0) <= arc.upper);
  const circulation = new Circulation(nodes, arcs, fits ? Float64Array.from(start) : undefined);
  if (!circulation.settle()) return null;
  circulation.prefer(settled ? [...supply, ...quantities.map(({ arc }) => arc)] : supply);
  const allocation = market.bids.map(() => new Map<number, number>());
  for (const { bid, unit, arc } of quantities) {
    const pieces = circulation.flow[arc] ?? 0;
    if (pieces > 0) allocation[bid]?.set(unit, pieces);
  }
  return allocation;
}
