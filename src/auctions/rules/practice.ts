/** A practice auction: what may be asked of it, and by what settings it goes. */
import { type Fault, type Refusal, refuse } from '../../kernel/refusal.js';
import type { Tariff } from '../../pricing/rules/tariff.js';
import { type AuctionSettings, ROUNDS } from '../../tenders/rules/auction-settings.js';
import type { TenderState } from '../../tenders/rules/tender-lifecycle.js';
import { WHOLE_BP } from '../../tenders/rules/terms.js';
import { type ProblemHead, problemHead, type RuledTender } from './whole-problem.js';

/** Where nobody improves anything there is nothing to practise. */
export const PRACTICE_FORMATS = ['live', 'rounds'] as const;
export type PracticeFormat = (typeof PRACTICE_FORMATS)[number];

export const PRACTICE_LIMITS = {
  bidders: { least: 1, most: 10, otherwise: 4 },
  durationSeconds: { least: 60, most: 1_800, otherwise: 300 },
} as const;

/** They are kept for good, as every auction is. */
export const MOST_PRACTICES = 100;

/** More at once would take the solver from auctions that count. */
export const MOST_RUNNING = 50;

/** What a provider wants to practise. */
export interface PracticeWish {
  /** null for the tender's own, or a live auction where the tender has none */
  readonly format: PracticeFormat | null;
  /** simulated ones */
  readonly bidders: number;
  readonly durationSeconds: number;
  /** of the provider itself */
  readonly tariff: Tariff;
}

/** Until the auction begins, there is as much time as it takes to look at it. */
const LEAD_SECONDS = 5;
const REST_SECONDS = 5;
/** Nobody can answer in less. */
const LEAST_TURN_SECONDS = 10;

/** Why a provider may not begin to practise. */
export function whyNotPractise(
  tender: TenderState | null,
  own: { readonly running: string | null; readonly begun: number },
  runningOfAll: number,
): Refusal | null {
  if (tender === 'cancelled') {
    return refuse('auction.cancelled', 'This tender was cancelled; there is nothing to practise for.');
  }
  if (own.running !== null) {
    const sentence = `You practise for this tender already, in auction ${own.running}. Wait until it has ended.`;
    return refuse('practice.running', sentence, { auctionId: own.running });
  }
  if (own.begun >= MOST_PRACTICES) {
    const sentence = `You have practised for this tender ${own.begun} times, and no more than ${MOST_PRACTICES} are kept.`;
    return refuse('practice.too-many', sentence, { most: MOST_PRACTICES });
  }
  if (runningOfAll < MOST_RUNNING) return null;
  const sentence = `${runningOfAll} practice auctions go on, and more are not played at once. Try again in a few minutes.`;
  return refuse('practice.full', sentence, { kind: 'unavailable' });
}

/** What of a wish does not fit the tender, beside the tariff. */
export function practiceFaults(wish: PracticeWish, format: PracticeFormat, tender: RuledTender): Fault[] {
  const { bidders, durationSeconds } = wish;
  const faults: Fault[] = [];
  const winners = fewestWinners(tender);
  if (bidders + 1 < winners) {
    const reason = `By the rules of this tender at least ${winners} win, you included; give ${winners - 1} or more.`;
    faults.push({ path: 'bidders', reason });
  }
  const needed = ROUNDS * (bidders + 1) * LEAST_TURN_SECONDS + (ROUNDS - 1) * REST_SECONDS;
  if (format === 'rounds' && durationSeconds < needed) {
    const reason = `${ROUNDS} rounds of ${bidders + 1} turns take ${needed} seconds at least; give these, or fewer bidders.`;
    faults.push({ path: 'durationSeconds', reason });
  }
  return faults;
}

/** How many different providers win at the least by the rules of a tender. */
function fewestWinners({ minWinners, maxShareBp, maxCostShareBp, winnerGroups }: RuledTender): number {
  const byPart = (part: number | null) => (part === null ? 1 : Math.ceil(WHOLE_BP / part));
  const inGroups = winnerGroups.map((group) => group.minWinners ?? 1);
  return Math.max(minWinners ?? 1, byPart(maxShareBp), byPart(maxCostShareBp), ...inGroups);
}

/** The format of a practice. */
export function practiceFormat({ format }: PracticeWish, settings: AuctionSettings): PracticeFormat {
  return format ?? (settings.format === 'rounds' ? 'rounds' : 'live');
}

/**
 * The settings of the tender, but for the time that a practice takes: a soft close is a part of it, and with all extensions
 * it lasts no longer than the longest practice. Nothing in it is anybody's secret, so that its log opens everything.
 */
export function practiceSettings(wish: PracticeWish, settings: AuctionSettings): AuctionSettings {
  const { bidders, durationSeconds } = wish;
  const resting = (ROUNDS - 1) * REST_SECONDS;
  const quarter = Math.floor(durationSeconds / 4);
  return {
    ...settings,
    format: practiceFormat(wish, settings),
    minBidders: 2,
    belowMinimum: 'sealed',
    leadSeconds: LEAD_SECONDS,
    durationSeconds,
    turnSeconds: Math.max(LEAST_TURN_SECONDS, Math.floor((durationSeconds - resting) / (ROUNDS * (bidders + 1)))),
    restSeconds: REST_SECONDS,
    softCloseSeconds: Math.min(settings.softCloseSeconds, quarter),
    extensionSeconds: Math.min(settings.extensionSeconds, quarter),
    maxExtensionSeconds: Math.min(settings.maxExtensionSeconds, PRACTICE_LIMITS.durationSeconds.most - durationSeconds),
    disclosure: 'all',
  };
}

/**
 * What is asked for in a practice: the lines that providers are shown, by the rules of the tender. Groups with a lot of which
 * none is shown are left out: one that asks for some winners might be kept by nobody, and one that only allows so many would
 * be about other lots than the tender's.
 */
export function practiceProblem(
  tender: RuledTender,
  shown: Readonly<Record<string, Readonly<Record<string, number>>>>,
): ProblemHead {
  const lots = Object.entries(shown).map(([code, tiers]) => ({
    code,
    demand: Object.fromEntries(Object.entries(tiers).map(([tier, firm]) => [tier, { firm, interest: 0 }])),
  }));
  const seen = (lot: string) => Object.hasOwn(shown, lot) && Object.values(shown[lot] ?? {}).some((lines) => lines > 0);
  const winnerGroups = tender.winnerGroups.filter((group) => group.lots.every(seen));
  return problemHead({ ...tender, winnerGroups, lots });
}
