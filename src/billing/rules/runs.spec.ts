import { lifecycleFaults } from '../../kernel/lifecycle.js';
import { numberText } from './numbers.js';
import { runLifecycle, type StartableRun, whyNotPlan, whyNotStart } from './runs.js';

const MAY = new Date('2026-05-02T00:00:00Z');
const run: StartableRun = { state: 'previewed', month: '2026-04', previewedAt: new Date('2026-05-01T00:00:00Z') };

test('every state of a run is reached', () => {
  expect(lifecycleFaults(runLifecycle)).toEqual([]);
});

test('a month that is over, or goes on, is planned, and planned again until it is started', () => {
  expect(whyNotPlan('2026-04', null, null, MAY)).toBeNull();
  expect(whyNotPlan('2026-05', '2026-04', null, MAY)).toBeNull();
  expect(whyNotPlan('2026-06', null, null, MAY)?.faults[0]?.path).toBe('month');
  expect(whyNotPlan('2026-04', null, 'planned', MAY)).toBeNull();
  expect(whyNotPlan('2026-04', null, 'previewed', MAY)).toBeNull();
  expect(whyNotPlan('2026-04', '2026-04', 'running', MAY)?.code).toBe('run.cannot-plan');
  expect(whyNotPlan('2026-03', '2026-04', null, MAY)?.code).toBe('run.month-passed');
});

test('a run starts when its month is over in Korea, in its turn, and looked at since', () => {
  expect(whyNotStart(run, null, MAY)).toBeNull();
  expect(whyNotStart(run, null, new Date('2026-04-30T14:59:59Z'))?.code).toBe('run.month-not-over');
  expect(whyNotStart(run, null, new Date('2026-04-30T15:00:00Z'))?.code).toBeUndefined();
  expect(whyNotStart(run, '2026-03', MAY)?.code).toBe('run.earlier-open');
  const early = { ...run, previewedAt: new Date('2026-04-30T14:00:00Z') };
  expect(whyNotStart(early, null, MAY)?.code).toBe('run.preview-too-early');
  expect(whyNotStart({ ...run, state: 'planned' }, null, MAY)?.code).toBe('run.cannot-start');
  expect(whyNotStart({ ...run, state: 'issued' }, null, MAY)?.code).toBe('run.cannot-start');
});

test('numbers tell kind, year and count', () => {
  expect(numberText('invoice', 2026, 1)).toBe('INV-2026-000001');
  expect(numberText('credit-note', 2027, 1_234_567)).toBe('CN-2027-1234567');
});
