/** Redis forgets, is away, or freezes under a live auction: bids are taken, phases happen, standings come. */
import { setTimeout as sleep } from 'node:timers/promises';
import { counted, expectValidLog } from '../support/auction-log.js';
import { type LiveAuction, liveAuction } from '../support/live-auction.js';
import { hasRedis, RedisServer } from '../support/redis-server.js';
import { System } from '../support/system.js';

/** Within this long a system finds another way. The machine may be slow besides: see `margin`. */
const RECOVERY_MILLIS = 15_000;
const TIMES_SLOWER = 5;

(hasRedis ? describe : describe.skip)('the queue under a live auction', () => {
  let redis: RedisServer;
  let system: System;
  let margin: number;

  beforeAll(async () => {
    redis = await RedisServer.onFreePort();
    redis.start();
    system = await System.start({ REDIS_URL: redis.url });
    margin = RECOVERY_MILLIS + TIMES_SLOWER * Math.max(...(await played(async () => undefined)));
  }, 180_000);

  afterAll(async () => {
    redis.signal('SIGCONT');
    await system.stop();
    await redis.kill();
  });

  async function took(work: () => Promise<unknown>): Promise<number> {
    const began = performance.now();
    await work();
    return performance.now() - began;
  }

  /** The beginning, a standing, and the end. */
  async function played(disturb: (auction: LiveAuction) => Promise<unknown>): Promise<number[]> {
    const auction = await liveAuction(system, { auction: { leadSeconds: 60, outageSeconds: 3_600 } });
    await disturb(auction);
    const { beginsAt } = await auction.seen();
    await auction.moveTo(beginsAt ?? '');
    const steps = [await took(() => auction.is('live'))];
    await auction.lower(auction.provider(1), 0.8);
    steps.push(await took(() => auction.reckoned()));
    steps.push(await took(() => auction.decided()));
    redis.signal('SIGCONT');
    const events = await expectValidLog(system, auction.id);
    expect(counted(events)).toMatchObject({ opened: 1, began: 1, bid: 1, ended: 1, closed: 1 });
    return steps;
  }

  it.each<[string, () => Promise<unknown>]>([
    ['forgets everything again and again', async () => void forgetting()],
    ['is away', () => redis.kill()],
    ['is frozen', async () => redis.signal('SIGSTOP')],
  ])(
    'that %s',
    async (_what, disturb) => {
      const steps = await played(disturb);
      console.log(`steps ${steps.map(Math.round).join(', ')} ms, at most ${Math.round(margin)} ms each`);
      expect(Math.max(...steps)).toBeLessThan(margin);
      await redis.kill();
      redis.start();
      const after = await played(async () => undefined);
      expect(Math.max(...after)).toBeLessThan(margin);
    },
    300_000,
  );

  async function forgetting(): Promise<void> {
    for (let time = 1; time <= 10; time += 1) {
      redis.flush();
      await sleep(500);
    }
  }
});
