import { DEFAULT_AUCTION } from '../../tenders/rules/auction-settings.js';
import type { AuctionEvent, EventBodies, EventKind, StandingContent } from './events.js';
import { told, type Viewer } from './told.js';

const PUBLIC: Viewer = { role: 'public' };
const OWN: Viewer = { role: 'provider', alias: 'B01' };
const RIVAL: Viewer = { role: 'provider', alias: 'B02' };
const WITHOUT_BID: Viewer = { role: 'provider', alias: null };
const AGENCY: Viewer = { role: 'agency' };

const AT = '2026-01-01T10:00:00.000Z';
const standing: StandingContent = {
  status: 'optimal',
  totalMinor: 1_200n,
  boundMinor: 1_200n,
  awards: [{ bid: 'B01', band: 0, lines: 3, lots: { north: { basic: 3 } }, costMinor: 1_200n }] as never,
  ranks: { B01: 1, B02: 2 },
};

const entry = (alias: string) => ({
  alias,
  bidId: `bid of ${alias}`,
  sequence: 1,
  receivedAt: AT,
  commitment: `commitment of ${alias}`,
  signature: `signature of ${alias}`,
});

const BODIES: { readonly [K in EventKind]: EventBodies[K] } = {
  opened: {
    auctionId: 'a',
    tenderId: 'a',
    tenderHash: 'h',
    settings: DEFAULT_AUCTION,
    beginsAt: AT,
    entries: [entry('B01'), entry('B02')],
  },
  began: { endsAt: AT },
  turn: { round: 1, turn: 2, alias: 'B01', endsAt: AT },
  rest: { round: 2, endsAt: AT },
  bid: {
    alias: 'B01',
    revision: 1,
    by: 'proxy',
    receivedAt: AT,
    commitment: 'commitment of B01',
    signature: 'signature of B01',
  },
  proxy: { alias: 'B01', commitment: 'commitment of B01' },
  standing: { upTo: 4, changed: true },
  extended: { endsAt: AT, because: 7, extendedMillis: 5 },
  paused: { cause: 'officer', why: 'The line is down.', remainingMillis: 9 },
  resumed: { endsAt: AT },
  ended: { endedAt: AT },
  closed: { standing: 7 },
  failed: { bidders: 1 },
  cancelled: {},
};

function event<K extends EventKind>(kind: K, body: EventBodies[K] = BODIES[kind]): AuctionEvent {
  return { sequence: 8, at: AT, kind, body, commitment: null, previous: '', hash: '' } as unknown as AuctionEvent;
}

const tell = (kind: EventKind, viewer: Viewer) => told(event(kind), viewer, { improvements: 4, standing });
const kinds = Object.keys(BODIES) as EventKind[];

it.each(kinds)('tells nobody but the agency who a rival is, or what it did: %s', (kind) => {
  for (const viewer of [PUBLIC, WITHOUT_BID, { role: 'provider', alias: 'B03' } as const]) {
    expect(
      JSON.stringify(tell(kind, viewer), (_, v: unknown) => (typeof v === 'bigint' ? Number(v) : v)) ?? '',
    ).not.toMatch(/B0[12]|proxy/);
  }
});

it('tells a provider of its own receipts and its own turn', () => {
  expect(tell('opened', OWN)).toMatchObject({ bidders: 2, receipt: entry('B01') });
  expect(tell('bid', OWN)).toEqual({ improvements: 4, receipt: BODIES.bid });
  expect(tell('turn', OWN)).toEqual({ round: 1, turn: 2, endsAt: AT, ownTurn: true });
  expect(tell('proxy', OWN)).toEqual({ proxy: true });
  expect(tell('bid', RIVAL)).toEqual(tell('bid', PUBLIC));
  expect(tell('turn', RIVAL)).toEqual({ round: 1, turn: 2, endsAt: AT, ownTurn: false });
  expect(tell('proxy', RIVAL)).toBeNull();
});

it('tells the leading total where the tender lets everybody know it, and when it is over', () => {
  const open = event('standing', { upTo: 4, changed: true, totalMinor: 1_200n });
  expect(told(open, PUBLIC, { improvements: 4, standing: null })).toEqual({ totalMinor: 1_200n });
  expect(tell('standing', PUBLIC)).toEqual({});
  expect(tell('standing', OWN)).toEqual({});
  expect(tell('closed', PUBLIC)).toEqual({ totalMinor: 1_200n });
});

it('tells everybody of extensions and of pauses, with the reason', () => {
  expect(tell('extended', PUBLIC)).toEqual({ endsAt: AT, extendedMillis: 5 });
  expect(tell('paused', PUBLIC)).toEqual(BODIES.paused);
});

it.each(kinds)('tells the agency everything: %s', (kind) => {
  expect(tell(kind, AGENCY)).toMatchObject(BODIES[kind]);
});

it('tells the agency what a standing committed to', () => {
  expect(tell('standing', AGENCY)).toMatchObject({ content: standing });
});
