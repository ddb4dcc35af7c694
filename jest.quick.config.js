/**
 * What `npm run check` tries: everything but whole stories, faults and what takes longest, and of what is drawn at random or
 * repeated a tenth of the cases. Nothing is left out for good: `npm test` tries all of it.
 */
import everything from './jest.config.js';

process.env.PUMASI_TEST_CASES ??= '0.1';

/** A third of all the time and a twentieth of the files: whole auctions, money in drawn orders, a solver at full size. */
const LONGEST = [
  'allocation/(rehearsal|same-answer|service)',
  'auctions/(live|outcomes|practice)',
  'awards/(follow-up|rules-of-award)',
  'payments/(collecting|fallen-pool|stripe-money-orders|stripe-orders|whatever-happens-at-stripe)',
  'platform/containers',
];

export default {
  ...everything,
  testPathIgnorePatterns: [
    '<rootDir>/test/(faults|journeys)/',
    ...LONGEST.map((name) => `<rootDir>/test/${name}\\.spec\\.ts$`),
  ],
};
