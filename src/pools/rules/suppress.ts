/**
 * How demand is shown to those who may not know what a single business wants: cells of fewer than k lines are merged
 * with their neighbours, and only the merged count is told. Plain suppression with totals lets the hidden count be
 * reckoned back, and choosing the complement by size gives it away to whoever knows the method (complementary
 * suppression: Cox, "Suppression methodology and statistical disclosure control", Journal of the American Statistical
 * Association 75, 1980). Here the cells are merged in an order that does not depend on their counts, and a group is
 * closed by a rule that leaves every small count in it more than one possible value, the method being known.
 *
 * This holds for one division of the demand. Another division of the same demand (by lots of several regions, say)
 * beside this one can be subtracted from it, so sum these groups instead of merging the cells anew.
 */

/** Cells of fewer lines than this are not shown by themselves. */
export const SMALLEST_CELL_LINES = 5;

export interface DemandCell {
  readonly regionCode: string;
  readonly tierCode: string;
  readonly firmLines: number;
  readonly interestLines: number;
}

export interface Place {
  readonly regionCode: string;
  readonly tierCode: string;
}

/** Lines that are wanted in these cells together; a group of one cell is that cell's own count. */
export interface DemandGroup {
  readonly cells: readonly Place[];
  readonly lines: number;
}

/** Firm lines and lines of interest, each with its own groups. A cell in no group has no lines. */
export interface ShownDemand {
  readonly firm: readonly DemandGroup[];
  readonly interest: readonly DemandGroup[];
}

/**
 * The demand as it may be shown. The sums over all groups are the exact totals, which the pool's page shows anyway.
 * @param regions all regions of the pool, @param tiers all its tiers: cells that are not named have no lines
 * @param k at least 3; in a pool with fewer than k lines above one per cell, nothing but the total is told
 */
export function mergeSmallCells(
  cells: readonly DemandCell[],
  regions: readonly string[],
  tiers: readonly string[],
  k: number = SMALLEST_CELL_LINES,
): ShownDemand {
  return {
    firm: merged(cells, regions, tiers, k, (cell) => cell.firmLines),
    interest: merged(cells, regions, tiers, k, (cell) => cell.interestLines),
  };
}

interface Counted {
  readonly place: Place;
  readonly count: number;
  /** its turn in the canonical order of all cells */
  readonly at: number;
}

/**
 * Cells without lines are left out, which tells that the others have at least one; so a group is closed by its lines
 * above one per cell, its excess. What is left over at the end of a region joins the region's last group, so that the
 * region's total stays known where it can; a region too small for a group goes on into the next. The first region that
 * is large enough for a group of its own comes last, so that nothing is left over at the end. The groups are given in
 * canonical order, which does not tell which region that was.
 */
function merged(
  cells: readonly DemandCell[],
  regions: readonly string[],
  tiers: readonly string[],
  k: number,
  linesOf: (cell: DemandCell) => number,
): DemandGroup[] {
  const rows = countedRows(cells, regions, tiers, linesOf);
  const large = rows.findIndex((row) => row.reduce((sum, { count }) => sum + Math.max(count - 1, 0), 0) >= k - 1);
  const groups: Counted[][] = [];
  let open: Counted[] = [];
  let excess = 0;
  const absorb = (): void => {
    if (groups.length === 0) return;
    for (const cell of open.splice(0)) groups.at(-1)?.push(cell);
    excess = 0;
  };
  for (const row of [...rows.slice(large + 1), ...rows.slice(0, large + 1)]) {
    const before = groups.length;
    for (const cell of row) {
      if (cell.count === 0) continue;
      open.push(cell);
      excess += cell.count - 1;
      if (excess >= k - 1) {
        groups.push(open);
        open = [];
        excess = 0;
      }
    }
    if (groups.length > before) absorb();
  }
  absorb();
  // Left over now: too few lines to tell even which cells they are in.
  if (open.length > 0) groups.push(rows.flat());
  const ordered = groups.map((group) => group.toSorted((a, b) => a.at - b.at));
  return ordered
    .toSorted((a, b) => (a[0]?.at ?? 0) - (b[0]?.at ?? 0))
    .map((group) => ({ cells: group.map(({ place }) => place), lines: linesIn(group) }));
}

function countedRows(
  cells: readonly DemandCell[],
  regions: readonly string[],
  tiers: readonly string[],
  linesOf: (cell: DemandCell) => number,
): Counted[][] {
  const lines = new Map(cells.map((cell) => [keyOf(cell), linesOf(cell)]));
  const columns = tiers.toSorted();
  return regions.toSorted().map((regionCode, row) =>
    columns.map((tierCode, column) => {
      const place = { regionCode, tierCode };
      return { place, count: lines.get(keyOf(place)) ?? 0, at: row * columns.length + column };
    }),
  );
}

function linesIn(group: readonly Counted[]): number {
  return group.reduce((sum, { count }) => sum + count, 0);
}

function keyOf({ regionCode, tierCode }: Place): string {
  return `${regionCode} ${tierCode}`;
}
