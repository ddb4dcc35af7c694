/**
 * The state of an auction is what its events make of it, and nothing else. The fold does not judge: whether an event may
 * happen is for those who append it and, once the log is published, for everybody (`verifyLog`).
 */
import type { AuctionSettings } from '../../tenders/rules/auction-settings.js';
import type { Alias, AuctionEvent, EventBodies } from './events.js';

/**
 * - `waiting` for the beginning, `live` while tariffs are improved, `resting` between two rounds
 * - `settling`: time is over, and what came in time is taken into account; where nobody may improve, from the opening on
 * - `decided`, `failed` and `cancelled` are the ends
 */
export type AuctionPhase = 'waiting' | 'live' | 'resting' | 'paused' | 'settling' | 'decided' | 'failed' | 'cancelled';

/** The latest tariff of a participant that has its place among the events. */
export interface PlacedTariff {
  /** 0 as it was opened */
  readonly revision: number;
  readonly commitment: string;
  readonly receivedAt: string;
  /** of the event that gave it its place */
  readonly sequence: number;
}

export interface AuctionState {
  readonly auctionId: string;
  readonly tenderId: string;
  readonly settings: AuctionSettings;
  /** of the last event, and its hash */
  readonly sequence: number;
  readonly hash: string;
  readonly phase: AuctionPhase;
  /** when the waiting, the live time or the rest is over; null while none of them goes on */
  readonly dueAt: string | null;
  /** the end of the live time or of the turn that goes on or went on last; null before the first one */
  readonly endsAt: string | null;
  /** all extensions so far */
  readonly extendedMillis: number;
  /** the round that goes on or, while resting, comes; null unless turns are taken */
  readonly round: number | null;
  /** the turn within the round, 0 while resting */
  readonly turn: number | null;
  readonly turnOf: Alias | null;
  /** whose turns of the round there have been, in their order, the present one included */
  readonly order: readonly Alias[];
  /** the standing whose ranks the order of the round goes by */
  readonly orderedBy: number | null;
  readonly pausedFrom: 'waiting' | 'live' | 'resting' | null;
  readonly remainingMillis: number | null;
  readonly tariffs: ReadonlyMap<Alias, PlacedTariff>;
  /** of the last improvement that has its place; 0 when there is none */
  readonly lastBid: number;
  /** of the last standing, and of the event up to which it takes tariffs in */
  readonly standing: { readonly sequence: number; readonly upTo: number } | null;
  /** the standing that decides, once it is certain */
  readonly result: number | null;
}

/** The phases after which nothing happens any more. */
export function isOver(phase: AuctionPhase): boolean {
  return phase === 'decided' || phase === 'failed' || phase === 'cancelled';
}

/** The state after all these events. @throws Error when they do not begin with the opening */
export function stateAfter(events: readonly AuctionEvent[]): AuctionState {
  const state = events.reduce<AuctionState | null>(after, null);
  if (state === null) throw new Error('an auction without events has no state');
  return state;
}

/**
 * The state after one more event.
 * @param before null before the first event, which is the opening of the bids
 */
export function after(before: AuctionState | null, event: AuctionEvent): AuctionState {
  const { sequence, hash } = event;
  if (event.kind === 'opened') return { ...opened(event.body), sequence, hash };
  if (before === null) throw new Error('an auction begins with the opening of its bids');
  return { ...before, ...changes(before, event), sequence, hash };
}

function opened(body: EventBodies['opened']): Omit<AuctionState, 'sequence' | 'hash'> {
  const { auctionId, tenderId, settings, beginsAt, entries } = body;
  return {
    auctionId,
    tenderId,
    settings,
    phase: beginsAt === null ? 'settling' : 'waiting',
    dueAt: beginsAt,
    endsAt: null,
    extendedMillis: 0,
    round: null,
    turn: null,
    turnOf: null,
    order: [],
    orderedBy: null,
    pausedFrom: null,
    remainingMillis: null,
    tariffs: new Map(
      entries.map(({ alias, commitment, receivedAt }) => [alias, { revision: 0, commitment, receivedAt, sequence: 1 }]),
    ),
    lastBid: 0,
    standing: null,
    result: null,
  };
}

function changes(before: AuctionState, event: Exclude<AuctionEvent, { kind: 'opened' }>): Partial<AuctionState> {
  switch (event.kind) {
    case 'began':
      return { phase: 'live', ...ending(event.body.endsAt) };
    case 'turn':
      return turn(before, event.body);
    case 'rest':
      return { phase: 'resting', dueAt: event.body.endsAt, round: event.body.round, turn: 0, turnOf: null, order: [] };
    case 'bid':
      return placed(before, event.body, event.sequence);
    case 'proxy':
      return {};
    case 'standing':
      return { standing: { sequence: event.sequence, upTo: event.body.upTo } };
    case 'extended':
      return { phase: 'live', ...ending(event.body.endsAt), extendedMillis: event.body.extendedMillis };
    case 'paused':
      return paused(before, event.body.remainingMillis);
    case 'resumed':
      return resumed(before, event.body.endsAt);
    case 'ended':
      return { phase: 'settling', dueAt: null };
    case 'closed':
      return { phase: 'decided', dueAt: null, turnOf: null, result: event.body.standing };
    case 'failed':
    case 'cancelled':
      return { phase: event.kind, dueAt: null, turnOf: null, pausedFrom: null, remainingMillis: null };
  }
}

function ending(endsAt: string): Pick<AuctionState, 'dueAt' | 'endsAt'> {
  return { dueAt: endsAt, endsAt };
}

function turn(before: AuctionState, body: EventBodies['turn']): Partial<AuctionState> {
  const begins = body.turn === 1;
  return {
    phase: 'live',
    ...ending(body.endsAt),
    round: body.round,
    turn: body.turn,
    turnOf: body.alias,
    order: begins ? [body.alias] : [...before.order, body.alias],
    orderedBy: begins ? (before.standing?.sequence ?? null) : before.orderedBy,
  };
}

function placed(before: AuctionState, body: EventBodies['bid'], sequence: number): Partial<AuctionState> {
  const { alias, revision, commitment, receivedAt } = body;
  const tariffs = new Map(before.tariffs).set(alias, { revision, commitment, receivedAt, sequence });
  return { tariffs, lastBid: sequence };
}

function paused({ phase }: AuctionState, remainingMillis: number): Partial<AuctionState> {
  const pausedFrom = phase === 'waiting' || phase === 'resting' ? phase : 'live';
  return { phase: 'paused', dueAt: null, pausedFrom, remainingMillis };
}

function resumed({ pausedFrom }: AuctionState, dueAt: string): Partial<AuctionState> {
  const phase = pausedFrom ?? 'live';
  const due = phase === 'live' ? ending(dueAt) : { dueAt };
  return { phase, ...due, pausedFrom: null, remainingMillis: null };
}
