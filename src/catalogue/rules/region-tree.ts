/** The region tree: every parent is a region, and nothing is above itself. */

/** What is wrong with a region's place in the tree; the sentence goes on after "parent". */
export type WhyNotThere = 'unknown' | 'circle';

/**
 * Checks the places of some regions of a tree.
 * @param parents every region's parent, with the change in question already made; null at the top
 * @param placed the regions whose place is in question
 * @returns what is wrong, by region; a region only below a circle is not at fault itself
 */
export function misplaced(
  parents: ReadonlyMap<string, string | null>,
  placed: Iterable<string>,
): ReadonlyMap<string, WhyNotThere> {
  const asked = new Set(placed);
  const faults = new Map<string, WhyNotThere>();
  const walked = new Set<string>();
  for (const start of asked) {
    const parent = parents.get(start) ?? null;
    if (parent !== null && !parents.has(parent)) faults.set(start, 'unknown');
    const way: string[] = [];
    let at: string | null = start;
    while (at !== null && !walked.has(at)) {
      walked.add(at);
      way.push(at);
      at = parents.get(at) ?? null;
    }
    const circle = at === null ? [] : way.slice(indexOrEnd(way, at));
    for (const region of circle) if (asked.has(region)) faults.set(region, 'circle');
  }
  return faults;
}

/** A way that ends where an earlier one went has no circle of its own. */
function indexOrEnd(way: readonly string[], region: string): number {
  const index = way.indexOf(region);
  return index === -1 ? way.length : index;
}
