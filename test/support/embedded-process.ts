import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { projectRoot } from '../../src/platform/config/project.js';

/** What the process printed first: where its database is, or why there is none. */
export interface Report {
  readonly url?: string;
  readonly dataFolder?: string;
  readonly code?: string;
  readonly sentence?: string;
}

export interface EmbeddedProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves with the next JSON line it prints. */
  report(): Promise<Report & Record<string, unknown>>;
  /** Resolves with its exit status, or the name of the signal. */
  readonly ended: Promise<number | string>;
}

export interface Circumstances {
  /** The project it runs in; by default this one. */
  readonly project?: string;
  /** JavaScript that runs once the database is up; `database` is the embedded one. By default it waits for a signal. */
  readonly afterwards?: string;
  /** JavaScript that runs before the start, such as handlers of signals. */
  readonly first?: string;
  readonly node?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly home?: string;
}

/** Starts an embedded PostgreSQL in a process of its own, on the folder or, with null, on the default one. */
export function startProcess(dataFolder: string | null, given: Circumstances = {}): EmbeddedProcess {
  const { project = projectRoot, afterwards = 'setInterval(() => {}, 1000);', first = '', uid, gid } = given;
  const module = pathToFileURL(join(project, 'dist/src/platform/embedded/embedded-postgres.js'));
  const script = `
    const { startEmbeddedPostgres, defaultDataFolder } = await import(${JSON.stringify(module.href)});
    const { setTimeout: sleep } = await import('node:timers/promises');
    // Ends with the tests, also when those are killed.
    process.stdin.on('close', () => process.exit(9)).resume().unref();
    const tell = (report) => console.log(JSON.stringify(report));
    let database;
    ${first}
    try {
      database = await startEmbeddedPostgres({ dataFolder: ${JSON.stringify(dataFolder)} ?? defaultDataFolder() });
    } catch (error) {
      tell({ code: error.code ?? 'error', sentence: error.message });
      process.exit(1);
    }
    tell({ url: database.url, dataFolder: database.dataFolder });
    ${afterwards}`;
  const child = spawn(given.node ?? process.execPath, ['--input-type=module', '-e', script], {
    cwd: project,
    env: { PATH: process.env['PATH'], HOME: given.home ?? process.env['HOME'] },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A process group of its own, so that a test can press Ctrl-C on it alone.
    detached: true,
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
  let printed = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  let over = false;
  const ended = new Promise<number | string>((done) => {
    child.on('error', (error) => done(error.message));
    child.on('close', (code, signal) => done(code ?? signal ?? 'nothing'));
  }).finally(() => (over = true));
  let read = 0;
  return {
    child,
    pid: child.pid ?? 0,
    ended,
    report: async () => {
      for (;;) {
        const line = printed.split('\n').slice(0, -1)[read];
        if (line !== undefined) {
          read += 1;
          return JSON.parse(line) as Report & Record<string, unknown>;
        }
        if (over) throw new Error(`it ended without a word: ${complaints}`);
        await sleep(5);
      }
    },
  };
}

/** Asks the database one question; the rows. */
export async function ask(url: string | undefined, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  // A server that dies under a connection also says so beside the question.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function told(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

/** The command lines of every living process that works on the data folder, as far as /proc shows them. */
export function processesOn(dataFolder: string): string[] {
  if (!existsSync('/proc/self')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => ({
      line: told(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')),
      place: told(() => readlinkSync(`/proc/${pid}/cwd`)),
    }))
    .filter(({ line, place }) => line !== '' && (line.includes(dataFolder) || place.startsWith(dataFolder)))
    .map(({ line }) => line);
}

/** Waits until no process works on the data folder; fails with those that stay. */
export async function untilNothingRuns(dataFolder: string, patienceMs = 10_000): Promise<void> {
  const end = performance.now() + patienceMs;
  let left = processesOn(dataFolder);
  while (left.length > 0) {
    if (performance.now() > end) throw new Error(`still running: ${left.join(' | ')}`);
    await sleep(20);
    left = processesOn(dataFolder);
  }
}
