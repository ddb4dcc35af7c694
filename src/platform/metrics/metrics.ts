/** What the house measures of itself, in the format that monitoring reads. No label ever holds an id or a name. */
import { Global, Injectable, Module } from '@nestjs/common';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { DataSource } from 'typeorm';

@Injectable()
export class Metrics {
  readonly registry = new Registry();

  /** how long handlers of facts and of due rows take, their transaction included */
  readonly jobSeconds = new Histogram({
    name: 'pumasi_job_seconds',
    help: 'seconds that a job took',
    labelNames: ['job', 'outcome'] as const,
    buckets: [0.01, 0.1, 1, 10, 60, 600],
    registers: [this.registry],
  });

  constructor(source: DataSource) {
    collectDefaultMetrics({ register: this.registry });
    const waiting = new Gauge({
      name: 'pumasi_outbox_waiting',
      help: 'facts not yet handled by a listener',
      registers: [this.registry],
      async collect() {
        // Without a database the rest is still worth reading.
        const rows: { n: number }[] = await source
          .query('select count(*)::int as n from outbox_delivery where handled_at is null')
          .catch(() => []);
        waiting.set(rows[0]?.n ?? Number.NaN);
      },
    });
  }
}

@Global()
@Module({ providers: [Metrics], exports: [Metrics] })
export class MetricsModule {}
