/**
 * The job process of a live auction is killed without warning while it writes, and right after it has written, in every
 * step that an auction takes by itself: whoever comes next goes on, each step happens once, and none too early.
 */
import { isOver, stateAfter } from '../../src/auctions/rules/fold.js';
import { counted, eventsOf, expectReceipts, expectValidLog, type LiveReceipt } from '../support/auction-log.js';
import { type LiveAuction, liveAuction, scaled } from '../support/live-auction.js';
import { Processes, SECRETS } from '../support/processes.js';
import { System } from '../support/system.js';
import { Crashes } from './crashes.js';

const LIMIT_MILLIS = 900_000;

let system: System;
let processes: Processes;
let crashes: Crashes;
let receipts: LiveReceipt[];

beforeAll(async () => {
  system = await System.start({ ...SECRETS, PUMASI_WORKERS: false });
  processes = new Processes(system.database);
  crashes = await Crashes.prepare(system, processes);
});

beforeEach(() => {
  receipts = [];
});

afterAll(async () => {
  await crashes.end();
  await processes.end();
  await system.stop();
});

/** An auction whose first step of this kind, after the opening, is cut off. */
async function made(site: string, settings: Readonly<Record<string, unknown>>): Promise<LiveAuction> {
  let auction: LiveAuction | undefined;
  await crashes.before(site, async () => {
    auction = await liveAuction(system, { auction: settings });
  });
  if (!auction) throw new Error('there is no auction');
  return auction;
}

async function lowers(auction: LiveAuction, index: number, factor: number): Promise<void> {
  const { tariff } = await auction.own(auction.provider(index));
  const answer = await auction.improve(auction.provider(index), scaled(tariff, factor)).expect(201);
  receipts.push(answer.body as LiveReceipt);
}

async function endOf(auction: LiveAuction): Promise<string> {
  return (await auction.seen()).endsAt ?? '';
}

/** What must be true of an auction that was disturbed all the time. */
async function undisturbed(auction: LiveAuction, expected: object): Promise<void> {
  await system.eventually(
    () => auction.officer.get(`/api/v1/auctions/${auction.id}`),
    ({ body }) => isOver((body as { state: 'decided' }).state),
    120_000,
  );
  const events = await expectValidLog(system, auction.id);
  expect(counted(events)).toMatchObject(expected);
  expectReceipts(system, receipts, events);
  await expectNoneEarly(auction);
  const awards = await system.eventually(
    () => auction.officer.get(`/api/v1/tenders/${auction.id}/awards`),
    ({ body }) => (body as { items: { state: string }[] }).items.some(({ state }) => state === 'drafted'),
    120_000,
  );
  expect((awards.body as { items: object[] }).items).toHaveLength(1);
}

/** The log allows a moment of tolerance; by the database's own clock there is none. */
async function expectNoneEarly(auction: LiveAuction): Promise<void> {
  const events = await eventsOf(system, auction.id);
  const early = events.filter(({ kind, at }, i) => {
    if (!['began', 'turn', 'ended'].includes(kind)) return false;
    const { dueAt, phase } = stateAfter(events.slice(0, i));
    return dueAt !== null && phase !== 'settling' && Date.parse(at) < Date.parse(dueAt);
  });
  expect(early).toEqual([]);
}

/** `npm run faults -- phases` kills in every step; the suite in those that differ most. */
const EVERYWHERE = process.env['PUMASI_TEST_CRASHES'] === 'everywhere';

it(
  'a live auction',
  async () => {
    const settings = { leadSeconds: 60, softCloseSeconds: 300, extensionSeconds: 300, outageSeconds: 3_600 };
    const auction = await made('standing', settings);
    if (EVERYWHERE) await crashes.after(auction.id, 'standing');
    await auction.moveTo((await auction.seen()).beginsAt ?? '');
    await crashes.before('began');
    await crashes.after(auction.id, 'began');

    if (EVERYWHERE) {
      await crashes.before('bid person', () => lowers(auction, 1, 0.7));
      await crashes.after(auction.id, 'bid');
      for (let time = 1; time <= 5; time += 1) {
        await crashes.before('standing', () => (time === 1 ? lowers(auction, 2, 0.8) : Promise.resolve()));
      }
      await crashes.after(auction.id, 'standing');
    } else {
      await crashes.work();
      await lowers(auction, 1, 0.7);
    }
    const floor = { floor: { kind: 'factor', bp: { basic: 6_500, fast: 6_500 } }, lots: ['north'] };
    await crashes.before('bid proxy', () =>
      auction.provider(0).post(`/api/v1/auctions/${auction.id}/proxy`, floor).expect(201),
    );
    if (EVERYWHERE) await crashes.after(auction.id, 'bid');
    await crashes.work();
    await auction.reckoned();

    await auction.moveTo(await endOf(auction), 250_000);
    const dethroned = async (): Promise<void> => lowers(auction, 2, 0.5);
    if (EVERYWHERE) {
      await crashes.before('extended', dethroned);
      await crashes.after(auction.id, 'extended');
      await crashes.work();
    } else await dethroned();
    await auction.reckoned();

    await crashes.before('ended', async () => auction.moveTo(await endOf(auction)));
    if (EVERYWHERE) {
      await crashes.after(auction.id, 'ended');
      await crashes.before('settle');
    }
    await crashes.before('closed');
    await crashes.after(auction.id, 'closed');
    await crashes.work();
    await undisturbed(auction, { opened: 1, began: 1, extended: 1, ended: 1, closed: 1 });
    console.log(`${crashes.count} crashes`);
  },
  LIMIT_MILLIS,
);

it(
  'rounds of turns',
  async () => {
    const auction = await made('turn', { format: 'rounds', turnSeconds: 30, restSeconds: 10, outageSeconds: 3_600 });
    if (EVERYWHERE) await crashes.after(auction.id, 'turn');
    await crashes.work();
    for (let turn = 1; turn <= 9; turn += 1) {
      const over = async (): Promise<void> => auction.moveTo((await auction.is('live')).endsAt ?? '');
      if (turn === 1) {
        if (EVERYWHERE) await crashes.before('turn', over);
        await crashes.after(auction.id, 'turn', EVERYWHERE ? undefined : over);
      } else if (turn === 3) await crashes.before('rest', over);
      else await over();
      if (turn === 3 && EVERYWHERE) await crashes.after(auction.id, 'rest');
      await crashes.work();
      if (turn === 9) break;
      if (turn % 3 === 0) {
        const rested = async (): Promise<void> => auction.moveTo((await auction.is('resting')).endsAt ?? '');
        if (turn === 3 && EVERYWHERE) await crashes.before('turn', rested);
        else await rested();
        await crashes.work();
      }
      await system.eventually(
        () => auction.officer.get(`/api/v1/auctions/${auction.id}`),
        ({ body }) => {
          const seen = body as { state: string; round: number; turn: number };
          return seen.state === 'live' && (seen.round - 1) * 3 + seen.turn === turn + 1;
        },
        120_000,
      );
    }
    await undisturbed(auction, { opened: 1, turn: 9, rest: 2, ended: 9, closed: 1 });
  },
  LIMIT_MILLIS,
);
