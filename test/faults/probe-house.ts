/** The platform alone, with listeners and due rows that tests can disturb. */
import { Injectable, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { systemActor } from '../../src/kernel/actor.js';
import { readSettings } from '../../src/platform/config/settings.js';
import { JobSource } from '../../src/platform/database/job-source.js';
import { Deeds, type Deed } from '../../src/platform/deeds/deeds.js';
import { type Fact, FACTS_TO_HEAR, OnFact, WhenDue } from '../../src/platform/deeds/facts.js';
import { JobsService } from '../../src/platform/jobs/jobs.service.js';
import { PlatformModule } from '../../src/platform/platform.module.js';

// Not declared: every system that the same process boots later would have to listen to them.
const bellRung: Fact<{ bell: string }> = { name: 'probe.bell-rung' };
const holeWanted: Fact<{ depth: number }> = { name: 'probe.hole-wanted' };
const bridgeWanted: Fact<{ span: number }> = { name: 'probe.bridge-wanted' };
const tunnelWanted: Fact<{ metre: number }> = { name: 'probe.tunnel-wanted' };

/** How long it takes to dig a hole. */
const DIGGING_MILLIS = 400;

@Injectable()
export class Probe {
  /** bells and fruit by name, as often as they were tried */
  readonly tries = new Map<string, number>();
  holes = 0;
  bridges = 0;
  /** holes are begun, and done when this is */
  ground: Promise<unknown> = Promise.resolve();
  /** metres of the tunnel that were dug, and how many at a time at the most */
  readonly metres: number[] = [];
  diggers = { now: 0, most: 0 };

  @OnFact(bellRung, { name: 'probe.hear' })
  async hear(deed: Deed, { bell }: { bell: string }): Promise<void> {
    await deed.tx.query('insert into heard values ($1)', [bell]);
    this.disturb(bell);
    if (bell.startsWith('waiting')) await deed.tx.query('select pg_advisory_xact_lock(hashtext($1))', [bell]);
  }

  @OnFact(holeWanted, { name: 'probe.dig', long: true, patient: true })
  async dig(): Promise<void> {
    await this.ground;
    await new Promise((resolve) => {
      setTimeout(resolve, DIGGING_MILLIS);
    });
    this.holes += 1;
  }

  @OnFact(bridgeWanted, { name: 'probe.build', long: true })
  async build(): Promise<void> {
    this.bridges += 1;
    await Promise.resolve();
  }

  @OnFact(tunnelWanted, { name: 'probe.tunnel', long: true, spare: true })
  async tunnel({ metre }: { metre: number }): Promise<void> {
    this.disturb(`metre ${metre}`);
    if (metre < 0 && this.tries.get(`metre ${metre}`) === 1) throw new Error('rock');
    this.diggers = { now: this.diggers.now + 1, most: Math.max(this.diggers.most, this.diggers.now + 1) };
    await new Promise((resolve) => {
      setTimeout(resolve, DIGGING_MILLIS);
    });
    this.diggers.now -= 1;
    this.metres.push(metre);
  }

  @WhenDue({ name: 'probe.ripen', table: 'fruit', states: ['green'] })
  async ripen(deed: Deed, id: string): Promise<void> {
    await deed.tx.query(`update fruit set state = 'ripe', due_at = null, times = times + 1 where id = $1`, [id]);
    this.disturb(id);
  }

  @WhenDue({ name: 'probe.wilt', table: 'flower', states: ['fresh'] })
  async wilt(deed: Deed, id: string): Promise<void> {
    await deed.tx.query(`update flower set state = 'wilted', due_at = null, times = times + 1 where id = $1`, [id]);
    this.disturb(id);
  }

  private disturb(what: string): void {
    this.tries.set(what, (this.tries.get(what) ?? 0) + 1);
    if (what.startsWith('broken')) throw new Error(`${what}\0`);
  }
}

@Module({ providers: [Probe], exports: [Probe] })
class ProbeModule {}

export interface Growing {
  readonly state: string;
  readonly times: number;
}

export class ProbeHouse {
  private constructor(private readonly module: TestingModule) {}

  /** @param before runs when there are tables, and nothing works on them yet */
  static async start(
    environment: Readonly<Record<string, string>>,
    before: (source: DataSource) => Promise<unknown> = async () => undefined,
  ): Promise<ProbeHouse> {
    const settings = readSettings({ PUMASI_SEALING_KEY: Buffer.alloc(32, 7).toString('base64'), ...environment });
    const module = await Test.createTestingModule({ imports: [PlatformModule.with(settings), ProbeModule] })
      .overrideProvider(FACTS_TO_HEAR)
      .useValue([bellRung.name, holeWanted.name, bridgeWanted.name, tunnelWanted.name])
      .setLogger({ log: () => {}, error: () => {}, warn: () => {} })
      .compile();
    const source = module.get(DataSource);
    await source.query(
      `create table if not exists heard (bell text);
       create table if not exists fruit (id text primary key, state text, due_at timestamptz, times int default 0);
       create table if not exists flower (id text primary key, state text, due_at timestamptz, times int default 0)`,
    );
    await before(source);
    await module.init();
    return new ProbeHouse(module);
  }

  get probe(): Probe {
    return this.module.get(Probe);
  }

  get source(): DataSource {
    return this.module.get(DataSource);
  }

  get jobSource(): JobSource {
    return this.module.get(JobSource);
  }

  async stop(): Promise<void> {
    await this.module.close();
  }

  async ring(bell: string): Promise<void> {
    const deed = (d: Deed): Promise<void> => d.announce(bellRung, { bell });
    await this.module.get(Deeds).run(systemActor('test'), 'probe.ring', null, deed);
  }

  /** Wants so many holes at once. */
  async wantHoles(count: number): Promise<void> {
    await this.module.get(Deeds).run(systemActor('test'), 'probe.want-holes', null, async (deed) => {
      for (let depth = 1; depth <= count; depth += 1) await deed.announce(holeWanted, { depth });
    });
  }

  async wantBridge(): Promise<void> {
    const wanting = systemActor('test');
    await this.module
      .get(Deeds)
      .run(wanting, 'probe.want-bridge', null, (deed) => deed.announce(bridgeWanted, { span: 1 }));
  }

  /** Wants these metres of a tunnel. */
  async wantTunnel(metres: readonly number[]): Promise<void> {
    await this.module.get(Deeds).run(systemActor('test'), 'probe.want-tunnel', null, async (deed) => {
      for (const metre of metres) await deed.announce(tunnelWanted, { metre });
    });
  }

  /** Wants a metre of a tunnel that a process has begun and, as it was killed, will not finish. */
  async wantTunnelOfDead(metre: number, leaseMillis: number): Promise<void> {
    await this.source.query(
      `with e as (insert into outbox_event (name, payload)
         values ('probe.tunnel-wanted', jsonb_build_object('metre', $1::int)) returning id)
       insert into outbox_delivery (event_id, handler, enqueued_at, leased_until)
       select id, 'probe.tunnel', clock_timestamp(), clock_timestamp() + $2 * interval '1 millisecond' from e`,
      [metre, leaseMillis],
    );
  }

  /** Rings a bell as if a process had taken it to the queue and died. */
  async ringLost(bell: string): Promise<void> {
    await this.source.query(
      `with e as (insert into outbox_event (name, payload)
         values ('probe.bell-rung', jsonb_build_object('bell', $1::text)) returning id)
       insert into outbox_delivery (event_id, handler, enqueued_at)
       select id, 'probe.hear', clock_timestamp() - interval '1 minute' from e`,
      [bell],
    );
  }

  async timesHeard(bell: string): Promise<number> {
    const rows: { n: number }[] = await this.source.query('select count(*)::int as n from heard where bell = $1', [
      bell,
    ]);
    return rows[0]?.n ?? 0;
  }

  async plant(table: 'fruit' | 'flower', id: string, inMillis = 0): Promise<void> {
    await this.source.query(`insert into ${table} values ($1, $2, app_now() + $3 * interval '1 millisecond')`, [
      id,
      table === 'fruit' ? 'green' : 'fresh',
      inMillis,
    ]);
  }

  async grown(table: 'fruit' | 'flower', id: string): Promise<Growing | undefined> {
    const rows: Growing[] = await this.source.query(`select state, times from ${table} where id = $1`, [id]);
    return rows[0];
  }

  async queueAnswers(): Promise<boolean> {
    return (await this.module.get(JobsService).queueAnswers()) === true;
  }
}

/** @returns how long it took, in milliseconds */
export async function until(satisfied: () => Promise<boolean>, limitMillis = 30_000): Promise<number> {
  const began = performance.now();
  while (!(await satisfied())) {
    if (performance.now() - began > limitMillis) throw new Error('it never happened');
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  return performance.now() - began;
}
