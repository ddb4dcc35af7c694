/**
 * What a bidder is told about an award: its own bid, what it won, and per lot how far it was from what won. Of its
 * rivals it learns the cost of each lot as a whole and of the award, which are public; never a price of theirs.
 *
 * Of a lot with counts that are too small to be told, a bidder that did not win all of it learns no amount, and not how far
 * off it was: from the cost of the lot at its own prices, which the award's total and a percentage would tell as well, it
 * could reckon back how many lines of each tier there are.
 */
import { divideRounded, type Minor } from '../../kernel/money.js';
import { bandReached, leastLines, lineMonthly } from '../../pricing/rules/band.js';
import { tariffBy, tariffsOf } from '../../pricing/rules/alternatives.js';
import { linesWithin } from '../../pricing/rules/partners.js';
import type { BidTariff, LotCode, Tariff, TierCode } from '../../pricing/rules/tariff.js';
import { linesOf } from '../../tenders/rules/lot-demand.js';
import type { AwardBid, AwardCell, AwardTender, Winner } from './award.js';
import { type HeldCell, heldLines, mayWinBeside, tariffLeft } from './held.js';
import { ruleSentences } from './rule-words.js';

export type LotOutcome = 'won' | 'won-in-part' | 'not-won' | 'not-offered';

export interface LetterLot {
  readonly lot: LotCode;
  readonly title: string;
  /** lines of the lot that the award is about; null where counts may not be told, as are the three amounts and their part */
  readonly lines: number | null;
  readonly wonLines: number;
  readonly outcome: LotOutcome;
  /**
   * What all these lines would cost over the term under the bidder's own tariff, in the best band that the tariff could
   * reach by winning all it covers within its capacities, beside the lines it holds: the lowest it offered for the lot
   * under any outcome. For a lot it won whole, what it won it at. null also when the tariff does not price all tiers of
   * the lot or reaches no band. Of a bid with alternatives it is that of the tariff by which it is lowest.
   */
  readonly ownCostMinor: Minor | null;
  /** what these lines cost over the term as awarded, set-up included, activation not */
  readonly winningCostMinor: Minor | null;
  /**
   * own - winning. Not above zero: the lot was lost although the own price was no higher, because volume, capacity or one
   * of the letter's `rules` decided otherwise. It is not the amount by which a tariff would have had to be lower to win.
   */
  readonly gapMinor: Minor | null;
  /** the gap as a part of what won, in whole percent; null as the gap is */
  readonly gapPercent: number | null;
}

/** Lines of a lot and tier that the bidder won. */
export type LetterCell = Omit<AwardCell, 'from'>;

export interface LetterContent {
  readonly awardId: string;
  readonly contentHash: string;
  readonly tenderId: string;
  readonly tenderTitle: string;
  readonly round: number;
  readonly currency: string;
  readonly termMonths: number;
  readonly bidId: string;
  readonly receivedAt: string;
  /** the bidder's own tariff, as it was opened, with its alternatives */
  readonly offered: BidTariff;
  /** the label of the alternative by which it won; null when by the main tariff, or not at all */
  readonly alternative: string | null;
  /** why the bid took no part, or null */
  readonly excluded: string | null;
  /** index of the band in which it won; null when it won nothing */
  readonly band: number | null;
  readonly wonLines: number;
  /** lines it holds under other awards of the tender; its bands count them too */
  readonly heldLines: number;
  readonly costMinor: Minor | null;
  /** where its own lines begin among those of a tier is left out: it would tell how many rivals won */
  readonly cells: readonly LetterCell[];
  readonly lots: readonly LetterLot[];
  /** what the tender asks of all its awards beside the lowest cost, a sentence each */
  readonly rules: readonly string[];
  /**
   * lines of the award as a whole; null where it is about a part of the tender in which counts may not be told, while those
   * of the whole tender are no secret
   */
  readonly awardLines: number | null;
  /** activations included */
  readonly awardTotalMinor: Minor;
  readonly standstillEndsAt: string;
}

/** The award that letters tell about. */
export interface LetterAward {
  readonly id: string;
  readonly contentHash: string;
  readonly tenderId: string;
  readonly tenderTitle: string;
  readonly round: number;
  readonly totalMinor: Minor;
  readonly winners: readonly Winner[];
  readonly excluded: ReadonlyMap<string, string>;
  /** what winners hold under the tender's other awards */
  readonly held: readonly HeldCell[];
  readonly standstillEndsAt: Date;
}

/** What all letters of an award have in common. */
interface Ground {
  readonly award: LetterAward;
  readonly tender: AwardTender;
  readonly demand: Demand;
  /** what the lines of each lot cost over the term as awarded */
  readonly costs: ReadonlyMap<LotCode, Minor>;
  readonly awardLines: number;
  /** whether the award is about all lines of the tender */
  readonly whole: boolean;
}

/**
 * The letters of an award, each to the bidder of a bid. What they have in common is reckoned once.
 * @param costs what the lines of each lot cost over the term as awarded: `addCosts` of every winner
 */
export function lettersOf(
  award: LetterAward,
  tender: AwardTender,
  costs: ReadonlyMap<LotCode, Minor>,
): (bid: AwardBid) => LetterContent {
  const awardLines = sum(award.winners.map((winner) => winner.lines));
  const ground: Ground = {
    award,
    tender,
    demand: awardedDemand(award.winners),
    costs,
    awardLines,
    whole: awardLines === sum(tender.lots.map((lot) => linesOf(lot.demand))),
  };
  return (bid) => letterTo(bid, ground);
}

function letterTo(bid: AwardBid, { award, tender, demand, costs, awardLines, whole }: Ground): LetterContent {
  const won = award.winners.find((winner) => winner.bidId === bid.bidId);
  const wonIn = new Map<LotCode, number>();
  for (const { lot, lines } of won?.cells ?? []) wonIn.set(lot, (wonIn.get(lot) ?? 0) + lines);
  const before = heldLines(award.held, bid.bidId);
  const reached = tariffsOf(bid.tariff).flatMap(({ alternative, tariff }) => {
    if (!mayWinBeside({ bidId: bid.bidId, alternative }, award.held)) return [];
    const most = mostLines(tariffLeft(bid.bidId, tariff, award.held), demand);
    const band = most === 0 ? null : bandReached(tariff, before + most);
    return band === null ? [] : [{ tariff, band }];
  });
  const lots = tender.lots.flatMap(({ code, title, told }): LetterLot[] => {
    const tiers = demand.get(code);
    if (tiers === undefined) return [];
    const lines = sum(tiers.values());
    const wonLines = wonIn.get(code) ?? 0;
    const winningCostMinor = costs.get(code) ?? 0n;
    const best = lowest(reached.map(({ tariff, band }) => costOf(tariff, band, code, tiers, tender.termMonths)));
    const own = wonLines === lines ? winningCostMinor : best;
    const outcome =
      wonLines === lines ? 'won' : wonLines > 0 ? 'won-in-part' : best === null ? 'not-offered' : 'not-won';
    const gapMinor = own === null ? null : own - winningCostMinor;
    const gapPercent = gapMinor === null ? null : percentOf(gapMinor, winningCostMinor);
    const head: Pick<LetterLot, 'lot' | 'title' | 'wonLines' | 'outcome'> = { lot: code, title, wonLines, outcome };
    return told || outcome === 'won'
      ? [{ ...head, lines, ownCostMinor: own, winningCostMinor, gapMinor, gapPercent }]
      : [{ ...head, lines: null, ownCostMinor: null, winningCostMinor: null, gapMinor: null, gapPercent: null }];
  });
  return {
    awardId: award.id,
    contentHash: award.contentHash,
    tenderId: award.tenderId,
    tenderTitle: award.tenderTitle,
    round: award.round,
    currency: tender.currency,
    termMonths: tender.termMonths,
    bidId: bid.bidId,
    receivedAt: bid.receivedAt.toISOString(),
    offered: bid.tariff,
    alternative: won?.alternative ?? null,
    excluded: award.excluded.get(bid.bidId) ?? null,
    band: won?.band ?? null,
    wonLines: won?.lines ?? 0,
    heldLines: before,
    costMinor: won?.costMinor ?? null,
    cells: (won?.cells ?? []).map(({ lot, tier, lines }) => ({ lot, tier, lines })),
    lots,
    rules: ruleSentences(tender),
    awardLines: whole || lots.every((lot) => lot.lines !== null) ? awardLines : null,
    awardTotalMinor: award.totalMinor,
    standstillEndsAt: award.standstillEndsAt.toISOString(),
  };
}

function lowest(costs: readonly (Minor | null)[]): Minor | null {
  return costs.reduce((least, cost) => (least === null || (cost !== null && cost < least) ? cost : least), null);
}

function percentOf(part: Minor, whole: Minor): number | null {
  return whole === 0n ? null : Number(divideRounded(part * 100n, whole));
}

type Demand = ReadonlyMap<LotCode, ReadonlyMap<TierCode, number>>;

/** The lines the award is about: all of them are won by somebody. */
function awardedDemand(winners: readonly Winner[]): Demand {
  const demand = new Map<LotCode, Map<TierCode, number>>();
  for (const { lot, tier, lines } of winners.flatMap((winner) => winner.cells)) {
    const tiers = demand.get(lot) ?? new Map<TierCode, number>();
    tiers.set(tier, (tiers.get(tier) ?? 0) + lines);
    demand.set(lot, tiers);
  }
  return demand;
}

/** The most lines a tariff could win: all it prices, within its capacities. Zero when that is less than it accepts. */
function mostLines(tariff: Tariff, demand: Demand): number {
  const byLot: [LotCode, number][] = [];
  for (const [lot, tiers] of demand) {
    const place = Object.hasOwn(tariff.lots, lot) ? tariff.lots[lot] : undefined;
    let inLot = 0;
    for (const [tier, lines] of tiers) {
      if (lineMonthly(tariff, 0, lot, tier) === null) continue;
      inLot += Math.min(lines, place?.tiers?.[tier]?.capacity ?? Infinity);
    }
    byLot.push([lot, Math.min(inLot, place?.capacity ?? Infinity)]);
  }
  const reachable = Math.min(linesWithin(tariff.partners, byLot), tariff.capacity ?? Infinity);
  return reachable < leastLines(tariff) ? 0 : reachable;
}

/** Cost of lines of a lot over the term in a band; null when one of the tiers is not offered. */
function costOf(
  tariff: Tariff,
  band: number,
  lot: LotCode,
  tiers: ReadonlyMap<TierCode, number>,
  termMonths: number,
): Minor | null {
  const setup = (Object.hasOwn(tariff.lots, lot) ? tariff.lots[lot]?.setup : undefined) ?? 0n;
  let cost = 0n;
  for (const [tier, lines] of tiers) {
    const monthly = lineMonthly(tariff, band, lot, tier);
    if (monthly === null) return null;
    cost += BigInt(lines) * (monthly * BigInt(termMonths) + setup);
  }
  return cost;
}

/** Adds what the lines of a winner cost over the term, by lot, set-up included. */
export function addCosts(
  costs: Map<LotCode, Minor>,
  { band, alternative, cells }: Pick<Winner, 'band' | 'alternative' | 'cells'>,
  bid: BidTariff,
  termMonths: number,
): void {
  const tariff = tariffBy(bid, alternative);
  for (const { lot, tier, lines } of cells) {
    const cost = costOf(tariff, band, lot, new Map([[tier, lines]]), termMonths) ?? 0n;
    costs.set(lot, (costs.get(lot) ?? 0n) + cost);
  }
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const n of numbers) total += n;
  return total;
}
