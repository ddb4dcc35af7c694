/** Standings that take long: nobody waits for one, and an older one never follows a newer one. */
import type { SolveOptions } from '../../src/allocation/answer.js';
import { AllocationService } from '../../src/allocation/allocation.service.js';
import type { Problem, Result } from '../../src/allocation/rules/problem.js';
import { contentOf } from '../../src/auctions/event-rows.js';
import { StandingsJobs } from '../../src/auctions/standings.jobs.js';
import { Deeds } from '../../src/platform/deeds/deeds.js';
import { largeProblem } from '../allocation/large-problem.js';
import { eventsOf, expectValidLog } from '../support/auction-log.js';
import { liveAuction } from '../support/live-auction.js';
import { System } from '../support/system.js';

/** `npm run faults -- solve` lets it take a minute. */
const SOLVE_SECONDS = Number(process.env['PUMASI_TEST_SOLVE_SECONDS'] ?? 12);

type Options = Pick<SolveOptions, 'seconds' | 'known'>;
type Solve = (problem: Problem, options?: Options) => Promise<Result>;

let system: System;
let allocation: { solve: Solve };

beforeAll(async () => {
  system = await System.start();
  allocation = system.app.get(AllocationService, { strict: false });
});

afterEach(() => Reflect.deleteProperty(allocation, 'solve'));

afterAll(() => system.stop());

/** Lets every solve be preceded by something. */
function before(what: (solve: Solve, options: Options | undefined) => Promise<unknown>): void {
  const solve: Solve = allocation.solve.bind(allocation);
  allocation.solve = async (problem, options) => {
    await what(solve, options);
    return solve(problem, options);
  };
}

it('a standing begins with what the one before awarded', async () => {
  const auction = await liveAuction(system, { auction: { outageSeconds: 3_600 } });
  await auction.begun();
  await auction.reckoned();
  const begunWith: SolveOptions['known'][] = [];
  before((_solve, options) => Promise.resolve(begunWith.push(options?.known)));
  await auction.lower(auction.provider(0), 0.7);
  await auction.reckoned();
  await auction.lower(auction.provider(1), 0.6);
  await auction.reckoned();
  await auction.decided();
  const standings = (await eventsOf(system, auction.id)).filter(({ kind }) => kind === 'standing');
  const awards = await Promise.all(
    standings.map(async ({ sequence }) => {
      const content = (await contentOf(system.source.manager, auction.id, sequence))?.content;
      return content && 'awards' in content ? content.awards : null;
    }),
  );
  expect(awards.length).toBeGreaterThan(2);
  expect(awards[1]?.length).toBeGreaterThan(0);
  expect(begunWith).toEqual(awards.slice(0, -1));
  await expectValidLog(system, auction.id);
}, 120_000);

it('requests are answered while a solver works at full speed', async () => {
  const auction = await liveAuction(system, { auction: { outageSeconds: 3_600 } });
  await auction.begun();
  await auction.reckoned();
  let solving = false;
  let slow = true;
  before(async (solve) => {
    if (!slow) return;
    solving = true;
    for (const until = performance.now() + SOLVE_SECONDS * 1_000; performance.now() < until;) {
      const seconds = (until - performance.now()) / 1_000;
      await solve(largeProblem(40, 200, 'shared'), { seconds: Math.max(1, seconds) });
    }
    solving = false;
  });
  await auction.lower(auction.provider(0), 0.98);
  await system.eventually(
    () => auction.officer.get(`/api/v1/auctions/${auction.id}`),
    () => solving,
  );
  for (let n = 1; n <= 5; n += 1) {
    await auction.lower(auction.provider(n % 3), 0.98);
    await auction.own(auction.provider(n % 3));
    await auction.seen();
  }
  expect(solving).toBe(true);
  slow = false;
  await auction.reckoned();
  await auction.decided();
  await expectValidLog(system, auction.id);
}, 240_000);

it('a result that comes after a newer one is not written', async () => {
  const auction = await liveAuction(system, { auction: { outageSeconds: 3_600 } });
  await auction.begun();
  await auction.reckoned();
  const passing: (() => void)[] = [];
  let held = false;
  before(async () => {
    if (held) return;
    held = true;
    await new Promise<void>((pass) => {
      passing.push(pass);
    });
  });
  await auction.lower(auction.provider(0), 0.9);
  await system.eventually(
    () => auction.officer.get(`/api/v1/auctions/${auction.id}`),
    () => held,
  );
  await auction.lower(auction.provider(1), 0.9);
  await system.app.get(StandingsJobs, { strict: false }).reckon({ auctionId: auction.id });
  const newer = (await eventsOf(system, auction.id)).filter(({ kind }) => kind === 'standing');
  passing[0]?.();
  await auction.decided();
  const events = await expectValidLog(system, auction.id);
  const standings = events.flatMap((event) => (event.kind === 'standing' ? [event.body.upTo] : []));
  expect(standings).toHaveLength(newer.length);
  expect(standings).toEqual(standings.toSorted((a, b) => a - b));
}, 120_000);

it('whoever has reckoned does not leave while something is placed that was not looked at', async () => {
  const auction = await liveAuction(system, { auction: { outageSeconds: 3_600 } });
  await auction.begun();
  await auction.reckoned();
  const deeds = system.app.get(Deeds, { strict: false });
  const runAsJob = deeds.runAsJob.bind(deeds);
  let between = false;
  // Between the look that finds nothing to reckon and the leaving, another tariff gets its place in the log.
  deeds.runAsJob = async (name, work) => {
    if (name === 'auctions.conclude' && !between) {
      between = true;
      await auction.lower(auction.provider(1), 0.9);
      await placed(auction.id);
    }
    return runAsJob(name, work);
  };
  try {
    await auction.lower(auction.provider(0), 0.9);
    await auction.reckoned();
  } finally {
    Reflect.deleteProperty(deeds, 'runAsJob');
  }
  expect(between).toBe(true);
  const events = await eventsOf(system, auction.id);
  const last = events.findLast(({ kind }) => kind === 'bid');
  const standing = events.findLast((event) => event.kind === 'standing');
  expect(standing?.body.upTo).toBe(last?.sequence);
  expect(events.filter(({ kind }) => kind === 'bid')).toHaveLength(2);
}, 60_000);

/** Until nothing waits for its place in the log. */
async function placed(auctionId: string): Promise<void> {
  for (const until = Date.now() + 30_000; Date.now() < until;) {
    const rows: unknown[] = await system.source.query(
      'select from auction_tariff where auction_id = $1 and sequence is null',
      [auctionId],
    );
    if (rows.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it was never placed');
}
