import { DEFAULT_AUCTION } from './auction-settings.js';
import { termsFaults } from './terms-faults.js';
import type { RegionDemand, TenderTerms } from './terms.js';

const told: TenderTerms = {
  title: 'A tender',
  lots: ['A', 'B'].map((region) => ({ code: `L${region}`, title: region, regions: [region] })),
  awardRule: 'lot',
  minWinners: 1,
  maxWinners: null,
  maxShareBp: null,
  winnerGroups: [],
  budgetMinor: null,
  maxCostShareBp: null,
  priceCaps: {},
  enquiryEndsAt: null,
  biddingEndsAt: null,
  standstillDays: 10,
  offerDays: 14,
  auction: { ...DEFAULT_AUCTION, feedback: 'rank-and-total' },
};

function faults(terms: TenderTerms, ofFast: number): readonly { readonly path: string; readonly reason: string }[] {
  const cell = (regionCode: string, tierCode: string, firmLines: number): RegionDemand => {
    return { regionCode, tierCode, firmLines, interestLines: 0 };
  };
  const demand = [cell('A', 'basic', 20), cell('B', 'basic', 20), cell('B', 'fast', ofFast)];
  return termsFaults(terms, { regions: ['A', 'B'], tiers: ['basic', 'fast'], demand });
}

it('a leading total, by which whoever leads could count few lines, is told to nobody', () => {
  expect(faults(told, 5)).toEqual([]);
  const reason = expect.stringMatching(
    /^Too few lines are wanted in lot LB to tell how many .*; choose rank, or/,
  ) as string;
  expect(faults(told, 2)).toEqual([{ path: 'auction.feedback', reason }]);
  expect(faults({ ...told, auction: { ...told.auction, format: 'sealed' } }, 2)).toEqual([]);
  expect(faults({ ...told, auction: DEFAULT_AUCTION }, 2)).toEqual([]);
});
