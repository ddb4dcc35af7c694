/**
 * Which Stripe the tests ask: our model of it within their own process, or Stripe itself with a key for tests of one's own
 * (PUMASI_TEST_STRIPE_KEY, see `npm run test:stripe`), or with PUMASI_TEST_STRIPE_URL another server that takes the key. What a
 * test needs that is not there is said where it is skipped, in its name: `npm run test:stripe` makes a list of it.
 */
export const OWN_KEY = given('KEY');
if (OWN_KEY !== undefined && !/^(sk|rk)_test_/.test(OWN_KEY)) {
  throw new Error('PUMASI_TEST_STRIPE_KEY must be a key for tests (sk_test_..): with any other, money would move');
}

/** Is Stripe itself asked, or another server in its place? */
export const REAL = OWN_KEY !== undefined;
/** Where it is, when the key is one's own. */
export const TARGET = given('URL') ?? 'https://api.stripe.com';
/** What a browser asks with. */
export const OWN_PUBLISHABLE_KEY = given('PUBLISHABLE_KEY');
/** A connected account whose details are complete, as transfers go to such alone. */
export const OWN_ACCOUNT = given('ACCOUNT');

/** Why a test is of the model alone. */
export const ONLY_MODEL = {
  clock: 'days have to pass at Stripe, whose clock nobody moves',
  bank: 'a bank has to act at a time of the test’s own; Stripe’s banks for tests act at once',
  person: 'a person has to enter something on a page of Stripe’s',
  stricter: 'the model refuses here what Stripe takes',
  lenient: 'Stripe’s test mode may let happen what Stripe refuses otherwise',
  itself: 'it is about the model itself',
  undocumented: 'Stripe’s documentation does not say when or how it answers',
} as const;

/** A setting of the tests; an empty one counts as unset. */
function given(name: string): string | undefined {
  const value = process.env[`PUMASI_TEST_STRIPE_${name}`];
  return value === '' ? undefined : value;
}

type Work = (() => Promise<void>) | (() => void);

function skipped(name: string, why: string, work: Work): void {
  it.skip(`${name} [skipped: ${why}]`, work);
}

/** A test of what only the model can do. */
export function onModel(why: keyof typeof ONLY_MODEL, name: string, work: Work): void {
  if (REAL) skipped(name, ONLY_MODEL[why], work);
  else it(name, work);
}

/** Tests of what only the model can do. */
export function describeOnModel(name: string, work: () => void, why: keyof typeof ONLY_MODEL = 'bank'): void {
  if (REAL) describe.skip(`${name} [skipped: ${ONLY_MODEL[why]}]`, work);
  else describe(name, work);
}

/** A test that needs an account that transfers go to. */
export function withAccount(name: string, work: Work): void {
  if (REAL && OWN_ACCOUNT === undefined) skipped(name, 'PUMASI_TEST_STRIPE_ACCOUNT is not set', work);
  else it(name, work);
}

/** A test in which a member's browser asks Stripe. */
export function withBrowser(name: string, work: Work): void {
  if (REAL && OWN_PUBLISHABLE_KEY === undefined) {
    skipped(name, 'PUMASI_TEST_STRIPE_PUBLISHABLE_KEY is not set', work);
  } else it(name, work);
}
