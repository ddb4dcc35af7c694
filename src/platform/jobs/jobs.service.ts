/**
 * Brings facts to their listeners and wakes what is due. The rows of outbox_delivery and every due_at are the truth;
 * BullMQ carries wake-ups; a reconciler looks at the rows each second and does what no wake-up did, so that losing
 * every job loses nothing.
 */
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { UnrecoverableError } from 'bullmq';
import { DataSource } from 'typeorm';
import { Settings } from '../config/settings.js';
import { type DueHandler, Listeners } from '../deeds/listeners.js';
import { messageOf, Performer, updatedRows } from './performer.js';
import { ENQUEUE_TIMEOUT_MILLIS, openQueue, type WakeUp, type WakeUps } from './queue.js';

const RELAY_EVERY_MILLIS = 100;
const RECONCILE_EVERY_MILLIS = 1_000;
const RELAY_BATCH = 200;
/** A wake-up that came to nothing for this long is made up for by the reconciler. */
const GRACE = "interval '3 seconds'";
/** Alarms are set this far ahead; what is due later gets its alarm later. */
const ALARM_HORIZON = "interval '60 seconds'";

interface Delivery {
  readonly event_id: string;
  readonly handler: string;
}

@Injectable()
export class JobsService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger('Jobs');
  private wakeUps: WakeUps | undefined;
  private stopping = false;
  private readonly loops: Promise<void>[] = [];
  private readonly alarmsSet = new Map<string, number>();
  private readonly running = new Set<Promise<unknown>>();

  constructor(
    private readonly settings: Settings,
    private readonly source: DataSource,
    private readonly listeners: Listeners,
    private readonly performer: Performer,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.settings.PUMASI_WORKERS) return;
    // A database copied from another one keeps its installation id, but not its oid.
    const rows: { name: string }[] = await this.source.query(
      `select 'pumasi-' || left(i.id::text, 8) || '-' || d.oid as name from installation i, pg_database d
       where d.datname = current_database()`,
    );
    this.wakeUps = openQueue(this.settings, rows[0]?.name ?? 'pumasi');
    this.wakeUps.startWorker((job) => this.wake(job.data));
    this.loops.push(this.loop(RELAY_EVERY_MILLIS, () => this.relay()));
    this.loops.push(this.loop(RECONCILE_EVERY_MILLIS, () => this.reconcile()));
  }

  /** Before the database is let go: what runs ends, nothing more begins. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await Promise.allSettled(this.loops);
    await this.wakeUps?.close();
    await Promise.allSettled(this.running);
  }

  /** Is the queue reachable? Deliveries go on without it, only more slowly. */
  async queueAnswers(): Promise<boolean> {
    if (!this.wakeUps) return true;
    const count = this.wakeUps.queue.getJobCounts('wait').then(
      () => true,
      () => false,
    );
    return Promise.race([count, sleep(ENQUEUE_TIMEOUT_MILLIS).then(() => false)]);
  }

  private async loop(everyMillis: number, step: () => Promise<boolean>): Promise<void> {
    while (!this.stopping) {
      try {
        if (await step()) continue;
      } catch (error) {
        if (!this.stopping) this.log.warn(`will try again: ${messageOf(error)}`);
      }
      await sleep(everyMillis);
    }
  }

  /** Hands committed facts to the queue. @returns whether there may be more at once */
  private async relay(): Promise<boolean> {
    const queue = this.wakeUps?.queue;
    if (!queue) return false;
    const fresh = await this.source
      .query(
        `update outbox_delivery set enqueued_at = clock_timestamp() where (event_id, handler) in (
         select event_id, handler from outbox_delivery where handled_at is null and enqueued_at is null
         order by event_id limit $1 for update skip locked)
       returning event_id::text, handler`,
        [RELAY_BATCH],
      )
      .then(updatedRows<Delivery>);
    if (fresh.length === 0) return false;
    await withinTimeout(
      queue.addBulk(
        fresh.map(({ event_id, handler }) => ({
          name: handler,
          data: { kind: 'fact' as const, eventId: event_id, handler },
          opts: { jobId: `fact-${event_id}-${handler}` },
        })),
      ),
    );
    return fresh.length === RELAY_BATCH;
  }

  /** What no wake-up has done: late deliveries, overdue rows; and alarms for what is due soon. */
  private async reconcile(): Promise<boolean> {
    const late: Delivery[] = await this.source.query(
      `select event_id::text, handler from outbox_delivery
       where handled_at is null and enqueued_at < clock_timestamp() - ${GRACE} and next_try_at <= clock_timestamp()
         and coalesce(leased_until, '-infinity') < clock_timestamp()
       order by event_id limit $1`,
      [RELAY_BATCH],
    );
    for (const { event_id, handler } of late) {
      if (this.stopping) return false;
      const delivered = this.performer.deliver(event_id, handler);
      if (this.listeners.factHandler(handler)?.long) void this.track(delivered);
      else await delivered;
    }
    for (const due of this.listeners.dueHandlers()) {
      const overdue: { id: string }[] = await this.source.query(
        `select id::text from ${due.table} where state = any($1) and due_at <= app_now() order by due_at limit $2`,
        [due.states, RELAY_BATCH],
      );
      for (const { id } of overdue) if (!this.stopping) await this.performer.happen(due, id);
      await this.setAlarms(due);
    }
    return false;
  }

  private async setAlarms(due: DueHandler): Promise<void> {
    const soon: { id: string; due_at: Date; delay: number }[] = await this.source.query(
      `select id::text, due_at, extract(epoch from due_at - app_now())::float8 * 1000 as delay from ${due.table}
       where state = any($1) and due_at > app_now() and due_at < app_now() + ${ALARM_HORIZON} limit $2`,
      [due.states, RELAY_BATCH],
    );
    for (const { id, due_at, delay } of soon) {
      const jobId = `due-${due.name}-${id}-${due_at.getTime()}`;
      if (this.alarmsSet.has(jobId)) continue;
      this.alarmsSet.set(jobId, Date.now());
      const data: WakeUp = { kind: 'due', name: due.name, id };
      const queue = this.wakeUps?.queue;
      if (queue) await withinTimeout(queue.add(due.name, data, { jobId, delay: Math.ceil(delay) }));
    }
    for (const [jobId, at] of this.alarmsSet) if (at < Date.now() - 120_000) this.alarmsSet.delete(jobId);
  }

  private async wake(data: WakeUp): Promise<void> {
    if (data.kind === 'fact') return this.track(this.performer.deliver(data.eventId, data.handler));
    const due = this.listeners.dueHandler(data.name);
    if (!due) throw new UnrecoverableError(`no job is named ${data.name}`);
    await this.track(this.performer.happen(due, data.id));
  }

  private track<T>(work: Promise<T>): Promise<T> {
    const settled = work.finally(() => this.running.delete(settled));
    this.running.add(settled);
    return settled;
  }
}

function sleep(millis: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, millis).unref();
  });
}

/** Waits for the queue only so long: a frozen Redis must not stop the reconciler. */
async function withinTimeout(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the queue did not answer')), ENQUEUE_TIMEOUT_MILLIS);
  });
  try {
    await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
