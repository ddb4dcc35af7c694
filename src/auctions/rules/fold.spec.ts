import { DEFAULT_AUCTION } from '../../tenders/rules/auction-settings.js';
import type { AuctionEvent, EventBodies, EventKind } from './events.js';
import { after, type AuctionState, isOver, stateAfter } from './fold.js';

const at = (minute: number): string => new Date(Date.UTC(2026, 2, 2, 9, minute)).toISOString();

type Happened = { [K in EventKind]: readonly [K, EventBodies[K]] }[EventKind];

/** Events as they follow each other; what the fold does not read is left out. */
function events(...given: readonly Happened[]): AuctionEvent[] {
  return following([], ...given);
}

function following(before: readonly AuctionEvent[], ...given: readonly Happened[]): AuctionEvent[] {
  const next = given.map(([kind, body], i) => {
    const sequence = before.length + i + 1;
    return { sequence, at: at(0), kind, body, hash: `hash ${sequence}` } as AuctionEvent;
  });
  return [...before, ...next];
}

const entry = (alias: string) => ({
  alias,
  bidId: `bid ${alias}`,
  sequence: 1,
  receivedAt: at(0),
  commitment: `opened by ${alias}`,
  signature: '',
});

function opened(beginsAt: string | null): EventBodies['opened'] {
  const entries = [entry('A'), entry('B')];
  return { auctionId: 'a', tenderId: 't', tenderHash: '', settings: DEFAULT_AUCTION, beginsAt, entries };
}

function improvement(alias: string, revision: number): EventBodies['bid'] {
  return { alias, revision, by: 'person', receivedAt: at(5), commitment: `${alias} ${revision}`, signature: '' };
}

const live = events(['opened', opened(at(1))], ['began', { endsAt: at(30) }]);
function more(before: readonly AuctionEvent[], ...given: readonly Happened[]): AuctionState {
  return stateAfter(following(before, ...given));
}

describe('The state of an auction', () => {
  it('waits for its beginning, or settles at once where nobody may improve', () => {
    expect(stateAfter(live.slice(0, 1))).toMatchObject({ phase: 'waiting', dueAt: at(1), endsAt: null, lastBid: 0 });
    expect(stateAfter(events(['opened', opened(null)]))).toMatchObject({ phase: 'settling', dueAt: null });
  });

  it('knows the tariff of each participant, and the last improvement', () => {
    const state = more(live, ['bid', improvement('B', 1)], ['bid', improvement('B', 2)]);
    expect([...state.tariffs]).toEqual([
      ['A', { revision: 0, commitment: 'opened by A', receivedAt: at(0), sequence: 1 }],
      ['B', { revision: 2, commitment: 'B 2', receivedAt: at(5), sequence: 4 }],
    ]);
    expect(state).toMatchObject({ phase: 'live', lastBid: 4, sequence: 4, hash: 'hash 4' });
  });

  it('settles when time is over, and lives again when the end was put off', () => {
    const over = more(live, ['ended', { endedAt: at(30) }], ['standing', { upTo: 1, changed: true }]);
    expect(over).toMatchObject({ phase: 'settling', dueAt: null, endsAt: at(30), standing: { sequence: 4, upTo: 1 } });
    const later = after(
      over,
      events(['extended', { endsAt: at(33), because: 4, extendedMillis: 180_000 }])[0] as AuctionEvent,
    );
    expect(later).toMatchObject({ phase: 'live', dueAt: at(33), endsAt: at(33), extendedMillis: 180_000 });
  });

  it.each([
    ['waiting', live.slice(0, 1), { phase: 'waiting', dueAt: at(44), endsAt: null }],
    ['live', live, { phase: 'live', dueAt: at(44), endsAt: at(44) }],
  ] as const)('goes on after a pause as it was: %s', (pausedFrom, before, expected) => {
    const [paused, resumed] = events(
      ['paused', { cause: 'officer', why: '', remainingMillis: 7 }],
      ['resumed', { endsAt: at(44) }],
    ) as [AuctionEvent, AuctionEvent];
    const stopped = after(stateAfter(before), paused);
    expect(stopped).toMatchObject({ phase: 'paused', pausedFrom, remainingMillis: 7, dueAt: null });
    expect(after(stopped, resumed)).toMatchObject({ ...expected, pausedFrom: null, remainingMillis: null });
  });

  it('goes from turn to turn and from round to round', () => {
    const turn = (round: number, which: number, alias: string) =>
      ['turn', { round, turn: which, alias, endsAt: at(3) }] as const;
    const round = events(['opened', opened(at(1))], ['standing', { upTo: 1, changed: false }], turn(1, 1, 'B'));
    expect(stateAfter(round)).toMatchObject({
      round: 1,
      turn: 1,
      turnOf: 'B',
      order: ['B'],
      orderedBy: 2,
      endsAt: at(3),
    });
    const all = [
      ...round,
      ...events(['ended', { endedAt: at(3) }], ['standing', { upTo: 1, changed: false }], turn(1, 2, 'A')),
    ];
    expect(stateAfter(all)).toMatchObject({ turn: 2, turnOf: 'A', order: ['B', 'A'], orderedBy: 2, phase: 'live' });
    const rested = [...all, ...events(['ended', { endedAt: at(6) }], ['rest', { round: 2, endsAt: at(8) }])];
    expect(stateAfter(rested)).toMatchObject({
      phase: 'resting',
      round: 2,
      turn: 0,
      turnOf: null,
      order: [],
      dueAt: at(8),
    });
  });

  it('is over when it is decided, has failed or was cancelled', () => {
    const ends = [
      more(live, ['ended', { endedAt: at(30) }], ['closed', { standing: 3 }]),
      more(live, ['failed', { bidders: 2 }]),
      more(live, ['cancelled', {}]),
    ];
    expect(ends.map(({ phase }) => phase)).toEqual(['decided', 'failed', 'cancelled']);
    expect(ends.map(({ phase, dueAt }) => [isOver(phase), dueAt])).toEqual(ends.map(() => [true, null]));
    expect(ends[0]?.result).toBe(3);
  });

  it('begins with the opening', () => {
    expect(() => stateAfter(live.slice(1))).toThrow('opening');
    expect(() => stateAfter([])).toThrow('events');
  });
});
