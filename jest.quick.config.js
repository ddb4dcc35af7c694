/**
 * What `npm run check` tries: everything but whole stories and faults, and of what is drawn at random or repeated a tenth of
 * the cases. Nothing is left out for good: `npm test` tries all of it.
 */
import everything from './jest.config.js';

process.env.PUMASI_TEST_CASES ??= '0.1';

export default { ...everything, testPathIgnorePatterns: ['<rootDir>/test/(faults|journeys)/'] };
