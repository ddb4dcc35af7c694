/** What BullMQ talks through: Redis when one is set, else the same PostgreSQL. */
import { createPostgresBackend } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Settings } from '../config/settings.js';
import { pause } from '../patience.js';

/** How long the server may take to answer a command. */
export const ANSWER_MILLIS = 2_000;
/** A failure is followed by this much rest, for BullMQ would ask again at once and keep a starting server busy. */
const REST_MILLIS = 500;

export interface QueueConnections {
  readonly forQueue: unknown;
  readonly forWorker: unknown;
  /** undefined for BullMQ's own choice, which is Redis */
  readonly backend: typeof createPostgresBackend | undefined;
  cut(): Promise<void>;
  /** what the server said last when it did not let us in */
  trouble(): Error | null;
}

export function connectionsOf(settings: Settings): QueueConnections {
  return settings.REDIS_URL === undefined ? ofPostgres(settings.DATABASE_URL ?? '') : ofRedis(settings.REDIS_URL);
}

function quiet(): void {
  // A lost connection is made again; deliveries wait in PostgreSQL meanwhile.
}

function ofRedis(url: string): QueueConnections {
  let trouble: Error | null = null;
  const client = (options: { readonly enableOfflineQueue: boolean; readonly commandTimeout?: number }): Redis =>
    new Redis(url, {
      maxRetriesPerRequest: null,
      retryStrategy: (times) => Math.min(times * 100, 1_000),
      ...options,
    }).on('error', (error) => (trouble = error));
  const forQueue = client({ enableOfflineQueue: false, commandTimeout: ANSWER_MILLIS });
  const forWorker = client({ enableOfflineQueue: true });
  return {
    forQueue,
    forWorker,
    backend: undefined,
    cut: async () => {
      forQueue.disconnect();
      forWorker.disconnect();
    },
    trouble: () => trouble,
  };
}

function ofPostgres(connectionString: string): QueueConnections {
  const pool = new pg.Pool({
    connectionString,
    options: '-c search_path=bullmq',
    connectionTimeoutMillis: ANSWER_MILLIS,
    keepAlive: true,
    max: 6,
  }).on('error', quiet);
  const query = pool.query.bind(pool) as (...given: unknown[]) => Promise<unknown>;
  const restful = async (...given: unknown[]): Promise<unknown> => {
    try {
      return await query(...given);
    } catch (error) {
      await pause(REST_MILLIS);
      throw error;
    }
  };
  Object.assign(pool, { query: restful });
  return {
    forQueue: pool,
    forWorker: pool,
    backend: createPostgresBackend,
    cut: () => pool.end(),
    trouble: () => null,
  };
}
