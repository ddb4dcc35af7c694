import { createHash, randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { refuse } from '../../kernel/refusal.js';
import { projectRoot } from '../config/project.js';
import { mayEnter, runsAsRoot } from './server-user.js';
import { cannotUse } from './troubles.js';

/** Where things lie in a data folder. Everything but `cluster` belongs to the account that runs Pumasi. */
export interface Layout {
  readonly folder: string;
  /** PostgreSQL's own folder; belongs to the account that runs PostgreSQL, and nobody else may look inside. */
  readonly cluster: string;
  /** The database password, readable by the owner only. */
  readonly password: string;
  /** The TCP port used last; tried first, so that a worker finds the database again after a restart. */
  readonly port: string;
  readonly log: string;
}

export function layout(folder: string): Layout {
  return {
    folder,
    cluster: join(folder, 'postgres'),
    password: join(folder, 'password'),
    port: join(folder, 'port'),
    log: join(folder, 'postgres.log'),
  };
}

function nearestExisting(path: string): string {
  let folder = path;
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}

function usable(folder: string): boolean {
  const nearest = nearestExisting(folder);
  try {
    accessSync(nearest, constants.W_OK | constants.X_OK);
  } catch {
    return false;
  }
  return mayEnter(nearest);
}

/** Where data goes that cannot lie in the project: a place per project, so that two clones do not share a database. */
export function folderOutside(project: string): string {
  const share = runsAsRoot() ? '/var/lib' : (process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'));
  const mark = createHash('sha256').update(project).digest('hex').slice(0, 12);
  return join(share, 'pumasi', `${basename(project)}-${mark}`);
}

/**
 * The data folder when no setting names one: `.pumasi` in the project. Where that cannot hold a database, because
 * the project lies in a home closed to the account PostgreSQL runs as (root's /root is) or is not ours to write,
 * it is /var/lib/pumasi/NAME-HASH for root and ~/.local/share/pumasi/NAME-HASH for an ordinary user.
 */
export function defaultDataFolder(project: string = projectRoot): string {
  const inProject = join(project, '.pumasi');
  return usable(inProject) ? inProject : folderOutside(project);
}

/** Makes an empty data folder for a passing use; the caller removes it. It lies where PostgreSQL's account can go. */
export function temporaryDataFolder(name: string): string {
  const place = [tmpdir(), '/var/tmp', '/tmp'].find(usable) ?? dirname(folderOutside(projectRoot));
  makeFolder(place);
  const folder = mkdtempSync(join(place, `${name}-`));
  chmodSync(folder, 0o711);
  return folder;
}

/** Makes the folder and what leads to it, enterable by PostgreSQL's account whatever the umask. */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
  chmodSync(folder, 0o711);
}

/** The longest path PostgreSQL takes is 1023 bytes; the rest is room for the names inside. */
const PATH_BYTES = 900;

/** Makes the data folder ready for use. Throws refusals `embedded...` that say what is in the way. */
export function openDataFolder(files: Layout): void {
  if (Buffer.byteLength(files.folder) > PATH_BYTES) {
    throw refuse(
      'embedded.path-too-long',
      `The data folder's path is longer than ${PATH_BYTES} bytes: ${files.folder}.`,
    );
  }
  try {
    makeFolder(files.folder);
    // A file in the folder's place, or on the way to it, is ENOTDIR here.
    readdirSync(files.folder);
    accessSync(files.folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw cannotUse(files.folder, error);
  }
  if (existsSync(join(files.folder, 'PG_VERSION'))) {
    throw refuse(
      'embedded.foreign-folder',
      `${files.folder} is the data of another PostgreSQL: choose an empty folder, or set DATABASE_URL to that server.`,
    );
  }
}

/** Writes a file that only its owner can read; whole or not at all. Root writes it for the folder's owner. */
export function writePrivate(path: string, text: string): void {
  const half = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(half, text, { mode: 0o600 });
    if (runsAsRoot()) {
      const owner = statSync(dirname(path));
      chownSync(half, owner.uid, owner.gid);
    }
    renameSync(half, path);
  } catch (error) {
    throw cannotUse(dirname(path), error);
  }
}

/** The text of a small file, trimmed; null when it is not there. Other failures are refusals. */
export function readSmall(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cannotUse(dirname(path), error);
  }
}
