/**
 * The servers under a running system stop, freeze, forget or start again: it lives on, no command waits, every fact
 * reaches its listener once, and what is due happens once. Where no redis-server is installed, the queue in PostgreSQL
 * is disturbed instead.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '../../src/platform/database/migrate.js';
import { ProbeHouse, until } from './probe-house.js';
import { type ClonedDatabase, cloneDatabase } from '../support/database.js';
import { PostgresServer } from '../support/postgres-server.js';
import { hasRedis, RedisServer } from '../support/redis-server.js';

/** What no command may take, whatever is broken beside the database. */
const PROMPT_MILLIS = 1_000;

/** Longer than BullMQ locks a job (10 s) and its look for stalled ones after that (5 s). */
const FROZEN_MILLIS = 16_000;

/** Commands, facts and due rows of one disturbed moment. */
async function live(house: ProbeHouse, name: string): Promise<void> {
  const began = performance.now();
  await house.ring(name);
  await house.plant('fruit', `${name} soon`, 40_000);
  await house.plant('flower', name, 500);
  expect(performance.now() - began).toBeLessThan(PROMPT_MILLIS);
  const asked = performance.now();
  await house.queueAnswers();
  expect(performance.now() - asked).toBeLessThan(PROMPT_MILLIS);
  await until(async () => (await house.timesHeard(name)) > 0, 15_000);
  await until(async () => (await house.grown('flower', name))?.state === 'wilted', 10_000);
}

async function allOnce(house: ProbeHouse, names: readonly string[]): Promise<void> {
  for (const name of names) {
    expect([name, await house.timesHeard(name)]).toEqual([name, 1]);
    expect([name, await house.grown('flower', name)]).toEqual([name, { state: 'wilted', times: 1 }]);
  }
}

describe(`the queue (${hasRedis ? 'Redis' : 'in PostgreSQL'}) under a running system`, () => {
  let redis: RedisServer;
  let database: ClonedDatabase;
  let house: ProbeHouse;
  let environment: Record<string, string>;

  beforeAll(async () => {
    // A machine that tests for others must not take the lesser tests for the real ones.
    if (!hasRedis && (process.env['CI'] ?? '') !== '') throw new Error('install redis-server: CI tests its faults');
    database = await cloneDatabase();
    environment = { DATABASE_URL: database.url, PUMASI_POOL: '8' };
    redis = await RedisServer.onFreePort();
    if (hasRedis) {
      redis.start();
      environment['REDIS_URL'] = redis.url;
    }
    house = await ProbeHouse.start(environment);
    await until(() => house.queueAnswers());
  });

  afterAll(async () => {
    redis.signal('SIGCONT');
    await house.stop();
    await redis.kill();
    await database.drop();
  });

  async function during(disturbance: string, moments: number): Promise<void> {
    const names = Array.from({ length: moments }, (_x, i) => `${disturbance} ${i}`);
    for (const name of names) await live(house, name);
    await allOnce(house, names);
  }

  async function worksAgain(what: string): Promise<void> {
    await until(() => house.queueAnswers(), 15_000);
    await live(house, `after ${what}`);
    await allOnce(house, [`after ${what}`]);
  }

  const withRedis: [string, () => Promise<void>][] = [
    [
      'forgets everything',
      async () => {
        await house.plant('flower', 'an alarm that was lost', 2_000);
        await house.ring('a wake-up that was lost');
        redis.flush();
        await during('forgetful', 2);
        await until(async () => (await house.timesHeard('a wake-up that was lost')) === 1);
        await until(async () => (await house.grown('flower', 'an alarm that was lost'))?.times === 1);
      },
    ],
    [
      'is killed and comes back',
      async () => {
        await redis.kill();
        await during('absent', 2);
        expect(await house.queueAnswers()).toBe(false);
        redis.start();
      },
    ],
    [
      'freezes until every lock on a job has expired',
      async () => {
        const thaw = performance.now() + FROZEN_MILLIS;
        redis.signal('SIGSTOP');
        for (let n = 0; performance.now() < thaw; n += 1) await during(`frozen ${n}`, 1);
        expect(await house.queueAnswers()).toBe(false);
        redis.signal('SIGCONT');
      },
    ],
  ];
  const withoutRedis: [string, () => Promise<void>][] = [
    [
      'forgets everything',
      async () => {
        await house.ring('a wake-up that was lost');
        await house.source.query('delete from bullmq.job');
        await during('forgetful', 2);
        await until(async () => (await house.timesHeard('a wake-up that was lost')) === 1);
      },
    ],
    [
      'loses every connection',
      async () => {
        await house.source.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and pid <> pg_backend_pid()`,
        );
      },
    ],
  ];

  it.each(hasRedis ? withRedis : withoutRedis)(
    '%s: nobody waits, and nothing is lost or done twice',
    async (what, disturb) => {
      await disturb();
      await worksAgain(what);
    },
    120_000,
  );

  it('may be away while a system starts, and is used as soon as it is there', async () => {
    if (hasRedis) redis.signal('SIGSTOP');
    const other = await ProbeHouse.start(environment);
    try {
      await live(other, 'early');
      if (hasRedis) {
        expect(await other.queueAnswers()).toBe(false);
        // Long enough for the first try to open the queue to have failed for good.
        await sleep(6_000);
        redis.signal('SIGCONT');
      }
      await until(() => other.queueAnswers(), 20_000);
    } finally {
      redis.signal('SIGCONT');
      await other.stop();
    }
    await allOnce(house, ['early']);
  }, 60_000);

  it('does not keep a system from ending', async () => {
    const other = await ProbeHouse.start(environment);
    await until(() => other.queueAnswers());
    if (hasRedis) redis.signal('SIGSTOP');
    const began = performance.now();
    await other.stop();
    redis.signal('SIGCONT');
    expect(performance.now() - began).toBeLessThan(8_000);
  });
});

describe('PostgreSQL under a running system', () => {
  const postgres = new PostgresServer();

  beforeAll(async () => {
    await postgres.start();
    await migrate(postgres.url);
  });

  afterAll(() => postgres.remove());

  it.each<NodeJS.Signals>(['SIGINT', 'SIGQUIT'])(
    'starts again (%s): every fact that was committed is heard once, and what is due happens once',
    async (how) => {
      const house = await ProbeHouse.start({ DATABASE_URL: postgres.url, PUMASI_POOL: '8' });
      await until(() => house.queueAnswers());
      const committed: string[] = [];
      const working = new AbortController();
      const busy = Array.from({ length: 4 }, async (_x, lane) => {
        for (let n = 0; !working.signal.aborted; n += 1) {
          const bell = `${how} ${lane} ${n}`;
          await house.ring(bell).then(
            () => committed.push(bell),
            () => sleep(100),
          );
          await sleep(20);
        }
      });
      await house.plant('flower', `${how} while down`, 3_000);
      await sleep(1_500);
      const before = committed.length;
      await postgres.stop(how);
      await sleep(3_000);
      const atOnceAfter = committed.length;
      await postgres.start();
      await until(async () => committed.length > atOnceAfter);
      working.abort();
      await Promise.all(busy);
      expect(before).toBeGreaterThan(0);

      await until(async () => (await house.grown('flower', `${how} while down`))?.state === 'wilted');
      expect((await house.grown('flower', `${how} while down`))?.times).toBe(1);
      await until(async () => {
        const rows: { n: number }[] = await house.source.query(
          `select count(*)::int as n from outbox_delivery where handled_at is null`,
        );
        return rows[0]?.n === 0;
      });
      const heard: { bell: string; times: number }[] = await house.source.query(
        'select bell, count(*)::int as times from heard where bell like $1 group by bell',
        [`${how}%`],
      );
      expect(heard.filter(({ times }) => times !== 1)).toEqual([]);
      const names = new Set(heard.map(({ bell }) => bell));
      expect(committed.filter((bell) => !names.has(bell))).toEqual([]);
      await until(() => house.queueAnswers());
      await house.stop();
    },
    120_000,
  );
});
