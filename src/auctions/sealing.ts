/** Bids go into boxes when they arrive and come out at the opening. */
import { Injectable } from '@nestjs/common';
import { canonicalJson } from '../kernel/canonical.js';
import { Keys, randomToken, sha256 } from '../platform/keys/keys.js';
import { bidTariffOfJson } from '../pricing/rules/tariff-json.js';
import type { BidTariff } from '../pricing/rules/tariff.js';
import { commitmentOf, sealedText } from './rules/receipt.js';

export interface SealedTariff {
  readonly box: Buffer;
  /** `commitmentOf` what is in the box */
  readonly commitment: string;
}

/** What came out of a box, or why nothing did. */
export type Unsealed =
  | { readonly tariff: BidTariff; readonly salt: string; readonly why: null }
  | { readonly tariff: null; readonly why: string };

@Injectable()
export class Sealing {
  constructor(private readonly keys: Keys) {}

  /** Seals a tariff, and its alternatives, so that only the opening of this bid can read it. */
  seal(bidId: string, tariff: BidTariff): SealedTariff {
    const salt = randomToken();
    return { box: this.keys.seal(sealedText(tariff, salt), bidId), commitment: commitmentOf(tariff, salt, sha256) };
  }

  /** Opens a box. It never throws: a box that was tampered with must not keep the others closed. */
  unseal(bid: { readonly id: string; readonly box: Uint8Array; readonly commitment: string }): Unsealed {
    const text = this.textOf(bid);
    if (text === null) return { tariff: null, why: 'The box does not open: it was altered, or is not of this bid.' };
    const found = readBox(text);
    if (found === null || commitmentOf(found.tariff, found.salt, sha256) !== bid.commitment) {
      return { tariff: null, why: 'The box holds another tariff than the receipt was given for.' };
    }
    return { ...found, why: null };
  }

  /** Tells a repeated bid from another one, and tells nothing to who reads it. */
  fingerprint(tariff: BidTariff): string {
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

function readBox(text: string): { readonly tariff: BidTariff; readonly salt: string } | null {
  try {
    const { tariff, salt } = JSON.parse(text) as { tariff: unknown; salt: string };
    return { tariff: bidTariffOfJson(tariff), salt };
  } catch {
    return null;
  }
}
