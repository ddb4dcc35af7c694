/** What comes before the application in every process: settings, a database, and its present shape. */
import { readSettings, type Settings } from './platform/config/settings.js';
import { migrate } from './platform/database/migrate.js';
import { defaultDataFolder, findRunning, startEmbeddedPostgres } from './platform/embedded/embedded-postgres.js';
import { refuse } from './kernel/refusal.js';
import { sentenceOf } from './sentence.js';

export interface Ground {
  /** complete: with the database that was found or started, and the data folder in use */
  readonly settings: Settings;
  /** stops what was started here; nothing when the database is a server's */
  release(): Promise<void>;
}

export interface BootOptions {
  /** take part in a system that another process of this machine runs, instead of starting a database */
  readonly join?: boolean;
  readonly log?: (line: string) => void;
}

/**
 * Reads the settings, finds or starts the database and brings it to the present shape.
 * @throws Refusal with one sentence that says what to mend
 */
export async function boot(environment: NodeJS.ProcessEnv, options: BootOptions = {}): Promise<Ground> {
  const settings = readSettings(environment);
  settings.PUMASI_DATA ??= defaultDataFolder();
  const release = settings.DATABASE_URL === undefined ? await embedded(settings, options) : async () => {};
  try {
    await migrate(settings.DATABASE_URL ?? '');
  } catch (error) {
    await release();
    throw unreachable(error);
  }
  return { settings, release };
}

async function embedded(settings: Settings, options: BootOptions): Promise<() => Promise<void>> {
  const dataFolder = settings.PUMASI_DATA ?? defaultDataFolder();
  if (options.join === true) {
    const running = await findRunning(dataFolder);
    if (running === null) {
      throw refuse(
        'embedded.not-running',
        `No Pumasi runs on ${dataFolder}. Start it with "npm start" first, or set DATABASE_URL to a server's database.`,
      );
    }
    settings.DATABASE_URL = running;
    return async () => {};
  }
  const server = await startEmbeddedPostgres({ dataFolder, ...(options.log ? { log: options.log } : {}) });
  settings.DATABASE_URL = server.url;
  return () => server.stop();
}

const NO_SERVER = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', '3D000', '28P01']);

function unreachable(error: unknown): unknown {
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string' || !NO_SERVER.has(code)) return error;
  return refuse('database.unreachable', `The database of DATABASE_URL cannot be used (${code}). Check the setting.`);
}

/** Runs a process: serves until SIGINT or SIGTERM, then stops in order; a refusal becomes one line on stderr. */
export async function live(serve: () => Promise<() => Promise<void>>): Promise<void> {
  let ending: NodeJS.Signals | undefined;
  let stop: (() => Promise<void>) | undefined;
  const end = (signal: NodeJS.Signals): void => {
    if (ending !== undefined) return;
    ending = signal;
    if (stop) void leave(stop);
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  try {
    stop = await serve();
    if (ending !== undefined) await leave(stop);
  } catch (error) {
    process.stderr.write(`pumasi: ${sentenceOf(error)}\n`);
    process.exit(1);
  }
}

async function leave(stop: () => Promise<void>): Promise<void> {
  try {
    await stop();
    process.exit(0);
  } catch (error) {
    process.stderr.write(`pumasi: ${sentenceOf(error)}\n`);
    process.exit(1);
  }
}
