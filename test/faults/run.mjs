// Runs a test of faults several times, at its full size: `npm run faults -- deadline --runs 10`.
import { spawnSync } from 'node:child_process';

/** What a run is, and what it takes beside the short version in the suite. */
const FAULTS = {
  deadline: { file: 'test/faults/deadline.spec.ts', env: { PUMASI_TEST_IMPROVEMENTS: '500' } },
  solve: { file: 'test/faults/slow-standings.spec.ts', env: { PUMASI_TEST_SOLVE_SECONDS: '60' } },
  api: { file: 'test/faults/api-killed.spec.ts', env: {} },
  phases: { file: 'test/faults/auction-phases.spec.ts', env: { PUMASI_TEST_CRASHES: 'everywhere' } },
  outage: { file: 'test/faults/auction-outage.spec.ts', env: {} },
  queue: { file: 'test/faults/auction-queue.spec.ts', env: { PUMASI_TEST_AWAY_SECONDS: '60' } },
  billing: { file: 'test/faults/billing.spec.ts', env: { PUMASI_TEST_LINES: '120000', PUMASI_TEST_KILLS: '10' } },
  clock: { file: 'test/faults/auction-clock.spec.ts', env: {} },
};

const [name = '', ...options] = process.argv.slice(2);
const fault = FAULTS[name];
const at = options.indexOf('--runs');
const runs = at < 0 ? 1 : Number(options[at + 1]);
if (!fault || !Number.isInteger(runs) || runs < 1) {
  process.stderr.write(`usage: npm run faults -- ${Object.keys(FAULTS).join('|')} [--runs N]\n`);
  process.exit(2);
}

let failed = 0;
for (let run = 1; run <= runs; run += 1) {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, ['node_modules/jest/bin/jest.js', fault.file], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...fault.env },
  });
  if (status !== 0) failed += 1;
  const seconds = Math.round((performance.now() - began) / 1_000);
  console.log(`${name}: run ${run} of ${runs} ${status === 0 ? 'passed' : 'FAILED'} in ${seconds} s`);
}
console.log(`${name}: ${runs - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
