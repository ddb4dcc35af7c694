/** What the solver threads and the pool say to each other. All of it can be cloned between threads. */
import type { Gap } from './rules/gaps.js';
import type { Problem } from './rules/problem.js';
import type { Outcome, Progress } from './rules/solve.js';

/** What is to be solved. */
export interface Given {
  readonly problem: Problem;
  /** whether the problem was read already, so that it need not be read again in the thread */
  readonly read: boolean;
  /** bids whose gaps to win are asked for as well, null for all; absent when none are */
  readonly gapsOf?: readonly string[] | null;
}

/** What came of it. */
export interface Solved {
  readonly outcome: Outcome;
  readonly gaps: readonly Gap[];
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
  | { readonly type: 'progress'; readonly progress: Progress }
  /** @property retire whether the thread should be replaced before its next task */
  | { readonly type: 'done'; readonly solved: Solved; readonly retire: boolean }
  | { readonly type: 'failed'; readonly reason: string };
