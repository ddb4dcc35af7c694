/** How an auction moves through time once its bids are opened. All instants are the database's. */
import type { AuctionSettings } from '../../tenders/rules/auction-settings.js';
import { ROUNDS } from '../../tenders/rules/auction-settings.js';
import type { Alias, StandingContent } from './events.js';

/** When the auction begins after its bids were opened; null when nobody may improve by hand. */
export function beginsAt(settings: AuctionSettings, bidders: number, openedAt: Date): Date | null {
  if (settings.format === 'sealed' || bidders < settings.minBidders) return null;
  return later(openedAt, settings.leadSeconds * 1_000);
}

/** Whether a tender fails for want of bidders. A sealed tender never does: its bids decide, however few they are. */
export function failsFor(settings: AuctionSettings, bidders: number): boolean {
  return settings.format !== 'sealed' && bidders < settings.minBidders && settings.belowMinimum === 'fail';
}

/** The end of an auction or of a turn, as far as it has been put off. */
export interface Ending {
  readonly endsAt: Date;
  /** all extensions so far */
  readonly extendedMillis: number;
}

/** What a standing brought, compared with the one before. */
export interface Movement {
  /** when the standing was announced */
  readonly at: Date;
  /** whether other lots or lines go to other participants */
  readonly changed: boolean;
  /** when the last tariff that it took in and the one before did not was received; null when there is none */
  readonly lastBidAt: Date | null;
}

/**
 * Soft close: a change among those who win, by a tariff received shortly before the end, puts the end off, so that
 * everybody has the same time to answer, counted from the announcement. Other improvements extend nothing.
 * @returns the later end; null when the end stays
 */
export function extensionAfter(settings: AuctionSettings, ending: Ending, movement: Movement): Ending | null {
  const { at, changed, lastBidAt } = movement;
  if (settings.format !== 'live' || settings.softCloseSeconds === 0 || !changed || lastBidAt === null) return null;
  if (lastBidAt < later(ending.endsAt, -settings.softCloseSeconds * 1_000)) return null;
  const wanted = later(at, settings.extensionSeconds * 1_000).getTime();
  const most = ending.endsAt.getTime() + settings.maxExtensionSeconds * 1_000 - ending.extendedMillis;
  const endsAt = new Date(Math.min(wanted, most));
  if (endsAt <= ending.endsAt || endsAt <= at) return null;
  return { endsAt, extendedMillis: ending.extendedMillis + endsAt.getTime() - ending.endsAt.getTime() };
}

/** Whether lots or lines go to other participants than before. Without a standing before, nothing has changed. */
export function winnersChanged(before: StandingContent | null, after: StandingContent): boolean {
  return before !== null && winningText(before) !== winningText(after);
}

function winningText({ awards }: StandingContent): string {
  const cells = awards.flatMap(({ bid, lots }) =>
    Object.entries(lots).flatMap(([lot, tiers]) =>
      Object.entries(tiers).map(([tier, lines]) => JSON.stringify([lot, tier, bid, lines])),
    ),
  );
  return cells.sort().join('\n');
}

/** What comes next in an auction in rounds. */
export type NextTurn =
  | { readonly kind: 'turn'; readonly round: number; readonly turn: number; readonly alias: Alias }
  | { readonly kind: 'rest'; readonly round: number }
  | null;

/**
 * The next turn: within a round in its order, then after a rest the next round, after the last round nothing.
 * @param order of the present round, see `turnOrder`
 */
export function nextTurn(now: { readonly round: number; readonly turn: number }, order: readonly Alias[]): NextTurn {
  const alias = order[now.turn];
  if (alias !== undefined) return { kind: 'turn', round: now.round, turn: now.turn + 1, alias };
  return now.round < ROUNDS ? { kind: 'rest', round: now.round + 1 } : null;
}

/** The order of a round: the worst first, the best last, by the standing at its beginning. */
export function turnOrder({ ranks }: Pick<StandingContent, 'ranks'>): Alias[] {
  return Object.entries(ranks)
    .sort(([, a], [, b]) => b - a)
    .map(([alias]) => alias);
}

/** What is left of a time that stood still. */
export function remainingMillis(endsAt: Date, stoodStillSince: Date): number {
  return Math.max(0, endsAt.getTime() - stoodStillSince.getTime());
}

export function later(instant: Date, millis: number): Date {
  return new Date(instant.getTime() + millis);
}
