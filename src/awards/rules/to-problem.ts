/**
 * The winner determination problem of an award: the tender's demand and rules, and the bids that take part.
 *
 * A follow-up award asks for the cells of a fallen winner only. What other winners hold stays theirs: it counts against
 * their capacities, against the number of winners and against the largest share, so that the tender's published rules
 * hold over all its awards together. Bands count the lines of one agreement and begin anew.
 */
import type { Problem, ProblemBid } from '../../allocation/rules/problem.js';
import { shareLimit } from '../../allocation/rules/terms.js';
import type { LotCode, Tariff, TariffBand, TariffLot, TierCode } from '../../pricing/rules/tariff.js';
import type { AwardBid, AwardCell, AwardTender } from './award.js';

/** Lines that a winner holds under another award of the same tender. */
export interface HeldCell {
  readonly bidId: string;
  readonly providerId: string;
  readonly lot: LotCode;
  readonly tier: TierCode;
  readonly lines: number;
}

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
  const lots = [...demand.keys()].sort();
  const taking = bids.filter((bid) => !excluded.has(bid.bidId));
  const rules = { award: tender.awardRule, ...winnerLimits(tender, held) };
  const share = tender.maxShareBp === null ? undefined : tender.maxShareBp / 10_000;
  if (held.length === 0 && scope === null) {
    return {
      ...head(tender, demand, lots),
      bids: taking.map((bid) => problemBid(bid, bid.tariff)),
      rules: { ...rules, ...(share === undefined ? {} : { maxShare: share }) },
    };
  }
  const mostLines = shareLimit(share, linesOf(wholeDemand(tender)));
  return {
    ...head(tender, demand, lots),
    bids: taking
      .filter((bid) => mayWinMore(tender, bid, held))
      .flatMap((bid): ProblemBid[] => {
        const tariff = remaining(bid, new Set(lots), held, mostLines);
        return tariff === null ? [] : [problemBid(bid, tariff)];
      }),
    rules,
  };
}

type Demand = ReadonlyMap<LotCode, Readonly<Record<TierCode, number>>>;

function head(tender: AwardTender, demand: Demand, lots: readonly LotCode[]): Omit<Problem, 'bids' | 'rules'> {
  return {
    currency: tender.currency,
    termMonths: tender.termMonths,
    lots: lots.map((id) => ({ id, demand: demand.get(id) ?? {} })),
  };
}

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

function linesOf(demand: Demand): number {
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

/** What a tariff can still offer for these lots beside what its provider holds; null when that is nothing. */
function remaining(
  bid: AwardBid,
  lots: ReadonlySet<LotCode>,
  held: readonly HeldCell[],
  mostLines: number,
): Tariff | null {
  const own = held.filter((cell) => cell.bidId === bid.bidId);
  const ofProvider = held.filter((cell) => cell.providerId === bid.providerId);
  const { tariff } = bid;
  const left: Record<LotCode, TariffLot> = {};
  for (const [lot, place] of Object.entries(tariff.lots)) {
    if (!lots.has(lot)) continue;
    const here = remainingLot(
      place,
      own.filter((cell) => cell.lot === lot),
    );
    if (here !== null) left[lot] = here;
  }
  const capacity = Math.min((tariff.capacity ?? Infinity) - count(own), mostLines - count(ofProvider));
  const least = Math.max(tariff.bands[0]?.from ?? 1, tariff.minimumLines ?? 1, 1);
  if (Object.keys(left).length === 0 || capacity < least) return null;
  const { capacity: _whole, ...rest } = tariff;
  return {
    ...rest,
    lots: left,
    bands: tariff.bands.map((band) => bandWithin(band, left)),
    ...(Number.isFinite(capacity) ? { capacity } : {}),
  };
}

function remainingLot(place: TariffLot, own: readonly HeldCell[]): TariffLot | null {
  const capacity = place.capacity === undefined ? undefined : place.capacity - count(own);
  if (capacity !== undefined && capacity < 1) return null;
  const tiers: Record<TierCode, { readonly capacity?: number }> = {};
  for (const [tier, limit] of Object.entries(place.tiers ?? {})) {
    const taken = count(own.filter((cell) => cell.tier === tier));
    tiers[tier] = limit.capacity === undefined ? {} : { capacity: limit.capacity - taken };
  }
  return {
    ...place,
    ...(capacity === undefined ? {} : { capacity }),
    ...(place.tiers === undefined ? {} : { tiers }),
  };
}

/** Prices of lots that are not asked for are left out: a problem knows only its own lots. */
function bandWithin(band: TariffBand, lots: Readonly<Record<LotCode, unknown>>): TariffBand {
  if (band.lotMonthly === undefined) return band;
  const kept = Object.entries(band.lotMonthly).filter(([lot]) => Object.hasOwn(lots, lot));
  const { lotMonthly: _all, ...rest } = band;
  return kept.length === 0 ? rest : { ...rest, lotMonthly: Object.fromEntries(kept) };
}

function count(cells: readonly { readonly lines: number }[]): number {
  return cells.reduce((sum, cell) => sum + cell.lines, 0);
}
