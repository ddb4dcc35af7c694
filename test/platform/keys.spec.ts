import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../src/platform/config/project.js';
import { readSettings } from '../../src/platform/config/settings.js';
import { Keys } from '../../src/platform/keys/keys.js';

describe('keys kept in files', () => {
  const data = mkdtempSync(join(tmpdir(), 'pumasi-keys-'));

  afterAll(() => rmSync(data, { recursive: true, force: true }));

  const keysIn = (folder: string): Keys => new Keys(readSettings({ PUMASI_DATA: folder }));

  it('are one pair for all processes that start at once, for our eyes only', async () => {
    const [keys, settings] = ['keys/keys.js', 'config/settings.js'].map(
      (file) => pathToFileURL(join(projectRoot, 'dist/src/platform', file)).href,
    );
    const script = `
      await import('reflect-metadata');
      const { Keys } = await import('${keys}');
      const { readSettings } = await import('${settings}');
      const keys = new Keys(readSettings({ PUMASI_DATA: process.argv[1] }));
      console.log(keys.fingerprint('x') + keys.sign('x'));`;
    const process = (): Promise<string> =>
      new Promise((done, failed) => {
        execFile('node', ['--input-type=module', '-e', script, data], { cwd: projectRoot }, (error, told) =>
          error ? failed(error) : done(told.trim()),
        );
      });
    const pairs = await Promise.all(Array.from({ length: 4 }, process));
    const own = keysIn(data);
    expect(new Set(pairs)).toEqual(new Set([own.fingerprint('x') + own.sign('x')]));
    expect(readdirSync(join(data, 'keys')).toSorted()).toEqual(['sealing', 'signing']);
    for (const file of ['sealing', 'signing']) expect(statSync(join(data, 'keys', file)).mode & 0o777).toBe(0o600);
  });

  it.each(['sealing', 'signing'])('are not made anew when the %s key is spoilt, and the file is named', (name) => {
    const folder = join(data, name);
    mkdirSync(join(folder, 'keys'), { recursive: true });
    writeFileSync(join(folder, 'keys', name), '');
    expect(() => keysIn(folder)).toThrow(`The key file ${join(folder, 'keys', name)} holds no key.`);
  });

  it('are missed in one sentence when the folder cannot be used', () => {
    writeFileSync(join(data, 'a-file'), '');
    expect(() => keysIn(join(data, 'a-file'))).toThrow('cannot be used (ENOTDIR)');
  });
});
