/** The winner determination problem of an auction, with the tariffs as they stand. */
import type { Problem } from '../../allocation/rules/problem.js';
import type { Tariff } from '../../pricing/rules/tariff.js';
import type { Alias, AuctionContent } from './events.js';
import { problemBid, tariffWithin } from './whole-problem.js';

export interface TariffInAuction {
  readonly alias: Alias;
  readonly receivedAt: Date;
  readonly tariff: Tariff;
}

/** The alias stands for the bid and for its provider. */
export function auctionProblem(head: AuctionContent['problem'], tariffs: readonly TariffInAuction[]): Problem {
  const bids = tariffs.map(({ alias, receivedAt, tariff }) =>
    problemBid({ bidId: alias, providerId: alias, receivedAt, tariff }, tariffWithin(tariff, head.lots)),
  );
  return { ...head, bids };
}

/** The same problem with another tariff of one participant. */
export function withTariff(problem: Problem, tariff: TariffInAuction): Problem {
  const [bid] = auctionProblem(problem, [tariff]).bids;
  return { ...problem, bids: problem.bids.map((each) => (each.id === tariff.alias && bid ? bid : each)) };
}
