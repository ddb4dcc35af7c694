/** Dockerfile and docker-compose.yml, held against the program that they run, without an engine. */
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { load } from 'js-yaml';
import pg from 'pg';
import { projectRoot } from '../../src/platform/config/project.js';
import { readSettings, Settings } from '../../src/platform/config/settings.js';
import { TEXT } from '../../src/platform/embedded/cluster.js';
import { type ClonedDatabase, cloneDatabase } from '../support/database.js';
import { type Run, says, start } from '../support/program.js';

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly pull_policy?: string;
  readonly command?: string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: string[];
  readonly healthcheck?: { readonly test?: string[] };
}

const textOf = (file: string): string => readFileSync(join(projectRoot, file), 'utf8');

/** Whoever fills in .env as it says there. */
const filledIn: Readonly<Record<string, string>> = {
  POSTGRES_PASSWORD: randomBytes(24).toString('hex'),
  PUMASI_SEALING_KEY: randomBytes(32).toString('base64'),
  PUMASI_SIGNING_KEY: generateKeyPairSync('ed25519')
    .privateKey.export({ type: 'pkcs8', format: 'der' })
    .toString('base64'),
};
const VARIABLE = /\$\{(\w+):([-?])([^}]*)\}/g;
const compose = textOf('docker-compose.yml');

/** As Compose does it: variables are put into the values, and merge keys are resolved. */
function composed(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.replace(VARIABLE, (_all, name: string, kind: string, rest: string) => {
      return filledIn[name] ?? (kind === '-' ? rest : '');
    });
  }
  if (Array.isArray(value)) return value.map(composed);
  if (typeof value !== 'object' || value === null) return value;
  const { '<<': base = {}, ...own } = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries({ ...(base as object), ...own }).map(([key, item]) => [key, composed(item)]),
  );
}

const { services } = composed(load(compose)) as { services: Record<string, Service> };
const ours = Object.entries(services).filter(([, { image }]) => image === 'pumasi:local');

/** The Dockerfile, one line an instruction; comments left out. */
const instructions = textOf('Dockerfile')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n/g, '')
  .split('\n')
  .filter((line) => line !== '');
const last = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')));
const listIn = (line = ''): string[] => JSON.parse(line.slice(line.indexOf('['))) as string[];
const command = listIn(last.find((line) => line.startsWith('CMD ')));
const healthcheck = listIn(last.find((line) => line.startsWith('HEALTHCHECK ')));
const imageEnvironment = Object.fromEntries(
  last
    .filter((line) => line.startsWith('ENV '))
    .flatMap((line) => [...line.matchAll(/(\w+)=(\S+)/g)].map((m) => [m[1], m[2]])),
) as Record<string, string>;

describe('the compose file', () => {
  it('runs an API, workers and a migration of one image, which one of them builds and none fetches', () => {
    expect(ours.map(([name]) => name).sort()).toEqual(['api', 'migrate', 'worker']);
    expect(ours.filter(([, { build }]) => build !== undefined)).toHaveLength(1);
    for (const [, { build, pull_policy }] of ours) expect(pull_policy).toBe(build === undefined ? 'never' : 'build');
  });

  it.each(ours)('gives %s settings that there are, and that fit', (_name, { environment }) => {
    const known = Object.keys(new Settings());
    expect(Object.keys(environment).filter((name) => !known.includes(name))).toEqual([]);
    const settings = readSettings({ ...imageEnvironment, ...environment });
    for (const needed of ['DATABASE_URL', 'REDIS_URL', 'PUMASI_SEALING_KEY', 'PUMASI_SIGNING_KEY'] as const) {
      expect(settings[needed]).toMatch(/./);
    }
  });

  it('passes on every setting but those of the image, of an embedded database and of tests', () => {
    const passed = new Set(ours.flatMap(([, { environment }]) => Object.keys(environment)));
    const left = Object.keys(new Settings()).filter((name) => !passed.has(name));
    expect(left.sort()).toEqual(['HOST', 'PORT', 'PUMASI_ACCELERATED', 'PUMASI_DATA', 'PUMASI_STRIPE_URL']);
  });

  it('asks for the variables that .env.example tells of, and for no others', () => {
    const asked = new Map([...compose.matchAll(VARIABLE)].map(([, name = '', kind]) => [name, kind]));
    const told = [...textOf('.env.example').matchAll(/^#?([A-Z_]+)=/gm)].map(([, name = '']) => name);
    expect(told.sort()).toEqual([...asked.keys()].sort());
    expect([...asked].flatMap(([name, kind]) => (kind === '?' ? [name] : [])).sort()).toEqual(
      Object.keys(filledIn).sort(),
    );
  });

  it('starts and asks only what the image holds and the build makes', () => {
    const held = last.filter((line) => line.startsWith('COPY ')).map((line) => line.split(' ').at(-1) ?? '');
    const words = [
      ...ours.flatMap(([, { command: own, healthcheck: asks }]) => [own ?? [], asks?.test ?? []]),
      command,
    ];
    const files = words.flat().filter((word) => /^[\w/-]+\.m?js$/.test(word));
    expect([...new Set(files)].sort()).toEqual([
      'dist/src/cli.js',
      'dist/src/main.js',
      'dist/src/worker.js',
      'scripts/worker-alive.mjs',
    ]);
    for (const file of files) {
      expect(existsSync(join(projectRoot, file))).toBe(true);
      expect(held.some((folder) => file.startsWith(`${folder.replace(/\/$/, '')}/`))).toBe(true);
    }
  });

  it('publishes the port on which the API listens', () => {
    expect(services['api']?.ports).toEqual([`127.0.0.1:3000:${imageEnvironment['PORT']}`]);
    expect(last).toContain(`EXPOSE ${imageEnvironment['PORT']}`);
    expect(imageEnvironment['HOST']).toBe('0.0.0.0');
  });

  it('has text ordered as the embedded database has it', () => {
    expect(services['postgres']?.environment['POSTGRES_INITDB_ARGS']?.split(' ')).toEqual([...TEXT]);
  });
});

describe('the image', () => {
  it('is built from what .dockerignore lets through', () => {
    const let_through = textOf('.dockerignore').split('\n');
    const sources = instructions
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(sources).toContain('src');
    for (const source of sources) {
      expect(let_through).toContain(`!${source.split('/')[0]}`);
      expect(existsSync(join(projectRoot, source))).toBe(true);
    }
  });

  it('runs as nobody who may change it', () => {
    expect(last.filter((line) => line.startsWith('USER '))).toEqual(['USER node']);
    expect(last.findIndex((line) => line.startsWith('USER '))).toBeGreaterThan(
      last.findLastIndex((line) => line.startsWith('COPY ')),
    );
  });
});

describe('a process as in a container', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pumasi-containers-'));
  const leftOut = instructions
    .flatMap((line) => line.match(/(?<=\bnode_modules\/)\S+/g) ?? [])
    .filter((name) => name !== '');
  let database: ClonedDatabase;
  const runs: Run[] = [];

  /** Starts what the service starts, without the packages that the image leaves out. */
  const run = (service: string, others: Readonly<Record<string, string>> = {}): Run => {
    const [, program = '', ...given] = services[service]?.command ?? command;
    const { REDIS_URL: _redis, ...environment } = services[service]?.environment ?? {};
    const settings = {
      ...imageEnvironment,
      ...environment,
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE_URL: database.url,
      ...others,
      NODE_OPTIONS: `--import=${pathToFileURL(join(folder, 'left-out.mjs')).href}`,
    };
    const started = start(program.replace(/^dist\/src\//, ''), settings, ...given);
    runs.push(started);
    return started;
  };
  const status = ([program, ...given]: string[], environment: Record<string, string>): number | null => {
    expect(program).toBe('node');
    return spawnSync(process.execPath, given, { cwd: projectRoot, env: environment }).status;
  };
  /** Ends all sessions of that name in the database. */
  const endSessions = async (name: string): Promise<void> => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity
        where application_name = $1 and datname = current_database()`,
      [name],
    );
    await client.end();
  };

  beforeAll(async () => {
    const refuse = `const left = ${JSON.stringify(leftOut)};
      const check = (name) => {
        if (left.some((each) => name === each || name.startsWith(each + '/'))) throw new Error(name + ' is not in the image');
      };`;
    const hooks = `${refuse} export async function resolve(name, context, next) { check(name); return next(name, context); }`;
    writeFileSync(
      join(folder, 'left-out.mjs'),
      `import Module, { register } from 'node:module';
       ${refuse}
       const resolve = Module._resolveFilename;
       Module._resolveFilename = function (name, ...rest) { check(name); return resolve.call(this, name, ...rest); };
       register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});`,
    );
    database = await cloneDatabase();
  });

  afterAll(async () => {
    for (const { child } of runs) child.kill('SIGKILL');
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('migrates, and ends by itself', async () => {
    expect(leftOut).toContain('typescript');
    const migrate = run('migrate');
    expect(await migrate.ended).toBe(0);
    expect(migrate.said()).toBe('The database has the present shape.\n');
  });

  it('is a healthy API as long as it answers', async () => {
    const api = run('api');
    await says(api, 'answers at');
    const port = /answers at \S+:(\d+)/.exec(api.said())?.[1] ?? '';
    expect(status(healthcheck, { PORT: port })).toBe(0);
    api.child.kill('SIGTERM');
    expect(await api.ended).toBe(0);
    expect(status(healthcheck, { PORT: port })).toBe(1);
  });

  it('is a healthy worker as long as it talks to the database', async () => {
    const [kind, ...asks] = services['worker']?.healthcheck?.test ?? [];
    expect(kind).toBe('CMD');
    expect(status(asks, { DATABASE_URL: database.url })).toBe(1);
    // As in a container, the queue has no session in the database.
    const worker = run('worker', { REDIS_URL: 'redis://127.0.0.1:1' });
    await says(worker, 'works on jobs');
    // As after a while without requests: what is idle is closed.
    await endSessions('pumasi');
    expect(status(asks, { DATABASE_URL: database.url })).toBe(0);
    worker.child.kill('SIGTERM');
    expect(await worker.ended).toBe(0);
    expect(status(asks, { DATABASE_URL: database.url })).toBe(1);
  });
});
