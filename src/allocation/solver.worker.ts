/** A solver thread: loads HiGHS once, rehearses until it is called, and then solves one problem after the other. */
import { setPriority } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { HighsSolver } from './highs.solver.js';
import { readProblem } from './rules/parse-problem.js';
import { rehearsed, REHEARSAL } from './rules/rehearsal.js';
import { invalidOutcome, type Progress, solveProblem } from './rules/solve.js';
import type { Birth, Report, Task } from './solver.messages.js';

/** Memory of the solver beyond which a thread is replaced: WebAssembly never gives any back. */
const RETIRE_BYTES = 512 * 1024 * 1024;

/** Linux knows the niceness of single threads: requests go before solving. Elsewhere it would be that of the process. */
const NICE = 10;
if (process.platform === 'linux') setPriority(NICE);

/** Of one problem of a rehearsal, of which none takes as much as a second of a processor. */
const REHEARSAL_SECONDS = 5;

const port = parentPort;
if (!port) throw new Error('solver.worker.ts runs in a worker thread only');

let deadline = 0;
const solver = await HighsSolver.start({ secondsLeft: () => (deadline - performance.now()) / 1_000 });
const report = (message: Report): void => port.postMessage(message);

port.on('message', (task: Task) => {
  const ended = new Int32Array(task.ended);
  deadline = performance.now() + task.seconds * 1_000;
  try {
    const reading = task.read ? ({ ok: true, problem: task.problem } as const) : readProblem(task.problem);
    const means = {
      solver,
      stop: () => Atomics.load(ended, 0) !== 0 || performance.now() >= deadline,
      progress: (progress: Progress) => report({ type: 'progress', progress }),
    };
    const solved = reading.ok
      ? solveProblem(reading.problem, means, task)
      : { outcome: invalidOutcome(reading.faults), gaps: [], reasons: [], nodes: 0 };
    report({ type: 'done', solved, retire: solver.broken || solver.memoryBytes > RETIRE_BYTES });
  } catch (error) {
    report({ type: 'failed', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});

report({ type: 'ready' });

/** The first problem of a thread takes many times as long as it does later, when the code that it reaches is compiled. */
const called = new Int32Array((workerData as Birth).called);
const isCalled = (): boolean => Atomics.load(called, 0) !== 0;
for (let turn = 0; turn < REHEARSAL && !isCalled(); turn += 1) {
  deadline = performance.now() + REHEARSAL_SECONDS * 1_000;
  const stop = () => isCalled() || performance.now() >= deadline;
  const { problem, asked } = rehearsed(turn);
  solveProblem(problem, { solver, stop, progress: () => undefined }, asked);
  await nextTurn();
}
if (!isCalled()) report({ type: 'rehearsed' });
