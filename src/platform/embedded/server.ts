import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { totalmem } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Layout } from './data-folder.js';
import { readSmall, writePrivate } from './data-folder.js';
import { guardProcess } from './guard.js';
import { disarmStalePid, endPostmaster, findPostmaster } from './postmaster.js';
import type { Programs } from './programs.js';
import type { ServerUser } from './server-user.js';
import { asUser } from './server-user.js';
import { cannotUse, whyNotStarted } from './troubles.js';

export interface RunningServer {
  readonly port: number;
  stop(): Promise<void>;
}

interface Wanted {
  readonly files: Layout;
  readonly programs: Programs;
  readonly user: ServerUser | null;
  readonly durable: boolean;
}

const ATTEMPTS = 25;
const BETWEEN_ATTEMPTS_MS = 200;
const LOG_BYTES = 10 * 2 ** 20;
const SLOW_MS = 5_000;

/** Settings stand on the command line, so that each start has today's and no old file overrules them. */
function settings(durable: boolean): string[] {
  const roomy = totalmem() >= 4 * 2 ** 30;
  // A sixteenth of the machine's memory, taken only as far as pages fill it.
  const buffers = Math.min(1_024, Math.max(64, Math.floor(totalmem() / 2 ** 24)));
  const values: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    // A socket's path may have 107 bytes at most, and data folders have longer ones.
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: `${buffers}MB`,
    work_mem: roomy ? '16MB' : '4MB',
    max_wal_size: '2GB',
    // Solid state disks: a random page costs about what the next one costs.
    random_page_cost: '1.1',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    log_destination: 'stderr',
    logging_collector: 'off',
    log_line_prefix: '%m [%p] ',
    fsync: durable ? 'on' : 'off',
    synchronous_commit: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** The port if it is free, else one that is; 0 asks for any. */
async function freePort(wished: number): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer();
    probe.once('error', (error) => (wished === 0 ? failed(error) : found(freePort(0))));
    probe.listen({ host: '127.0.0.1', port: wished, exclusive: true }, () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : wished;
      probe.close(() => found(port));
    });
  });
}

/** The log is a file, not a pipe: the server must be able to write its last lines after we are gone. */
function openLog(path: string): number {
  try {
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES) renameSync(path, `${path}.1`);
    return openSync(path, 'a+', 0o600);
  } catch (error) {
    throw cannotUse(dirname(path), error);
  }
}

function readFrom(file: number, from: number): string {
  const text = Buffer.alloc(Math.min(fstatSync(file).size - from, 2 ** 20));
  readSync(file, text, 0, text.length, from);
  return text.toString('utf8');
}

function ended(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function untilReady(child: ChildProcess, files: Layout, log: (line: string) => void): Promise<boolean> {
  const started = performance.now();
  let told = false;
  while (!ended(child)) {
    const postmaster = findPostmaster(files.cluster);
    if (postmaster?.pid === child.pid && postmaster?.ready) return true;
    if (!told && performance.now() - started > SLOW_MS) {
      log('The database is recovering from its log; this can take some minutes.');
      told = true;
    }
    await sleep(10);
  }
  return false;
}

/** One try: the running server, or what it wrote before it ended. */
async function attempt(wanted: Wanted, port: number, log: (line: string) => void): Promise<RunningServer | string> {
  const { files, programs, user, durable } = wanted;
  const file = openLog(files.log);
  const from = fstatSync(file).size;
  try {
    const child = spawn(programs.postgres, ['-D', files.cluster, '-p', String(port), ...settings(durable)], {
      ...asUser(user),
      cwd: '/',
      // Nothing of ours: PGDATA, LD_LIBRARY_PATH and their like would change what the server does.
      env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
      // A process group of its own: Ctrl-C goes to the whole group of the terminal, and the application, which
      // still drains, has to stop its database last.
      detached: true,
      stdio: ['ignore', file, file],
    });
    let failure = '';
    child.once('error', (error) => (failure = `FATAL: ${error.message}`));
    if (child.pid === undefined) {
      await sleep(0);
      return failure;
    }
    child.unref();
    const { pid } = child;
    const guard = guardProcess(pid, files.cluster, user);
    if (!(await untilReady(child, files, log))) {
      await guard.release();
      return readFrom(file, from);
    }
    let expected = false;
    child.once('exit', () => {
      if (expected) return;
      log(`The database ended by itself. Its last words are in ${files.log}.`);
      void guard.release();
    });
    return {
      port,
      stop: async () => {
        expected = true;
        await endPostmaster(pid);
        await guard.release();
      },
    };
  } finally {
    closeSync(file);
  }
}

/** Starts the server of a prepared cluster and waits until it takes connections. Throws refusals `embedded...`. */
export async function launch(wanted: Wanted, log: (line: string) => void): Promise<RunningServer> {
  const { files } = wanted;
  let port = await freePort(Number(readSmall(files.port)) || 0);
  let output = '';
  for (let tries = 1; tries <= ATTEMPTS; tries++) {
    disarmStalePid(files.cluster);
    const result = await attempt(wanted, port, log);
    if (typeof result !== 'string') {
      writePrivate(files.port, String(port));
      return result;
    }
    output = result;
    const portTaken = /Address already in use/.test(output);
    // Children of a killed server notice within a moment and go.
    const childrenLeft = /pre-existing shared memory block/.test(output);
    if (!portTaken && !childrenLeft) break;
    if (portTaken) port = await freePort(0);
    else await sleep(BETWEEN_ATTEMPTS_MS);
  }
  throw whyNotStarted(output, files.folder, files.log);
}
