// Runs the specs of payments against Stripe itself, with a key for tests of your own. What only the tests' model of Stripe can
// do (move its clock, fail on request, tell a system on this machine what happened) is skipped. With PUMASI_TEST_STRIPE_URL
// another server is asked in its place; `--model` starts the tests' model as one, which shows that this way itself works.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MODEL_KEY = 'sk_test_modelelsewhere';

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
  const [address] = await Promise.race([once(model.stdout, 'data'), once(model, 'exit').then(() => [''])]);
  env.PUMASI_TEST_STRIPE_URL = String(address).trim();
  if (env.PUMASI_TEST_STRIPE_URL === '') process.exit(1);
}
const paths = only.length > 0 ? only : ['test/payments/stripe-'];
const { status } = spawnSync('npm', ['test', '--', '--runInBand', ...paths], { stdio: 'inherit', env });
model?.kill('SIGTERM');
process.exit(status ?? 1);
