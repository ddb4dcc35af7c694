/** The life of a billing run, and what must be so before it bills anybody. */
import { dayOf, dayStart, type Month, monthOf } from '../../kernel/calendar.js';
import { lifecycle, nextState, type StateOf } from '../../kernel/lifecycle.js';
import { invalid, refuse, type Refusal } from '../../kernel/refusal.js';
import { endOf } from './months.js';

export const runLifecycle = lifecycle('run', 'planned', {
  planned: { preview: 'previewed' },
  previewed: { plan: 'planned', start: 'running' },
  running: { issue: 'issued' },
  issued: {},
});

export type RunState = StateOf<typeof runLifecycle>;

export interface StartableRun {
  readonly state: RunState;
  readonly month: Month;
  readonly previewedAt: Date | null;
}

/**
 * @param passed the latest month of the same agency and currency that was started, or null
 * @returns why the run of a month cannot be planned, or null. A month that goes on can, so that it can be looked at.
 */
export function whyNotPlan(month: Month, passed: Month | null, state: RunState | null, now: Date): Refusal | null {
  if (month > monthOf(dayOf(now))) {
    return invalid('run.invalid', 'A month is billed in arrears.', [
      { path: 'month', reason: 'has not begun: give a month that is over, or the present one to look at it' },
    ]);
  }
  if (passed !== null && month < passed) {
    return refuse('run.month-passed', `${passed} is billed: what was left of ${month} is billed with the next month.`, {
      month: passed,
    });
  }
  if (state === null || state === 'planned' || nextState(runLifecycle, state, 'plan') !== null) return null;
  return refuse('run.cannot-plan', `The run of ${month} is ${state}: what it bills stands.`, { state });
}

/** @param open the earliest month before it whose run is not issued, or null */
export function whyNotStart(run: StartableRun, open: Month | null, now: Date): Refusal | null {
  const over = dayStart(endOf(run.month));
  if (nextState(runLifecycle, run.state, 'start') === null) {
    const todo = run.state === 'planned' ? 'wait for its preview, and look at it' : 'there is nothing left to start';
    return refuse('run.cannot-start', `The run is ${run.state}: ${todo}.`, { state: run.state });
  }
  if (now < over) {
    const until = over.toISOString();
    return refuse('run.month-not-over', `${run.month} is billed when it is over, at ${until}.`, { until });
  }
  if (open !== null) {
    return refuse('run.earlier-open', `The run of ${open} comes first: months are billed in their order.`, {
      month: open,
    });
  }
  if (run.previewedAt === null || run.previewedAt < over) {
    return refuse('run.preview-too-early', `The preview was made before ${run.month} was over: plan the run again.`);
  }
  return null;
}
