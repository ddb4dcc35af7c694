/**
 * A few warm solver threads and two lines in front of them. A task whose thread dies is done again, once.
 *
 * Spare tasks wait in a line of their own: they take a thread only when no other task waits, never the last free one where
 * there are several, and give theirs back when another task finds none. Then they begin anew, so they should be short.
 */
import { availableParallelism } from 'node:os';
import { type Refusal, refuse } from '../kernel/refusal.js';
import type { Solved } from './rules/solve.js';
import type { Given } from './solver.messages.js';
import { outcomeSoFar, SolverThread, ThreadLost } from './solver.thread.js';

/** Threads of a pool unless said: one problem takes one processor. */
const THREADS = Math.max(1, Math.min(4, availableParallelism()));
/** Tasks that may wait in each line. */
const QUEUE = 1_000;

export interface Wish {
  readonly signal?: AbortSignal;
  readonly spare?: boolean;
}

/** A spare task was ended for another one. */
class GaveWay extends Error {
  override readonly name = 'GaveWay';
}

export class SolverPool {
  private threads: SolverThread[] = [];
  private readonly waiting: (() => void)[] = [];
  private readonly sparing: (() => void)[] = [];
  /** what ends the spare tasks under way */
  private readonly yielding = new Set<AbortController>();
  private closed = false;

  constructor(private readonly size = THREADS) {}

  /**
   * Solves a problem within so many seconds from the moment a thread takes it.
   * @throws the signal's reason when aborted; Refusal `allocation.solver-lost` when two threads died under it,
   *   `allocation.closed` when the pool was closed before it was done
   */
  async solve(given: Given, seconds: number, wish: Wish = {}): Promise<Solved> {
    try {
      return await this.attempt(given, seconds, wish);
    } catch (first) {
      if (!(first instanceof ThreadLost)) throw first;
      if (this.closed) throw shuttingDown();
      try {
        return await this.attempt(given, Math.max(1, seconds - first.afterSeconds), wish);
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

  private async attempt(given: Given, seconds: number, wish: Wish): Promise<Solved> {
    const { signal, spare = false } = wish;
    if (!spare) return (await this.take(wish)).solve(given, seconds, signal);
    for (;;) {
      const thread = await this.take(wish);
      const end = new AbortController();
      this.yielding.add(end);
      try {
        return await thread.solve(given, seconds, signal ? AbortSignal.any([signal, end.signal]) : end.signal);
      } catch (error) {
        if (!(error instanceof GaveWay)) throw error;
      } finally {
        this.yielding.delete(end);
      }
    }
  }

  /** A thread without a task, when there is one: waits in line for it. */
  private async take({ signal, spare = false }: Wish): Promise<SolverThread> {
    const line = spare ? this.sparing : this.waiting;
    if (line.length >= QUEUE) {
      throw refuse('allocation.queue-full', 'Too many problems wait to be solved; try again later.', {
        kind: 'too-many',
      });
    }
    for (let first = true; ; first = false) {
      signal?.throwIfAborted();
      if (this.closed) throw shuttingDown();
      const free = first && line.length > 0 ? null : spare ? this.spare() : this.free();
      if (free) {
        // Two tasks may be woken for one thread: whoever finds none waits again.
        free.busy = true;
        return free;
      }
      if (!spare) this.haveOneGiveWay();
      await new Promise<void>((resolve) => {
        line.push(resolve);
        signal?.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  /** A thread that is free for a spare task. */
  private spare(): SolverThread | null {
    const busy = this.threads.filter(({ alive, busy: taken }) => alive && taken).length;
    const enough = this.size - busy >= Math.min(2, this.size);
    return enough && this.waiting.length === 0 ? this.free() : null;
  }

  private haveOneGiveWay(): void {
    const [end] = this.yielding;
    if (!end) return;
    this.yielding.delete(end);
    end.abort(new GaveWay('another task needs the thread'));
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
    for (const resume of [...this.waiting.splice(0), ...this.sparing.splice(0)]) resume();
  }
}

function shuttingDown(): Refusal {
  return refuse('allocation.closed', 'The solver is shutting down.', { kind: 'unavailable' });
}
