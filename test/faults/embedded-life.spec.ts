import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRunning, temporaryDataFolder } from '../../src/platform/embedded/embedded-postgres.js';
import { processMark } from '../../src/platform/embedded/presence.js';
import { ask, type EmbeddedProcess, processesOn, startProcess, untilNothingRuns } from '../support/embedded-process.js';

let folder: string;
const started: EmbeddedProcess[] = [];

function start(...given: Parameters<typeof startProcess>): EmbeddedProcess {
  const one = startProcess(...given);
  started.push(one);
  return one;
}

/** Starts, and resolves when the database takes connections. */
async function up(...given: Parameters<typeof startProcess>): Promise<EmbeddedProcess & { url: string }> {
  const one = start(...given);
  const { url, sentence } = await one.report();
  if (url === undefined) throw new Error(sentence);
  return { ...one, url };
}

const postmasterPid = (): number =>
  Number(readFileSync(join(folder, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);

function guardPid(): number {
  const pid = readdirSync('/proc').find((name) => {
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      return words.includes('pumasi-database-guard') && words.includes(join(folder, 'postgres'));
    } catch {
      return false;
    }
  });
  return Number(pid);
}

/** Writes a row; once this resolves it is acknowledged and must be there for ever. */
async function note(url: string): Promise<string> {
  const id = randomUUID();
  await ask(url, `create table if not exists note (id uuid primary key); insert into note values ('${id}')`);
  return id;
}

async function stopped(one: EmbeddedProcess): Promise<void> {
  one.child.kill('SIGKILL');
  await one.ended;
  await untilNothingRuns(folder);
}

async function until(happened: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!happened()) {
    if (performance.now() > end) throw new Error(`this did not happen: ${happened.toString()}`);
    await sleep(2);
  }
}

beforeAll(() => {
  folder = temporaryDataFolder('pumasi embedded');
});

afterEach(async () => {
  const all = started.splice(0);
  for (const { child } of all) child.kill('SIGKILL');
  await Promise.all(all.map(({ ended }) => ended));
  await untilNothingRuns(folder);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const drainSlowly = `
  process.once('SIGINT', async () => {
    await sleep(400);
    const { default: pg } = await import('pg');
    const client = new pg.Client(database.url);
    await client.connect();
    tell({ rows: (await client.query('select 1 as one')).rows });
    await client.end();
    await database.stop();
    process.exit(0);
  });`;

test('a kill in the middle of creating the database leaves nothing that the next start cannot clear away', async () => {
  const first = start(folder);
  await until(() => readdirSync(folder).some((name) => name.startsWith('postgres.half')));
  first.child.kill('SIGKILL');
  await first.ended;
  expect(existsSync(join(folder, 'postgres'))).toBe(false);
  await untilNothingRuns(folder);

  await up(folder);
  expect(readdirSync(folder).filter((name) => name.startsWith('postgres.half'))).toEqual([]);
});

test('the database is UTF-8, sorts by code point everywhere alike, and loses nothing it acknowledged', async () => {
  const { url } = await up(folder);
  const [facts] = await ask(
    url,
    `select current_database() as name, pg_encoding_to_char(encoding) as encoding, datlocprovider as provider,
       datlocale as locale, current_setting('synchronous_commit') as commit, current_setting('fsync') as fsync,
       current_setting('max_connections') as connections, current_setting('listen_addresses') as addresses,
       current_setting('unix_socket_directories') as sockets, current_setting('TimeZone') as zone
     from pg_database where datname = current_database()`,
  );
  expect(facts).toEqual({
    name: 'pumasi',
    encoding: 'UTF8',
    provider: 'b',
    locale: 'C.UTF-8',
    commit: 'on',
    fsync: 'on',
    connections: '200',
    addresses: '127.0.0.1',
    sockets: '',
    zone: 'UTC',
  });
  for (const name of ['password', 'port', 'postgres.log'])
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'postgres')).mode & 0o777).toBe(0o700);
});

test('stop() leaves no process; the next start is on the same port and has the data', async () => {
  const before = await up(folder, {
    first: `process.once('SIGTERM', async () => {
      await database.stop();
      await database.stop();
      tell({ done: true });
      process.exit(0);
    });`,
  });
  const id = await note(before.url);
  before.child.kill('SIGTERM');
  expect(await before.report()).toEqual({ done: true });
  expect(processesOn(folder).filter((line) => !line.includes('--input-type'))).toEqual([]);
  expect(await before.ended).toBe(0);

  const after = await up(folder);
  expect(after.url).toBe(before.url);
  expect(await ask(after.url, `select id from note where id = '${id}'`)).toHaveLength(1);
});

test('a port that is busy meanwhile is not insisted on', async () => {
  const squatter = createServer().listen(Number(readFileSync(join(folder, 'port'), 'utf8')), '127.0.0.1');
  await new Promise((done) => squatter.once('listening', done));
  const { url } = await up(folder);
  expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }]);
  squatter.close();
});

test('other processes find the running database, and nothing when none runs', async () => {
  expect(await findRunning(folder)).toBeNull();
  expect(await findRunning(join(folder, 'nowhere'))).toBeNull();
  const one = await up(folder);
  expect(await findRunning(folder)).toBe(one.url);
  await stopped(one);
  expect(await findRunning(folder)).toBeNull();
});

describe('after kill -9', () => {
  test('of Pumasi, a start at once has everything acknowledged', async () => {
    const first = await up(folder);
    const id = await note(first.url);
    first.child.kill('SIGKILL');
    const second = await up(folder);
    expect(await ask(second.url, `select id from note where id = '${id}'`)).toHaveLength(1);
  });

  test('of Pumasi alone, the database stops by itself', async () => {
    const one = await up(folder);
    one.child.kill('SIGKILL');
    await one.ended;
    await untilNothingRuns(folder);
  });

  test('of Pumasi and the guard, the next start stops the orphan first', async () => {
    const first = await up(folder);
    const id = await note(first.url);
    const orphan = postmasterPid();
    process.kill(guardPid(), 'SIGKILL');
    first.child.kill('SIGKILL');
    await first.ended;
    expect(processMark(orphan)).not.toBeNull();

    const second = await up(folder);
    expect(processMark(orphan)).toBeNull();
    expect(await ask(second.url, `select id from note where id = '${id}'`)).toHaveLength(1);
  });

  test('of everything at once with a client at work, the next start recovers', async () => {
    const first = await up(folder);
    const id = await note(first.url);
    const client = ask(first.url, 'select pg_sleep(30)').catch((error: Error) => error);
    await sleep(100);
    for (const pid of [guardPid(), postmasterPid(), first.pid]) process.kill(pid, 'SIGKILL');
    const second = await up(folder);
    expect(await ask(second.url, `select id from note where id = '${id}'`)).toHaveLength(1);
    expect(await client).toBeInstanceOf(Error);
  });

  test('and a reboot, the number in postmaster.pid may be that of a living process of the same user', async () => {
    const first = await up(folder);
    await stopped(first);
    const { uid, gid } = statSync(join(folder, 'postgres'));
    const bystander = spawn('sleep', ['60'], { stdio: 'ignore', ...(process.getuid?.() === 0 ? { uid, gid } : {}) });
    const file = join(folder, 'postgres/postmaster.pid');
    writeFileSync(file, `${bystander.pid}\n${folder}/postgres\n1\n1\n\n127.0.0.1\n  1  1\nready   \n`);
    const second = await up(folder);
    expect(await ask(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    bystander.kill();
  });
});

describe('one Pumasi at a time', () => {
  test('a second one on the folder is refused in one line, and the first does not notice', async () => {
    const first = await up(folder);
    const second = await start(folder).report();
    expect(second).toEqual({
      code: 'embedded.in-use',
      sentence: `Another Pumasi (process ${first.pid}) already uses the data folder ${folder}: stop it, or choose another folder.`,
    });
    expect(await ask(first.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('nor does the same process start it twice', async () => {
    const one = await up(folder, {
      afterwards: `await startEmbeddedPostgres({ dataFolder: database.dataFolder }).catch(({ code }) => tell({ code }));
             setInterval(() => {}, 1000);`,
    });
    expect(await one.report()).toEqual({ code: 'embedded.in-use' });
  });

  test('of many that come at once, one starts and the others are refused', async () => {
    const reports = await Promise.all([1, 2, 3].map(() => start(folder).report()));
    expect(reports.filter(({ url }) => url !== undefined).length).toBeLessThanOrEqual(1);
    for (const { url, code } of reports) expect(url !== undefined || code === 'embedded.in-use').toBe(true);
  });

  test('a dead one whose number another process has now is not in the way', async () => {
    const stale = join(folder, `present.${process.pid}.${'0'.repeat(12)}.${'0'.repeat(8)}`);
    writeFileSync(stale, '');
    await up(folder);
    expect(existsSync(stale)).toBe(false);
  });
});

describe('nothing stays behind when Pumasi ends', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('by %s', async (signal) => {
    const one = await up(folder);
    one.child.kill(signal);
    expect(await one.ended).toBe(signal);
    await untilNothingRuns(folder);
  });

  test.each([
    ['by process.exit()', 'process.exit(3);', 3],
    ['by an exception', "setTimeout(() => { throw new Error('on purpose'); }, 10);", 1],
    ['because there is nothing more to do', '', 0],
  ])('%s', async (_name, afterwards, status) => {
    const one = await up(folder, { afterwards });
    expect(await one.ended).toBe(status);
    await untilNothingRuns(folder);
  });

  test('while it starts', async () => {
    const one = start(folder);
    await until(() => existsSync(join(folder, 'postgres/postmaster.pid')));
    one.child.kill('SIGTERM');
    await one.ended;
    await untilNothingRuns(folder);
  });
});

test('Ctrl-C reaches the whole process group, and the database still serves while the application drains', async () => {
  const one = await up(folder, { first: drainSlowly });
  process.kill(-one.pid, 'SIGINT');
  expect(await one.report()).toEqual({ rows: [{ one: 1 }] });
  expect(await one.ended).toBe(0);
  expect(processesOn(folder)).toEqual([]);
});
