/**
 * Three sizes: rules and units beside the code, deeds over HTTP in test/, and the long ones, which `npm run check` leaves to
 * `npm test`: whole stories in test/journeys, faults in test/faults, and the longest of the others (jest.quick.config.js).
 */
export default {
  testEnvironment: 'node',
  // Spec files share what a process has; nothing of it is cleaned up when one of them ends.
  testEnvironmentOptions: { globalsCleanup: 'off' },
  rootDir: '.',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testRegex: '\\.spec\\.ts$',
  transform: {},
  testRunner: '<rootDir>/test/support/test-runner.js',
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
  testTimeout: 60_000,
  testSequencer: '<rootDir>/test/support/longest-first.js',
  // One more than the cores of a small machine: tests of processes and servers wait about as long as they reckon.
  maxWorkers: 3,
};
