/** What is known while the events of a log are gone through: the state, and what the rules about time need beside it. */
import type { Alias, AuctionEvent, StandingContent } from './events.js';
import { after, type AuctionState } from './fold.js';
import { type Ending, extensionAfter, turnOrder } from './phases.js';

/**
 * Who appends an event asks for the time a moment before it gets its turn, and what is received just before a beginning
 * may be recorded just after it. What differs by no more than this is not called wrong; no end is ever put off by it.
 */
export const MOMENT_MILLIS = 60_000;

/** A time in which improvements are taken: of everybody, or of the one whose turn it is. Instants in milliseconds. */
export interface Window {
  readonly from: number;
  /** what is received from this instant on is too late */
  readonly until: number;
  readonly alias: Alias | null;
}

export interface Walk {
  readonly state: AuctionState;
  /** the instant of the last event, and of the one since when the present phase goes on */
  readonly lastAt: string;
  readonly since: string;
  /** of the live auction, or of the present turn; more than one when it was paused in between */
  readonly windows: readonly Window[];
  /** the extension that the last standing brings, until it is there */
  readonly owed: Ending | null;
  /** the order of the present round; null when it is not known */
  readonly order: readonly Alias[] | null;
  /** when the improvements since the opening were received, by the sequence of their events */
  readonly received: ReadonlyMap<number, number>;
  /** what the last standing committed to; null when it is not disclosed */
  readonly content: StandingContent | null;
}

/**
 * @param before null before the first event
 * @param content of a standing, when it is disclosed
 */
export function step(before: Walk | null, event: AuctionEvent, content: StandingContent | null): Walk {
  const state = after(before?.state ?? null, event);
  if (before === null) {
    const none = { windows: [], owed: null, order: null, received: new Map(), content: null };
    return { state, lastAt: event.at, since: event.at, ...none };
  }
  return {
    state,
    lastAt: event.at,
    since: state.phase === before.state.phase && event.kind !== 'turn' ? before.since : event.at,
    windows: windowsAfter(before, event, state),
    owed: owedAfter(before, event),
    order: orderAfter(before, event),
    received: event.kind === 'bid' ? withBid(before, event) : before.received,
    content: event.kind === 'standing' ? content : before.content,
  };
}

function withBid({ received }: Walk, event: AuctionEvent<'bid'>): ReadonlyMap<number, number> {
  return new Map(received).set(event.sequence, millis(event.body.receivedAt));
}

function windowsAfter({ windows }: Walk, event: AuctionEvent, state: AuctionState): readonly Window[] {
  const [last, others] = [windows.at(-1), windows.slice(0, -1)];
  const opening = (endsAt: string): Window => ({ from: millis(event.at), until: millis(endsAt), alias: state.turnOf });
  if (event.kind === 'began' || event.kind === 'turn') return [opening(event.body.endsAt)];
  if (event.kind === 'resumed') return state.phase === 'live' ? [...windows, opening(event.body.endsAt)] : windows;
  if (last === undefined) return windows;
  if (event.kind === 'extended') return [...others, { ...last, until: millis(event.body.endsAt) }];
  if (event.kind !== 'paused' || state.pausedFrom !== 'live') return windows;
  return [...others, { ...last, until: Math.min(last.until, millis(event.at)) }];
}

function owedAfter(before: Walk, event: AuctionEvent): Ending | null {
  if (event.kind === 'extended') return null;
  if (event.kind !== 'standing') return before.owed;
  const { settings, endsAt, extendedMillis, phase, standing } = before.state;
  if (endsAt === null || (phase !== 'live' && phase !== 'settling')) return null;
  const taken = [...before.received].filter(
    ([sequence]) => sequence > (standing?.upTo ?? 1) && sequence <= event.body.upTo,
  );
  return extensionAfter(
    settings,
    { endsAt: new Date(endsAt), extendedMillis },
    {
      at: new Date(event.at),
      changed: event.body.changed,
      lastBidAt: taken.length === 0 ? null : new Date(taken.reduce((last, [, at]) => Math.max(last, at), 0)),
    },
  );
}

function orderAfter({ order, content }: Walk, event: AuctionEvent): readonly Alias[] | null {
  if (event.kind !== 'turn' || event.body.turn !== 1) return order;
  return content && turnOrder(content);
}

export function millis(instant: string): number {
  return new Date(instant).getTime();
}
