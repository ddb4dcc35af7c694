import { randomUUID } from 'node:crypto';
import { Injectable, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { type Actor, systemActor } from '../../src/kernel/actor.js';
import { Refusal, refuse } from '../../src/kernel/refusal.js';
import { readSettings } from '../../src/platform/config/settings.js';
import { Deeds, type Deed } from '../../src/platform/deeds/deeds.js';
import { type Fact, FACTS_TO_HEAR, OnFact, WhenDue } from '../../src/platform/deeds/facts.js';
import { PlatformModule } from '../../src/platform/platform.module.js';
import { cloneDatabase } from '../support/database.js';

// Not declared: every system that the same process boots later would have to listen to them.
const bellRung: Fact<{ bellId: string }> = { name: 'probe.bell-rung' };
const workOrdered: Fact<{ orderId: string }> = { name: 'probe.work-ordered' };

@Injectable()
class Probe {
  readonly heard: string[] = [];
  failures = 0;
  longRuns = 0;

  @OnFact(bellRung, { name: 'probe.hear' })
  async hear(deed: Deed, { bellId }: { bellId: string }): Promise<void> {
    await deed.tx.query('insert into heard (bell) values ($1)', [bellId]);
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('not this time');
    }
  }

  @OnFact(workOrdered, { name: 'probe.work', long: true })
  async work({ orderId }: { orderId: string }): Promise<void> {
    this.longRuns += 1;
    this.heard.push(orderId);
  }

  @WhenDue({ name: 'probe.ripen', table: 'fruit', states: ['green'] })
  async ripen(deed: Deed, id: string): Promise<void> {
    await deed.tx.query(`update fruit set state = 'ripe', due_at = null, ripened = ripened + 1 where id = $1`, [id]);
  }
}

@Module({ providers: [Probe], exports: [Probe] })
class ProbeModule {}

const PERSON = randomUUID();
const visitor = (key: string | null): Actor => ({ ...systemActor('test'), idempotencyKey: key });
const someone = (key: string | null): Actor => ({ ...visitor(key), personId: PERSON });

describe('deeds, facts and due rows', () => {
  let module: TestingModule;
  let deeds: Deeds;
  let source: DataSource;
  let probe: Probe;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const database = await cloneDatabase();
    drop = () => database.drop();
    const redis = process.env['REDIS_URL'];
    const settings = readSettings({
      DATABASE_URL: database.url,
      PUMASI_SEALING_KEY: Buffer.alloc(32, 7).toString('base64'),
      ...(redis === undefined ? {} : { REDIS_URL: redis }),
    });
    module = await Test.createTestingModule({ imports: [PlatformModule.with(settings), ProbeModule] })
      .overrideProvider(FACTS_TO_HEAR)
      .useValue([bellRung.name, workOrdered.name])
      .setLogger({ log: () => {}, error: () => {}, warn: () => {} })
      .compile();
    await module
      .get(DataSource)
      .query(
        `create table heard (bell text); create table fruit (id uuid primary key, state text, due_at timestamptz, ripened int default 0)`,
      );
    await module.init();
    deeds = module.get(Deeds);
    source = module.get(DataSource);
    probe = module.get(Probe);
  });

  afterAll(async () => {
    await module.close();
    await drop();
  });

  const until = async (satisfied: () => Promise<boolean>): Promise<void> => {
    const limit = Date.now() + 30_000;
    while (!(await satisfied())) {
      if (Date.now() > limit) throw new Error('it never happened');
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
    }
  };
  const handled = (): Promise<boolean> =>
    source
      .query('select count(*)::int as n from outbox_delivery where handled_at is null')
      .then((rows: { n: number }[]) => rows[0]?.n === 0);
  const timesHeard = async (bell: string): Promise<number> => {
    const rows: { n: number }[] = await source.query('select count(*)::int as n from heard where bell = $1', [bell]);
    return rows[0]?.n ?? 0;
  };

  it('brings a fact to its listener once, and only if the deed commits', async () => {
    await deeds.run(someone(null), 'probe.ring', {}, (deed) => deed.announce(bellRung, { bellId: 'kept' }));
    await expect(
      deeds.run(someone(null), 'probe.ring', {}, async (deed) => {
        await deed.announce(bellRung, { bellId: 'lost' });
        throw refuse('probe.no', 'No.');
      }),
    ).rejects.toBeInstanceOf(Refusal);
    await until(handled);
    expect(await timesHeard('kept')).toBe(1);
    expect(await timesHeard('lost')).toBe(0);
  });

  it('tries a failing listener again, and leaves nothing of the failed try', async () => {
    probe.failures = 2;
    await deeds.run(someone(null), 'probe.ring', {}, (deed) => deed.announce(bellRung, { bellId: 'stubborn' }));
    await until(handled);
    expect(await timesHeard('stubborn')).toBe(1);
    const rows: { attempts: number }[] = await source.query(
      `select d.attempts from outbox_delivery d join outbox_event e on e.id = d.event_id where e.payload->>'bellId' = 'stubborn'`,
    );
    expect(rows[0]?.attempts).toBe(2);
  });

  it('gives long work a lease and marks it done', async () => {
    const orderId = randomUUID();
    await deeds.run(someone(null), 'probe.order', {}, (deed) => deed.announce(workOrdered, { orderId }));
    await until(handled);
    expect(probe.heard.filter((id) => id === orderId)).toHaveLength(1);
  });

  it('takes up long work again when its worker died and the lease ran out', async () => {
    const rows: { announce: string }[] = await source.query(
      `select announce('probe.work-ordered', '{"orderId": "orphan"}', array['probe.work'])::text`,
    );
    await source.query(
      `update outbox_delivery set enqueued_at = clock_timestamp() - interval '1 minute',
         leased_until = clock_timestamp() - interval '1 second' where event_id = $1`,
      [rows[0]?.announce],
    );
    await until(async () => probe.heard.includes('orphan'));
  });

  it('lets happen what is due, exactly once, and nothing early', async () => {
    const [due, later] = [randomUUID(), randomUUID()];
    await source.query(
      `insert into fruit values ($1, 'green', app_now() + interval '700 milliseconds'), ($2, 'green', app_now() + interval '1 hour')`,
      [due, later],
    );
    const state = async (id: string): Promise<unknown> =>
      (await source.query('select state, ripened from fruit where id = $1', [id]))[0];
    await until(async () => ((await state(due)) as { state: string }).state === 'ripe');
    expect(await state(due)).toEqual({ state: 'ripe', ripened: 1 });
    expect(await state(later)).toEqual({ state: 'green', ripened: 0 });
    await source.query(`update clock_offset set ahead = ahead + interval '2 hours'`);
    await until(async () => ((await state(later)) as { state: string }).state === 'ripe');
    expect(await state(later)).toEqual({ state: 'ripe', ripened: 1 });
  });

  it('answers a repeated command from memory and refuses a reused key', async () => {
    let done = 0;
    const command = (input: object): Promise<{ done: number; price: bigint }> =>
      deeds.run(someone('key-1'), 'probe.count', input, async () => ({ done: (done += 1), price: 31_000n }));
    expect(await command({ a: 1 })).toEqual({ done: 1, price: 31_000n });
    expect(await command({ a: 1 })).toEqual({ done: 1, price: 31_000 });
    expect(done).toBe(1);
    await expect(command({ a: 2 })).rejects.toMatchObject({ code: 'idempotency.key-reused' });
  });

  it('keeps strangers apart who use the same key: each has the answer to what it asked', async () => {
    let done = 0;
    const command = (name: string): Promise<string> =>
      deeds.run(visitor('1'), 'probe.greet', { name }, async () => `Hello ${name}, number ${(done += 1)}`);
    const answers = await Promise.all([command('An'), command('Bo'), command('An')]);
    expect(answers[2]).toBe(answers[0]);
    expect(answers[1]).toMatch(/^Hello Bo/);
    expect(done).toBe(2);
  });

  it('does a command once when it is sent twice at the same time', async () => {
    let done = 0;
    const command = (): Promise<number> =>
      deeds.run(someone('key-2'), 'probe.race', {}, async (deed) => {
        await deed.tx.query('select pg_sleep(0.2)');
        return (done += 1);
      });
    expect(await Promise.all([command(), command(), command()])).toEqual([1, 1, 1]);
  });

  it('refuses a command whose first sending is not done yet, and holds up nobody meanwhile', async () => {
    let finish: (answer: string) => void = () => undefined;
    const gate = new Promise<string>((resolve) => (finish = resolve));
    let done = 0;
    const command = (): Promise<string> =>
      deeds.run(someone('key-4'), 'probe.import', {}, async () => {
        done += 1;
        return gate;
      });
    const first = command();
    await until(async () => done === 1);
    // More than there are connections.
    const repeated = Promise.allSettled(Array.from({ length: 40 }, command));
    const other = deeds.run(someone('key-5'), 'probe.other', {}, async () => 'not held up');
    expect(await other).toBe('not held up');
    for (const outcome of await repeated) {
      expect(outcome).toMatchObject({ reason: { code: 'idempotency.in-progress', kind: 'conflict' } });
    }
    const late = command();
    finish('imported');
    expect([await first, await late, await command(), done]).toEqual(['imported', 'imported', 'imported', 1]);
  });

  it('does a repeated command itself when the first sending comes to nothing', async () => {
    let fail: (error: Error) => void = () => undefined;
    const gate = new Promise<string>((_resolve, reject) => (fail = reject));
    let begun = false;
    const first = deeds.run(someone('key-6'), 'probe.mend', {}, async () => {
      begun = true;
      return gate;
    });
    await until(async () => begun);
    const second = deeds.run(someone('key-6'), 'probe.mend', {}, async () => 'done');
    fail(refuse('probe.no', 'No.'));
    await expect(first).rejects.toMatchObject({ code: 'probe.no' });
    expect(await second).toBe('done');
  });

  it('forgets the key of a refused command, so that it can be mended and sent again', async () => {
    const command = (fail: boolean): Promise<string> =>
      deeds.run(someone('key-3'), 'probe.mend', {}, async () => {
        if (fail) throw refuse('probe.no', 'No.');
        return 'done';
      });
    await expect(command(true)).rejects.toMatchObject({ code: 'probe.no' });
    expect(await command(false)).toBe('done');
  });

  it('chains what is recorded of one subject at the same time, in the middle of deeds and at their ends', async () => {
    // Whoever wrote into it commits slowly, so that the ends of many deeds meet.
    await source.query(`create table slow (step integer);
      create function slowly() returns trigger language plpgsql as $$ begin perform pg_sleep(0.1); return null; end $$;
      create constraint trigger slowly after insert on slow deferrable initially deferred for each row execute function slowly()`);
    const steps = [1, 2, 3, 4, 5, 6];
    const crowds: Readonly<Record<string, (deed: Deed, step: number) => Promise<unknown>>> = {
      // The last entry waits for the end of the deed; the crowd's is to be written before the others come.
      'a crowd': async (deed, step) => {
        await deed.record({ type: 'probe', id: `one of the crowd ${step}` });
        await deed.tx.query('select pg_sleep(0.1)');
      },
      'a crowd at the end': (deed, step) => deed.tx.query('insert into slow values ($1)', [step]),
    };
    for (const [id, meanwhile] of Object.entries(crowds)) {
      await Promise.all(
        steps.map((step) =>
          deeds.run(someone(`key-${step} of ${id}`), 'probe.step', { step }, async (deed) => {
            await deed.record({ type: 'probe', id }, { step });
            await meanwhile(deed, step);
          }),
        ),
      );
      const rows: { sequence: number; previous_hash: string; hash: string }[] = await source.query(
        `select sequence, previous_hash, hash from audit_entry where subject_id = $1 order by sequence`,
        [id],
      );
      expect(rows.map((row) => row.sequence)).toEqual(steps);
      expect(rows.map((row) => row.previous_hash)).toEqual(['', ...rows.slice(0, -1).map((row) => row.hash)]);
    }
  });

  it('records all that a deed does, in its order, and nothing of a deed that is refused', async () => {
    const deed = (key: string | null, subject: string, ending: () => unknown) =>
      deeds.run(someone(key), 'probe.steps', { subject }, async (under) => {
        await under.record({ type: 'probe', id: subject }, { step: 1 });
        await under.recordAndAnnounce({ type: 'probe', id: subject }, { step: 2 }, bellRung, { bellId: subject });
        await under.record({ type: 'probe', id: subject }, { step: 3 }, 'twice');
        await under.record({ type: 'probe', id: subject }, { step: 4 });
        return ending();
      });
    for (const [key, subject] of [
      ['a key of steps', 'with a key'],
      [null, 'without'],
    ] as const) {
      expect(await deed(key, subject, () => ({ steps: 4n }))).toEqual({ steps: 4n });
      const rows: { facts: { step: number }; why: string | null }[] = await source.query(
        'select facts, why from audit_entry where subject_id = $1 order by sequence',
        [subject],
      );
      expect(rows.map(({ facts, why }) => [facts.step, why])).toEqual([
        [1, null],
        [2, null],
        [3, 'twice'],
        [4, null],
      ]);
      const refused = deed(key && `${key} refused`, `${subject}, refused`, () => {
        throw refuse('probe.no', 'No.');
      });
      await expect(refused).rejects.toThrow('No.');
      expect(await source.query('select from audit_entry where subject_id = $1', [`${subject}, refused`])).toEqual([]);
    }
    expect(await deed('a key of steps', 'with a key', () => null)).toEqual({ steps: 4 });
    const [{ entries }]: [{ entries: number }] = await source.query(
      `select count(*)::int as entries from audit_entry where subject_id = 'with a key'`,
    );
    expect(entries).toBe(4);
  });

  it('chains what it records, and lets nobody rewrite it', async () => {
    const subject = { type: 'probe', id: 'p1' };
    for (const step of [1, 2, 3]) {
      await deeds.run(someone(null), 'probe.step', {}, (deed) => deed.record(subject, { step, minor: 5n }));
    }
    const rows: { sequence: number; hash: string; previous_hash: string; sound: boolean }[] = await source.query(
      `select sequence, hash, previous_hash, audit_hash(e) = hash as sound from audit_entry e
       where subject_type = 'probe' and subject_id = 'p1' order by sequence`,
    );
    expect(rows.map((row) => row.sequence)).toEqual([1, 2, 3]);
    expect(rows.every((row) => row.sound)).toBe(true);
    expect(rows.map((row) => row.previous_hash)).toEqual(['', rows[0]?.hash, rows[1]?.hash]);
    await expect(source.query(`update audit_entry set deed = 'x'`)).rejects.toThrow('append-only');
    await expect(source.query('delete from audit_entry')).rejects.toThrow('append-only');
    await expect(source.query('truncate audit_entry')).rejects.toThrow('append-only');
  });
});
