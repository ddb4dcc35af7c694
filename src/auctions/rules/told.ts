/**
 * What of an event is told to whom while it streams. The public hears how the auction goes, a provider hears of itself
 * besides, and the agency hears everything. Nothing here names a rival, not even by its alias: who improved when, together
 * with what is known of the market, may tell who it is.
 */
import type { Minor } from '../../kernel/money.js';
import type { Alias, AuctionEvent, EventBodies, StandingContent } from './events.js';

/** As whom somebody watches. A provider has no alias before the opening, and none without an opened bid. */
export type Viewer =
  | { readonly role: 'public' }
  | { readonly role: 'provider'; readonly alias: Alias | null }
  | { readonly role: 'agency' };

/** What is known beside an event. */
export interface Beside {
  /** all improvements up to the event */
  readonly improvements: number;
  /** of a standing what it committed to; of a closing what the standing committed to that decides */
  readonly standing: StandingContent | null;
}

/** Members of a message, beside its clock and the event's sequence and time. */
export type Told = Readonly<Record<string, unknown>>;

/** What is told; null when the event is none of the viewer's business. */
export function told(event: AuctionEvent, viewer: Viewer, beside: Beside): Told | null {
  if (viewer.role === 'agency') return toldToAgency(event, beside);
  const own = viewer.role === 'provider' ? viewer.alias : null;
  switch (event.kind) {
    case 'opened':
      return openedTo(event.body, own);
    case 'turn': {
      const { round, turn, alias, endsAt } = event.body;
      return { round, turn, endsAt, ...(own === null ? {} : { ownTurn: alias === own }) };
    }
    case 'bid':
      return { improvements: beside.improvements, ...(event.body.alias === own ? { receipt: event.body } : {}) };
    case 'proxy':
      return event.body.alias === own ? { proxy: event.body.commitment !== null } : null;
    case 'standing': {
      // It is in the event only where the tender lets everybody know it.
      const { totalMinor } = event.body;
      return totalMinor === undefined ? {} : { totalMinor };
    }
    case 'extended': {
      const { endsAt, extendedMillis } = event.body;
      return { endsAt, extendedMillis };
    }
    case 'closed':
      return { totalMinor: totalOf(beside) };
    case 'began':
    case 'rest':
    case 'paused':
    case 'resumed':
    case 'ended':
    case 'failed':
    case 'cancelled':
      return { ...event.body };
  }
}

function openedTo({ settings, beginsAt, entries }: EventBodies['opened'], own: Alias | null): Told {
  const receipt = entries.find(({ alias }) => alias === own);
  return { format: settings.format, beginsAt, bidders: entries.length, ...(receipt ? { receipt } : {}) };
}

function toldToAgency({ kind, body }: AuctionEvent, beside: Beside): Told {
  if (kind === 'bid') return { ...body, improvements: beside.improvements };
  if (kind === 'standing') return { ...body, content: beside.standing };
  return kind === 'closed' ? { ...body, totalMinor: totalOf(beside) } : { ...body };
}

function totalOf({ standing }: Beside): Minor | null {
  return standing?.totalMinor ?? null;
}
