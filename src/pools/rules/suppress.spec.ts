import fc from 'fast-check';
import { type DemandCell, type DemandGroup, mergeSmallCells, SMALLEST_CELL_LINES } from './suppress.js';

const REGIONS = ['A', 'B', 'C'];
const TIERS = ['t1', 't2', 't3'];

function firmCells(counts: readonly number[], regions: readonly string[], tiers: readonly string[]): DemandCell[] {
  return counts.map((firmLines, i) => ({
    regionCode: regions[Math.floor(i / tiers.length)] ?? '',
    tierCode: tiers[i % tiers.length] ?? '',
    firmLines,
    interestLines: 0,
  }));
}

/** Every table of `size` counts from 0 to `most`. */
function* tables(size: number, most: number): Generator<number[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (const rest of tables(size - 1, most)) for (let n = 0; n <= most; n += 1) yield [...rest, n];
}

const cell = fc.record({ firmLines: fc.nat({ max: 12 }), interestLines: fc.nat({ max: 12 }) });
const demand = fc.array(cell, { minLength: 9, maxLength: 9 }).map((cells) =>
  firmCells(
    cells.map((c) => c.firmLines),
    REGIONS,
    TIERS,
  ).map((c, i) => ({ ...c, ...cells[i] })),
);

describe('showing demand', () => {
  it('takes however many cells of one line into one group', () => {
    const regions = Array.from({ length: 130_002 }, (_nothing, i) => `R${String(i).padStart(6, '0')}`);
    const cells = firmCells(
      regions.map((_region, i) => [4, 2][i] ?? 1),
      regions,
      ['t1'],
    );
    expect(mergeSmallCells(cells, regions, ['t1']).firm.map(({ lines }) => lines)).toEqual([130_006]);
  });

  it('shows cells of k lines and more as they are, firm and interest apart', () => {
    const cells = [
      { regionCode: 'A', tierCode: 't1', firmLines: 50, interestLines: 7 },
      { regionCode: 'B', tierCode: 't2', firmLines: 5, interestLines: 0 },
    ];
    expect(mergeSmallCells(cells, REGIONS, TIERS)).toEqual({
      firm: [
        { cells: [{ regionCode: 'A', tierCode: 't1' }], lines: 50 },
        { cells: [{ regionCode: 'B', tierCode: 't2' }], lines: 5 },
      ],
      interest: [{ cells: [{ regionCode: 'A', tierCode: 't1' }], lines: 7 }],
    });
  });

  it('merges a small cell within its region, so that the total of the region stays known', () => {
    const [group, other] = mergeSmallCells(firmCells([40, 9, 2, 8, 0, 0], ['A', 'B'], TIERS), ['A', 'B'], TIERS).firm;
    expect(group).toEqual({ cells: [{ regionCode: 'A', tierCode: 't1' }], lines: 40 });
    expect(other?.lines).toBe(11);
    expect(other?.cells).toEqual([
      { regionCode: 'A', tierCode: 't2' },
      { regionCode: 'A', tierCode: 't3' },
    ]);
  });

  it('tells nothing but the total of a pool that is too small', () => {
    expect(mergeSmallCells(firmCells([1, 0, 2, 0], ['A', 'B'], ['t1', 't2']), ['A', 'B'], ['t1', 't2']).firm).toEqual([
      { cells: expect.arrayContaining([expect.anything()]) as unknown, lines: 3 },
    ]);
    expect(mergeSmallCells([], REGIONS, TIERS)).toEqual({ firm: [], interest: [] });
  });

  it('loses and invents no line, and never shows a count below k', () => {
    fc.assert(
      fc.property(demand, (cells) => {
        const shown = mergeSmallCells(cells, REGIONS, TIERS);
        const sum = (groups: readonly DemandGroup[]) => groups.reduce((total, group) => total + group.lines, 0);
        expect(sum(shown.firm)).toBe(cells.reduce((total, c) => total + c.firmLines, 0));
        expect(sum(shown.interest)).toBe(cells.reduce((total, c) => total + c.interestLines, 0));
        for (const groups of [shown.firm, shown.interest]) {
          const places = groups.flatMap((group) => group.cells.map((c) => `${c.regionCode} ${c.tierCode}`));
          expect(new Set(places).size).toBe(places.length);
          const whole = groups.length === 1 && groups[0]?.cells.length === cells.length;
          if (!whole) for (const group of groups) expect(group.lines).toBeGreaterThanOrEqual(SMALLEST_CELL_LINES);
        }
      }),
    );
  });

  it('does not depend on the order in which cells arrive', () => {
    fc.assert(
      fc.property(demand, fc.infiniteStream(fc.nat()), (cells, keys) => {
        const shuffled = cells.map((c) => ({ c, key: keys.next().value })).sort((a, b) => a.key - b.key);
        const other = mergeSmallCells(
          shuffled.map(({ c }) => c),
          REGIONS.toReversed(),
          TIERS.toReversed(),
        );
        expect(other).toEqual(mergeSmallCells(cells, REGIONS, TIERS));
      }),
    );
  });

  it.each([
    { regions: ['A', 'B'], tiers: ['t1', 't2'], k: 3 },
    { regions: ['A'], tiers: ['t1', 't2', 't3', 't4'], k: 3 },
    { regions: ['A', 'B', 'C', 'D'], tiers: ['t1'], k: 3 },
    { regions: ['A', 'B', 'C'], tiers: ['t1', 't2'], k: 3 },
    { regions: ['A', 'B'], tiers: ['t1', 't2', 't3'], k: 3 },
    { regions: ['A', 'B', 'C', 'D'], tiers: ['t1'], k: 5 },
    { regions: ['A', 'B'], tiers: ['t1', 't2'], k: 5 },
    { regions: ['A'], tiers: ['t1', 't2', 't3'], k: 5 },
  ])(
    'never tells a small count to one who knows the method and every total: $regions x $tiers, k = $k',
    ({ regions, tiers, k }) => {
      // All demands that are shown alike are possible to the reader. Alternatives differ by little, so the largest
      // counts are only there as alternatives and are not asked about themselves.
      const size = regions.length * tiers.length;
      const asked = size > 4 ? k : 2 * k;
      const possible = new Map<string, Set<number>[]>();
      const small: { shown: string; counts: number[] }[] = [];
      for (const counts of tables(size, asked + 2)) {
        const shown = JSON.stringify(mergeSmallCells(firmCells(counts, regions, tiers), regions, tiers, k).firm);
        const sets = possible.get(shown) ?? counts.map(() => new Set<number>());
        counts.forEach((count, i) => sets[i]?.add(count));
        possible.set(shown, sets);
        if (Math.max(...counts) <= asked && counts.some((count) => count > 0 && count < k))
          small.push({ shown, counts });
      }
      const givenAway = small.filter(({ shown, counts }) =>
        counts.some((count, i) => count > 0 && count < k && (possible.get(shown)?.[i]?.size ?? 0) < 2),
      );
      expect(givenAway.slice(0, 10)).toEqual([]);
      expect(small.length).toBeGreaterThan(100);
    },
  );
});
