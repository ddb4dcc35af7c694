// Runs the specs of payments against Stripe itself, with a key for tests of your own. What only the tests' model of Stripe can
// do (move its clock, fail on request, tell a system on this machine what happened) is skipped.
import { spawnSync } from 'node:child_process';

const key = process.env.PUMASI_TEST_STRIPE_KEY ?? '';
if (!/^(sk|rk)_test_/.test(key)) {
  console.error(
    'Set PUMASI_TEST_STRIPE_KEY to a secret key of Stripe for tests (sk_test_..). With any other, money would move.',
  );
  process.exit(1);
}
const only = process.argv.slice(2);
const paths = only.length > 0 ? only : ['test/payments/stripe-'];
const { status } = spawnSync('npm', ['test', '--', '--runInBand', ...paths], { stdio: 'inherit' });
process.exit(status ?? 1);
