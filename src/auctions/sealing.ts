/** Tariffs go into boxes when they arrive and come out at the opening. */
import { Injectable } from '@nestjs/common';
import { canonicalJson } from '../kernel/canonical.js';
import { Keys, randomToken, sha256 } from '../platform/keys/keys.js';
import { tariffOfJson } from '../pricing/rules/tariff-json.js';
import type { Tariff } from '../pricing/rules/tariff.js';
import { sealedText } from './rules/receipt.js';

export interface SealedTariff {
  readonly box: Buffer;
  /** SHA-256 of what is in the box, salt included */
  readonly commitment: string;
}

/** What came out of a box, or why nothing did. */
export type Unsealed =
  | { readonly tariff: Tariff; readonly salt: string; readonly why: null }
  | { readonly tariff: null; readonly why: string };

@Injectable()
export class Sealing {
  constructor(private readonly keys: Keys) {}

  /** Seals a tariff so that only the opening of this bid can read it. */
  seal(bidId: string, tariff: Tariff): SealedTariff {
    const text = sealedText(tariff, randomToken());
    return { box: this.keys.seal(text, bidId), commitment: sha256(text) };
  }

  /** Opens a box. It never throws: a box that was tampered with must not keep the others closed. */
  unseal(bid: { readonly id: string; readonly box: Uint8Array; readonly commitment: string }): Unsealed {
    const text = this.textOf(bid);
    if (text === null) return { tariff: null, why: 'The box does not open: it was altered, or is not of this bid.' };
    if (sha256(text) !== bid.commitment) {
      return { tariff: null, why: 'The box holds another tariff than the receipt was given for.' };
    }
    const { tariff, salt } = JSON.parse(text) as { tariff: unknown; salt: string };
    return { tariff: tariffOfJson(tariff), salt, why: null };
  }

  /** Tells a repeated bid from another one, and tells nothing to who reads it. */
  fingerprint(tariff: Tariff): string {
    return this.keys.fingerprint(canonicalJson(tariff));
  }

  private textOf(bid: { readonly id: string; readonly box: Uint8Array }): string | null {
    try {
      return this.keys.unseal(bid.box, bid.id);
    } catch {
      return null;
    }
  }
}
