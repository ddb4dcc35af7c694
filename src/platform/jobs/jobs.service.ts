/**
 * Brings facts to their listeners and wakes what is due. The rows of outbox_delivery and every due_at are the truth;
 * BullMQ carries wake-ups; a reconciler looks at the rows each second and does what no wake-up did, so that losing
 * every job loses nothing.
 */
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { JobSource } from '../database/job-source.js';
import { Listeners } from '../deeds/listeners.js';
import { pause, unlessEnded, within } from '../patience.js';
import { messageOf, Performer, updatedRows } from './performer.js';
import { Purge } from './purge.js';
import { type WakeUp, type WakeUpJob, WakeUps } from './queue.js';
import { Reconciler } from './reconciler.js';

const RELAY_EVERY_MILLIS = 100;
const RECONCILE_EVERY_MILLIS = 1_000;
const PURGE_EVERY_MILLIS = 3_600_000;
/** Facts wait this long for the queue to open; later they go the slower way. */
const HEAD_START_MILLIS = 2_000;
const TRY_AGAIN_MILLIS = 1_000;
const RELAY_BATCH = 200;
/** BullMQ does jobs that have a priority after all that have none. */
const PATIENT = 1;
/** What runs at the end has this long to finish; whatever it was, its row says that it is still to be done. */
const DRAIN_MILLIS = 10_000;

@Injectable()
export class JobsService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger('Jobs');
  private readonly stopping = new AbortController();
  private readonly loops: Promise<void>[] = [];
  private wakeUps: WakeUps | undefined;
  private queueTrouble: string | null = null;

  constructor(
    private readonly settings: Settings,
    private readonly source: JobSource,
    private readonly listeners: Listeners,
    private readonly performer: Performer,
    private readonly reconciler: Reconciler,
    private readonly purge: Purge,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.settings.PUMASI_WORKERS) return;
    // A database copied from another one keeps its installation id, but not its oid.
    const rows: { name: string }[] = await this.source.query(
      `select 'pumasi-' || left(i.id::text, 8) || '-' || d.oid as name from installation i, pg_database d
       where d.datname = current_database()`,
    );
    const opening = this.openQueue(rows[0]?.name ?? 'pumasi');
    const headStart = within(HEAD_START_MILLIS, 'opening the queue', opening).catch(() => undefined);
    this.loops.push(
      opening,
      headStart.then(() => this.loop(RELAY_EVERY_MILLIS, () => this.relay())),
      this.loop(RECONCILE_EVERY_MILLIS, () => this.reconcile()),
      this.loop(PURGE_EVERY_MILLIS, () => this.purge.run()),
    );
  }

  /** Before the database is let go: what runs ends, nothing more begins. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.wakeUps?.rest();
    const drained = Promise.all(this.loops).then(() => this.performer.idle());
    await within(DRAIN_MILLIS, 'finishing', drained).catch((error: unknown) => this.log.warn(messageOf(error)));
    await this.wakeUps?.close();
  }

  /** Is the queue reachable? Deliveries go on without it, only more slowly. Null: this process leaves it to others. */
  async queueAnswers(): Promise<boolean | null> {
    if (!this.settings.PUMASI_WORKERS) return null;
    return (await this.wakeUps?.answers()) ?? false;
  }

  /** Opens the queue, again and again until it works; nothing else waits for it. */
  private async openQueue(installation: string): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      let wakeUps: WakeUps | undefined;
      try {
        wakeUps = new WakeUps(this.settings, installation, (wakeUp) => this.wake(wakeUp));
        await unlessEnded(signal, wakeUps.open());
        this.wakeUps = wakeUps;
        this.queueAnswered();
        return;
      } catch (error) {
        this.queueFailed(error);
        await wakeUps?.close();
      }
      await pause(TRY_AGAIN_MILLIS, signal);
    }
  }

  private async loop(everyMillis: number, step: () => Promise<boolean>): Promise<void> {
    const { signal } = this.stopping;
    let trouble: string | null = null;
    while (!signal.aborted) {
      let millis = everyMillis;
      try {
        if (await step()) continue;
        trouble = null;
      } catch (error) {
        const message = messageOf(error);
        if (!signal.aborted && message !== trouble) this.log.warn(`will try again: ${message}`);
        trouble = message;
        millis = TRY_AGAIN_MILLIS;
      }
      await pause(millis, signal);
    }
  }

  /** Hands committed facts to the queue. @returns whether there may be more at once */
  private async relay(): Promise<boolean> {
    const fresh = await this.source
      .query(
        `update outbox_delivery set enqueued_at = clock_timestamp() where (event_id, handler) in (
         select event_id, handler from outbox_delivery where handled_at is null and enqueued_at is null
         order by event_id limit $1 for update skip locked)
       returning event_id::text, handler`,
        [RELAY_BATCH],
      )
      .then(updatedRows<{ event_id: string; handler: string }>);
    const queued = fresh.filter(({ handler }) => this.listeners.factHandler(handler)?.spare !== true);
    await this.enqueue(
      queued.map(({ event_id, handler }) => ({
        name: handler,
        data: { kind: 'fact', eventId: event_id, handler },
        opts: {
          jobId: `fact-${event_id}-${handler}`,
          ...(this.listeners.factHandler(handler)?.patient === true ? { priority: PATIENT } : {}),
        },
      })),
    );
    return fresh.length === RELAY_BATCH;
  }

  private async reconcile(): Promise<boolean> {
    await this.reconciler.reconcile(this.stopping.signal);
    await this.enqueue(await this.reconciler.alarms());
    return false;
  }

  /** What the queue does not take, the reconciler does a little later. */
  private async enqueue(jobs: WakeUpJob[]): Promise<void> {
    if (jobs.length === 0 || this.wakeUps === undefined) return;
    try {
      await this.wakeUps.add(jobs);
      this.queueAnswered();
    } catch (error) {
      this.queueFailed(error);
    }
  }

  private async wake(wakeUp: WakeUp): Promise<void> {
    if (this.stopping.signal.aborted) return;
    if (wakeUp.kind === 'fact') return this.performer.deliver(wakeUp.eventId, wakeUp.handler);
    const due = this.listeners.dueHandler(wakeUp.name);
    if (due) await this.performer.happen(due, wakeUp.id);
  }

  private queueAnswered(): void {
    if (this.queueTrouble !== null) this.log.log('the queue works again');
    this.queueTrouble = null;
  }

  private queueFailed(error: unknown): void {
    if (this.stopping.signal.aborted) return;
    if (this.queueTrouble === null) {
      this.log.warn(`the queue does not work, so facts reach their listeners seconds later: ${messageOf(error)}`);
    }
    this.queueTrouble = messageOf(error);
  }
}
