/** The auction as its people see it over the HTTP API, and what they do in it. */
import type { AuctionFormat } from '../src/tenders/rules/auction-settings.js';
import { ApiRefusal } from './api.js';
import type { TariffBody } from './bidders.js';
import type { Contest, Contestant } from './contest.js';
import { type Play, until } from './play.js';

/** With fewer bidders the sealed result stands. */
export const FEWEST_BIDDERS = 3;
export const DURATION_MILLIS = 1_800_000;
export const SOFT_CLOSE_MILLIS = 180_000;

/** The settings of the auction that a tender is published with; a laptop that dozes off for a moment is no outage. */
export function auctionTerms(format: AuctionFormat): Readonly<Record<string, unknown>> {
  return {
    format,
    minBidders: FEWEST_BIDDERS,
    belowMinimum: 'sealed',
    feedback: 'rank',
    disclosure: 'all',
    durationSeconds: DURATION_MILLIS / 1_000,
    softCloseSeconds: SOFT_CLOSE_MILLIS / 1_000,
    outageSeconds: 60,
  };
}

/** What the tender says about the auction. */
export function formatWords(format: AuctionFormat): string {
  if (format === 'sealed') return 'The sealed bids decide.';
  const how =
    format === 'live'
      ? `a live auction of ${DURATION_MILLIS / 60_000} minutes, which goes on as long as somebody overtakes another at the last moment`
      : 'an auction of three rounds, in each of which one provider after the other has a turn, the worst first';
  return `The sealed bids are only the beginning: once they are opened, providers may improve them in ${how}.`;
}

export interface AuctionSeen {
  readonly state: string;
  readonly format: AuctionFormat;
  readonly now: string;
  readonly beginsAt: string | null;
  readonly endsAt: string | null;
  readonly extendedMillis: number;
  readonly round: number | null;
  readonly turn: number | null;
  readonly ownTurn: boolean | null;
  readonly bidders: number;
}

export interface Standings {
  readonly standing: number | null;
  readonly totalMinor: number | null;
  readonly reckoning: boolean;
  readonly items: readonly {
    readonly alias: string;
    readonly name: string;
    readonly revision: number;
    readonly rank: number | null;
    readonly lines: number;
    readonly costMinor: number;
    readonly lots: Readonly<Record<string, object>>;
    readonly proxy: boolean;
  }[];
}

export function seenBy(user: Contestant['user'], tenderId: string): Promise<AuctionSeen> {
  return user.get<AuctionSeen>(`/api/v1/auctions/${tenderId}`);
}

/** The auction, as soon as it is as wanted. */
export function once(
  { cast }: Play,
  tenderId: string,
  satisfied: (seen: AuctionSeen) => boolean,
): Promise<AuctionSeen> {
  return until(() => seenBy(cast.officer, tenderId), satisfied);
}

export function standingsNow({ cast }: Play, tenderId: string): Promise<Standings> {
  return cast.officer.get<Standings>(`/api/v1/auctions/${tenderId}/standings?limit=200`);
}

/** Everybody's standing, once it counts all that was sent and no proxy wants to answer any more. */
export function reckoned(play: Play, tenderId: string): Promise<Standings> {
  return until(
    () => standingsNow(play, tenderId),
    ({ standing, reckoning }) => standing !== null && !reckoning,
  );
}

/**
 * Sends the opened tariff with all prices times a factor, as an improvement. It does not depend on what happened since,
 * so that a story that was cut off repeats it under its key without doing it twice.
 * @returns the sentence of the refusal, or null when it was taken
 */
export async function improve(
  { tenderId }: Contest,
  { user, opening }: Contestant,
  factor: number,
  key: string,
): Promise<string | null> {
  try {
    await user.post(`/api/v1/auctions/${tenderId}/bids`, scaled(opening, factor), `demo-improve-${tenderId}-${key}`);
    return null;
  } catch (error) {
    if (error instanceof ApiRefusal && /^(bid|auction)\./.test(error.problem.code ?? '')) {
      return error.problem.detail ?? 'refused';
    }
    throw error;
  }
}

/** Leaves further improvements to a proxy, down to a part of the present prices, in basis points, for these lots. */
export async function instruct(
  { tenderId, contested }: Contest,
  { user, opening }: Contestant,
  floorBp: number,
): Promise<void> {
  const bp = Object.fromEntries(Object.keys(opening.bands[0]?.monthly ?? {}).map((tier) => [tier, floorBp]));
  const body = { floor: { kind: 'factor', bp }, lots: contested };
  await user.post(`/api/v1/auctions/${tenderId}/proxy`, body, `demo-proxy-${tenderId}`);
}

/** All monthly prices times a factor, rounded down, so that nothing gets dearer. */
function scaled(tariff: TariffBody, factor: number): TariffBody {
  return {
    ...tariff,
    bands: tariff.bands.map(({ from, monthly }) => ({
      from,
      monthly: Object.fromEntries(
        Object.entries(monthly).map(([tier, price]) => [tier, Math.max(1, Math.floor(price * factor))]),
      ),
    })),
  };
}
