/** The queue: BullMQ on Redis when one is set, else on the same PostgreSQL. It only wakes things up. */
import { createPostgresBackend, Queue, setDefaultBackendFactory, Worker, type Job, type Processor } from 'bullmq';
import { Redis } from 'ioredis';
import type { Settings } from '../config/settings.js';

export const QUEUE = 'pumasi';

/** What a job says: only which row to look at. */
export type WakeUp =
  | { readonly kind: 'fact'; readonly eventId: string; readonly handler: string }
  | { readonly kind: 'due'; readonly name: string; readonly id: string };

/** How long an enqueuing may take before the reconciler does the work itself. */
export const ENQUEUE_TIMEOUT_MILLIS = 2_000;

export interface WakeUps {
  readonly queue: Queue<WakeUp>;
  startWorker(process: Processor<WakeUp>): Worker<WakeUp>;
  close(): Promise<void>;
}

function quiet(): void {
  // A lost connection is retried by the client; deliveries wait in PostgreSQL meanwhile.
}

/**
 * Opens the queue as the settings say.
 * Errors of its connection are retried, and never reach a request.
 * @param installation tells systems apart that share one Redis; letters, digits and dashes
 */
export function openQueue(settings: Settings, installation: string): WakeUps {
  const redisUrl = settings.REDIS_URL;
  const clients: Redis[] = [];
  const redis = (url: string, forWorker: boolean): Redis => {
    const client = new Redis(url, {
      maxRetriesPerRequest: null,
      enableOfflineQueue: forWorker,
      ...(forWorker ? {} : { commandTimeout: ENQUEUE_TIMEOUT_MILLIS }),
      retryStrategy: (times) => Math.min(times * 100, 1_000),
    });
    client.on('error', quiet);
    clients.push(client);
    return client;
  };
  const postgres = { connectionString: settings.DATABASE_URL ?? '', migrate: true, max: 4 };
  if (redisUrl === undefined) setDefaultBackendFactory(createPostgresBackend as never);
  const connection = (forWorker: boolean): never =>
    (redisUrl === undefined ? postgres : redis(redisUrl, forWorker)) as never;

  const queue = new Queue<WakeUp>(QUEUE, {
    connection: connection(false),
    prefix: installation,
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 },
  });
  queue.on('error', quiet);
  const workers: Worker<WakeUp>[] = [];
  return {
    queue,
    startWorker(process) {
      const worker = new Worker<WakeUp>(QUEUE, process as (job: Job<WakeUp>) => Promise<unknown>, {
        connection: connection(true),
        prefix: installation,
        concurrency: 4,
        lockDuration: 10_000,
        stalledInterval: 5_000,
        maxStalledCount: 5,
      });
      worker.on('error', quiet);
      workers.push(worker);
      return worker;
    },
    async close() {
      await Promise.allSettled(workers.map((worker) => worker.close()));
      await Promise.allSettled([queue.close()]);
      for (const client of clients) client.disconnect();
    },
  };
}
