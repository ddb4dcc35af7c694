// Runs the specs of payments against Stripe itself, with a key for tests of your own. What only the tests' model of Stripe can
// do is skipped, and told with the reason at the end. With PUMASI_TEST_STRIPE_URL another server is asked in its place; `--model`
// starts the tests' model as one, which shows that this way itself works.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MODEL_KEY = 'sk_test_modelelsewhere';
/** Stripe is not next door, and lets a direct debit take minutes. */
const TEST_MILLIS = 600_000;

/** So many names are told of what is skipped for one reason. */
const MOST_TOLD = 20;

const args = process.argv.slice(2);
const withModel = args.includes('--model');
const only = args.filter((each) => each !== '--model');
const key = withModel ? MODEL_KEY : (process.env.PUMASI_TEST_STRIPE_KEY ?? '');
if (!/^(sk|rk)_test_/.test(key)) {
  console.error(
    'Set PUMASI_TEST_STRIPE_KEY to a secret key of Stripe for tests (sk_test_..). With any other, money would move.',
  );
  process.exit(1);
}
const env = { ...process.env, PUMASI_TEST_STRIPE_KEY: key };
let model = null;
if (withModel) {
  const program = fileURLToPath(new URL('stripe-model.mjs', import.meta.url));
  model = spawn(process.execPath, [program, key], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [told] = await Promise.race([once(model.stdout, 'data'), once(model, 'exit').then(() => [''])]);
  const [url = '', publishableKey, account] = String(told).trim().split(' ');
  if (url === '') process.exit(1);
  Object.assign(env, {
    PUMASI_TEST_STRIPE_URL: url,
    PUMASI_TEST_STRIPE_PUBLISHABLE_KEY: publishableKey,
    PUMASI_TEST_STRIPE_ACCOUNT: account,
  });
}
const folder = mkdtempSync(join(tmpdir(), 'pumasi-stripe-'));
const results = join(folder, 'results.json');
const paths = only.length > 0 ? only : ['test/payments/stripe-'];
const jest = ['--runInBand', `--testTimeout=${TEST_MILLIS}`, '--json', `--outputFile=${results}`];
const { status } = spawnSync('npm', ['test', '--', ...jest, ...paths], { stdio: 'inherit', env });
model?.kill('SIGTERM');
try {
  tellSkipped(JSON.parse(readFileSync(results, 'utf8')));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(status ?? 1);

/** Which tests were skipped, by the reason in their names or in those of what they are part of. */
function tellSkipped({ testResults, numPassedTests, numPendingTests, numTotalTests }) {
  const byReason = new Map();
  for (const { assertionResults } of testResults) {
    for (const { status: became, ancestorTitles, title } of assertionResults) {
      if (became !== 'pending') continue;
      const full = [...ancestorTitles, title].join(' > ');
      const reason = /\[skipped: ([^\]]*)\]/.exec(full)?.[1] ?? 'no reason is given';
      const name = full.replace(/ \[skipped: [^\]]*\]/, '');
      byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
    }
  }
  console.log(`\n${numPassedTests} of ${numTotalTests} tests passed, ${numPendingTests} were skipped:`);
  for (const [reason, names] of byReason) {
    const more = names.length > MOST_TOLD ? [`and ${names.length - MOST_TOLD} more`] : [];
    console.log([`\n${reason} (${names.length})`, ...names.slice(0, MOST_TOLD), ...more].join('\n  - '));
  }
}
