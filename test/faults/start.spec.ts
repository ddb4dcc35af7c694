/** The built programs, started with what cannot work: one line that says what to mend, and an end. */
import { type AddressInfo, createServer, type Server } from 'node:net';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { MIGRATION_LOCK } from '../../src/platform/database/migrate.js';
import { temporaryDataFolder } from '../../src/platform/embedded/embedded-postgres.js';
import { type ClonedDatabase, cloneDatabase } from '../support/database.js';
import { untilNothingRuns } from '../support/embedded-process.js';
import { type Run, says, start } from '../support/program.js';

/** What a process says at the first signal. */
const STOPPING = 'pumasi: stopping; whoever does not want to wait asks again\n';

/** Waits until the question has an answer. */
async function until(client: pg.Client, question: string): Promise<void> {
  while ((await client.query(question)).rowCount === 0) await sleep(20);
}

/** Accepts connections and never says a word. */
async function silentServer(): Promise<{ server: Server; port: number }> {
  // What is not read does not end either, and would keep the tests from ending.
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  return { server, port: (server.address() as AddressInfo).port };
}

describe('a start', () => {
  const folder = temporaryDataFolder('pumasi-start');
  let database: ClonedDatabase;
  let silent: { server: Server; port: number };
  const runs: Run[] = [];

  const run = (...given: Parameters<typeof start>): Run => {
    const started = start(...given);
    runs.push(started);
    return started;
  };

  beforeAll(async () => {
    database = await cloneDatabase();
    silent = await silentServer();
  });

  afterAll(async () => {
    for (const { child } of runs) child.kill('SIGKILL');
    silent.server.close();
    await database.drop();
    await untilNothingRuns(folder);
    await rm(folder, { recursive: true, force: true });
  });

  it('on a busy port ends with one line, its own database included', async () => {
    const main = run('main.js', { PUMASI_DATA: folder, PORT: String(silent.port) });
    expect(await main.ended).toBe(1);
    const lines = main.said().trim().split('\n');
    expect(lines.filter((line) => !line.startsWith('Creating'))).toEqual([
      `pumasi: Port ${silent.port} is in use. Set PORT to another one; PORT=0 takes a free one.`,
    ]);
    await untilNothingRuns(folder);
  });

  it.each<[string, (port: number) => Record<string, string>, string]>([
    ['a database that is not there', () => ({ DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x' }), 'ECONNREFUSED'],
    [
      'a database that never answers',
      (port) => ({ DATABASE_URL: `postgres://u:p@127.0.0.1:${port}/x` }),
      'Connection terminated due to connection timeout',
    ],
    ['an address of another machine', () => ({ HOST: '192.0.2.1' }), 'HOST cannot be listened on (EADDRNOTAVAIL)'],
  ])('with %s ends with one line', async (_what, environment, sentence) => {
    const main = run('main.js', {
      PUMASI_DATA: folder,
      DATABASE_URL: database.url,
      PORT: '0',
      ...environment(silent.port),
    });
    expect(await main.ended).toBe(1);
    expect(main.said().trim().split('\n')).toEqual([expect.stringContaining(sentence)]);
  });

  it('on a server that is too old ends with one line, before it migrates', async () => {
    const old = await cloneDatabase();
    const client = new pg.Client({ connectionString: old.url });
    try {
      await client.connect();
      await client.query('delete from migrations');
      // What hides the server's own answer in this database alone.
      await client.query(
        `create function public.current_setting(text) returns text language sql as $$ select '140022' $$;
         do $$ begin execute format('alter database %I set search_path = public, pg_catalog', current_database()); end $$`,
      );
      const main = run('main.js', { PUMASI_DATA: folder, DATABASE_URL: old.url, PORT: '0' });
      expect(await main.ended).toBe(1);
      expect(main.said()).toBe('pumasi: The server of DATABASE_URL is PostgreSQL 14. Use PostgreSQL 15 or later.\n');
      expect((await client.query('select from migrations')).rowCount).toBe(0);
    } finally {
      await client.end();
      await old.drop();
    }
  });

  it('without its Redis works, says so once, and ends when asked', async () => {
    const main = run('main.js', {
      PUMASI_DATA: folder,
      DATABASE_URL: database.url,
      REDIS_URL: 'redis://127.0.0.1:1',
      PORT: '0',
    });
    await says(main, 'the queue does not work');
    const [, address = ''] = /answers at (\S+)/.exec(main.said()) ?? [];
    const ready = await fetch(`${address}/health/ready`);
    expect(ready.status).toBe(200);
    expect(((await ready.json()) as { checks: object[] }).checks).toContainEqual({ name: 'queue', healthy: false });
    await sleep(2_500);
    expect(main.said().match(/the queue does not work/g)).toHaveLength(1);
    main.child.kill('SIGTERM');
    expect(await main.ended).toBe(0);
  });

  it('that leaves jobs to others says nothing of a queue that it does not use', async () => {
    const main = run('main.js', {
      PUMASI_DATA: folder,
      DATABASE_URL: database.url,
      REDIS_URL: 'redis://127.0.0.1:1',
      PUMASI_WORKERS: 'off',
      PORT: '0',
    });
    await says(main, 'answers at');
    const [, address = ''] = /answers at (\S+)/.exec(main.said()) ?? [];
    const { checks } = (await (await fetch(`${address}/health/ready`)).json()) as { checks: { name: string }[] };
    expect(checks.map(({ name }) => name)).toEqual(['serving', 'database', 'clock']);
    main.child.kill('SIGTERM');
    expect(await main.ended).toBe(0);
  });

  it('of an administrator with an address that nobody could sign in with makes none', async () => {
    const admin = run('cli.js', { DATABASE_URL: database.url, PUMASI_DATA: folder }, 'admin', '--email', 'nobody');
    expect(await admin.ended).toBe(1);
    expect(admin.said()).toContain('nobody is not an email address');
    const second = run(
      'cli.js',
      { DATABASE_URL: database.url, PUMASI_DATA: folder },
      'admin',
      '--email',
      'a@b.example',
    );
    expect(await second.ended).toBe(0);
    expect(second.said()).toContain('Sign in as a@b.example');
    expect(second.said()).toContain('Choose your own first (PUT /api/v1/me/password)');
  });

  it('for an administrator who lost the password tells a temporary one, and refuses whoever is none', async () => {
    const environment = { DATABASE_URL: database.url, PUMASI_DATA: folder };
    await run('cli.js', environment, 'admin', '--email', 'a@b.example').ended;
    const third = run('cli.js', environment, 'admin');
    await third.ended;
    expect(third.said()).toContain('There is an agency already');
    const reset = run('cli.js', environment, 'admin', '--reset', 'A@b.example');
    expect(await reset.ended).toBe(0);
    expect(reset.said()).toMatch(/^Sign in as a@b\.example with the password [\w-]{20}; .* Choose your own first/);
    const unknown = run('cli.js', environment, 'admin', '--reset', 'c@b.example');
    expect(await unknown.ended).toBe(1);
    expect(unknown.said()).toBe('pumasi: c@b.example is not the address of an administrator of an agency.\n');
  }, 180_000);

  it('that waits for a database ends when asked', async () => {
    const main = run('main.js', {
      PUMASI_DATA: folder,
      DATABASE_URL: `postgres://u:p@127.0.0.1:${silent.port}/x`,
      PORT: '0',
    });
    await new Promise((connected) => {
      silent.server.once('connection', connected);
    });
    main.child.kill('SIGINT');
    expect(await main.ended).toBe(0);
    expect(main.said()).toBe(STOPPING);
  });

  it('that waits for another to migrate ends when asked', async () => {
    const other = new pg.Client({ connectionString: database.url });
    await other.connect();
    try {
      await other.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
      const main = run('main.js', { PUMASI_DATA: folder, DATABASE_URL: database.url, PORT: '0' });
      await until(
        other,
        `select from pg_locks where locktype = 'advisory' and not granted
                            and database = (select oid from pg_database where datname = current_database())`,
      );
      main.child.kill('SIGTERM');
      expect(await main.ended).toBe(0);
      expect(main.said()).toBe(STOPPING);
    } finally {
      await other.end();
    }
  });

  it('that makes its database ends when asked, and the next one makes it', async () => {
    const own = join(folder, 'own');
    const main = run('main.js', { PUMASI_DATA: own, PORT: '0' });
    await says(main, 'Creating an empty database');
    main.child.kill('SIGINT');
    expect(await main.ended).toBe(0);
    expect(main.said()).not.toContain('answers at');
    await untilNothingRuns(own);
    const next = run('main.js', { PUMASI_DATA: own, PORT: '0' });
    await says(next, 'Sign in as');
    next.child.kill('SIGINT');
    expect(await next.ended).toBe(0);
    await untilNothingRuns(own);
  }, 180_000);
});

describe('a process with a request in hand', () => {
  const folder = temporaryDataFolder('pumasi-last');
  let database: ClonedDatabase;
  let other: pg.Client;

  beforeAll(async () => {
    database = await cloneDatabase();
    other = new pg.Client({ connectionString: database.url });
    await other.connect();
  });

  afterAll(async () => {
    await other.end();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Serves, with a request in hand that waits until `other` ends its transaction. */
  const busy = async (): Promise<{ main: Run; answer: Promise<number> }> => {
    const main = start('main.js', { PUMASI_DATA: folder, DATABASE_URL: database.url, PORT: '0' });
    await says(main, 'answers at');
    const [, address = ''] = /answers at (\S+)/.exec(main.said()) ?? [];
    // Leaves a connection open that nothing more is asked on.
    expect((await fetch(`${address}/health/live`)).status).toBe(200);
    await other.query('begin; lock table region in access exclusive mode');
    const answer = fetch(`${address}/api/v1/regions`).then(
      ({ status }) => status,
      () => 0,
    );
    await until(other, `select from pg_locks where relation = 'region'::regclass and not granted`);
    return { main, answer };
  };

  it('answers it when asked to end, and ends', async () => {
    const { main, answer } = await busy();
    main.child.kill('SIGTERM');
    await says(main, STOPPING);
    await sleep(1_500);
    expect(main.child.exitCode).toBeNull();
    await other.query('rollback');
    expect(await answer).toBe(200);
    const began = performance.now();
    expect(await main.ended).toBe(0);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('ends at once when asked again, but not by the second half of one Ctrl-C', async () => {
    const { main, answer } = await busy();
    main.child.kill('SIGINT');
    await says(main, STOPPING);
    main.child.kill('SIGINT');
    await sleep(1_200);
    expect(main.child.exitCode).toBeNull();
    main.child.kill('SIGINT');
    expect(await main.ended).toBe(1);
    expect(await answer).toBe(0);
    await other.query('rollback');
  });
});
