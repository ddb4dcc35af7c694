/**
 * How much may be searched, counted in quantities times nodes and not timed, so that the same questions are answered on
 * every machine.
 */
import type { Decision } from './decide.js';
import type { Market } from './market.js';
import { sizeOf, wholeRegion } from './region.js';

/** Ten seconds of a processor, and one. */
export const EFFORT = { thorough: 6_000_000, quick: 600_000 } as const;
/** Nodes of the two searches for a gap: without linear programs, and with them. */
export interface GapNodes {
  readonly unguided: number;
  readonly guided: number;
}

/** Long is half a minute of a processor at 20 bids and 50 lots. */
export const GAP_NODES = {
  short: { unguided: 50, guided: 0 },
  medium: { unguided: 300, guided: 100 },
  long: { unguided: 4_000, guided: 6_000 },
  endless: { unguided: 0, guided: Infinity },
} as const satisfies Record<string, GapNodes>;
/** What a search does before its first node, in nodes. */
const BEFORE_NODES = 20;
/** What a search of a small market does that does not depend on its size, and how much dearer it is to share lines. */
const LEAST_SIZE = 1_000;
const SHARED_TIMES = 6;

export class Effort {
  /** @param most nodes of one search */
  constructor(
    private left: number,
    private readonly most: number,
  ) {}

  /** Nodes that the next search of a market may take; 0 when it is not to begin. */
  nodesFor(market: Market): number {
    return Math.max(0, Math.min(this.most, Math.floor(this.left / weightOf(market)) - BEFORE_NODES));
  }

  /** Notes a search of a market that took so many nodes. */
  spend(market: Market, nodes: number): void {
    this.left -= weightOf(market) * (BEFORE_NODES + nodes);
  }
}

/** Is an effort enough to begin a search for everything that bids win in a decision? */
export function enoughFor(market: Market, { found }: Decision, effort: number): boolean {
  const parts = found?.allocation.reduce((sum, won) => sum + won.size, 0) ?? 0;
  return weightOf(market) * BEFORE_NODES * parts < effort;
}

/** What one node of a search in a market takes. */
function weightOf(market: Market): number {
  return Math.max(sizeOf(market, wholeRegion(market)), LEAST_SIZE) * (market.divisible ? SHARED_TIMES : 1);
}
