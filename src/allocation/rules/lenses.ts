/**
 * The linear relaxations that are loaded at a time: a search that goes from one part of a market to another and back
 * finds those that it has built before. Only small parts have one; where there is more to choose from, a linear program
 * takes longer than it helps.
 */
import type { Bounds } from './bound.js';
import type { Market } from './market.js';
import { copyRegion, sizeOf, within, type Region } from './region.js';
import { Relaxation, type LinearSolver } from './relaxation.js';

/** Quantities beyond which no linear program is made; and where nothing costs anything, so that prices say little. */
const MOST = { priced: 6_000, costless: 20_000 } as const;
/** A relaxation is built anew for a region whose quantities are fewer than this part of its own. */
const REBUILD_BELOW = 0.5;
/** One so small is never built anew: the link rows that it has gathered are worth more. */
const SMALL = 1_000;
const KEPT = 6;

interface Lens {
  readonly region: Region;
  readonly relaxation: Relaxation;
  readonly lent: boolean;
}

export class Lenses {
  /** the last used first */
  private kept: Lens[] = [];

  constructor(
    private readonly market: Market,
    private readonly bounds: Bounds,
    private readonly solver: LinearSolver,
    private readonly costless: boolean,
  ) {}

  free(): void {
    for (const { lent, relaxation } of this.kept) if (!lent) relaxation.free();
    this.kept = [];
  }

  /** Uses a relaxation of somebody else's, who frees it. */
  lend(relaxation: Relaxation, region: Region): void {
    this.kept.unshift({ region, relaxation, lent: true });
  }

  /**
   * The relaxation to look at a region with, null when there is none.
   * @param build whether one may be built for it
   */
  of(region: Region, build: boolean): Relaxation | null {
    const size = sizeOf(this.market, region);
    const near = ({ relaxation: { size: whole } }: Lens) => !build || whole < SMALL || size >= whole * REBUILD_BELOW;
    const found = this.kept.find((lens) => near(lens) && within(region, lens.region));
    if (found) {
      this.kept = [found, ...this.kept.filter((lens) => lens !== found)];
      return found.relaxation;
    }
    if (!build || size > (this.costless ? MOST.costless : MOST.priced)) return null;
    const relaxation = new Relaxation(this.market, this.bounds, this.solver, region);
    this.kept.unshift({ region: copyRegion(region), relaxation, lent: false });
    for (const { lent, relaxation: last } of this.kept.splice(KEPT)) if (!lent) last.free();
    return relaxation;
  }
}
