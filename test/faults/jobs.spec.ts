import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type ClonedDatabase, cloneDatabase } from '../support/database.js';
import { ProbeHouse, until } from './probe-house.js';

const redis = process.env['REDIS_URL'];

describe('jobs that go wrong', () => {
  let database: ClonedDatabase;
  let house: ProbeHouse;

  beforeAll(async () => {
    database = await cloneDatabase();
    const environment = { DATABASE_URL: database.url, ...(redis === undefined ? {} : { REDIS_URL: redis }) };
    house = await ProbeHouse.start(environment, async (source) => {
      // What a past week left behind.
      await source.query(
        `insert into idempotency (scope, key, deed, input_hash, created_at) values
           ('s', 'old', 'd', 'h', clock_timestamp() - interval '8 days'),
           ('s', 'recent', 'd', 'h', clock_timestamp() - interval '6 days')`,
      );
      for (const [bell, handledDays] of [
        ['old and heard', 8],
        ['old, heard lately', 1],
        ['old, unheard', null],
      ] as const) {
        await source.query(
          `with e as (insert into outbox_event (name, payload, announced_at)
             values ('probe.bell-rung', jsonb_build_object('bell', $1::text), clock_timestamp() - interval '9 days')
             returning id)
           insert into outbox_delivery (event_id, handler, enqueued_at, handled_at, next_try_at)
           select id, 'probe.hear', clock_timestamp(), clock_timestamp() - $2::int * interval '1 day',
             clock_timestamp() + interval '1 hour' from e`,
          [bell, handledDays],
        );
      }
      // A listener that another version of the program has.
      await source.query(
        `select announce('probe.bell-rung', '{"bell": "of another version"}', array['gone.listener'])
         from generate_series(1, 250)`,
      );
      await source.query(`update outbox_delivery set enqueued_at = clock_timestamp() - interval '1 day'
                          where handler = 'gone.listener'`);
      await source.query('alter table outbox_event alter column id restart with 9000');
    });
  });

  afterAll(async () => {
    await house.stop();
    await database.drop();
  });

  it('removes old keys and facts that were heard long ago, and nothing that is still needed', async () => {
    const left = async (): Promise<string[]> => {
      const rows: { what: string }[] = await house.source.query(
        `select key as what from idempotency
         union select payload->>'bell' from outbox_event where announced_at < clock_timestamp() - interval '8 days'
         order by 1`,
      );
      return rows.map(({ what }) => what);
    };
    const needed = ['old, heard lately', 'old, unheard', 'recent'];
    await until(async () => (await left()).length === needed.length);
    expect(await left()).toEqual(needed);
  });

  it('brings a lost fact to its listener, however many wait for a listener that is not here', async () => {
    await house.ringLost('lost');
    await until(async () => (await house.timesHeard('lost')) === 1);
  });

  it('does a heap of patient work after whatever else comes, and does all of it', async () => {
    const holes = 40;
    await house.wantHoles(holes);
    await until(async () => house.probe.holes > 0);
    await house.ring('over the heap');
    await until(async () => (await house.timesHeard('over the heap')) === 1);
    // At most those that were begun before the bell, and as many again: not the half of the heap.
    expect(house.probe.holes).toBeLessThan(holes / 2);
    await until(async () => house.probe.holes === holes);
  });

  it('does other long work while patient work holds all that it can', async () => {
    const holes = house.probe.holes;
    let dry = (_value: unknown): void => undefined;
    house.probe.ground = new Promise((resolve) => (dry = resolve));
    try {
      await house.wantHoles(20);
      // Longer than the queue has what it does not do: the places beside it are taken as well.
      await sleep(6_000);
      await house.wantBridge();
      await until(async () => house.probe.bridges === 1);
      expect(house.probe.holes).toBe(holes);
    } finally {
      dry(null);
    }
    await until(async () => house.probe.holes === holes + 20);
  });

  it('does work for spare time one piece after the other, holding up nothing, and tries again what fails', async () => {
    await house.wantTunnel([1, 2, -3, 4, 5, 6]);
    await until(async () => house.probe.metres.length > 0);
    // More than the queue has places: all of them would be held.
    const before = house.probe.holes;
    await house.wantHoles(4);
    await until(async () => house.probe.holes === before + 4);
    expect(house.probe.metres.length).toBeLessThan(6);
    await until(async () => house.probe.metres.length === 6);
    expect(house.probe.metres.filter((metre) => metre > 0)).toEqual([1, 2, 4, 5, 6]);
    expect(house.probe.tries.get('metre -3')).toBe(2);
    expect(house.probe.diggers.most).toBe(1);
  });

  it('does what a killed process had begun in its spare time as soon as its lease is over', async () => {
    await house.wantTunnelOfDead(7, 2_000);
    await house.wantTunnel([8]);
    await until(async () => house.probe.metres.includes(7));
    expect(house.probe.metres.slice(-2)).toEqual([8, 7]);
  });

  it('tries what is due and fails again ever more seldom, and nothing waits behind it', async () => {
    for (let n = 0; n < 205; n += 1) await house.plant('fruit', `broken ${n}`, -60_000);
    await house.plant('fruit', 'sound');
    await until(async () => (await house.grown('fruit', 'sound'))?.state === 'ripe');
    await house.plant('flower', 'late riser');
    await until(async () => (await house.grown('flower', 'late riser'))?.state === 'wilted');
    const before = house.probe.tries.get('broken 0') ?? 0;
    expect(before).toBeGreaterThan(0);
    await sleep(6_000);
    expect((house.probe.tries.get('broken 0') ?? 0) - before).toBeLessThanOrEqual(3);
    expect(await house.grown('fruit', 'broken 0')).toEqual({ state: 'green', times: 0 });
    await house.source.query(`delete from fruit where id like 'broken%'`);
  });

  it('goes on trying a fact that has failed very often, but seldom', async () => {
    const rows: { id: bigint }[] = await house.source.query(
      `select announce('probe.bell-rung', '{"bell": "broken bell"}', array['probe.hear']) as id`,
    );
    await house.source.query('update outbox_delivery set attempts = 5000 where event_id = $1', [rows[0]?.id]);
    const rest = async (): Promise<unknown> =>
      (
        await house.source.query(
          `select attempts, last_error, next_try_at > clock_timestamp() + interval '3 minutes' as rests,
             next_try_at < clock_timestamp() + interval '6 minutes' as comes
           from outbox_delivery where event_id = $1 and attempts > 5000`,
          [rows[0]?.id],
        )
      )[0];
    await until(async () => (await rest()) !== undefined);
    expect(await rest()).toEqual({ attempts: 5_001, last_error: 'broken bell', rests: true, comes: true });
    await sleep(3_000);
    expect(house.probe.tries.get('broken bell')).toBe(1);
    await house.source.query('update outbox_delivery set handled_at = clock_timestamp() where event_id = $1', [
      rows[0]?.id,
    ]);
  });

  it('lets happen what is due while a listener waits for a lock', async () => {
    const runner = house.source.createQueryRunner();
    await runner.startTransaction();
    try {
      await runner.query(`select pg_advisory_xact_lock(hashtext('waiting'))`);
      await house.ringLost('waiting');
      await until(async () => house.probe.tries.get('waiting') === 1);
      await sleep(1_500);
      await house.plant('flower', 'in a hurry');
      expect(await until(async () => (await house.grown('flower', 'in a hurry'))?.state === 'wilted')).toBeLessThan(
        5_000,
      );
      expect(house.probe.tries.get('waiting')).toBe(1);
    } finally {
      await runner.rollbackTransaction();
      await runner.release();
    }
    await until(async () => (await house.timesHeard('waiting')) === 1);
  });
});

it('jobs are done while requests hold every connection of theirs', async () => {
  const database = await cloneDatabase();
  const environment = { DATABASE_URL: database.url, ...(redis === undefined ? {} : { REDIS_URL: redis }) };
  const house = await ProbeHouse.start({ ...environment, PUMASI_POOL: '2' });
  const control = new pg.Client({ connectionString: database.url });
  await control.connect();
  const requests = [house.source.createQueryRunner(), house.source.createQueryRunner()];
  try {
    for (const request of requests) await request.connect();
    await control.query(
      `select announce('probe.bell-rung', '{"bell": "fresh"}', array['probe.hear']);
       select announce('probe.bell-rung', '{"bell": "lost"}', array['probe.hear']);
       update outbox_delivery set enqueued_at = clock_timestamp() - interval '1 minute'
         where event_id = (select max(id) from outbox_event);
       select announce('probe.hole-wanted', '{"depth": 1}', array['probe.dig']);
       insert into flower values ('thirsty', 'fresh', app_now() + interval '2 seconds')`,
    );
    const left = `select handler from outbox_delivery where handled_at is null
                  union all select id from flower where state = 'fresh'`;
    await until(async () => (await control.query(left)).rowCount === 0);
    expect(house.probe.holes).toBe(1);
  } finally {
    for (const request of requests) await request.release();
    await control.end();
    await house.stop();
    await database.drop();
  }
}, 60_000);
