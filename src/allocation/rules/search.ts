/**
 * Branch and bound, best bound first, diving from each node into its better half. Which half to make is tried out on
 * the most doubtful bids, until it is known what splitting them does (reliability branching: Achterberg, Koch, Martin
 * 2005, "Branching rules revisited"). Only exact bounds end a branch.
 */
import { anySplit, fractionalSplits, type Split } from './branching.js';
import { Exhaust } from './exhaust.js';
import type { Prices } from './prices.js';
import type { Look, Probe } from './probe.js';
import { intersect, type Region } from './region.js';

/** How long a search may go on. */
export interface SearchLimits {
  readonly nodes: number;
  /** whether good prices and an allocation are known, and only the proof is left: then parts are not looked at for long */
  readonly near?: boolean;
  stop(): boolean;
}

export interface SearchOutcome {
  /** no allocation costs less; the best one's cost when complete */
  readonly bound: number;
  /** whether everything was looked at */
  readonly complete: boolean;
  /** the parts that may hold allocations that cost exactly as much as the best; null when there were too many to keep */
  readonly tied: readonly Region[] | null;
  readonly nodes: number;
}

interface Node {
  readonly region: Region;
  readonly prices: Prices | null;
  readonly depth: number;
  bound: number;
  /** how deep the units that are open are assigned all at once again */
  assignFrom: number;
}

/** Splits that are tried out at a node, and looks at one node while its bound takes things out of it. */
const TRIED_SPLITS = 4;
/** So often a bid or a unit is tried out; then what it did on average is taken for what it does. */
const RELIABLE = 4;
const LOOKS = 2;
/** The same where lines are shared and only the proof is left: splitting further says more then. */
const LOOKS_NEAR = 1;
/** Offers looked at that take as long as a node. */
const STEPS_OF_NODE = 20_000;
/** So many splits after what was left of it, all ways are looked at again. */
const ASSIGN_AGAIN = 3;
/** So many splits after they were too many, ways are counted again. */
const WAYS_AGAIN = 2;
/** Open nodes, and bytes of their regions, beyond which the search goes deep instead of wide. */
const MANY_NODES = 4_000;
const MANY_BYTES = 256 * 1024 * 1024;

export class Search {
  private nodes = 0;
  private manyNodes = MANY_NODES;
  private readonly open: Node[] = [];
  private readonly tried = new Map<string, { times: number; score: number }>();
  private rootPrices: Prices | null = null;
  private tightened = Infinity;
  private tied: Region[] | null = [];
  private tiedCost = Infinity;
  private readonly exhaust: Exhaust;
  private readonly looks: number;

  constructor(
    private readonly probe: Probe,
    private readonly limits: SearchLimits,
    private readonly onBound: (bound: number) => void,
  ) {
    this.exhaust = new Exhaust(probe, limits.near === true, () => limits.stop());
    this.looks = limits.near === true && probe.market.divisible ? LOOKS_NEAR : LOOKS;
  }

  /** Looks for the cheapest allocation in a region; the probe keeps it. */
  run(root: Region, prices: Prices | null): SearchOutcome {
    const bytes = root.allowed.length + (root.forbidden?.length ?? 0);
    this.manyNodes = Math.min(MANY_NODES, Math.ceil(MANY_BYTES / (bytes + 1)));
    let next: Node | null = { region: root, prices, depth: 0, bound: -Infinity, assignFrom: 0 };
    for (let node: Node | null = next; node; node = next) {
      if (this.nodes >= this.limits.nodes || this.limits.stop()) {
        this.open.push(node);
        return this.outcome(false);
      }
      this.nodes += 1;
      this.tighten(root);
      if (node.depth > 0) intersect(node.region, root);
      const children = this.expand(node);
      next = null;
      for (const child of children) {
        if (!this.keep(child.region, child.bound)) continue;
        if (next && child.bound < next.bound) [next] = [child, this.open.push(next)];
        else if (next) this.open.push(child);
        else next = child;
      }
      next ??= this.take();
    }
    return this.outcome(true);
  }

  /** Takes out of the whole region what a better allocation rules out. */
  private tighten(root: Region): void {
    const cost = this.probe.best?.cost ?? Infinity;
    if (cost === this.tightened || !this.rootPrices) return;
    this.tightened = cost;
    this.probe.tighten(root, this.rootPrices);
  }

  private outcome(complete: boolean): SearchOutcome {
    const best = Math.min(
      this.probe.best?.cost ?? Infinity,
      this.probe.cutoff === Infinity ? Infinity : this.probe.cutoff + 1,
    );
    const bound = this.open.reduce((least, node) => Math.min(least, node.bound), best);
    const tied = this.tiedCost === this.probe.best?.cost ? this.tied : [];
    return { bound, complete, tied, nodes: this.nodes };
  }

  /** Whether a part may hold something better; one that may hold something as good is set aside. */
  private keep(region: Region, bound: number): boolean {
    if (this.probe.worthwhile(bound)) return true;
    if (bound === this.probe.best?.cost) this.setAside(region);
    return false;
  }

  private setAside(region: Region): void {
    const cost = this.probe.best?.cost ?? Infinity;
    if (cost !== this.tiedCost) this.tied = [];
    this.tiedCost = cost;
    if (this.tied && this.tied.length < this.manyNodes) this.tied.push(region);
    else this.tied = null;
  }

  /** The open node to go on with: the lowest bound, or the latest when there are too many. */
  private take(): Node | null {
    while (this.open.length > 0) {
      let at = this.open.length - 1;
      if (this.open.length < this.manyNodes) {
        this.open.forEach((node, k) => node.bound < (this.open[at]?.bound ?? 0) && (at = k));
        this.onBound(this.open[at]?.bound ?? -Infinity);
      }
      const [node] = this.open.splice(at, 1);
      if (node && this.keep(node.region, node.bound)) return node;
    }
    return null;
  }

  private expand(node: Node): Node[] {
    const { probe } = this;
    const parts = node.prices && this.exhausted(node, node.prices);
    if (parts) return parts;
    let seen: Look | null = null;
    for (let looks = 0; looks < this.looks; looks += 1) {
      seen = probe.look(node.region, seen?.prices ?? node.prices, true);
      node.bound = Math.max(node.bound, seen.bound);
      if (node.depth === 0) this.rootPrices = seen.prices;
      if (!this.keep(node.region, node.bound)) return [];
      if (!seen.shrunk) break;
    }
    const left = probe.settle(node.region);
    if (left) return left.map((region) => this.child(node, region, seen?.prices ?? null));
    if (!seen) return [];
    const splits = seen.fractions ? fractionalSplits(probe.market, node.region, seen.fractions, TRIED_SPLITS) : [];
    const tried = splits.length > 1 ? this.tryOut(node, splits, seen) : null;
    if (tried) return tried;
    const split = splits[0] ?? anySplit(probe.market, node.region, seen.fractions);
    return (split?.parts ?? []).map((region) => this.child(node, region, seen?.prices ?? null));
  }

  /** Where few ways to choose the bands are left, what looking at each of them leaves; null when they are too many. */
  private exhausted(node: Node, prices: Prices): Node[] | null {
    if (node.depth < node.assignFrom) return null;
    const exhausted = this.exhaust.through(node.region, prices);
    if (!exhausted) {
      node.assignFrom = node.depth + WAYS_AGAIN;
      return null;
    }
    this.nodes += Math.floor(exhausted.steps / STEPS_OF_NODE);
    return exhausted.parts.map(({ region, bound }) => {
      const assignFrom = node.depth + ASSIGN_AGAIN;
      return { ...this.child(node, region, prices), bound: Math.max(node.bound, bound), assignFrom };
    });
  }

  private child(node: Node, region: Region, prices: Prices | null): Node {
    return { ...node, region, prices, depth: node.depth + 1 };
  }

  /** The children of the split whose worse half is the dearest, or of one that leaves no second child. */
  private tryOut(node: Node, splits: readonly Split[], seen: Look): Node[] {
    const { probe } = this;
    let best: { score: number; children: Node[] } | null = null;
    for (const split of splits) {
      const known = this.tried.get(split.of) ?? { times: 0, score: 0 };
      if (known.times >= RELIABLE) {
        const children = split.parts.map((region) => this.child(node, region, seen.prices));
        if (!best || known.score > best.score) best = { score: known.score, children };
        continue;
      }
      const children = split.parts.map((region) => {
        const look = probe.look(region, seen.prices, false);
        return { ...this.child(node, region, look.prices), bound: Math.max(node.bound, look.bound) };
      });
      const open = children.filter((child) => this.probe.worthwhile(child.bound));
      if (open.length < 2) return children;
      const gains = children.map((child) => Math.max(1, child.bound - node.bound));
      const score = Math.min(...gains) * 0.8 + Math.max(...gains) * 0.2;
      const times = known.times + 1;
      this.tried.set(split.of, { times, score: known.score + (score - known.score) / times });
      if (!best || score > best.score) best = { score, children };
    }
    return best?.children ?? [];
  }
}
