/**
 * How many different providers must and may win, overall and within groups of lots, beside those that have won before:
 * such a one is a winner whether it wins more or not, so that it takes no place of another and fills none.
 */
import type { WinnerGroup } from './problem.js';

/** Who would be one more winner, and how many more there must and may be. */
export interface MoreWinners {
  /** per provider, 1 when winning makes it one more winner; 0 when it is a winner already */
  readonly counts: Uint8Array;
  readonly minWinners: number;
  /** below zero when there are too many already; Infinity without a limit */
  readonly maxWinners: number;
}

/** Units in which so many more providers win. */
export interface MarketGroup extends MoreWinners {
  /** ascending */
  readonly units: readonly number[];
}

/** @param providers those that bid, in the order of the market */
export function moreWinners(
  { winners = [], minWinners = 0, maxWinners = Infinity }: Omit<WinnerGroup, 'lots'>,
  providers: readonly string[],
): MoreWinners {
  const already = new Set(winners);
  return {
    counts: Uint8Array.from(providers, (provider) => (already.has(provider) ? 0 : 1)),
    minWinners: Math.max(0, minWinners - already.size),
    maxWinners: maxWinners - already.size,
  };
}

/** The groups that may bind, in an order of their own. */
export function groupsOf(
  given: readonly WinnerGroup[],
  market: {
    readonly lots: readonly string[];
    readonly units: readonly { readonly lot: number }[];
    readonly providers: readonly string[];
  },
): MarketGroup[] {
  const key = ({ units, counts, minWinners, maxWinners }: MarketGroup) =>
    `${units.join()} ${minWinners} ${maxWinners} ${counts.join('')}`;
  return given
    .map((group): MarketGroup => {
      const named = new Set(group.lots);
      const units = market.units.flatMap(({ lot }, u) => (named.has(market.lots[lot] ?? '') ? [u] : []));
      return { units, ...moreWinners(group, market.providers) };
    })
    .filter(({ minWinners, maxWinners }) => minWinners > 0 || maxWinners < Infinity)
    .map((group) => ({ group, place: key(group) }))
    .sort((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0))
    .map(({ group }) => group);
}
