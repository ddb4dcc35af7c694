/**
 * How many providers may bid in a tender, and in how many bands each. The winner determination refuses a problem that is
 * beyond its limits as a whole, and when that shows, the bidding is over: so whatever bids were taken, all of them must be
 * within. Each bidder has the same room, whatever others bid: nobody is refused, or asked for less, because rivals sent
 * alternatives, and a refusal tells nothing but that there are as many bidders as there may be.
 */
import { LIMITS } from '../../allocation/rules/problem.js';
import { MAX_BANDS } from '../../pricing/rules/band-faults.js';

/** Alternatives to the main tariff of a bid. */
export const MAX_ALTERNATIVES = 4;

/** Providers that may bid in a tender, each with as many alternatives as there may be. */
export const MOST_BIDDERS = LIMITS.bids / (1 + MAX_ALTERNATIVES);

/** In the largest tender, too, so many may bid: there a bid has fewer bands rather than the tender fewer bidders. */
const FEWEST_BIDDERS = 50;

export interface Room {
  /** providers with a bid */
  readonly bidders: number;
  /** bands of a bid, those of its alternatives included */
  readonly bands: number;
}

/** @param tender its lots and the tiers of its pool, which are public: in which of these lines are wanted may not be */
export function roomFor(tender: { readonly lots: readonly string[]; readonly tiers: readonly string[] }): Room {
  const cells = Math.max(1, Math.min(LIMITS.cells, tender.lots.length * tender.tiers.length));
  const bandsOfAll = Math.floor(LIMITS.prices / cells);
  const bands = Math.min(MAX_BANDS, Math.floor(bandsOfAll / FEWEST_BIDDERS));
  return { bands, bidders: Math.min(MOST_BIDDERS, Math.floor(bandsOfAll / bands)) };
}
