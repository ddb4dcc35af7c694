/** A few warm solver threads and a queue in front of them. A task whose thread dies is done again, once. */
import { availableParallelism } from 'node:os';
import { type Refusal, refuse } from '../kernel/refusal.js';
import type { Solved } from './rules/solve.js';
import type { Given } from './solver.messages.js';
import { outcomeSoFar, SolverThread, ThreadLost } from './solver.thread.js';

/** Threads of a pool unless said: one problem takes one processor. */
const THREADS = Math.max(1, Math.min(4, availableParallelism()));
/** Tasks that may wait. */
const QUEUE = 1_000;

export class SolverPool {
  private threads: SolverThread[] = [];
  private readonly waiting: (() => void)[] = [];
  private closed = false;

  constructor(private readonly size = THREADS) {}

  /**
   * Solves a problem within so many seconds from the moment a thread takes it.
   * @throws the signal's reason when aborted; Refusal `allocation.solver-lost` when two threads died under it,
   *   `allocation.closed` when the pool was closed before it was done
   */
  async solve(given: Given, seconds: number, signal?: AbortSignal): Promise<Solved> {
    const started = performance.now();
    try {
      return await this.attempt(given, seconds, signal);
    } catch (first) {
      if (!(first instanceof ThreadLost)) throw first;
      if (this.closed) throw shuttingDown();
      const left = Math.max(1, seconds - (performance.now() - started) / 1_000);
      try {
        return await this.attempt(given, left, signal);
      } catch (second) {
        if (!(second instanceof ThreadLost)) throw second;
        if (this.closed) throw shuttingDown();
        const best = second.best.awards ? second.best : first.best;
        if (best.awards) {
          const reason = 'The solver failed before the proof; this is the best it had found.';
          return { outcome: outcomeSoFar(best, reason), gaps: [], reasons: [] };
        }
        throw refuse(
          'allocation.solver-lost',
          'The solver failed twice on this problem; try again, or a smaller one.',
          {
            kind: 'unavailable',
            reason: second.message,
          },
        );
      }
    }
  }

  /** Ends all threads; tasks that are not done are refused. */
  async close(): Promise<void> {
    this.closed = true;
    this.wake();
    await Promise.all(this.threads.map((thread) => thread.end()));
  }

  private async attempt(given: Given, seconds: number, signal: AbortSignal | undefined): Promise<Solved> {
    const thread = await this.take(signal);
    return thread.solve(given, seconds, signal);
  }

  /** A thread without a task, when there is one: waits in line for it. */
  private async take(signal: AbortSignal | undefined): Promise<SolverThread> {
    if (this.waiting.length >= QUEUE) {
      throw refuse('allocation.queue-full', 'Too many problems wait to be solved; try again later.', {
        kind: 'too-many',
      });
    }
    for (let first = true; ; first = false) {
      signal?.throwIfAborted();
      if (this.closed) throw shuttingDown();
      const free = first && this.waiting.length > 0 ? null : this.free();
      if (free) {
        // Two tasks may be woken for one thread: whoever finds none waits again.
        free.busy = true;
        return free;
      }
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
        signal?.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  private free(): SolverThread | null {
    this.threads = this.threads.filter((thread) => thread.alive);
    const idle = this.threads.find((thread) => !thread.busy);
    if (idle || this.threads.length >= this.size) return idle ?? null;
    const thread = new SolverThread(() => this.wake());
    this.threads.push(thread);
    return thread;
  }

  private wake(): void {
    for (const resume of this.waiting.splice(0)) resume();
  }
}

function shuttingDown(): Refusal {
  return refuse('allocation.closed', 'The solver is shutting down.', { kind: 'unavailable' });
}
