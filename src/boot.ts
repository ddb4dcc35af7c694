/** What comes before the application in every process: settings, a database, and its present shape. */
import { readSettings, type Settings } from './platform/config/settings.js';
import { outageOf } from './platform/database/outage.js';
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
    if ((error as { code?: unknown }).code === '42501') {
      throw refuse('database.rights', 'The user of DATABASE_URL may not create tables and schemas in its database.');
    }
    orUnreachable(error);
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

/** Throws what was thrown; an outage of the database as a refusal. */
export function orUnreachable(error: unknown): never {
  const why = outageOf(error);
  if (why === null) throw error;
  throw refuse('database.unreachable', `The database of DATABASE_URL cannot be used (${why}). Check the setting.`);
}

/** A container is killed when it has not ended after thirty seconds. */
const LEAVE_MILLIS = 25_000;
/** One Ctrl-C can reach us twice, from the terminal and from npm. */
const TWICE_MILLIS = 1_000;

type Stop = () => Promise<void>;

/**
 * Runs a process: serves until SIGINT or SIGTERM, then stops in order; a refusal becomes one line on stderr. Whoever
 * asks again does not want to wait: what was in hand is in the database, and the next start takes it up.
 *
 * Until there is something to stop, the process simply ends: of a migration that is cut off nothing remains, and an
 * embedded database that is being started has a guard that stops it.
 * @param serve does what is to be done; it names what stops it as soon as there is something to stop, and answers with
 *   what stops it from then on
 */
export async function live(serve: (stoppedBy: (stop: Stop) => void) => Promise<Stop>): Promise<void> {
  let asked: number | undefined;
  let stop: Stop = async () => {};
  const end = (): void => {
    if (asked !== undefined && performance.now() - asked > TWICE_MILLIS) process.exit(1);
    if (asked !== undefined) return;
    asked = performance.now();
    process.stderr.write('pumasi: stopping; whoever does not want to wait asks again\n');
    void leave(stop);
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  try {
    stop = await serve((early) => {
      stop = early;
    });
  } catch (error) {
    // What is stopped in the middle fails, and that is nothing to tell.
    if (asked === undefined) fail(sentenceOf(error));
  }
}

/** Ends with `process.exitCode`, which is 0 unless the work says that it was not done. */
async function leave(stop: Stop): Promise<void> {
  const late = setTimeout(
    () => fail(`it did not end within ${LEAVE_MILLIS / 1_000} seconds and was cut off`),
    LEAVE_MILLIS,
  );
  try {
    await stop();
    clearTimeout(late);
    process.exit();
  } catch (error) {
    fail(sentenceOf(error));
  }
}

function fail(sentence: string): never {
  process.stderr.write(`pumasi: ${sentence}\n`);
  process.exit(1);
}
