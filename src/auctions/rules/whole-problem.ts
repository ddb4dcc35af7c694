/**
 * The winner determination problem of a whole tender: all its demand and its rules, and the tariffs that are bid for it.
 * What of a tariff nobody asks for is no part of the problem.
 */
import type { Problem, ProblemBid, ProblemLot } from '../../allocation/rules/problem.js';
import type { LotCode, Tariff, TariffBand, TariffLot, TierCode } from '../../pricing/rules/tariff.js';
import { type AwardRule, type Lines, WHOLE_BP } from '../../tenders/rules/terms.js';

/** The tender's words that a problem needs. */
export interface ProblemTender {
  readonly currency: string;
  readonly termMonths: number;
  readonly awardRule: AwardRule;
  /** null, or less than one, when none need to win */
  readonly minWinners: number | null;
  readonly maxWinners: number | null;
  /** the largest part of all lines that one provider may win, in basis points (10,000 is all) */
  readonly maxShareBp: number | null;
  readonly lots: readonly {
    readonly code: LotCode;
    readonly demand: Readonly<Record<TierCode, Lines>>;
  }[];
}

/** A tariff and whose it is. */
export interface WholeBid {
  readonly bidId: string;
  readonly providerId: string;
  readonly receivedAt: Date;
  readonly tariff: Tariff;
}

/** A problem before anybody bids. */
export type ProblemHead = Omit<Problem, 'bids'>;

/** All lines of a tender, firm and of interest alike, by lot in order of code, and its published rules. */
export function problemHead(tender: ProblemTender): ProblemHead {
  const { currency, termMonths, awardRule: award, minWinners, maxWinners, maxShareBp } = tender;
  const lots = tender.lots.map(({ code, demand }) => ({
    id: code,
    demand: Object.fromEntries(Object.entries(demand).map(([tier, { firm, interest }]) => [tier, firm + interest])),
  }));
  return {
    currency,
    termMonths,
    lots: lots.sort((a, b) => (a.id < b.id ? -1 : 1)),
    rules: {
      award,
      ...(minWinners !== null && minWinners >= 1 ? { minWinners } : {}),
      ...(maxWinners === null ? {} : { maxWinners }),
      ...(maxShareBp === null ? {} : { maxShare: maxShareBp / WHOLE_BP }),
    },
  };
}

/** The problem of a tender and of the tariffs that are bid for it. */
export function wholeProblem(tender: ProblemTender, bids: readonly WholeBid[]): Problem {
  const head = problemHead(tender);
  return { ...head, bids: bids.map((bid) => problemBid(bid, tariffWithin(bid.tariff, head.lots))) };
}

/** A bid of a problem, which takes part with this tariff. */
export function problemBid({ bidId: id, providerId: provider, receivedAt }: WholeBid, tariff: Tariff): ProblemBid {
  return { ...tariff, id, provider, receivedAt: receivedAt.toISOString() };
}

/** A problem knows only what it asks for: other lots and other tiers of a tariff are left out. */
export function tariffWithin(tariff: Tariff, asked: readonly ProblemLot[]): Tariff {
  const lots = new Set(asked.map(({ id }) => id));
  const tiers = new Set(asked.flatMap(({ demand }) => Object.keys(demand)));
  const ofLots = <T>(record: Readonly<Record<LotCode, T>>): Record<LotCode, T> => only(record, lots);
  const ofTiers = <T>(record: Readonly<Record<TierCode, T>>): Record<TierCode, T> => only(record, tiers);
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

function only<T>(record: Readonly<Record<string, T>>, wanted: ReadonlySet<string>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => wanted.has(key)));
}
