/** The tariffs of a bid with alternatives, one by one. */
import type { BidTariff, Tariff } from './tariff.js';

/** A tariff of a bid: the main one, or an alternative to it. */
export interface OneTariff {
  /** its label; null for the main tariff */
  readonly alternative: string | null;
  readonly tariff: Tariff;
}

/** The tariffs of a bid: the main one, then its alternatives in the order of their labels. */
export function tariffsOf({ alternatives = {}, ...main }: BidTariff): OneTariff[] {
  const labels = Object.keys(alternatives).sort();
  return [
    { alternative: null, tariff: main },
    ...labels.flatMap((alternative) => {
      const tariff = alternatives[alternative];
      return tariff === undefined ? [] : [{ alternative, tariff }];
    }),
  ];
}

/** Bids with each of their tariffs by itself, in the order of the bids; what is apart already stays as it is. */
export function apart<B extends { readonly tariff: BidTariff; readonly alternative?: string | null }>(
  bids: readonly B[],
): (Omit<B, keyof OneTariff> & OneTariff)[] {
  return bids.flatMap((bid) =>
    tariffsOf(bid.tariff).map(({ tariff, alternative }) => ({
      ...bid,
      tariff,
      alternative: alternative ?? bid.alternative ?? null,
    })),
  );
}

/**
 * The tariff of a bid by which something was won.
 * @param alternative its label; none for the main tariff
 * @throws Error when the bid has no such alternative
 */
export function tariffBy(bid: BidTariff, alternative: string | null | undefined): Tariff {
  const wanted = alternative ?? null;
  const found = tariffsOf(bid).find((each) => each.alternative === wanted);
  if (found === undefined) throw new Error(`the bid has no alternative ${wanted}`);
  return found.tariff;
}
