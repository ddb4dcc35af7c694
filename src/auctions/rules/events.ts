/**
 * What happens in an auction after the opening of its bids, one event after the other. The state of an auction is a fold
 * over them and over nothing else, so that the published log proves it.
 *
 * An event's body is what anybody may read while the auction runs. What must stay unknown until its end is in the
 * event's content, of which the event holds a salted commitment only. Participants are named by an alias until then.
 * Instants are the database's, ISO 8601 in UTC with milliseconds.
 */
import type { BidAward, ResultStatus } from '../../allocation/rules/problem.js';
import type { Problem } from '../../allocation/rules/problem.js';
import type { AuctionSettings } from '../../tenders/rules/auction-settings.js';

export type Alias = string;
type Instant = string;

/** A bid of the opening: its receipt and the commitment that its provider holds. */
export interface Entry {
  readonly alias: Alias;
  readonly bidId: string;
  /** the provider's own count of its sealed bids */
  readonly sequence: number;
  readonly receivedAt: Instant;
  readonly commitment: string;
  readonly signature: string;
}

export interface EventBodies {
  /** the bids were opened; content: `AuctionContent` */
  readonly opened: {
    readonly auctionId: string;
    readonly tenderId: string;
    readonly tenderHash: string;
    readonly settings: AuctionSettings;
    /** null when nobody may improve: the opened bids and the standing proxies decide */
    readonly beginsAt: Instant | null;
    readonly entries: readonly Entry[];
  };
  readonly began: { readonly endsAt: Instant };
  /** a provider's turn in a round */
  readonly turn: { readonly round: number; readonly turn: number; readonly alias: Alias; readonly endsAt: Instant };
  /** the pause before the next round */
  readonly rest: { readonly round: number; readonly endsAt: Instant };
  /** an improved tariff, whose commitment `tariffs` of the log opens */
  readonly bid: {
    readonly alias: Alias;
    /** counts the improvements of this participant, from 1 */
    readonly revision: number;
    readonly by: 'person' | 'proxy';
    readonly receivedAt: Instant;
    readonly commitment: string;
    /** Ed25519 over `liveReceiptText` */
    readonly signature: string;
  };
  /** a proxy was given (its commitment is never opened), or taken back (null) */
  readonly proxy: { readonly alias: Alias; readonly commitment: string | null };
  /** the exact allocation of all tariffs up to an event; content: `StandingContent` */
  readonly standing: {
    readonly upTo: number;
    /** whether other lots or lines go to other participants than in the standing before */
    readonly changed: boolean;
    /** present when the tender lets everybody know the leading total */
    readonly totalMinor?: bigint | null;
  };
  /** the end was put off because of a standing */
  readonly extended: {
    readonly endsAt: Instant;
    readonly because: number;
    /** all extensions so far */
    readonly extendedMillis: number;
  };
  readonly paused: { readonly cause: 'officer' | 'outage'; readonly why: string; readonly remainingMillis: number };
  readonly resumed: { readonly endsAt: Instant };
  /** the time of a live auction or of a turn is over: what is received from this instant on does not count */
  readonly ended: { readonly endedAt: Instant };
  /** the result: the tariffs as of a standing decide */
  readonly closed: { readonly standing: number };
  /** too few bidders, and the tender fails because of it */
  readonly failed: { readonly bidders: number };
  readonly cancelled: Readonly<Record<string, never>>;
}

export type EventKind = keyof EventBodies;

/** What the first event commits to. */
export interface AuctionContent {
  /** without bids: they are the tariffs of the participants, with the alias as id and provider */
  readonly problem: Omit<Problem, 'bids'>;
  /** lines by lot and tier that improvements are measured by: what providers were shown */
  readonly reference: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly participants: readonly { readonly alias: Alias; readonly provider: string; readonly name: string }[];
}

/** What a standing commits to. `bid` of an award is the alias or, where an alternative won, `tariffId` of both. */
export interface StandingContent {
  readonly status: ResultStatus;
  readonly totalMinor: bigint | null;
  readonly boundMinor: bigint | null;
  readonly awards: readonly BidAward[];
  /** from 1, the best first; equals do not happen: the earlier tariff is before the later one */
  readonly ranks: Readonly<Record<Alias, number>>;
}

export interface EventContents {
  readonly opened: AuctionContent;
  readonly standing: StandingContent;
}

/** An event as it is kept and published. */
export type AuctionEvent<K extends EventKind = EventKind> = {
  readonly [Kind in K]: {
    /** from 1, without gaps */
    readonly sequence: number;
    readonly at: Instant;
    readonly kind: Kind;
    readonly body: EventBodies[Kind];
    /** SHA-256 of the canonical JSON of {"content","salt"}; null when the event has no content */
    readonly commitment: string | null;
    /** hash of the event before, sixty-four zeros for the first */
    readonly previous: string;
    /** SHA-256 of the canonical JSON of all members but this one */
    readonly hash: string;
  };
}[K];
