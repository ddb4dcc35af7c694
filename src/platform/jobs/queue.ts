/** The queue: BullMQ, which only wakes things up. */
import { Queue, Worker, type BulkJobOptions, type Processor } from 'bullmq';
import type { Settings } from '../config/settings.js';
import { within } from '../patience.js';
import { ANSWER_MILLIS, connectionsOf, type QueueConnections } from './queue-connections.js';

const QUEUE = 'pumasi';

/** What a job says: only which row to look at. */
export type WakeUp =
  | { readonly kind: 'fact'; readonly eventId: string; readonly handler: string }
  | { readonly kind: 'due'; readonly name: string; readonly id: string };

export interface WakeUpJob {
  readonly name: string;
  readonly data: WakeUp;
  readonly opts: BulkJobOptions;
}

/** A queue that does not work by then is to be opened anew: BullMQ remembers a failed start for ever. */
const OPENING_MILLIS = 5_000;
/** How long whoever asks after the queue is kept waiting. */
const ASKING_MILLIS = 500;
/** Closing says goodbye to a server that may not answer. */
const CLOSING_MILLIS = 1_000;

function quiet(): void {
  // Connections are made again by themselves; whoever waits for an answer is told that there is none.
}

export class WakeUps {
  private readonly connections: QueueConnections;
  private readonly queue: Queue<WakeUp>;
  private readonly worker: Worker<WakeUp>;

  /** @param installation tells systems apart that share one Redis; letters, digits and dashes */
  constructor(settings: Settings, installation: string, process: (wakeUp: WakeUp) => Promise<void>) {
    this.connections = connectionsOf(settings);
    const { forQueue, forWorker, backend } = this.connections;
    this.queue = new Queue<WakeUp>(
      QUEUE,
      {
        connection: forQueue as never,
        prefix: installation,
        defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 },
      },
      backend as never,
    ).on('error', quiet);
    this.worker = new Worker<WakeUp>(
      QUEUE,
      (async (job) => process(job.data)) satisfies Processor<WakeUp>,
      {
        connection: forWorker as never,
        prefix: installation,
        // A worker that runs before its connection is ready, and never becomes so, spins without letting anything else run.
        autorun: false,
        runRetryDelay: 1_000,
        concurrency: 4,
        lockDuration: 10_000,
        stalledInterval: 5_000,
        maxStalledCount: 5,
      },
      backend as never,
    ).on('error', quiet);
  }

  /** Starts to work. @throws Error when the server does not let it; then close this one and open another */
  async open(): Promise<void> {
    const ready = async (): Promise<void> => {
      await Promise.all([this.queue.waitUntilReady(), this.worker.waitUntilReady()]);
    };
    await within(OPENING_MILLIS, 'opening the queue', ready()).catch((error: unknown) => {
      throw this.connections.trouble() ?? error;
    });
    void this.worker.run().catch(quiet);
  }

  /** @throws Error when the queue does not take them in time */
  async add(jobs: WakeUpJob[]): Promise<void> {
    await within(ANSWER_MILLIS, 'the queue', this.queue.addBulk(jobs));
  }

  async answers(): Promise<boolean> {
    return within(ASKING_MILLIS, 'the queue', this.queue.getJobCounts('wait')).then(
      () => true,
      () => false,
    );
  }

  /** Fetches nothing more. What has been fetched goes on. */
  async rest(): Promise<void> {
    await this.worker.pause(true);
  }

  /** Lets go of the server, whether it answers or not. */
  async close(): Promise<void> {
    const closing = Promise.allSettled([this.worker.close(), this.queue.close()]);
    await within(CLOSING_MILLIS, 'closing the queue', closing).catch(quiet);
    await within(CLOSING_MILLIS, 'leaving the queue', this.connections.cut()).catch(quiet);
  }
}
