import fc from 'fast-check';
import { referenceDemand } from './reference-demand.js';
import { exactDemand, type LotCell, mergedDemand, type ShownLotDemand, totalLines } from './shown-demand.js';

const lots = ['L1', 'L2', 'L3'].map((code) => ({ code, title: code, regions: [`in-${code}`] }));
const tiers = ['basic', 'constructor', 'fast'];
const cell = (lot: string, tier: string): LotCell => ({ lot, tier });
const every = lots.flatMap(({ code }) => tiers.map((tier) => cell(code, tier)));

const groups = fc.array(
  fc.record({ cells: fc.uniqueArray(fc.constantFrom(...every), { minLength: 1 }), lines: fc.nat(1_000) }),
  { maxLength: 6 },
);
const shownDemands: fc.Arbitrary<ShownLotDemand> = fc.record({ firm: groups, interest: groups });

const allOf = (reference: ReturnType<typeof referenceDemand>): number =>
  Object.values(reference)
    .flatMap((byTier) => Object.values(byTier))
    .reduce((sum, lines) => sum + lines, 0);

it('adds firm lines and lines of interest, and has every lot', () => {
  const shown = {
    firm: [
      { cells: [cell('L2', 'fast')], lines: 8 },
      { cells: [cell('L1', 'basic')], lines: 30 },
    ],
    interest: [{ cells: [cell('L1', 'basic')], lines: 5 }],
  };
  expect(referenceDemand(lots, shown)).toEqual({ L1: { basic: 35 }, L2: { fast: 8 }, L3: {} });
});

it('divides the lines of cells that are shown together equally, the first by code taking what is left', () => {
  const together = [cell('L2', 'basic'), cell('L1', 'fast'), cell('L1', 'basic')];
  const shown = { firm: [{ cells: together, lines: 8 }], interest: [{ cells: together, lines: 1 }] };
  expect(referenceDemand(lots, shown)).toEqual({ L1: { basic: 4, fast: 3 }, L2: { basic: 2 }, L3: {} });
});

it('keeps all lines, whatever is shown together', () => {
  fc.assert(
    fc.property(shownDemands, (shown) => {
      expect(allOf(referenceDemand(lots, shown))).toBe(totalLines(shown));
    }),
  );
});

it('does not depend on the order in which lots, groups and cells are given', () => {
  fc.assert(
    fc.property(shownDemands, (shown) => {
      const turned = (of: ShownLotDemand['firm']) =>
        of.toReversed().map(({ cells, lines }) => ({ cells: cells.toReversed(), lines }));
      const other = referenceDemand(lots.toReversed(), { firm: turned(shown.firm), interest: turned(shown.interest) });
      expect(other).toEqual(referenceDemand(lots, shown));
    }),
  );
});

const demands = fc
  .array(fc.tuple(fc.nat(12), fc.nat(12)), { minLength: every.length, maxLength: every.length })
  .map((counts) =>
    every.map(({ lot, tier }, at) => {
      const [firmLines, interestLines] = counts[at] ?? [0, 0];
      return { regionCode: `in-${lot}`, tierCode: tier, firmLines, interestLines };
    }),
  );

it('is exact where every cell is told, and as large as the demand where some are not', () => {
  fc.assert(
    fc.property(demands, (demand) => {
      const exact = referenceDemand(lots, exactDemand(lots, demand));
      for (const { regionCode, tierCode, firmLines, interestLines } of demand) {
        const byTier = new Map(Object.entries(exact[regionCode.slice('in-'.length)] ?? {}));
        expect(byTier.get(tierCode) ?? 0).toBe(firmLines + interestLines);
      }
      const regions = lots.flatMap((lot) => lot.regions);
      const merged = referenceDemand(lots, mergedDemand(lots, { regions, tiers, demand }));
      expect(allOf(merged)).toBe(allOf(exact));
    }),
  );
});
