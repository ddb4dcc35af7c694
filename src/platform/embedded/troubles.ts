import type { Refusal } from '../../kernel/refusal.js';
import { refuse } from '../../kernel/refusal.js';

const OTHERWISE = 'Or set DATABASE_URL to a server.';

/** The refusal for a data folder that the operating system does not let us use. */
export function cannotUse(folder: string, error: unknown): Refusal {
  const { code, message } = error as NodeJS.ErrnoException;
  const facts = { kind: 'unavailable', folder } as const;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(folder);
    case 'EACCES':
    case 'EPERM':
      return noPermission(folder);
    case 'EROFS':
      return refuse('embedded.read-only', `The data folder ${folder} is on a read-only disk: choose another.`, facts);
    case 'ENOTDIR':
    case 'EEXIST':
      return refuse('embedded.no-folder', `${folder} cannot be a data folder, for a file is in its way.`, facts);
    case undefined:
    default:
      return refuse('embedded.no-folder', `The data folder ${folder} cannot be used: ${message}.`, facts);
  }
}

function diskFull(folder: string): Refusal {
  return refuse(
    'embedded.disk-full',
    `The disk of the data folder ${folder} is full: make room, or choose a folder on another disk.`,
    { kind: 'unavailable', folder },
  );
}

function noPermission(folder: string): Refusal {
  return refuse(
    'embedded.no-permission',
    `The data folder ${folder} belongs to another user or is closed to this one: choose another, or start Pumasi as ` +
      `the user it belongs to. ${OTHERWISE}`,
    { kind: 'unavailable', folder },
  );
}

/** The refusal for a folder that the account PostgreSQL runs as cannot enter. */
export function closedTo(user: string, folder: string, instead: string): Refusal {
  return refuse(
    'embedded.closed-folder',
    `PostgreSQL runs as ${user}, because it refuses to be root, and ${user} cannot enter ${folder}: choose a data ` +
      `folder outside, for example ${instead}.`,
    { kind: 'unavailable', folder, instead },
  );
}

/** The refusal for a password file that is gone or is not that of the data. */
export function passwordLost(passwordFile: string, folder: string): Refusal {
  return refuse(
    'embedded.password-lost',
    `The database password in ${passwordFile} is missing or wrong: put the file back, or remove ${folder} to start ` +
      'with an empty database.',
    { kind: 'unavailable', folder },
  );
}

/** The last complaint in what a PostgreSQL program wrote, without time and process number. */
function complaint(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const found =
    lines.findLast((line) => /\b(FATAL|PANIC):|\berror:|^postgres: /.test(line)) ?? lines.findLast(Boolean) ?? '';
  return found
    .replace(/^.*?\b(FATAL|PANIC):\s*/, '')
    .replace(/^\w+: (error:\s*)?/, '')
    .replace(/[.\s]+$/, '');
}

/** Turns what initdb or postgres wrote before it gave up into one sentence with a way out. */
export function whyNotStarted(output: string, folder: string, logFile: string): Refusal {
  const facts = { kind: 'unavailable', folder, logFile } as const;
  if (/No space left on device|Disk quota exceeded/i.test(output)) return diskFull(folder);
  if (/Operation not permitted|Permission denied|Read-only file system/i.test(output)) return noPermission(folder);
  if (/could not (map|create|allocate).*(memory|semaphores)/i.test(output)) {
    return refuse('embedded.no-memory', `PostgreSQL did not get the memory it needs: ${complaint(output)}.`, facts);
  }
  const damaged =
    /database files are incompatible|could not find the database system|could not locate .*checkpoint|invalid data in|corrupt|could not open file ".*(pg_control|pg_filenode|\b(base|global|pg_wal)\/)/;
  if (damaged.test(output)) {
    return refuse(
      'embedded.corrupted',
      `The database in ${folder} is damaged (${complaint(output)}): restore the folder from a copy, or remove it to ` +
        `start with an empty one. Details: ${logFile}.`,
      facts,
    );
  }
  const said = complaint(output) || 'it said nothing';
  return refuse('embedded.not-started', `PostgreSQL did not start: ${said}. Details: ${logFile}.`, facts);
}
