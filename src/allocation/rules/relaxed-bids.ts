/** Bids without some of the limits that they set themselves; a bid that sets none of these is the same bid. */
import type { TariffLot } from '../../pricing/rules/tariff.js';
import { offeringLike, pricedLike } from './offers.js';
import type { ProblemBid } from './problem.js';

/** A bid that takes any number of lines up to those that it asked for at the least. */
export function asksFor(bid: ProblemBid, least: number): ProblemBid {
  const { minimumLines, ...rest } = bid;
  if (minimumLines === undefined && (bid.bands[0]?.from ?? 1) <= Math.max(1, least)) return bid;
  const asking = {
    ...rest,
    ...(minimumLines === undefined || least <= 1 ? {} : { minimumLines: Math.min(minimumLines, least) }),
    bands: bid.bands.map((band, b) => (b === 0 ? { ...band, from: Math.min(band.from, Math.max(1, least)) } : band)),
  };
  return offeringLike(asking, bid);
}

/** A bid that takes any number of lines. */
export function withoutMinimum(bid: ProblemBid): ProblemBid {
  return asksFor(bid, 1);
}

/** A bid without limits to what it can serve. */
export function roomy(bid: ProblemBid): ProblemBid {
  const { capacity: _, partners, ...rest } = bid;
  const limited = Object.values(bid.lots).some(({ capacity, tiers }) => capacity !== undefined || tiers !== undefined);
  if (!limited) return partners === undefined ? offeringLike(rest, bid) : pricedLike(rest, bid);
  const lots = Object.entries(bid.lots).map(([lot, { setup, surcharge }]): [string, TariffLot] => [
    lot,
    { ...(setup === undefined ? {} : { setup }), ...(surcharge === undefined ? {} : { surcharge }) },
  ]);
  return pricedLike({ ...rest, lots: Object.fromEntries(lots) }, bid);
}

/** A bid that is no alternative to another. */
export function apart(bid: ProblemBid): ProblemBid {
  if (bid.alternative === undefined) return bid;
  const { alternative: _, ...rest } = bid;
  return offeringLike(rest, bid);
}
