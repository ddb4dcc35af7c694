// The order of the test files: those that take longest begin first, so that no worker is left alone with one at the end.
// Jest would order them by size until it has measured them on this machine, and a build machine never has.
import { statSync } from 'node:fs';

/** In the order of the seconds that they take; the rest, all shorter, goes by size. */
const LONGEST = [
  'faults/killed',
  'journeys/own-spreadsheets',
  'journeys/demonstration',
  'faults/billing',
  'payments/stripe-orders',
  'payments/collecting',
  'allocation/reliefs',
  'platform/start',
  'faults/auction-outage',
  'faults/auction-phases',
  'faults/auction-queue',
  'faults/queue',
  'allocation/exact',
  'auctions/practice',
  'auctions/verify',
  'awards/decisions',
  'platform/jobs',
  'faults/board',
  'platform/embedded-life',
  'platform/embedded-folders',
  'subscriptions/late-joining',
  'awards/follow-up',
  'awards/abandoning',
  'auctions/deadline',
  'auctions/opening',
  'auctions/feed',
  'allocation/lots',
  'allocation/gaps',
  'allocation/same-answer',
  'allocation/service',
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
