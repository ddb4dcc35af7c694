/** The winner determination problem of an auction, with the tariffs as they stand. */
import type { Problem } from '../../allocation/rules/problem.js';
import type { Tariff } from '../../pricing/rules/tariff.js';
import type { Alias, AuctionContent } from './events.js';
import { tariffWithin } from './whole-problem.js';

export interface TariffInAuction {
  readonly alias: Alias;
  readonly receivedAt: Date;
  readonly tariff: Tariff;
}

/** The alias stands for the bid and for its provider. */
export function auctionProblem(head: AuctionContent['problem'], tariffs: readonly TariffInAuction[]): Problem {
  return {
    ...head,
    bids: tariffs.map(({ alias, receivedAt, tariff }) => ({
      ...tariffWithin(tariff, head.lots),
      id: alias,
      provider: alias,
      receivedAt: receivedAt.toISOString(),
    })),
  };
}

/** The same problem, with another tariff of one participant, received later than all others. */
export function withTariff(problem: Problem, { alias, receivedAt, tariff }: TariffInAuction): Problem {
  const [bid] = auctionProblem(problem, [{ alias, receivedAt, tariff }]).bids;
  return { ...problem, bids: problem.bids.map((each) => (each.id === alias && bid ? bid : each)) };
}
