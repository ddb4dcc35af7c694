/** How bids compete once they are opened: what an officer chooses and publishing freezes. */

/**
 * - `sealed`: the opened bids decide; only standing proxies improve them
 * - `live`: all improve their tariffs at the same time, until nobody has changed who wins for a while
 * - `rounds`: three rounds of turns, in each of which one provider after the other may improve, the worst first
 */
export const AUCTION_FORMATS = ['sealed', 'live', 'rounds'] as const;
export type AuctionFormat = (typeof AUCTION_FORMATS)[number];

/** Rounds of turns, as in the public auctions of Ukraine (Prozorro). */
export const ROUNDS = 3;

/** with fewer bidders than an auction wants, the sealed result stands, or the tender fails */
export const FEWER_BIDDERS = ['sealed', 'fail'] as const;
export type FewerBidders = (typeof FEWER_BIDDERS)[number];

export const FEEDBACKS = ['rank', 'rank-and-total'] as const;
/** `rank`: a provider learns its own standing only; `rank-and-total`: everybody learns the leading total as well */
export type Feedback = (typeof FEEDBACKS)[number];

export const DISCLOSURES = ['all', 'winners', 'none'] as const;
/** whose tariffs are opened in the published log; the others stay commitments */
export type Disclosure = (typeof DISCLOSURES)[number];

export interface AuctionSettings {
  readonly format: AuctionFormat;
  /** with fewer bidders there is no competition to be had live: live auctions with few bidders have raised prices */
  readonly minBidders: number;
  readonly belowMinimum: FewerBidders;
  /** between the opening of the bids and the beginning of the auction */
  readonly leadSeconds: number;
  /** how long a live auction lasts if nothing extends it */
  readonly durationSeconds: number;
  /** how long a provider's turn lasts in a round */
  readonly turnSeconds: number;
  /** between two rounds */
  readonly restSeconds: number;
  /** the least improvement, in basis points of the provider's own evaluated cost */
  readonly minimumStepBp: number;
  /** a change among the winners within this time before the end extends it */
  readonly softCloseSeconds: number;
  /** how long an auction goes on after such a change */
  readonly extensionSeconds: number;
  /** the most that all extensions together may add */
  readonly maxExtensionSeconds: number;
  readonly feedback: Feedback;
  readonly disclosure: Disclosure;
  /** when nothing ran for this long, the auction stood still and goes on with the time that remained */
  readonly outageSeconds: number;
}

export const DEFAULT_AUCTION: AuctionSettings = {
  format: 'live',
  minBidders: 3,
  belowMinimum: 'sealed',
  leadSeconds: 900,
  durationSeconds: 1_800,
  turnSeconds: 180,
  restSeconds: 120,
  minimumStepBp: 100,
  softCloseSeconds: 180,
  extensionSeconds: 180,
  maxExtensionSeconds: 1_800,
  feedback: 'rank',
  disclosure: 'all',
  outageSeconds: 20,
};
