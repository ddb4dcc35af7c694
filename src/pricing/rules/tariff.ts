/**
 * A tariff is what a provider bids. Its bands are all-units: the band reached by all lines that the provider wins in
 * the tender applies to every one of them. All money is in minor units a month unless the name says otherwise.
 */
import type { Minor } from '../../kernel/money.js';

/** Code of a service tier, of a lot within its tender. */
export type TierCode = string;
export type LotCode = string;

export interface TariffBand {
  /** the fewest lines, over all lots won, at which this band applies; bands ascend by it */
  readonly from: number;
  /** monthly price of a line per tier; a tier without a price is not offered */
  readonly monthly: Readonly<Record<TierCode, Minor>>;
  /** monthly prices that differ in a lot */
  readonly lotMonthly?: Readonly<Record<LotCode, Readonly<Record<TierCode, Minor>>>>;
}

export interface TariffLot {
  /** added to the monthly price of every line in this lot */
  readonly surcharge?: Minor;
  /** one-off, per line in this lot */
  readonly setup?: Minor;
  /** the most lines the provider can serve in this lot */
  readonly capacity?: number;
  readonly tiers?: Readonly<Record<TierCode, { readonly capacity?: number }>>;
}

/** One of those who bid together. */
export interface Partner {
  /** the lots that it serves */
  readonly lots: readonly LotCode[];
  /** the most lines that it can serve in all of them together */
  readonly capacity: number;
}

export interface Tariff {
  readonly bands: readonly TariffBand[];
  /** the lots covered; a lot that is absent is not served */
  readonly lots: Readonly<Record<LotCode, TariffLot>>;
  /** the most lines the provider can serve altogether */
  readonly capacity?: number;
  /** the fewest lines for which the provider accepts an award at all */
  readonly minimumLines?: number;
  /** one-off amount for the whole award, not per line */
  readonly activation?: Minor;
  /** of a joint bid, by the name of a partner: each lot is served by one partner at most, the others by the bidder itself */
  readonly partners?: Readonly<Record<string, Partner>>;
}

/**
 * What a provider bids: a tariff and, where no live auction follows, alternatives to it by their labels. Each is a whole
 * tariff of its own, and at most one of them all wins.
 */
export interface BidTariff extends Tariff {
  readonly alternatives?: Readonly<Record<string, Tariff>>;
}
