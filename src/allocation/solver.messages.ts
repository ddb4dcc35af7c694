/** What the solver threads and the pool say to each other. All of it can be cloned between threads. */
import type { Problem } from './rules/problem.js';
import type { Asked, Progress, Solved } from './rules/solve.js';

/** What is to be solved, and what is asked for beside it. */
export interface Given extends Asked {
  readonly problem: Problem;
  /** whether the problem was read already, so that it need not be read again in the thread */
  readonly read: boolean;
}

/** To a thread, when it starts. */
export interface Birth {
  /** one Int32: not 0 as soon as it has a task; a thread that rehearses reads no messages, but it reads this */
  readonly called: SharedArrayBuffer;
}

/** To a thread: solve this. */
export interface Task extends Given {
  readonly seconds: number;
  /** one Int32: not 0 when the task is to end; a busy thread reads no messages, but it reads this */
  readonly ended: SharedArrayBuffer;
}

/** From a thread. */
export type Report =
  | { readonly type: 'ready' }
  /** nobody called it before its rehearsal was over */
  | { readonly type: 'rehearsed' }
  | { readonly type: 'progress'; readonly progress: Progress }
  /** @property retire whether the thread should be replaced before its next task */
  | { readonly type: 'done'; readonly solved: Solved; readonly retire: boolean }
  | { readonly type: 'failed'; readonly reason: string };
