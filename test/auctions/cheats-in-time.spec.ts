import type { EventBodies } from '../../src/auctions/rules/events.js';
import { later } from '../../src/auctions/rules/phases.js';
import {
  altered,
  at,
  alter,
  bodyOf,
  type Cheat,
  event,
  expectFound,
  inserted,
  lastAt,
  postponed,
  playAll,
  textOf,
  timeOf,
  without,
} from './cheating.js';
import { type Solve, startSolving } from './play.js';
import type { Played } from './played-log.js';

let [live, rounds, sealed] = [{} as Played, {} as Played, {} as Played];
let solve: Solve;

beforeAll(async () => {
  solve = await startSolving();
  ({ live, rounds, sealed } = await playAll(solve));
});

const first = (): number => at(live, 'opened');
const personBid = (): number => at(live, 'bid', ({ by }) => by === 'person');
const pausedLive = (): number => at(live, 'paused', ({ cause }, i) => cause === 'officer' && i > at(live, 'began'));
const secondTurn = (): number => at(rounds, 'turn', ({ turn }) => turn === 2);

const CHEATS: readonly (readonly [string, RegExp, () => Cheat | Promise<Cheat>])[] = [
  [
    'a later beginning than the tender says',
    /The auction begins at/,
    () => postponed(live, first(), 'beginsAt', 1_000),
  ],
  [
    'a beginning before its time',
    /It is due at/,
    () => {
      const index = at(live, 'began');
      const early = later(timeOf(sealed, 0), 59_000);
      return { played: altered(live, index, {}, { at: early }), sequence: index + 1 };
    },
  ],
  ['a longer auction', /The time is/, () => postponed(live, at(live, 'began'), 'endsAt', 1_000)],
  [
    'an auction in which all begin at once where turns are taken',
    /In the format rounds/,
    () => {
      const index = at(rounds, 'turn');
      return {
        played: inserted(
          rounds,
          index,
          event('began', timeOf(rounds, index), { endsAt: textOf(rounds, index, 'endsAt') }),
        ),
        sequence: index + 1,
      };
    },
  ],
  [
    'an end before its time',
    /It is due at/,
    () => {
      const index = at(live, 'ended');
      return alter(live, index, {}, { at: later(new Date(textOf(live, index, 'endedAt')), -1) });
    },
  ],
  ['another end than was set', /The time is/, () => postponed(live, at(live, 'ended'), 'endedAt', -1)],
  [
    'an improvement after the end',
    /when no improvement of B0\d was taken/,
    () => {
      const index = lastAt(live, 'closed');
      const end = new Date(textOf(live, lastAt(live, 'ended'), 'endedAt'));
      const last = live.drafts.findLast((draft) => draft.kind === 'bid')?.body as EventBodies['bid'];
      const its = { ...last, by: 'person', revision: last.revision + 1, receivedAt: end.toISOString() };
      return { played: inserted(live, index, event('bid', later(end, 500), its)), sequence: index + 1 };
    },
  ],
  [
    'an improvement long before the beginning',
    /when no improvement/,
    () => {
      const index = personBid();
      const early = later(timeOf(live, at(live, 'began')), -61_000);
      return alter(live, index, { receivedAt: early.toISOString() });
    },
  ],
  [
    'an improvement during a pause',
    /when no improvement/,
    () => {
      const index = live.drafts.findIndex((draft, i) => draft.kind === 'bid' && i > pausedLive());
      const since = timeOf(live, pausedLive());
      return alter(live, index, { by: 'person', receivedAt: later(since, 1).toISOString() });
    },
  ],
  [
    'an improvement from the future',
    /after it was recorded/,
    () => {
      const index = personBid();
      return alter(live, index, { receivedAt: later(timeOf(live, index), 61_000).toISOString() });
    },
  ],
  [
    'an improvement in the turn of another one',
    /when no improvement/,
    () => {
      const index = at(rounds, 'bid', ({ by }) => by === 'person');
      const alias = textOf(rounds, index, 'alias');
      return alter(rounds, index, { alias: alias === 'B01' ? 'B02' : 'B01', revision: 1 });
    },
  ],
  [
    'an improvement by a proxy before the beginning',
    /The auction is waiting/,
    () => {
      const index = at(live, 'began');
      const receivedAt = timeOf(live, 0).toISOString();
      const bid = { ...bodyOf(live, personBid()), by: 'proxy', revision: 1, receivedAt };
      return { played: inserted(live, index, event('bid', timeOf(live, 0), bid)), sequence: index + 1 };
    },
  ],
  [
    'an extension left out',
    /puts the end off to .* which must come at once/,
    () => {
      const index = at(live, 'extended');
      return { played: without(live, index), sequence: index + 1 };
    },
  ],
  ['a longer extension', /the end is put off to/, () => postponed(live, at(live, 'extended'), 'endsAt', 1)],
  [
    'an extension for nothing',
    /Nothing puts the end off/,
    () => {
      const index = at(live, 'began') + 1;
      const its = { endsAt: later(timeOf(live, index), 900_000).toISOString(), because: 2, extendedMillis: 1 };
      return { played: inserted(live, index, event('extended', timeOf(live, index), its)), sequence: index + 1 };
    },
  ],
  [
    'a pause that takes time away',
    /ms remain, not/,
    () => {
      const index = pausedLive();
      return alter(live, index, { remainingMillis: Number(bodyOf(live, index)['remainingMillis']) - 1 });
    },
  ],
  [
    'a pause that is called an outage',
    /After an outage at least/,
    () => alter(live, pausedLive(), { cause: 'outage' }),
  ],
  ['more time after a pause', /The time is/, () => postponed(live, pausedLive() + 1, 'endsAt', 1)],
  [
    'a pause where nothing goes on',
    /The auction is settling/,
    () => {
      const index = at(live, 'ended') + 1;
      const its = { cause: 'officer', why: '', remainingMillis: 0 };
      return { played: inserted(live, index, event('paused', timeOf(live, index), its)), sequence: index + 1 };
    },
  ],
  [
    'a turn out of order',
    /it is the turn of B0\d, not of/,
    () => {
      const index = at(rounds, 'turn');
      const alias = textOf(rounds, secondTurn(), 'alias');
      return alter(rounds, index, { alias });
    },
  ],
  [
    'a second turn of the same one',
    /had its turn in this round already/,
    () => {
      const alias = textOf(rounds, at(rounds, 'turn'), 'alias');
      return alter(rounds, secondTurn(), { alias });
    },
  ],
  ['a turn skipped', /Turn 2 of round 1 comes now/, () => alter(rounds, secondTurn(), { turn: 3 })],
  ['a longer turn', /The time is/, () => postponed(rounds, secondTurn(), 'endsAt', 1)],
  ['a shorter rest', /The time is/, () => postponed(rounds, at(rounds, 'rest'), 'endsAt', -1)],
  ['a round left out', /No rest before round 3/, () => alter(rounds, at(rounds, 'rest'), { round: 3 })],
  [
    'a round less',
    /There are turns left/,
    () => {
      const index = at(rounds, 'rest');
      const standing = rounds.drafts.findLastIndex((draft, i) => draft.kind === 'standing' && i < index) + 1;
      const closed = event('closed', timeOf(rounds, index), { standing });
      return { played: { ...rounds, drafts: [...rounds.drafts.slice(0, index), closed] }, sequence: index + 1 };
    },
  ],
  [
    'an auction that goes on with too few bidders',
    /the tender fails/,
    () => {
      const settings = {
        ...(bodyOf(sealed, 0)['settings'] as object),
        format: 'live',
        minBidders: 4,
        belowMinimum: 'fail',
      };
      return { played: altered(sealed, 0, { settings }), sequence: 2 };
    },
  ],
  [
    'a tender that fails with bidders enough',
    /does not fail so/,
    () => {
      const failed = event('failed', timeOf(sealed, 0), { bidders: 3 });
      return { played: inserted(sealed, 1, failed), sequence: 2 };
    },
  ],
  [
    'something after the end',
    /nothing happens after that/,
    () => {
      const proxy = event('proxy', timeOf(sealed, 0), { alias: 'B01', commitment: null });
      return { played: { ...sealed, drafts: [...sealed.drafts, proxy] }, sequence: sealed.drafts.length + 1 };
    },
  ],
  [
    'an end that is missing',
    /The log ends before/,
    () => {
      return { played: { ...sealed, drafts: sealed.drafts.slice(0, -1) }, sequence: sealed.drafts.length - 1 };
    },
  ],
  [
    'an event that is far too early',
    /earlier than the event before/,
    () => {
      const index = lastAt(live, 'closed');
      return alter(live, index, {}, { at: later(timeOf(live, index - 1), -60_001) });
    },
  ],
];

describe('A cheat with the time of an auction, by who has the key', () => {
  it.each(CHEATS)('is found out: %s', async (_name, reason, cheat) => {
    await expectFound(await cheat(), reason, solve);
  });
});
