/** The drawing of the house bites: in a small house that breaks each of its rules once, each is told by its name. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { projectRoot } from '../../src/platform/config/project.js';

/** Files of a house in which everything is as it must be, but for what is said beside them. */
const HOUSE: Readonly<Record<string, string>> = {
  'src/kernel/word.ts': 'export const word = 1;',
  'src/kernel/grown.ts': "export * from '../platform/tool.js'; // kernel-imports-nothing",
  'src/platform/tool.ts': "export * from '../kernel/word.js';",
  'src/platform/knows.ts': "export * from '../pools/pools.service.js'; // platform-knows-no-room",
  'src/pools/pools.service.ts': "export * from '../platform/tool.js';",
  'src/pools/private.ts': 'export const secret = 1;',
  'src/pools/up.ts': "export * from '../awards/awards.service.js'; // floor-of-pools",
  'src/pools/tested.ts': "export * from '../../test/tried.js'; // stands-alone",
  'src/pools/entrance.ts': "export * from '../app.js'; // nobody-calls-the-entrance",
  'src/pools/common-user.ts': "export * from '../common/shared.js'; // drawn",
  'src/pools/rules/rule.ts': "import { join } from 'node:path'; export const rule = join; // rules-are-pure",
  'src/pools/round.ts': "export * from './about.js';",
  'src/pools/about.ts': "export * from './round.js'; // no-circles",
  'src/common/shared.ts': "export * from '../kernel/word.js'; // drawn-caller",
  'src/tenders/tenders.service.ts': "export * from '../pools/private.js'; // through-the-door",
  'src/awards/awards.service.ts':
    "import prettier from 'prettier'; export const tool = prettier; // declared-dependencies",
  'src/app.ts': "export * from './pools/pools.service.js';",
  'test/tried.ts': 'export const tried = 1;',
};

describe('the drawing of the house', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pumasi-house-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('names every rule that is broken, where it is broken, and nothing else', () => {
    for (const [path, text] of Object.entries(HOUSE)) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), `${text}\n`);
    }
    for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) {
      copyFileSync(join(projectRoot, name), join(folder, name));
    }
    symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
    const depcruise = join(projectRoot, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const { stdout } = spawnSync(
      process.execPath,
      [depcruise, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src'],
      { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1_048_576 },
    );
    const { summary } = JSON.parse(stdout) as {
      summary: { violations: { from: string; rule: { name: string } }[] };
    };
    const told = summary.violations.map(({ from, rule }) => `${from} ${rule.name}`);
    const planted = Object.entries(HOUSE).flatMap(([path, text]) => {
      const rule = / \/\/ (\S+)$/.exec(text)?.[1];
      return rule === undefined ? [] : [`${path} ${rule}`];
    });
    for (const each of planted) expect(told).toContain(each);
    // A call up is one through the wrong door, or to a folder without a floor, as well.
    const also = new Set(['floor-of-pools', 'drawn', 'no-circles', 'nobody-calls-the-entrance', 'through-the-door']);
    expect(told.filter((each) => !planted.includes(each) && !also.has(each.split(' ')[1] ?? ''))).toEqual([]);
  });
});
