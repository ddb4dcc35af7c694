/** The winner determination problem of an auction, with the tariffs as they stand. */
import type { Problem } from '../../allocation/rules/problem.js';
import type { BidTariff } from '../../pricing/rules/tariff.js';
import type { Alias, AuctionContent } from './events.js';
import { problemBids, tariffWithin } from './whole-problem.js';

export interface TariffInAuction {
  readonly alias: Alias;
  readonly receivedAt: Date;
  readonly tariff: BidTariff;
  /** where a tariff of a bid is given by itself: which it is; null for the main one */
  readonly alternative?: string | null;
}

/** The alias stands for the bid and for its provider. */
export function auctionProblem(head: AuctionContent['problem'], tariffs: readonly TariffInAuction[]): Problem {
  const bids = tariffs.map(({ alias, ...bid }) => ({ ...bid, bidId: alias, providerId: alias }));
  return { ...head, bids: problemBids(bids, ({ tariff }) => tariffWithin(tariff, head.lots)) };
}

/** The same problem with another tariff of one participant, whose bid has no alternatives. */
export function withTariff(problem: Problem, tariff: TariffInAuction): Problem {
  const [bid] = auctionProblem(problem, [tariff]).bids;
  return { ...problem, bids: problem.bids.map((each) => (each.id === tariff.alias && bid ? bid : each)) };
}
