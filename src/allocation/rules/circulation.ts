/**
 * The cheapest circulation with lower and upper limits, in exact integers: first every arc below its lower limit is
 * repaired by an augmenting path (the out-of-kilter view: Fulkerson 1961), then negative cycles are cancelled (Klein
 * 1967) until none is left, which proves the cost the lowest.
 */
export interface Arc {
  readonly from: number;
  readonly to: number;
  readonly lower: number;
  readonly upper: number;
  readonly cost: number;
}

export class Circulation {
  readonly flow: Float64Array;
  private readonly lower: Float64Array;
  private readonly upper: Float64Array;
  /** arcs at each node, as arc * 2 + (1 when it is entered backwards) */
  private readonly at: number[][];

  /** @param start a flow to begin with that is conserved at every node and within the upper limits, or none */
  constructor(
    private readonly nodes: number,
    private readonly arcs: readonly Arc[],
    start?: Float64Array,
  ) {
    this.flow = start?.slice() ?? new Float64Array(arcs.length);
    this.lower = Float64Array.from(arcs, (arc) => arc.lower);
    this.upper = Float64Array.from(arcs, (arc) => arc.upper);
    this.at = Array.from({ length: nodes }, () => []);
    arcs.forEach((arc, a) => {
      this.at[arc.from]?.push(2 * a);
      this.at[arc.to]?.push(2 * a + 1);
    });
  }

  /** Brings the flow within all limits at least cost; false when no flow is. */
  settle(): boolean {
    for (let a = 0; a < this.arcs.length; a += 1) {
      while ((this.flow[a] ?? 0) < (this.lower[a] ?? 0)) {
        const path = this.path(this.arcs[a]?.to ?? 0, this.arcs[a]?.from ?? 0, () => true);
        if (!path) return false;
        this.push([...path, 2 * a], (this.lower[a] ?? 0) - (this.flow[a] ?? 0));
      }
    }
    for (let cycle = this.negativeCycle(); cycle; cycle = this.negativeCycle()) this.push(cycle, Infinity);
    return true;
  }

  /** Raises the flow of some arcs, the first as far as it goes, then the next, at no more cost. Expects it settled. */
  prefer(arcs: readonly number[]): void {
    const height = this.potentials();
    const tight = (step: number) => {
      const arc = this.arcs[step >> 1];
      if (!arc) return false;
      return arc.cost + (height[arc.from] ?? 0) - (height[arc.to] ?? 0) === 0;
    };
    for (const a of arcs) {
      while (tight(2 * a) && (this.flow[a] ?? 0) < (this.upper[a] ?? 0)) {
        const arc = this.arcs[a];
        const path = arc ? this.path(arc.to, arc.from, (step) => step >> 1 !== a && tight(step)) : null;
        if (!path) break;
        this.push([...path, 2 * a], Infinity);
      }
      this.lower[a] = this.flow[a] ?? 0;
      this.upper[a] = this.flow[a] ?? 0;
    }
  }

  /** How much more a step can carry. */
  private room(step: number): number {
    const a = step >> 1;
    const flow = this.flow[a] ?? 0;
    return step % 2 === 0 ? (this.upper[a] ?? 0) - flow : flow - (this.lower[a] ?? 0);
  }

  private end(step: number): number {
    const arc = this.arcs[step >> 1];
    return (step % 2 === 0 ? arc?.to : arc?.from) ?? 0;
  }

  private cost(step: number): number {
    const cost = this.arcs[step >> 1]?.cost ?? 0;
    return step % 2 === 0 ? cost : -cost;
  }

  private push(steps: readonly number[], most: number): void {
    const amount = steps.reduce((least, step) => Math.min(least, this.room(step)), most);
    for (const step of steps) this.flow[step >> 1] = (this.flow[step >> 1] ?? 0) + (step % 2 === 0 ? amount : -amount);
  }

  /** A path with room, the fewest steps, or null. */
  private path(from: number, to: number, usable: (step: number) => boolean): number[] | null {
    const entered = new Int32Array(this.nodes).fill(-1);
    const queue = [from];
    for (let head = 0; head < queue.length && entered[to] === -1; head += 1) {
      for (const step of this.at[queue[head] ?? 0] ?? []) {
        const next = this.end(step);
        if (next === from || entered[next] !== -1 || this.room(step) <= 0 || !usable(step)) continue;
        entered[next] = step;
        queue.push(next);
      }
    }
    if (entered[to] === -1) return null;
    const steps: number[] = [];
    for (let node = to; node !== from;) {
      const step = entered[node] ?? 0;
      steps.push(step);
      node = this.end(step ^ 1);
    }
    return steps.toReversed();
  }

  /** A cycle with room whose cost is negative, or null: Bellman and Ford from everywhere at once. */
  private negativeCycle(): number[] | null {
    const height = new Float64Array(this.nodes);
    const entered = new Int32Array(this.nodes).fill(-1);
    for (let pass = 0; pass <= this.nodes; pass += 1) {
      let changed = -1;
      for (let node = 0; node < this.nodes; node += 1) {
        for (const step of this.at[node] ?? []) {
          const next = this.end(step);
          const through = (height[node] ?? 0) + this.cost(step);
          if (through >= (height[next] ?? 0) || this.room(step) <= 0) continue;
          height[next] = through;
          entered[next] = step;
          changed = next;
        }
      }
      if (changed < 0) return null;
      const cycle = this.cycleIn(entered);
      if (cycle) return cycle;
    }
    return null;
  }

  /** A cycle among the steps by which nodes were entered, or null. */
  private cycleIn(entered: Int32Array): number[] | null {
    const seen = new Int32Array(this.nodes).fill(-1);
    for (let first = 0; first < this.nodes; first += 1) {
      let node = first;
      while (seen[node] === -1 && (entered[node] ?? -1) >= 0) {
        seen[node] = first;
        node = this.end((entered[node] ?? 0) ^ 1);
      }
      if (seen[node] !== first || (entered[node] ?? -1) < 0) {
        if (seen[node] === -1) seen[node] = first;
        continue;
      }
      const steps: number[] = [];
      let at = node;
      do {
        const step = entered[at] ?? 0;
        steps.push(step);
        at = this.end(step ^ 1);
      } while (at !== node);
      return steps.toReversed();
    }
    return null;
  }

  /** Heights of nodes under which no step with room goes down: they prove the cost the lowest. */
  private potentials(): Float64Array {
    const height = new Float64Array(this.nodes);
    for (let again = true; again;) {
      again = false;
      for (let node = 0; node < this.nodes; node += 1) {
        for (const step of this.at[node] ?? []) {
          const through = (height[node] ?? 0) + this.cost(step);
          if (through >= (height[this.end(step)] ?? 0) || this.room(step) <= 0) continue;
          height[this.end(step)] = through;
          again = true;
        }
      }
    }
    return height;
  }
}
