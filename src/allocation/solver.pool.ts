/**
 * A few warm solver threads and a line of each rank in front of them. A task whose thread dies is done again, once.
 *
 * Usual tasks come first. Patient ones take any thread that is free, also the last; spare ones only when no other task
 * waits, and never the last free one where there are several. When a task finds no thread, one of a lower rank gives its
 * own back, spare ones before patient ones, and begins anew as the next of its rank: the one that was begun last, so that
 * the others come to their end.
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

/** Whom a task goes before; usual unless said. */
export type Rank = 'usual' | 'patient' | 'spare';

export interface Wish {
  readonly signal?: AbortSignal;
  readonly rank?: Rank;
}

/** The first before the others. */
const RANKS: readonly Rank[] = ['usual', 'patient', 'spare'];

/** A task under way that gives its thread back when this is ended. */
interface Begun {
  readonly rank: Rank;
  readonly end: AbortController;
}

/** A task was ended for another one of a higher rank. */
class GaveWay extends Error {
  override readonly name = 'GaveWay';
}

export class SolverPool {
  private threads: SolverThread[] = [];
  private readonly lines: Record<Rank, (() => void)[]> = { usual: [], patient: [], spare: [] };
  /** what may give way, in the order in which it was begun */
  private readonly yielding = new Set<Begun>();
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
          return { outcome: outcomeSoFar(best, reason), gaps: [], reasons: [], nodes: 0 };
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

  /**
   * Has one thread start before there is a task, so that it has rehearsed when the first one comes. One, because what
   * somebody waits for mostly comes one after the other, and each thread takes 60 MB and some seconds of a processor.
   */
  getReady(): void {
    if (!this.closed && this.threads.length === 0) this.start();
  }

  /** Ends all threads; tasks that are not done are refused. */
  async close(): Promise<void> {
    this.closed = true;
    this.wake();
    await Promise.all(this.threads.map((thread) => thread.end()));
  }

  private async attempt(given: Given, seconds: number, { signal, rank = 'usual' }: Wish): Promise<Solved> {
    for (let before = false; ; before = true) {
      const begun: Begun = { rank, end: new AbortController() };
      const ends = signal ? AbortSignal.any([signal, begun.end.signal]) : begun.end.signal;
      const thread = await this.take(begun, signal, before);
      try {
        if (!ends.aborted) return await thread.solve(given, seconds, ends);
        // It was told to give way between the taking and here. By then, it stands in its line again.
        thread.busy = false;
        setImmediate(() => this.wake());
        ends.throwIfAborted();
      } catch (error) {
        if (!(error instanceof GaveWay)) throw error;
      } finally {
        this.yielding.delete(begun);
      }
    }
  }

  /**
   * A thread without a task, when there is one: waits in line for it.
   * @param before whether it had a thread and gives it back: then it is the first in its line, and takes none before that
   */
  private async take(begun: Begun, signal: AbortSignal | undefined, before: boolean): Promise<SolverThread> {
    const { rank } = begun;
    const line = this.lines[rank];
    if (line.length >= QUEUE && !before) {
      throw refuse('allocation.queue-full', 'Too many problems wait to be solved; try again later.', {
        kind: 'too-many',
      });
    }
    for (let first = true; ; first = false) {
      signal?.throwIfAborted();
      if (this.closed) throw shuttingDown();
      const behind = this.waitsBefore(rank) || (first && (before || line.length > 0));
      const free = behind ? null : rank === 'spare' ? this.spare() : this.free();
      if (free) {
        // Two tasks may be woken for one thread: whoever finds none waits again.
        free.busy = true;
        if (rank !== 'usual') this.yielding.add(begun);
        return free;
      }
      // Once for each: who is woken and finds none has been given way to already.
      if (first) this.haveOneGiveWay(rank);
      await new Promise<void>((resolve) => {
        if (first && before) line.unshift(resolve);
        else line.push(resolve);
        signal?.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  /** Whether somebody of a higher rank waits. */
  private waitsBefore(rank: Rank): boolean {
    return RANKS.slice(0, RANKS.indexOf(rank)).some((higher) => this.lines[higher].length > 0);
  }

  /** A thread that is free for a spare task. */
  private spare(): SolverThread | null {
    const busy = this.threads.filter(({ alive, busy: taken }) => alive && taken).length;
    const enough = this.size - busy >= Math.min(2, this.size);
    return enough ? this.free() : null;
  }

  /** The lowest rank first, and of one rank what was begun last. */
  private haveOneGiveWay(rank: Rank): void {
    for (const lower of RANKS.slice(RANKS.indexOf(rank) + 1).toReversed()) {
      const last = [...this.yielding].findLast((begun) => begun.rank === lower);
      if (!last) continue;
      this.yielding.delete(last);
      last.end.abort(new GaveWay('another task needs the thread'));
      return;
    }
  }

  private free(): SolverThread | null {
    this.threads = this.threads.filter((thread) => thread.alive);
    const idle = this.threads.find((thread) => !thread.busy);
    if (idle || this.threads.length >= this.size) return idle ?? null;
    return this.start();
  }

  private start(): SolverThread {
    const thread = new SolverThread(() => this.wake());
    this.threads.push(thread);
    return thread;
  }

  private wake(): void {
    for (const resume of RANKS.flatMap((rank) => this.lines[rank].splice(0))) resume();
  }
}

function shuttingDown(): Refusal {
  return refuse('allocation.closed', 'The solver is shutting down.', { kind: 'unavailable' });
}
