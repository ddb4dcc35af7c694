import { cannotUse, whyNotStarted } from './troubles.js';

const said = (output: string): [string, string] => {
  const { code, message } = whyNotStarted(output, '/data', '/data/postgres.log');
  return [code, message];
};

test.each([
  [
    'a full disk',
    'FATAL:  could not write lock file "postmaster.pid": No space left on device',
    'embedded.disk-full',
    'The disk of the data folder /data is full: make room, or choose a folder on another disk.',
  ],
  [
    'a full disk in initdb',
    'initdb: error: could not write file "/data/postgres/base/1": No space left on device\ninitdb: removing data directory',
    'embedded.disk-full',
    'The disk of the data folder /data is full: make room, or choose a folder on another disk.',
  ],
  [
    'damage',
    'LOG:  starting\n2026-01-01 00:00:00.000 UTC [7] PANIC:  could not locate a valid checkpoint record at 0/1B8',
    'embedded.corrupted',
    'The database in /data is damaged (could not locate a valid checkpoint record at 0/1B8): restore the folder from a copy, or remove it to start with an empty one. Details: /data/postgres.log.',
  ],
  [
    'too little memory',
    'FATAL:  could not map anonymous shared memory: Cannot allocate memory\nHINT:  This error usually means',
    'embedded.no-memory',
    'PostgreSQL did not get the memory it needs: could not map anonymous shared memory: Cannot allocate memory.',
  ],
  [
    'anything else in its own words',
    '2026-01-01 00:00:00.000 UTC [7] FATAL:  configuration file "postgresql.conf" contains errors\n',
    'embedded.not-started',
    'PostgreSQL did not start: configuration file "postgresql.conf" contains errors. Details: /data/postgres.log.',
  ],
  ['silence', '', 'embedded.not-started', 'PostgreSQL did not start: it said nothing. Details: /data/postgres.log.'],
])('%s is one line with a way out', (_name, output, code, sentence) => {
  expect(said(output)).toEqual([code, sentence]);
});

test.each([
  ['ENOSPC', 'embedded.disk-full'],
  ['EACCES', 'embedded.no-permission'],
  ['EROFS', 'embedded.read-only'],
  ['ENOTDIR', 'embedded.no-folder'],
  ['EIO', 'embedded.no-folder'],
])('%s from the operating system is the refusal %s', (code, expected) => {
  const refusal = cannotUse('/data', Object.assign(new Error('no'), { code }));
  expect(refusal.code).toBe(expected);
  expect(refusal.message).toContain('/data');
});
