/** One solver thread as the pool sees it: at most one task at a time, an end that always comes. */
import { Worker } from 'node:worker_threads';
import { feasibleOutcome, unknownOutcome, type Outcome, type Progress, type Solved } from './rules/solve.js';
import type { Birth, Given, Report, Task } from './solver.messages.js';

/** How long after its limit a thread may still hand in its answer before it is stopped. */
const GRACE_MS = 3_000;
/** Memory of the thread's own JavaScript; beyond it the thread ends, and only the thread. */
const HEAP_MB = 2_048;
/**
 * Of it for what was just made, nearly all of which is soon forgotten. The more there is room for, the more seldom it is
 * swept; and sweeping is done by threads of the whole process, which are not as nice to requests as this one is.
 */
const YOUNG_MB = 96;

/** The thread died under a task. */
export class ThreadLost extends Error {
  override readonly name = 'ThreadLost';

  constructor(
    reason: string,
    /** what was known when it died */
    readonly best: Progress,
    /** how long it had been at it */
    readonly afterSeconds: number,
  ) {
    super(reason);
  }
}

/** What is known of a task whose thread gives no answer: the best allocation so far, with its bound. */
export function outcomeSoFar(best: Progress, reason: string): Outcome {
  if (!best.awards) return unknownOutcome(best.boundMinor);
  return feasibleOutcome(best.awards, best.boundMinor ?? 0n, [reason]);
}

export class SolverThread {
  private readonly called = new SharedArrayBuffer(4);
  private readonly worker = new Worker(new URL('./solver.worker.js', import.meta.url), {
    workerData: { called: this.called } satisfies Birth,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_MB },
  });
  /** whether it can take another task, now or later */
  alive = true;
  busy = false;

  /** @param onFree told when a task is over, or the thread is */
  constructor(private readonly onFree: () => void) {
    this.worker.unref();
    this.worker.on('error', () => (this.alive = false));
    this.worker.on('exit', () => {
      this.alive = false;
      this.busy = false;
      this.onFree();
    });
  }

  async end(): Promise<void> {
    this.alive = false;
    await this.worker.terminate();
  }

  /**
   * Solves one problem. The thread is busy until it has really let go of the task, also after an abort.
   * @throws ThreadLost when the thread dies; the signal's reason when it is aborted
   */
  solve(given: Given, seconds: number, signal: AbortSignal | undefined): Promise<Solved> {
    const { worker } = this;
    this.busy = true;
    Atomics.store(new Int32Array(this.called), 0, 1);
    worker.ref();
    const ended = new SharedArrayBuffer(4);
    const began = performance.now();
    const lost = (reason: string) => new ThreadLost(reason, best, (performance.now() - began) / 1_000);
    let best: Progress = { awards: null, boundMinor: null };
    return new Promise<Solved>((resolve, reject) => {
      const stop = (): void => void this.end();
      let limit = setTimeout(
        () => {
          const outcome = outcomeSoFar(best, 'The limit came before the proof.');
          resolve({ outcome, gaps: [], reasons: [], nodes: 0 });
          stop();
        },
        seconds * 1_000 + GRACE_MS,
      );
      const onAbort = (): void => {
        Atomics.store(new Int32Array(ended), 0, 1);
        clearTimeout(limit);
        limit = setTimeout(stop, GRACE_MS);
        reject(signal?.reason instanceof Error ? signal.reason : new Error('the solve was aborted'));
      };
      const release = (): void => {
        clearTimeout(limit);
        signal?.removeEventListener('abort', onAbort);
        worker.off('message', onReport);
        worker.off('exit', onExit);
        worker.unref();
        this.busy = false;
      };
      const onExit = (): void => {
        release();
        reject(lost('the solver thread ended under its task'));
      };
      const onReport = (report: Report): void => {
        if (report.type === 'ready' || report.type === 'rehearsed') return;
        if (report.type === 'progress') {
          const { awards, boundMinor } = report.progress;
          best = { awards: awards ?? best.awards, boundMinor: boundMinor ?? best.boundMinor };
          return;
        }
        release();
        if (report.type === 'done') resolve(report.solved);
        else reject(lost(report.reason));
        if (report.type === 'failed' || report.retire) stop();
        else this.onFree();
      };
      worker.on('message', onReport);
      worker.on('exit', onExit);
      signal?.addEventListener('abort', onAbort, { once: true });
      const task: Task = { ...given, seconds, ended };
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      worker.postMessage(task);
    });
  }
}
