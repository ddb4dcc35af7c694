/** What a provider holds in its hands after bidding. */
import { canonicalJson } from '../../kernel/canonical.js';

export interface ReceiptContent {
  readonly bidId: string;
  readonly tenderId: string;
  /** counts the provider's own bids in this tender, from 1 */
  readonly sequence: number;
  /** SHA-256 of the sealed text {"salt":..,"tariff":..} in canonical JSON, hexadecimal */
  readonly commitment: string;
  readonly receivedAt: Date;
}

/** The text that the receipt's signature is over. */
export function receiptText({ bidId, tenderId, sequence, commitment, receivedAt }: ReceiptContent): string {
  return canonicalJson({ bidId, tenderId, sequence, commitment, receivedAt });
}

/** The text that is sealed and that the commitment is the hash of. The salt keeps the hash from being guessed at. */
export function sealedText(tariff: object, salt: string): string {
  return canonicalJson({ salt, tariff });
}
