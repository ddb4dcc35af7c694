// The order of the test files: those that take longest begin first, so that no worker is left alone with one at the end.
// Jest would order them by size until it has measured them on this machine, and a build machine never has.
import { statSync } from 'node:fs';

/** In the order of the seconds that they take; the rest, all shorter, goes by size. */
const LONGEST = [
  'faults/killed',
  'journeys/own-spreadsheets',
  'faults/start',
  'journeys/demonstration',
  'payments/stripe-money-orders',
  'faults/billing',
  'payments/stripe-orders',
  'faults/auction-outage',
  'faults/auction-phases',
  'faults/jobs',
  'allocation/same-answer',
  'auctions/outcomes',
  'auctions/secrecy',
  'faults/auction-queue',
  'faults/queue',
  'auctions/live',
  'payments/collecting',
  'faults/slow-standings',
  'allocation/command',
  'auctions/practice',
  'allocation/service',
  'payments/stripe-methods',
  'awards/rules-of-award',
  'payments/fallen-pool',
  'payments/stripe-money-told',
  'identity/routes',
  'identity/others-objects',
  'awards/proofs',
  'identity/lost-passwords',
  'payments/stripe-gateway',
  'payments/debit-notices',
  'faults/board',
  'awards/follow-up',
  'platform/deeds',
  'auctions/deadline',
  'platform/containers',
  'payments/whatever-happens',
  'payments/whatever-happens-at-stripe',
  'faults/embedded-life',
  'contracts/signing',
  'faults/embedded-folders',
  'payments/settled-otherwise',
  'rules/suppress',
  'awards/decisions',
  'allocation/lots',
  'awards/reasons',
  'payments/stripe-inbox',
  'payments/contested',
  'subscriptions/service',
  'payments/stripe-shapes',
  'allocation/reliefs',
];

function rank({ path }) {
  const at = LONGEST.findIndex((name) => path.endsWith(`/${name}.spec.ts`));
  return at < 0 ? LONGEST.length : at;
}

export default class LongestFirst {
  sort(tests) {
    const sizes = new Map(tests.map((test) => [test, statSync(test.path).size]));
    return [...tests].sort((a, b) => rank(a) - rank(b) || sizes.get(b) - sizes.get(a));
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {
    // The order is the same on every machine.
  }
}
