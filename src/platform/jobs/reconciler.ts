/** Looks at the rows and does what no wake-up has done: late deliveries, overdue rows. */
import { Injectable } from '@nestjs/common';
import { JobSource } from '../database/job-source.js';
import { type DueHandler, Listeners } from '../deeds/listeners.js';
import { within } from '../patience.js';
import { Performer } from './performer.js';
import type { WakeUpJob } from './queue.js';

const BATCH = 200;
/** A wake-up that came to nothing for this long is made up for. */
const GRACE = "interval '3 seconds'";
/** Alarms are set this far ahead; what is due later gets its alarm later. */
const ALARM_HORIZON = "interval '60 seconds'";
const ALARM_KEPT_MILLIS = 120_000;
/** Work that takes longer goes on beside the rest: one row that waits for a lock must not hold up all others, */
const PATIENCE_MILLIS = 1_000;
/** as long as there are no more than this many of them, and of long handlers. */
const BESIDE = 4;
/** Of long patient ones fewer: while they hold all places of the queue, what is not patient finds one here. */
const PATIENT_BESIDE = BESIDE - 1;

@Injectable()
export class Reconciler {
  private readonly alarmsSet = new Map<string, number>();
  private readonly slow = new Set<string>();
  private readonly long = new Set<string>();

  constructor(
    private readonly source: JobSource,
    private readonly listeners: Listeners,
    private readonly performer: Performer,
  ) {}

  /** Begins everything that is late or overdue. */
  async reconcile(stopping: AbortSignal): Promise<void> {
    await this.deliverLate(stopping);
    for (const { name, spare } of this.listeners.factHandlers()) {
      if (spare) void this.performer.useSpareTime(name, stopping);
    }
    for (const due of this.listeners.dueHandlers()) await this.letHappen(due, stopping);
  }

  /** The alarms of what is due soon that have not been set yet. */
  async alarms(): Promise<WakeUpJob[]> {
    const now = Date.now();
    for (const [jobId, at] of this.alarmsSet) if (at < now - ALARM_KEPT_MILLIS) this.alarmsSet.delete(jobId);
    const jobs: WakeUpJob[] = [];
    for (const due of this.listeners.dueHandlers()) {
      const soon: { id: string; due_at: Date; delay: number }[] = await this.source.query(
        `select id::text, due_at, extract(epoch from due_at - app_now())::float8 * 1000 as delay from ${due.table}
         where state = any($1) and due_at > app_now() and due_at < app_now() + ${ALARM_HORIZON}
         order by due_at limit $2`,
        [due.states, BATCH],
      );
      for (const { id, due_at, delay } of soon) {
        const jobId = `due-${due.name}-${id}-${due_at.getTime()}`;
        if (this.alarmsSet.has(jobId)) continue;
        this.alarmsSet.set(jobId, now);
        const data = { kind: 'due', name: due.name, id } as const;
        jobs.push({ name: due.name, data, opts: { jobId, delay: Math.ceil(delay) } });
      }
    }
    return jobs;
  }

  private async deliverLate(stopping: AbortSignal): Promise<void> {
    // Facts of another version of the program, for listeners that this one does not have, are left to it.
    const handlers = this.listeners
      .factHandlers()
      .filter(({ long, spare, patient }) => !spare && (!long || this.hasPlace(patient)));
    const late: { event_id: string; handler: string }[] = await this.source.query(
      `select d.event_id::text, d.handler from outbox_delivery d
       where handled_at is null and enqueued_at < clock_timestamp() - ${GRACE} and next_try_at <= clock_timestamp()
         and coalesce(leased_until, '-infinity') < clock_timestamp() and handler = any($1)
       order by d.handler = any($3), d.event_id limit $2`,
      [handlers.map(({ name }) => name), BATCH, handlers.filter(({ patient }) => patient).map(({ name }) => name)],
    );
    for (const { event_id, handler } of late) {
      if (stopping.aborted || this.slow.size >= BESIDE) return;
      const deliver = (): Promise<void> => this.performer.deliver(event_id, handler);
      const { long, patient } = this.listeners.factHandler(handler) ?? {};
      if (!long) await this.soon(`${handler} ${event_id}`, deliver);
      else if (this.hasPlace(patient)) void this.beside(this.long, `${handler} ${event_id}`, deliver);
    }
  }

  private hasPlace(patient = false): boolean {
    return this.long.size < (patient ? PATIENT_BESIDE : BESIDE);
  }

  private async letHappen(due: DueHandler, stopping: AbortSignal): Promise<void> {
    const overdue: { id: string }[] = await this.source.query(
      `select id::text from ${due.table} where state = any($1) and due_at <= app_now() and id::text <> all($2)
       order by due_at limit $3`,
      [due.states, this.performer.resting(due), BATCH],
    );
    for (const { id } of overdue) {
      if (stopping.aborted || this.slow.size >= BESIDE) return;
      await this.soon(`${due.name} ${id}`, () => this.performer.happen(due, id));
    }
  }

  private async soon(name: string, work: () => Promise<void>): Promise<void> {
    await within(PATIENCE_MILLIS, name, this.beside(this.slow, name, work)).catch(() => undefined);
  }

  private async beside(others: Set<string>, name: string, work: () => Promise<void>): Promise<void> {
    if (others.has(name)) return;
    others.add(name);
    await work().finally(() => others.delete(name));
  }
}
