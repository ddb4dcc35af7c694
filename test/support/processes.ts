/** Processes of the program on a database, as an operator runs them, for tests that kill, stop and freeze them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/platform/config/project.js';
import { temporaryDataFolder } from '../../src/platform/embedded/embedded-postgres.js';

/** The secrets that all processes of a system share. */
export const SECRETS = {
  PUMASI_SEALING_KEY: Buffer.alloc(32, 7).toString('base64'),
  PUMASI_SIGNING_KEY: generateKeyPairSync('ed25519')
    .privateKey.export({ type: 'pkcs8', format: 'der' })
    .toString('base64'),
} as const;

export interface RunningProcess {
  readonly child: ChildProcess;
  /** of an API process, where it answers */
  readonly url: string;
}

type Environment = Readonly<Record<string, string>>;

export class Processes {
  private readonly started: ChildProcess[] = [];
  private readonly folder = temporaryDataFolder('pumasi-processes');

  /** @param database its URL */
  constructor(
    private readonly database: string,
    private readonly environment: Environment = {},
  ) {}

  /** Starts a job process, and waits until it works. */
  async worker(environment: Environment = {}): Promise<RunningProcess> {
    return this.start('worker', /Pumasi works on (jobs)/, environment);
  }

  /** Starts an API process that leaves jobs to others, and waits until it answers. */
  async api(environment: Environment = {}): Promise<RunningProcess> {
    return this.start('main', /Pumasi answers at (\S+)/, { PORT: '0', PUMASI_WORKERS: 'off', ...environment });
  }

  /** Kills whatever still runs. */
  async end(): Promise<void> {
    await Promise.all(this.started.map(killed));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async start(program: string, ready: RegExp, environment: Environment): Promise<RunningProcess> {
    const child = spawn(process.execPath, [join(projectRoot, `dist/src/${program}.js`)], {
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        DATABASE_URL: this.database,
        PUMASI_DATA: this.folder,
        PUMASI_LOG: 'error',
        PUMASI_ACCELERATED: 'on',
        ...SECRETS,
        ...this.environment,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.started.push(child);
    let said = '';
    return new Promise((running, failed) => {
      const hear = (text: string): void => {
        said = (said + text).slice(-10_000);
        const url = ready.exec(said)?.[1];
        if (url !== undefined) running({ child, url });
      };
      child.stdout.setEncoding('utf8').on('data', hear);
      child.stderr.setEncoding('utf8').on('data', hear);
      child.once('exit', (code) => failed(new Error(`${program} ended (${code}): ${said}`)));
    });
  }
}

/** Kills a process without warning, and waits until it is gone. */
export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  child.kill('SIGKILL');
  await gone;
}
