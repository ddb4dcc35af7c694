// The order of the test files: those that take longest begin first, so that no worker is left alone with one at the end.
// Jest would order them by size until it has measured them on this machine, and a build machine never has.
import { statSync } from 'node:fs';

/** In the order of the seconds that they take; the rest, all shorter, goes by size. */
const LONGEST = [
  'faults/killed',
  'journeys/own-spreadsheets',
  'payments/stripe-money-orders',
  'journeys/demonstration',
  'faults/billing',
  'platform/start',
  'payments/stripe-orders',
  'faults/auction-outage',
  'faults/auction-phases',
  'auctions/outcomes',
  'auctions/secrecy',
  'faults/auction-queue',
  'faults/queue',
  'auctions/live',
  'auctions/slow-standings',
  'payments/fallen-pool',
  'platform/jobs',
  'payments/collecting',
  'awards/follow-up',
  'auctions/deadline',
  'faults/board',
  'payments/stripe-methods',
  'payments/whatever-happens',
  'allocation/reliefs',
  'auctions/practice',
  'allocation/lots',
  'contracts/signing',
  'contracts/falling',
  'auctions/crowding',
  'platform/containers',
  'platform/deeds',
  'allocation/exact',
  'identity/others-objects',
  'identity/routes',
  'catalogue/import',
  'awards/scenarios',
  'platform/embedded-life',
  'platform/embedded-folders',
];

function rank({ path }) {
  const at = LONGEST.findIndex((name) => path.endsWith(`/test/${name}.spec.ts`));
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
