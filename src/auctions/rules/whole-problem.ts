/**
 * The winner determination problem of a whole tender: all its demand and its rules, and the tariffs that are bid for it.
 * What of a tariff nobody asks for is no part of the problem.
 */
import type { Problem, ProblemBid, ProblemLot, ProblemRules, WinnerGroup } from '../../allocation/rules/problem.js';
import { apart, type OneTariff } from '../../pricing/rules/alternatives.js';
import type { BidTariff, LotCode, Tariff, TariffBand, TariffLot, TierCode } from '../../pricing/rules/tariff.js';
import { type AwardTerms, type Lines, WHOLE_BP } from '../../tenders/rules/terms.js';
import { tariffId } from './tariff-id.js';

/** By what a tender is awarded, as a problem takes it. */
export interface RuledTender extends Omit<AwardTerms, 'minWinners'> {
  readonly currency: string;
  readonly termMonths: number;
  /** null, or less than one, when none need to win */
  readonly minWinners: number | null;
}

/** The tender's words that a problem needs. */
export interface ProblemTender extends RuledTender {
  readonly lots: readonly {
    readonly code: LotCode;
    readonly demand: Readonly<Record<TierCode, Lines>>;
  }[];
}

/** A bid and whose it is. */
export interface WholeBid {
  readonly bidId: string;
  readonly providerId: string;
  readonly receivedAt: Date;
  readonly tariff: BidTariff;
  /** where a tariff of a bid is given by itself: which it is; null for the main one */
  readonly alternative?: string | null;
}

/** One tariff of a bid, by itself. */
export type BidApart = Omit<WholeBid, keyof OneTariff> & OneTariff;

/** A problem before anybody bids. */
export type ProblemHead = Omit<Problem, 'bids'>;

/** All lines of a tender, firm and of interest alike, by lot in order of code, and its published rules. */
export function problemHead(tender: ProblemTender): ProblemHead {
  const { currency, termMonths, awardRule: award, minWinners, maxWinners, maxShareBp } = tender;
  const { winnerGroups, budgetMinor, maxCostShareBp } = tender;
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
      ...(maxCostShareBp === null ? {} : { maxCostShare: maxCostShareBp / WHOLE_BP }),
      ...(budgetMinor === null ? {} : { budgetMinor }),
      ...groupsWithin(winnerGroups, lots),
    },
  };
}

/**
 * The groups of winners, as far as their lots are asked for.
 * @param winnersOf who has won within a group's lots already
 */
export function groupsWithin(
  groups: RuledTender['winnerGroups'],
  asked: readonly ProblemLot[],
  winnersOf: (lots: readonly LotCode[]) => readonly string[] = () => [],
): Pick<ProblemRules, 'groups'> {
  const known = new Set(asked.map(({ id }) => id));
  const within = groups.flatMap(({ lots, minWinners, maxWinners }): WinnerGroup[] => {
    const here = lots.filter((lot) => known.has(lot)).sort();
    const winners = winnersOf(lots);
    const group = {
      lots: here,
      ...(winners.length === 0 ? {} : { winners }),
      ...(minWinners === null ? {} : { minWinners }),
      ...(maxWinners === null ? {} : { maxWinners }),
    };
    return here.length === 0 ? [] : [group];
  });
  return within.length === 0 ? {} : { groups: within };
}

/** The problem of a tender and of the tariffs that are bid for it. */
export function wholeProblem(tender: ProblemTender, bids: readonly WholeBid[]): Problem {
  const head = problemHead(tender);
  return { ...head, bids: problemBids(bids, ({ tariff }) => tariffWithin(tariff, head.lots)) };
}

/** What marks the tariffs of a bid as alternatives to one another. */
const ALTERNATIVES = 'bid';

/**
 * The bids of a problem: each tariff of a bid by itself, and of those of one bid at most one may win.
 * @param taking the tariff with which one takes part; null when it takes none
 */
export function problemBids(bids: readonly WholeBid[], taking: (bid: BidApart) => Tariff | null): ProblemBid[] {
  const all = apart(bids).flatMap((one) => {
    const tariff = taking(one);
    return tariff === null ? [] : [{ one, tariff }];
  });
  const counts = new Map<string, number>();
  for (const { one } of all) counts.set(one.bidId, (counts.get(one.bidId) ?? 0) + 1);
  return all.map(({ one: { bidId, alternative, providerId: provider, receivedAt }, tariff }): ProblemBid => {
    const mark = (counts.get(bidId) ?? 0) > 1 ? { alternative: ALTERNATIVES } : {};
    const id = tariffId(bidId, alternative);
    return { ...tariff, id, provider, receivedAt: receivedAt.toISOString(), ...mark };
  });
}

/** A problem knows only what it asks for: other lots and other tiers of a tariff are left out. */
export function tariffWithin(tariff: Tariff, asked: readonly ProblemLot[]): Tariff {
  const lots = new Set(asked.map(({ id }) => id));
  const tiers = new Set(asked.flatMap(({ demand }) => Object.keys(demand)));
  const ofLots = <T>(record: Readonly<Record<LotCode, T>>): Record<LotCode, T> => only(record, lots);
  const ofTiers = <T>(record: Readonly<Record<TierCode, T>>): Record<TierCode, T> => only(record, tiers);
  const { partners, ...rest } = tariff;
  const joint = Object.entries(partners ?? {})
    .map(([name, partner]) => [name, { ...partner, lots: partner.lots.filter((lot) => lots.has(lot)) }] as const)
    .filter(([, partner]) => partner.lots.length > 0);
  return {
    ...rest,
    ...(joint.length === 0 ? {} : { partners: Object.fromEntries(joint) }),
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
