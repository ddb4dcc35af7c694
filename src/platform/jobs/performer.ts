/** Does single jobs: lets happen what is due, and brings one fact to one listener, exactly once in effect. */
import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { systemActor } from '../../kernel/actor.js';
import { Refusal } from '../../kernel/refusal.js';
import { JobSource } from '../database/job-source.js';
import { Deed } from '../deeds/deeds.js';
import type { FactPayload } from '../deeds/facts.js';
import { type DueHandler, type FactHandler, Listeners } from '../deeds/listeners.js';
import { Metrics } from '../metrics/metrics.js';

const LEASE = "interval '10 seconds'";
const LEASE_RENEWAL_MILLIS = 3_000;
/** After each failure the rest doubles, from a second to about five minutes (no interval holds 2 to the power of 60). */
const MOST_DOUBLINGS = 8;
/** A row that has not been tried for so long after its rest has found another way. */
const FORGOTTEN_MILLIS = 600_000;

/** How often what is due has failed here, one time after the other, and when to try again. */
interface Failures {
  readonly times: number;
  readonly rest: number;
}

@Injectable()
export class Performer {
  private readonly log = new Logger('Jobs');
  private readonly underWay = new Map<string, Promise<void>>();
  private readonly failures = new Map<string, Failures>();

  constructor(
    private readonly source: JobSource,
    private readonly listeners: Listeners,
    private readonly metrics: Metrics,
  ) {}

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.underWay.values());
  }

  /** The rows that failed here not long ago: they wait a little longer each time, and others are not held up by them. */
  resting(due: DueHandler): string[] {
    const prefix = `due ${due.name} `;
    const now = performance.now();
    for (const [key, { rest }] of this.failures) if (rest < now - FORGOTTEN_MILLIS) this.failures.delete(key);
    return [...this.failures]
      .filter(([key, { rest }]) => key.startsWith(prefix) && rest > now)
      .map(([key]) => key.slice(prefix.length));
  }

  /** Locks the row and, if it is due by the database's clock, lets happen what is due. Never throws. */
  async happen(due: DueHandler, id: string): Promise<void> {
    const key = `due ${due.name} ${id}`;
    return this.once(key, () => this.happenNow(due, id, key));
  }

  /** Brings a fact to a listener, unless that has happened or is happening. Never throws. */
  async deliver(eventId: string, name: string): Promise<void> {
    return this.once(`fact ${name} ${eventId}`, async () => void (await this.deliverNow(eventId, name)));
  }

  /** Brings one fact after the other to a listener for spare time, until none is left or one fails. Never throws. */
  async useSpareTime(name: string, stopping: AbortSignal): Promise<void> {
    return this.once(`spare ${name}`, async () => {
      for (let more = true; more && !stopping.aborted;) {
        // A database that does not answer is asked again, whenever this is begun anew.
        const next = await this.nextOf(name).catch(() => null);
        more = next !== null && (await this.deliverNow(next, name));
      }
    });
  }

  private async nextOf(name: string): Promise<string | null> {
    const rows: { event_id: string }[] = await this.source.query(
      `select event_id::text from outbox_delivery
       where handler = $1 and handled_at is null and next_try_at <= clock_timestamp()
         and coalesce(leased_until, '-infinity') < clock_timestamp()
       order by outbox_delivery.event_id limit 1`,
      [name],
    );
    return rows[0]?.event_id ?? null;
  }

  private async once(key: string, work: () => Promise<void>): Promise<void> {
    const present = this.underWay.get(key);
    if (present) return present;
    const mine = work().finally(() => this.underWay.delete(key));
    this.underWay.set(key, mine);
    return mine;
  }

  private async happenNow(due: DueHandler, id: string, key: string): Promise<void> {
    const began = performance.now();
    try {
      const happened = await this.source.transaction(async (tx) => {
        const rows: { id: string; now: Date }[] = await tx.query(
          `select id::text, app_now() as now from ${due.table} where state = any($1) and due_at <= app_now() and id = $2
           for update skip locked`,
          [due.states, id],
        );
        const [row] = rows;
        if (row) await due.call(this.systemDeed(tx, due.name, row.now), row.id);
        return row !== undefined;
      });
      if (happened) this.measured(due.name, 'done', began);
      this.failures.delete(key);
    } catch (error) {
      this.measured(due.name, 'failed', began);
      const times = this.failures.get(key)?.times ?? 0;
      const rest = performance.now() + 1_000 * 2 ** Math.min(times, MOST_DOUBLINGS);
      this.failures.set(key, { times: times + 1, rest });
      this.log.error(`${due.name}: ${messageOf(error)}`, stackOf(error));
    }
  }

  /** @returns false when it failed */
  private async deliverNow(eventId: string, name: string): Promise<boolean> {
    const handler = this.listeners.factHandler(name);
    if (!handler) return false;
    const began = performance.now();
    try {
      const handled = await (handler.long ? this.deliverLong(handler, eventId) : this.deliverOnce(handler, eventId));
      if (handled) this.measured(name, 'done', began);
      return true;
    } catch (error) {
      this.measured(name, 'failed', began);
      // What is unavailable now is only later: a process that ends lets go of long work, and another one does it.
      if (error instanceof Refusal && error.kind === 'unavailable') this.log.warn(`${name}: ${messageOf(error)}`);
      else this.log.error(`${name}: ${messageOf(error)}`, stackOf(error));
      await this.source
        .query(
          `update outbox_delivery set attempts = attempts + 1, last_error = $3, leased_until = null,
             next_try_at = clock_timestamp() + interval '1 second' * power(2, least(attempts, $4))
           where event_id = $1 and handler = $2`,
          [eventId, name, messageOf(error).replaceAll('\0', '').slice(0, 500), MOST_DOUBLINGS],
        )
        .catch(() => undefined);
      return false;
    }
  }

  /** The effect and the note that it was handled commit together. */
  private async deliverOnce(handler: FactHandler, eventId: string): Promise<boolean> {
    return this.source.transaction(async (tx) => {
      const rows: { payload: FactPayload; now: Date }[] = await tx.query(
        `select e.payload, app_now() as now from outbox_delivery d join outbox_event e on e.id = d.event_id
         where d.event_id = $1 and d.handler = $2 and d.handled_at is null for update of d skip locked`,
        [eventId, handler.name],
      );
      const [row] = rows;
      if (!row) return false;
      await handler.call(this.systemDeed(tx, handler.name, row.now), row.payload);
      await tx.query(
        'update outbox_delivery set handled_at = clock_timestamp(), last_error = null where event_id = $1 and handler = $2',
        [eventId, handler.name],
      );
      return true;
    });
  }

  /** Long work holds a lease that it renews; a crash lets the lease run out and the work is done again. */
  private async deliverLong(handler: FactHandler, eventId: string): Promise<boolean> {
    const claimed: { payload: FactPayload }[] = await this.source
      .query(
        `update outbox_delivery d set leased_until = clock_timestamp() + ${LEASE} from outbox_event e
         where e.id = d.event_id and d.event_id = $1 and d.handler = $2 and d.handled_at is null
           and coalesce(d.leased_until, '-infinity') < clock_timestamp()
         returning e.payload`,
        [eventId, handler.name],
      )
      .then(updatedRows<{ payload: FactPayload }>);
    const [row] = claimed;
    if (!row) return false;
    const renewal = setInterval(() => {
      void this.source
        .query(
          `update outbox_delivery set leased_until = clock_timestamp() + ${LEASE} where event_id = $1 and handler = $2`,
          [eventId, handler.name],
        )
        .catch(() => undefined);
    }, LEASE_RENEWAL_MILLIS);
    try {
      await handler.call(row.payload);
      await this.source.query(
        `update outbox_delivery set handled_at = clock_timestamp(), leased_until = null, last_error = null
         where event_id = $1 and handler = $2`,
        [eventId, handler.name],
      );
      return true;
    } finally {
      clearInterval(renewal);
    }
  }

  private systemDeed(tx: EntityManager, name: string, now: Date): Deed {
    return new Deed(name, systemActor(name), tx, now, this.listeners);
  }

  private measured(job: string, outcome: 'done' | 'failed', began: number): void {
    this.metrics.jobSeconds.observe({ job, outcome }, (performance.now() - began) / 1_000);
  }
}

/** TypeORM answers an UPDATE .. RETURNING with [rows, count]. */
export function updatedRows<T>(result: unknown): T[] {
  return (result as [T[], number])[0];
}

export function messageOf(error: unknown): string {
  return error instanceof Refusal
    ? `${error.code}: ${error.message}`
    : error instanceof Error
      ? error.message
      : String(error);
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Refusal || !(error instanceof Error) ? undefined : error.stack;
}
