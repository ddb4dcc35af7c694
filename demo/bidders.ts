/** Who bids in a demonstration, and what: tariffs with volume bands, derived from reach and present prices. */
import type { Survey, Tier } from './input.js';

/** Minor units a month per tier code. */
export type ListPrices = Readonly<Record<string, number>>;

/** A tariff as the API takes it (money as JSON integers). */
export interface TariffBody {
  readonly bands: readonly { readonly from: number; readonly monthly: ListPrices }[];
  readonly lots: Readonly<Record<string, { readonly surcharge?: number; readonly setup?: number }>>;
  readonly minimumLines?: number;
  /** of a bid that decides as it is, by label */
  readonly alternatives?: Readonly<Record<string, TariffBody>>;
}

export interface BidPlan {
  readonly provider: string;
  readonly invented: boolean;
  /** list prices before any volume discount */
  readonly listPrices: ListPrices;
  /** regions covered, each with the surcharge on its lines */
  readonly regions: ReadonlyMap<string, number>;
  /** discount in percent from a share of all demanded lines on: [share, percent] ascending */
  readonly discounts: readonly (readonly [number, number])[];
  readonly setup: number;
}

/** A provider bids where it reaches at least this share of a region's sites. */
const LEAST_REACH = 0.5;
/** What connecting the rest costs: this share of the cheapest price, for reaching nobody yet. */
const BUILD_OUT = 0.4;
/** What the nationwide provider asks at first, of what a business pays on its own: most members are better off with it. */
const NATIONWIDE = 0.97;

interface Market {
  readonly survey: Survey;
  readonly tiers: readonly Tier[];
  readonly listPrices: ReadonlyMap<string, ListPrices>;
  /** sites reached, per provider and region */
  readonly reach: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly openMarket: ListPrices;
  /** what those who want a tier mostly pay today, a month; tiers of which nobody's bill is known are not there */
  readonly paid: ListPrices;
}

/**
 * Volume discounts of the local providers: each has its own curve, so that who wins depends on how much it wins. The last
 * band of each is for more lines than there are yet: whoever joins later may lift all into it.
 */
const CURVES: readonly (readonly (readonly [number, number])[])[] = [
  [
    [0, 6],
    [0.2, 16],
    [0.45, 27],
    [0.7, 35],
    [1.05, 39],
  ],
  [
    [0, 12],
    [0.15, 20],
    [0.4, 26],
    [0.75, 31],
    [1.05, 36],
  ],
  [
    [0, 9],
    [0.3, 24],
    [0.6, 33],
    [1.05, 37],
  ],
];

/**
 * The bids of a market: everyone with reach, and an invented nationwide provider that goes anywhere. It is dearer than
 * locals with their volume, but not than a business on its own: what only it serves would come to nothing otherwise.
 */
export function bidPlans(market: Market): BidPlan[] {
  const local = [...market.listPrices.keys()].sort().flatMap((provider, index): BidPlan[] => {
    const listPrices = market.listPrices.get(provider) ?? {};
    const cheapest = Math.min(...Object.values(listPrices));
    const regions = new Map<string, number>();
    for (const [region, sites] of market.survey.sites) {
      const reached = (market.reach.get(provider)?.get(region) ?? 0) / sites;
      if (reached >= LEAST_REACH) regions.set(region, Math.round((1 - Math.min(1, reached)) * BUILD_OUT * cheapest));
    }
    const discounts = CURVES[index % CURVES.length] ?? [];
    return regions.size === 0
      ? []
      : [{ provider, invented: false, listPrices, regions, discounts, setup: Math.round(cheapest * 0.5) }];
  });
  const alone = market.tiers.map(({ code }): [string, number] => {
    const open = market.openMarket[code] ?? 1;
    return [code, Math.max(1, Math.floor(NATIONWIDE * Math.min(open, market.paid[code] ?? open)))];
  });
  const everywhere = new Map([...market.survey.sites.keys()].map((region) => [region, 0]));
  const nationwide: BidPlan = {
    provider: 'Continental Broadband (invented)',
    invented: true,
    listPrices: Object.fromEntries(alone),
    regions: everywhere,
    discounts: [
      [0, 0],
      [0.5, 2],
      [1.05, 4],
    ],
    setup: 0,
  };
  return [...local, nationwide];
}

/** The tariff a plan comes to, for the lots (one per region) and the demand of a tender. */
export function tariffOf(
  plan: BidPlan,
  lots: ReadonlyMap<string, readonly string[]>,
  demandedLines: number,
): TariffBody {
  const bands = plan.discounts.map(([share, percent]) => ({
    from: Math.max(1, Math.ceil(share * demandedLines)),
    monthly: Object.fromEntries(
      Object.entries(plan.listPrices).map(([tier, price]) => [
        tier,
        Math.max(1, Math.round((price * (100 - percent)) / 100)),
      ]),
    ),
  }));
  const covered = [...lots].flatMap(([lot, regions]) => {
    const surcharges = regions.map((region) => plan.regions.get(region));
    if (surcharges.some((surcharge) => surcharge === undefined)) return [];
    return [[lot, { surcharge: Math.max(...surcharges.map((s) => s ?? 0)), setup: plan.setup }] as const];
  });
  return {
    bands: bands.filter((band, index) => index === 0 || band.from > (bands[index - 1]?.from ?? 0)),
    lots: Object.fromEntries(covered),
    minimumLines: 1,
  };
}

/** What the alternative of a bid takes off its prices, in percent, if it gets half of all lines. */
export const OFF_FOR_HALF = 8;
/** Of fewer lines half is not worth a tariff of its own. */
const FEWEST_LINES = 10;

/** The bids where sealed bids decide: whoever offers most regions has an alternative, lower prices for half of all lines. */
export function sealedBids(plans: readonly BidPlan[]): typeof tariffOf {
  const most = Math.max(...plans.map(({ regions }) => regions.size));
  const widest = plans.find(({ regions }) => regions.size === most);
  return (plan, lots, demandedLines) => {
    const tariff = tariffOf(plan, lots, demandedLines);
    return plan === widest && demandedLines >= FEWEST_LINES ? withHalf(tariff, demandedLines) : tariff;
  };
}

function withHalf(tariff: TariffBody, demandedLines: number): TariffBody {
  const lower = (price: number) => Math.max(1, Math.round((price * (100 - OFF_FOR_HALF)) / 100));
  const bands = tariff.bands.map(({ from, monthly }) => ({
    from,
    monthly: Object.fromEntries(Object.entries(monthly).map(([tier, price]) => [tier, lower(price)])),
  }));
  const half = { ...tariff, bands, minimumLines: Math.ceil(demandedLines / 2) };
  return { ...tariff, alternatives: { 'half of it': half } };
}
