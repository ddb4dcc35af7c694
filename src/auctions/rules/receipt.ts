/**
 * What a provider holds in its hands after bidding. Its commitment covers the whole bid: it is the hash of the salted tariff
 * or, of a bid with alternatives, of the list of the hashes of each. So a tariff that won can be shown without those of the
 * same bid that did not.
 */
import { canonicalJson } from '../../kernel/canonical.js';
import { type OneTariff, tariffsOf } from '../../pricing/rules/alternatives.js';
import type { BidTariff } from '../../pricing/rules/tariff.js';
import type { HashOf } from './log.js';

export interface ReceiptContent {
  readonly bidId: string;
  readonly tenderId: string;
  /** counts the provider's own bids in this tender, from 1 */
  readonly sequence: number;
  /** `commitmentOf` the bid: SHA-256, hexadecimal */
  readonly commitment: string;
  readonly receivedAt: Date;
}

/** The text that the receipt's signature is over. */
export function receiptText({ bidId, tenderId, sequence, commitment, receivedAt }: ReceiptContent): string {
  return canonicalJson({ bidId, tenderId, sequence, commitment, receivedAt });
}

/**
 * The text that is sealed. Without alternatives the commitment is the hash of it. The salt keeps the hash from being
 * guessed at.
 */
export function sealedText(tariff: object, salt: string): string {
  return canonicalJson({ salt, tariff });
}

/** A tariff of a bid with alternatives, with what its own commitment is opened with. */
export interface SealedPart extends OneTariff {
  readonly salt: string;
  /** hash of `partText` */
  readonly commitment: string;
}

/** The tariffs of a bid with alternatives, the main one first; none of a bid without. */
export function sealedParts(bid: BidTariff, salt: string, hashOf: HashOf): SealedPart[] {
  if (bid.alternatives === undefined) return [];
  return tariffsOf(bid).map(({ alternative, tariff }) => {
    const own = partSalt(alternative, salt, hashOf);
    return { alternative, tariff, salt: own, commitment: hashOf(partText({ alternative, tariff, salt: own })) };
  });
}

/**
 * The salt of a tariff among alternatives. Whoever learns that of one cannot tell that of another by it.
 * @param salt of the bid
 */
export function partSalt(alternative: string | null, salt: string, hashOf: HashOf): string {
  return hashOf(canonicalJson({ alternative, salt }));
}

/** The text that the commitment of a tariff among alternatives is the hash of. */
export function partText({ alternative, salt, tariff }: OneTariff & { readonly salt: string }): string {
  return canonicalJson({ alternative, salt, tariff });
}

/** The text that the commitment of a bid with alternatives is the hash of. */
export function partsText(commitments: readonly string[]): string {
  return canonicalJson({ tariffs: commitments });
}

/** The commitment of a whole bid. */
export function commitmentOf(bid: BidTariff, salt: string, hashOf: HashOf): string {
  const parts = sealedParts(bid, salt, hashOf);
  return hashOf(parts.length === 0 ? sealedText(bid, salt) : partsText(parts.map((part) => part.commitment)));
}
