/** What the published log of an auction is made of: nothing of it is believed before it was looked at. */
import { AUCTION_FORMATS, DISCLOSURES, FEEDBACKS } from '../../tenders/rules/auction-settings.js';
import type { EventKind } from './events.js';
import { LOG_FORMAT } from './log-file.js';
import {
  first,
  hash,
  instant,
  isRecord,
  listOf,
  objectOf,
  oneOf,
  orNull,
  recordOf,
  type Shape,
  text,
  truth,
  whole,
} from './shape.js';

const count = whole(0);
const ordinal = whole(1);
const anything: Shape = () => null;

const SETTINGS = objectOf({
  format: oneOf(AUCTION_FORMATS),
  minBidders: count,
  belowMinimum: oneOf(['sealed', 'fail']),
  leadSeconds: count,
  durationSeconds: count,
  turnSeconds: count,
  restSeconds: count,
  minimumStepBp: count,
  softCloseSeconds: count,
  extensionSeconds: count,
  maxExtensionSeconds: count,
  feedback: oneOf(FEEDBACKS),
  disclosure: oneOf(DISCLOSURES),
  outageSeconds: count,
});

const ENTRY = objectOf({
  alias: text,
  bidId: text,
  sequence: ordinal,
  receivedAt: instant,
  commitment: hash,
  signature: text,
});

const BODIES: Readonly<Record<EventKind, Shape>> = {
  opened: objectOf({
    auctionId: text,
    tenderId: text,
    tenderHash: text,
    settings: SETTINGS,
    beginsAt: orNull(instant),
    entries: listOf(ENTRY),
  }),
  began: objectOf({ endsAt: instant }),
  turn: objectOf({ round: ordinal, turn: ordinal, alias: text, endsAt: instant }),
  rest: objectOf({ round: ordinal, endsAt: instant }),
  bid: objectOf({
    alias: text,
    revision: ordinal,
    by: oneOf(['person', 'proxy']),
    receivedAt: instant,
    commitment: hash,
    signature: text,
  }),
  proxy: objectOf({ alias: text, commitment: orNull(hash) }),
  standing: objectOf({ upTo: ordinal, changed: truth }, { totalMinor: orNull(count) }),
  extended: objectOf({ endsAt: instant, because: ordinal, extendedMillis: count }),
  paused: objectOf({ cause: oneOf(['officer', 'outage']), why: text, remainingMillis: count }),
  resumed: objectOf({ endsAt: instant }),
  ended: objectOf({ endedAt: instant }),
  closed: objectOf({ standing: ordinal }),
  failed: objectOf({ bidders: count }),
  cancelled: objectOf({}),
};

const KINDS = Object.keys(BODIES) as EventKind[];

const EVENT = objectOf({
  sequence: ordinal,
  at: instant,
  kind: oneOf(KINDS),
  body: anything,
  commitment: orNull(hash),
  previous: hash,
  hash,
});

/** 64 bytes in Base64, in the one way to write them. */
const seal: Shape = (value, path) =>
  typeof value === 'string' && /^[A-Za-z0-9+/]{85}[AQgw]==$/.test(value)
    ? null
    : `${path} must be an Ed25519 signature`;

/** The file around the events; each event is looked at by `whyNoEvent` when its turn comes. */
const FILE = objectOf(
  {
    format: oneOf([LOG_FORMAT]),
    publicKey: text,
    events: listOf(anything),
    contents: recordOf(objectOf({ content: recordOf(anything), salt: text })),
    tariffs: recordOf(objectOf({ tariff: recordOf(anything), salt: text }, { alternative: orNull(text) })),
    seal,
  },
  { parts: recordOf(listOf(hash)) },
);

const OPENED = objectOf({
  problem: recordOf(anything),
  reference: recordOf(recordOf(count)),
  participants: listOf(objectOf({ alias: text, provider: text, name: text })),
});

const STANDING = objectOf({
  status: oneOf(['optimal', 'feasible', 'infeasible', 'invalid', 'unknown']),
  totalMinor: orNull(count),
  boundMinor: orNull(count),
  awards: listOf(
    objectOf({ bid: text, band: count, lines: ordinal, lots: recordOf(recordOf(ordinal)), costMinor: count }),
  ),
  ranks: recordOf(ordinal),
});

/** Why a value is not a log file, apart from what its events say. */
export function whyNoLogFile(value: unknown): string | null {
  return FILE(value, 'the file');
}

/** The kind that an event says it has; null when there is none of this name. */
export function kindOf(value: unknown): EventKind | null {
  return KINDS.find((each) => isRecord(value) && value['kind'] === each) ?? null;
}

/** Why a value is not an event. */
export function whyNoEvent(value: unknown): string | null {
  return first([() => EVENT(value, 'the event'), () => bodyFault(value)]);
}

function bodyFault(value: unknown): string | null {
  const kind = kindOf(value);
  return kind !== null && isRecord(value) ? BODIES[kind](value['body'], 'the body') : 'the event has no kind';
}

/** Why a value is not what an event of this kind commits to. */
export function whyNoContent(kind: EventKind, value: unknown): string | null {
  if (kind === 'opened') return OPENED(value, 'the content');
  if (kind === 'standing') return STANDING(value, 'the content');
  return `an event "${kind}" has no content`;
}
