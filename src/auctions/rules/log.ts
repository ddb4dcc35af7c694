/**
 * How the events of an auction hang together. Each holds the hash of the one before, so that none can be altered, left
 * out or put in without altering every later one, and the last hash stands for the whole log.
 */
import { canonicalJson } from '../../kernel/canonical.js';
import type { Alias, AuctionEvent, EventBodies, EventContents, EventKind } from './events.js';

/** What the first event holds in place of the hash of the event before. */
export const FIRST_PREVIOUS = '0'.repeat(64);

/** SHA-256 of a text, as 64 hexadecimal digits. */
export type HashOf = (text: string) => string;

/** An event that has no hash yet. */
export type Unhashed = Omit<AuctionEvent, 'hash'>;

/** The text that an event's hash is of: all its members but the hash. */
export function eventText({ sequence, at, kind, body, commitment, previous }: Unhashed): string {
  return canonicalJson({ sequence, at, kind, body, commitment, previous });
}

/**
 * The next event of a log.
 * @param previous the event before; null for the first one
 * @param commitment hash of `contentText`; null when the event has no content
 */
export function chained<K extends EventKind>(
  previous: Pick<AuctionEvent, 'sequence' | 'hash'> | null,
  at: Date,
  kind: K,
  body: EventBodies[K],
  commitment: string | null,
  hashOf: HashOf,
): AuctionEvent<K> {
  const event = {
    sequence: (previous?.sequence ?? 0) + 1,
    at: at.toISOString(),
    kind,
    body,
    commitment,
    previous: previous?.hash ?? FIRST_PREVIOUS,
  } as Unhashed;
  return { ...event, hash: hashOf(eventText(event)) } as AuctionEvent<K>;
}

/** The text that an event's commitment is the hash of. The salt keeps the hash from being guessed at. */
export function contentText(content: EventContents[keyof EventContents], salt: string): string {
  return canonicalJson({ content, salt });
}

export interface LiveReceiptContent {
  readonly auctionId: string;
  readonly alias: Alias;
  /** counts the improvements of this participant, from 1 */
  readonly revision: number;
  /** hash of `sealedText` of the improved tariff */
  readonly commitment: string;
  readonly receivedAt: Date;
}

/** The text that the signature of an improvement's receipt is over; that of the sealed bid is `receiptText`. */
export function liveReceiptText(receipt: LiveReceiptContent): string {
  const { auctionId, alias, revision, commitment, receivedAt } = receipt;
  return canonicalJson({ auctionId, alias, revision, commitment, receivedAt });
}
