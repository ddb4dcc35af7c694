/**
 * Redis forgets, is away, or freezes under a live auction: bids are taken, phases happen, standings come. In the suite it is
 * back as soon as the auction is decided; `npm run faults -- queue` leaves it away for a minute.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { counted, expectValidLog } from '../support/auction-log.js';
import { type LiveAuction, liveAuction } from '../support/live-auction.js';
import { hasRedis, RedisServer } from '../support/redis-server.js';
import { System } from '../support/system.js';

/** Within this long a system finds another way. The machine may be slow besides: see `margin`. */
const RECOVERY_MILLIS = 15_000;
const TIMES_SLOWER = 5;
/** Improvements go on, one every few seconds, at least as long as this. */
const AWAY_SECONDS = Number(process.env['PUMASI_TEST_AWAY_SECONDS'] ?? 0);
const PAUSE_MILLIS = 2_000;

(hasRedis ? describe : describe.skip)('the queue under a live auction', () => {
  let redis: RedisServer;
  let system: System;
  let margin: number;

  beforeAll(async () => {
    redis = await RedisServer.onFreePort();
    redis.start();
    system = await System.start({ REDIS_URL: redis.url });
    margin = RECOVERY_MILLIS + TIMES_SLOWER * Math.max(...(await played(async () => undefined, 0)));
  }, 180_000);

  afterAll(async () => {
    redis.signal('SIGCONT');
    await system.stop();
    await redis.kill();
  });

  /** what goes on beside the auction, and may end after it */
  let disturbing: Promise<void> = Promise.resolve();

  async function took(work: () => Promise<unknown>): Promise<number> {
    const began = performance.now();
    await work();
    return performance.now() - began;
  }

  /** The beginning, standings for so long, and the end. @returns how long each took to come */
  async function played(disturb: (auction: LiveAuction) => Promise<unknown>, seconds: number): Promise<number[]> {
    const auction = await liveAuction(system, { auction: { leadSeconds: 60, outageSeconds: 3_600 } });
    await disturb(auction);
    const disturbed = performance.now();
    const { beginsAt } = await auction.seen();
    await auction.moveTo(beginsAt ?? '');
    const steps = [await took(() => auction.is('live'))];
    let bids = 0;
    do {
      if (bids > 0) await sleep(PAUSE_MILLIS);
      await auction.lower(auction.provider(bids % 3), 0.95);
      bids += 1;
      steps.push(await took(() => auction.reckoned()));
    } while (performance.now() - disturbed < seconds * 1_000);
    steps.push(await took(() => auction.decided()));
    const lasted = Math.round((performance.now() - disturbed) / 1_000);
    redis.signal('SIGCONT');
    const events = await expectValidLog(system, auction.id);
    expect(counted(events)).toMatchObject({ opened: 1, began: 1, bid: bids, ended: 1, closed: 1 });
    if (seconds > 0) console.log(`${bids} improvements and the end, in ${lasted} s`);
    return steps;
  }

  it.each<[string, () => Promise<unknown>]>([
    ['forgets everything again and again', async () => void (disturbing = forgetting())],
    ['is away', () => redis.kill()],
    ['is frozen', async () => redis.signal('SIGSTOP')],
  ])(
    'that %s',
    async (_what, disturb) => {
      const steps = await played(disturb, AWAY_SECONDS);
      console.log(`steps ${steps.map(Math.round).join(', ')} ms, at most ${Math.round(margin)} ms each`);
      expect(Math.max(...steps)).toBeLessThan(margin);
      await disturbing;
      await redis.kill();
      redis.start();
      const after = await played(async () => undefined, 0);
      expect(Math.max(...after)).toBeLessThan(margin);
    },
    300_000,
  );

  async function forgetting(): Promise<void> {
    const times = Math.max(10, 2 * AWAY_SECONDS);
    for (let time = 1; time <= times; time += 1) {
      redis.flush();
      await sleep(500);
    }
  }
});
