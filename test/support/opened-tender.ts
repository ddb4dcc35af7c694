/** Tenders on their way from a locked pool to opened bids, as officers and providers take them there. */
import { DRAIN_MILLIS } from '../../src/auctions/auctions.jobs.js';
import { lockedPool, type LockedPoolMade, type LockedPoolOptions } from './locked-pool.js';
import type { Someone, System } from './system.js';

/** A tariff as it is sent: amounts are JSON integers in minor units. */
export interface TariffJson {
  readonly bands: readonly {
    readonly from: number;
    readonly monthly: Readonly<Record<string, number>>;
    readonly lotMonthly?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  }[];
  readonly lots: Readonly<Record<string, object>>;
  readonly capacity?: number;
  readonly minimumLines?: number;
  readonly activation?: number;
  readonly partners?: Readonly<Record<string, { readonly lots: readonly string[]; readonly capacity: number }>>;
  /** of a sealed bid, by label */
  readonly alternatives?: Readonly<Record<string, TariffJson>>;
}

export interface PublishedTenderOptions extends LockedPoolOptions {
  /** what the officer changes before publishing: lots, awardRule, maxShareBp, priceCaps, auction, .. */
  readonly terms?: Readonly<Record<string, unknown>>;
  /** who publishes it; of an agency of its own unless said otherwise */
  readonly officer?: Someone;
  /** how long bids are taken */
  readonly biddingDays?: number;
}

export interface PublishedTenderMade extends LockedPoolMade {
  readonly tenderId: string;
  readonly officer: Someone;
  readonly biddingEndsAt: Date;
}

export interface OpenedTenderOptions extends PublishedTenderOptions {
  /** one provider each, in this order of receipt; `TARIFFS` unless said otherwise */
  readonly tariffs?: readonly TariffJson[];
}

export interface BidMade {
  readonly provider: Someone;
  readonly bidId: string;
  readonly tariff: TariffJson;
}

export interface OpenedTenderMade extends PublishedTenderMade {
  readonly bids: readonly BidMade[];
}

/** For the default demand: one serves all and gets cheaper by volume, one is cheap in the north, one is dear. */
export const TARIFFS: readonly TariffJson[] = [
  {
    bands: [
      { from: 1, monthly: { basic: 28_000, fast: 46_000 } },
      { from: 20, monthly: { basic: 25_000, fast: 42_000 } },
    ],
    lots: { north: {}, south: { surcharge: 500 } },
  },
  { bands: [{ from: 1, monthly: { basic: 24_000, fast: 41_000 } }], lots: { north: { setup: 3_000 } } },
  { bands: [{ from: 1, monthly: { basic: 29_500, fast: 49_000 } }], lots: { north: {}, south: {} } },
];

/** The draft tender of a locked pool, once it is there. */
export async function draftedTender(system: System, officer: Someone, poolId: string): Promise<TenderDraft> {
  const isIt = (tender: TenderDraft): boolean => tender.poolId === poolId && tender.state === 'draft';
  const list = await system.eventually(
    () => officer.get('/api/v1/tenders?limit=200'),
    ({ body }) => (body as { items: TenderDraft[] }).items.some(isIt),
  );
  const draft = (list.body as { items: TenderDraft[] }).items.find(isIt);
  if (!draft) throw new Error('the draft went away');
  return draft;
}

export interface TenderDraft {
  readonly id: string;
  readonly poolId: string;
  readonly state: string;
  readonly version: number;
}

/** A pool, locked and put out to tender, with its auction open. */
export async function publishedTender(
  system: System,
  options: PublishedTenderOptions = {},
): Promise<PublishedTenderMade> {
  const pool = await lockedPool(system, options);
  const officer = options.officer ?? (await system.someone('officer'));
  const { id: tenderId, version } = await draftedTender(system, officer, pool.poolId);
  const biddingEndsAt = new Date((await system.now()).getTime() + (options.biddingDays ?? 21) * 86_400_000);
  // Sealed unless the test says otherwise: what is opened is evaluated at once.
  const terms = { biddingEndsAt, auction: { format: 'sealed' }, ...options.terms };
  await officer.patch(`/api/v1/tenders/${tenderId}`, terms, version).expect(200);
  await officer.post(`/api/v1/tenders/${tenderId}/publish`).expect(200);
  await auctionIs(system, officer, tenderId, 'open');
  return { ...pool, tenderId, officer, biddingEndsAt };
}

/** Sends a provider's sealed bid. */
export async function bid(tenderId: string, provider: Someone, tariff: TariffJson): Promise<BidMade> {
  const receipt = await provider.post(`/api/v1/tenders/${tenderId}/bids`, tariff).expect(201);
  return { provider, bidId: (receipt.body as { bidId: string }).bidId, tariff };
}

/** Lets the deadline pass, and waits until every bid that came in time is recorded. */
export async function closed(system: System, { tenderId, officer, biddingEndsAt }: PublishedTenderMade): Promise<void> {
  await drained(system, biddingEndsAt);
  await auctionIs(system, officer, tenderId, 'closed');
}

/** Lets the deadline pass, and the seconds after it in which bids that came in time are still written. */
export async function drained(system: System, deadline: Date): Promise<void> {
  await system.passTo(deadline);
  await system.passTo(new Date((await system.now()).getTime() + DRAIN_MILLIS));
}

/** A tender with several providers' bids, past its deadline, opened. */
export async function openedTender(system: System, options: OpenedTenderOptions = {}): Promise<OpenedTenderMade> {
  const tender = await publishedTender(system, options);
  const bids: BidMade[] = [];
  for (const tariff of options.tariffs ?? TARIFFS) {
    bids.push(await bid(tender.tenderId, await system.someone('bidder'), tariff));
  }
  await closed(system, tender);
  await tender.officer.post(`/api/v1/tenders/${tender.tenderId}/bids/open`).expect(200);
  return { ...tender, bids };
}

async function auctionIs(system: System, officer: Someone, tenderId: string, state: string): Promise<void> {
  await system.eventually(
    () => officer.get(`/api/v1/tenders/${tenderId}/auction`),
    ({ body }) => (body as { state: string }).state === state,
  );
}
