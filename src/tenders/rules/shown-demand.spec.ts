import { exactDemand, mergedDemand, mostLinesByLot, regionsTold, toldLots, totalLines } from './shown-demand.js';
import type { RegionDemand } from './terms.js';

const cell = (regionCode: string, tierCode: string, firmLines: number, interestLines = 0): RegionDemand => ({
  regionCode,
  tierCode,
  firmLines,
  interestLines,
});
const lots = [
  { code: 'L1', title: 'One', regions: ['A', 'B'] },
  { code: 'L2', title: 'Two', regions: ['C'] },
];
const demand = [cell('A', 'basic', 40), cell('A', 'fast', 2, 6), cell('B', 'basic', 9), cell('C', 'fast', 0, 8)];
const frame = { regions: ['A', 'B', 'C'], tiers: ['basic', 'fast'], demand };

it('shows every cell to those who may know', () => {
  expect(exactDemand(lots, demand)).toEqual({
    firm: [
      { cells: [{ lot: 'L1', tier: 'basic' }], lines: 49 },
      { cells: [{ lot: 'L1', tier: 'fast' }], lines: 2 },
    ],
    interest: [
      { cells: [{ lot: 'L1', tier: 'fast' }], lines: 6 },
      { cells: [{ lot: 'L2', tier: 'fast' }], lines: 8 },
    ],
  });
});

it('shows providers the sums of the groups that the pool shows, and no group anew', () => {
  expect(mergedDemand(lots, frame).firm).toEqual([
    { cells: [{ lot: 'L1', tier: 'basic' }], lines: 9 },
    {
      cells: [
        { lot: 'L1', tier: 'basic' },
        { lot: 'L1', tier: 'fast' },
      ],
      lines: 42,
    },
  ]);
  const apart = lots.map((lot) => ({ ...lot, regions: lot.code === 'L1' ? ['A'] : ['B', 'C'] }));
  expect(mergedDemand(apart, frame).firm.map(({ lines }) => lines)).toEqual([42, 9]);
});

it('has the same total for everybody', () => {
  expect(totalLines(exactDemand(lots, demand))).toBe(65);
  expect(totalLines(mergedDemand(lots, frame))).toBe(65);
});

it('knows the most lines that a lot can have', () => {
  expect(mostLinesByLot(lots, exactDemand(lots, demand))).toEqual({ L1: 57, L2: 8 });
  const across = {
    firm: [
      {
        cells: [
          { lot: 'L1', tier: 'x' },
          { lot: 'L2', tier: 'x' },
        ],
        lines: 7,
      },
    ],
    interest: [],
  };
  expect(mostLinesByLot(lots, across)).toEqual({ L1: 7, L2: 7 });
});

it('knows the lots of which every count is told', () => {
  expect([...toldLots(lots, mergedDemand(lots, frame))]).toEqual(['L2']);
  expect([...toldLots(lots, exactDemand(lots, demand))]).toEqual(['L1', 'L2']);
});

it('knows of which regions it is told that lines are wanted there', () => {
  expect([...regionsTold(frame)].sort()).toEqual(['A', 'B', 'C']);
  expect([...regionsTold({ ...frame, demand: [cell('B', 'basic', 3)] })]).toEqual([]);
});
