import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { refuse } from '../../kernel/refusal.js';
import type { Layout } from './data-folder.js';
import { readSmall, writePrivate } from './data-folder.js';
import { guardProcess } from './guard.js';
import type { Programs } from './programs.js';
import type { ServerUser } from './server-user.js';
import { asUser, runsAsRoot } from './server-user.js';
import { cannotUse, passwordLost, whyNotStarted } from './troubles.js';

/** The superuser and the database; a name of our own shows in `ps` and logs whose server it is. */
export const DATABASE = 'pumasi';

/**
 * Text is ordered by code point and case-folded by tables inside PostgreSQL: an index made on one machine is valid
 * on every other, which collations of the C library or ICU do not promise.
 */
export const TEXT = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'] as const;

const INITDB = [`--username=${DATABASE}`, ...TEXT, '--auth=scram-sha-256', '--no-instructions'] as const;

const HALF = 'postgres.half-';

interface Wanted {
  readonly files: Layout;
  readonly programs: Programs;
  readonly user: ServerUser | null;
  readonly durable: boolean;
}

async function initdb(
  { programs, user, durable }: Wanted,
  folder: string,
  password: string,
): Promise<[number | null, string]> {
  const args = [...INITDB, `--pgdata=${folder}`, `--pwfile=${password}`, ...(durable ? [] : ['--no-sync'])];
  const child = spawn(programs.initdb, args, {
    ...asUser(user),
    cwd: '/',
    env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const guard = child.pid === undefined ? null : guardProcess(child.pid, folder, user);
  const code = await new Promise<number | null>((done) => {
    child.on('error', (error) => {
      output += `initdb: error: ${error.message}`;
      done(null);
    });
    child.on('close', done);
  });
  await guard?.release();
  return [code, output];
}

function give(path: string, user: ServerUser | null): void {
  if (user) chownSync(path, user.uid, user.gid);
}

/** initdb reads the password as the server's account, so the file is that account's for as long as initdb runs. */
function takeBack(path: string, folder: string): void {
  const owner = statSync(folder);
  if (runsAsRoot()) chownSync(path, owner.uid, owner.gid);
}

function removeHalves(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(HALF)) continue;
    try {
      rmSync(join(folder, name), { recursive: true, force: true });
    } catch {
      // An initdb whose parent was killed may still be writing there; it gives up, and the next start sweeps.
    }
  }
}

/** Built beside its place and renamed when complete, so that a kill in the middle leaves no half of a database. */
async function create(wanted: Wanted): Promise<void> {
  const { files, user } = wanted;
  const half = join(files.folder, HALF + randomBytes(4).toString('hex'));
  removeHalves(files.folder);
  writePrivate(files.password, randomBytes(24).toString('base64url'));
  try {
    mkdirSync(half, { mode: 0o700 });
    give(half, user);
    give(files.password, user);
  } catch (error) {
    throw cannotUse(files.folder, error);
  }
  const [code, output] = await initdb(wanted, half, files.password);
  if (code !== 0) {
    rmSync(half, { recursive: true, force: true });
    throw whyNotStarted(output, files.folder, files.log);
  }
  takeBack(files.password, files.folder);
  renameSync(half, files.cluster);
  const folder = openSync(files.folder, 'r');
  fsyncSync(folder);
  closeSync(folder);
}

function check({ files, programs }: Wanted): void {
  const version = readSmall(join(files.cluster, 'PG_VERSION'));
  if (version === null) {
    throw refuse(
      'embedded.foreign-folder',
      `${files.cluster} is not a PostgreSQL data folder: choose another data folder, or move it away.`,
      { kind: 'unavailable', folder: files.cluster },
    );
  }
  if (version !== programs.major) {
    throw refuse(
      'embedded.other-version',
      `The data in ${files.cluster} is of PostgreSQL ${version} and this Pumasi brings ${programs.major}: use the Pumasi ` +
        'it was made with and pg_dump, or choose another data folder.',
      { kind: 'unavailable', folder: files.cluster, version, major: programs.major },
    );
  }
  if (readSmall(files.password) === null) throw passwordLost(files.password, files.folder);
}

/** Makes the cluster when there is none, and checks it when there is. Throws refusals `embedded...`. */
export async function prepareCluster(wanted: Wanted, log: (line: string) => void): Promise<void> {
  const { files } = wanted;
  if (!existsSync(files.cluster)) {
    log(`Creating an empty database in ${files.folder}.`);
    await create(wanted);
    return;
  }
  check(wanted);
  try {
    // A restored or copied folder comes with the umask's rights, which PostgreSQL refuses.
    chmodSync(files.cluster, 0o700);
  } catch (error) {
    throw cannotUse(files.cluster, error);
  }
}
