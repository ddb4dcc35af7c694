/**
 * When something was received: the database's clock, read as soon as the whole request is there. Sessions, locks and a
 * pool with no free connection come after that and cost a bidder nothing.
 */
import type { IncomingMessage } from 'node:http';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { Settings } from '../platform/config/settings.js';

/** A database that does not tell the time for this long lets a bidder try again, rather than wait for ever. */
const ANSWER_MILLIS = 10_000;

@Injectable()
export class Reception implements OnApplicationShutdown {
  private readonly received = new WeakMap<IncomingMessage, Promise<Date>>();
  private waiting: Promise<Date> | null = null;
  private reading: Promise<unknown> = Promise.resolve();
  /** a connection of its own, as the others may all be taken by bids that wait for a lock */
  private readonly clock: pg.Pool;

  constructor(settings: Settings) {
    this.clock = new pg.Pool({
      connectionString: settings.DATABASE_URL,
      max: 1,
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: ANSWER_MILLIS,
      query_timeout: ANSWER_MILLIS,
      application_name: 'pumasi-reception',
    });
    this.clock.on('error', () => {
      // An idle connection that was lost is replaced at the next reading.
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.clock.end();
  }

  /** Notes the instant at which the request's last byte is there. To be told of a request before any guard is. */
  note(request: IncomingMessage): void {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
    if (length === '0' && encoding === undefined) this.stamp(request);
    else request.once('end', () => this.stamp(request));
  }

  /** When the request was received, by the database's clock. */
  async receivedAt(request: IncomingMessage): Promise<Date> {
    return this.received.get(request) ?? this.read();
  }

  private stamp(request: IncomingMessage): void {
    const read = this.read();
    // Nobody may ever ask: a guard can refuse the request.
    read.catch(() => undefined);
    this.received.set(request, read);
  }

  /** One reading serves all who came before it was sent; whoever comes later waits for the next. */
  private read(): Promise<Date> {
    if (this.waiting) return this.waiting;
    const mine = this.reading.then(() => {
      this.waiting = null;
      return this.clock.query<{ now: Date }>('select app_now() as now');
    });
    this.reading = mine.catch(() => undefined);
    this.waiting = mine.then(({ rows: [row] }) => {
      if (!row) throw new Error('the database told no time');
      return row.now;
    });
    return this.waiting;
  }
}
