/**
 * The winner determination problem of an award: the tender's demand and rules, and the bids that take part.
 *
 * A follow-up award asks for the cells of a fallen winner only. What other winners hold stays theirs: it counts against
 * their capacities, against the number of winners and against the largest share, so that the tender's published rules
 * hold over all its awards together. Their bands, minimum and activation count with it too: all units are the lines that the
 * provider wins in the tender.
 */
import type { Problem, ProblemBid } from '../../allocation/rules/problem.js';
import { shareLimit } from '../../allocation/rules/terms.js';
import { leastLines } from '../../pricing/rules/band.js';
import type { LotCode, Tariff, TariffBand, TariffLot, TierCode } from '../../pricing/rules/tariff.js';
import type { AwardBid, AwardCell, AwardTender } from './award.js';
import { type HeldCell, linesOf, tariffLeft } from './held.js';

/**
 * @param scope the cells to be allocated; null for all demand
 * @param excluded bids that take no part
 * @param held what is already won under the tender's other awards
 */
export function toProblem(
  tender: AwardTender,
  bids: readonly AwardBid[],
  scope: readonly AwardCell[] | null,
  excluded: ReadonlySet<string>,
  held: readonly HeldCell[] = [],
): Problem {
  const demand = scope === null ? wholeDemand(tender) : demandOf(scope);
  const taking = bids.filter((bid) => !excluded.has(bid.bidId));
  const rules = { award: tender.awardRule, ...winnerLimits(tender, held) };
  const share = tender.maxShareBp === null ? undefined : tender.maxShareBp / 10_000;
  const head = {
    currency: tender.currency,
    termMonths: tender.termMonths,
    lots: [...demand].map(([id, tiers]) => ({ id, demand: tiers })).sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
  if (held.length === 0 && scope === null) {
    return {
      ...head,
      bids: taking.map((bid) => problemBid(bid, tariffWithin(bid.tariff, demand))),
      rules: { ...rules, ...(share === undefined ? {} : { maxShare: share }) },
    };
  }
  const mostLines = shareLimit(share, demanded(wholeDemand(tender)));
  return {
    ...head,
    bids: taking
      .filter((bid) => mayWinMore(tender, bid, held))
      .flatMap((bid): ProblemBid[] => {
        const tariff = remaining(bid, tariffWithin(bid.tariff, demand), held, mostLines);
        return tariff === null ? [] : [problemBid(bid, tariff)];
      }),
    rules,
  };
}

type Demand = ReadonlyMap<LotCode, Readonly<Record<TierCode, number>>>;

function wholeDemand(tender: AwardTender): Demand {
  return new Map(
    tender.lots.map((lot) => [
      lot.code,
      Object.fromEntries(Object.entries(lot.demand).map(([tier, { firm, interest }]) => [tier, firm + interest])),
    ]),
  );
}

function demandOf(cells: readonly AwardCell[]): Demand {
  const demand = new Map<LotCode, Record<TierCode, number>>();
  for (const { lot, tier, lines } of cells) {
    const tiers = demand.get(lot) ?? {};
    tiers[tier] = (tiers[tier] ?? 0) + lines;
    demand.set(lot, tiers);
  }
  return demand;
}

function demanded(demand: Demand): number {
  return [...demand.values()].flatMap((tiers) => Object.values(tiers)).reduce((a, b) => a + b, 0);
}

function problemBid(bid: AwardBid, tariff: Tariff): ProblemBid {
  return { ...tariff, id: bid.bidId, provider: bid.providerId, receivedAt: bid.receivedAt.toISOString() };
}

/** How many providers may and must win now, given those that have won already. */
function winnerLimits(
  tender: AwardTender,
  held: readonly HeldCell[],
): { readonly minWinners?: number; readonly maxWinners?: number } {
  const winners = new Set(held.map((cell) => cell.providerId)).size;
  const fewest = (tender.minWinners ?? 0) - winners;
  const most = tender.maxWinners === null ? null : tender.maxWinners - winners;
  return {
    ...(fewest >= 1 ? { minWinners: fewest } : {}),
    // With no place left only the present winners take part (mayWinMore), and they need no limit.
    ...(most !== null && most >= 1 ? { maxWinners: most } : {}),
  };
}

/** When more winners are needed, present ones would not be more; when no place is left, only they may win. */
function mayWinMore(tender: AwardTender, bid: AwardBid, held: readonly HeldCell[]): boolean {
  const winners = new Set(held.map((cell) => cell.providerId));
  const isWinner = winners.has(bid.providerId);
  if ((tender.minWinners ?? 0) > winners.size && isWinner) return false;
  return tender.maxWinners === null || winners.size < tender.maxWinners || isWinner;
}

/** A problem knows only what it asks for: other lots and other tiers of a tariff are left out. */
function tariffWithin(tariff: Tariff, demand: Demand): Tariff {
  const tiers = new Set([...demand.values()].flatMap((asked) => Object.keys(asked)));
  const ofLots = <T>(record: Readonly<Record<LotCode, T>>): Record<LotCode, T> =>
    only(record, (lot) => demand.has(lot));
  const ofTiers = <T>(record: Readonly<Record<TierCode, T>>): Record<TierCode, T> =>
    only(record, (tier) => tiers.has(tier));
  return {
    ...tariff,
    bands: tariff.bands.map(({ from, monthly, lotMonthly }): TariffBand => {
      const kept = Object.entries(ofLots(lotMonthly ?? {})).map(([lot, prices]) => [lot, ofTiers(prices)] as const);
      const here = { from, monthly: ofTiers(monthly) };
      return kept.length === 0 ? here : { ...here, lotMonthly: Object.fromEntries(kept) };
    }),
    lots: Object.fromEntries(
      Object.entries(ofLots(tariff.lots)).map(([lot, place]): [LotCode, TariffLot] => [
        lot,
        place.tiers === undefined ? place : { ...place, tiers: ofTiers(place.tiers) },
      ]),
    ),
  };
}

function only<T>(record: Readonly<Record<string, T>>, wanted: (key: string) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => wanted(key)));
}

/** What a tariff can still offer beside what its provider holds; null when that is nothing. */
function remaining(bid: AwardBid, tariff: Tariff, held: readonly HeldCell[], mostLines: number): Tariff | null {
  const left = tariffLeft(bid.bidId, tariff, held);
  const ofProvider = linesOf(held.filter((cell) => cell.providerId === bid.providerId));
  const capacity = Math.min(left.capacity ?? Infinity, mostLines - ofProvider);
  if (Object.keys(left.lots).length === 0 || capacity < leastLines(left)) return null;
  return { ...left, capacity };
}
