/** scripts/fresh.mjs in a project of its own, with a build that only says that it happened. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { projectRoot } from '../../src/platform/config/project.js';

describe('a build', () => {
  const project = mkdtempSync(join(tmpdir(), 'pumasi-fresh-'));
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), text);
  };
  const builds = (): number => {
    execFileSync(process.execPath, [join(project, 'scripts/fresh.mjs')]);
    return readFileSync(join(project, 'builds'), 'utf8').length;
  };

  beforeAll(() => {
    for (const file of ['package.json', 'tsconfig.json', 'nest-cli.json']) write(file, '{}');
    write('src/main.ts', '');
    write('scripts/fresh.mjs', '');
    copyFileSync(join(projectRoot, 'scripts/fresh.mjs'), join(project, 'scripts/fresh.mjs'));
    write(
      'node_modules/@nestjs/cli/bin/nest.js',
      `const { appendFileSync, existsSync, rmSync, writeFileSync } = require('node:fs');
       appendFileSync('builds', '.');
       if (existsSync('saving')) {
         rmSync('saving');
         setTimeout(() => writeFileSync('src/main.ts', '// saved meanwhile'), 50);
         setTimeout(() => {}, 100);
       }`,
    );
    const past = new Date(Date.now() - 60_000);
    for (const place of ['package.json', 'tsconfig.json', 'nest-cli.json', 'src/main.ts', 'src']) {
      utimesSync(join(project, place), past, past);
    }
  });

  afterAll(() => rmSync(project, { recursive: true, force: true }));

  it('happens once, and again for a source that was saved while it ran', () => {
    expect([builds(), builds()]).toEqual([1, 1]);
    write('saving', '');
    write('src/main.ts', '// saved');
    expect(builds()).toBe(2);
    expect(builds()).toBe(3);
    expect(builds()).toBe(3);
  });
});
