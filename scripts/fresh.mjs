// Builds dist/ when a source is newer than the last build, so that a command never runs stale code and never waits
// for a build it does not need.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'dist', '.built');

function newest(folder) {
  let latest = statSync(folder).mtimeMs;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return latest;
}

function builtAt() {
  try {
    return statSync(stamp).mtimeMs;
  } catch {
    return 0;
  }
}

// An image of a server leaves the demonstration and the benchmarks out.
const folders = ['src', 'demo', 'bench'].map((folder) => join(root, folder)).filter(existsSync);
const sources = folders.map(newest);
const settings = ['package.json', 'tsconfig.json', 'nest-cli.json'].map((file) => statSync(join(root, file)).mtimeMs);
if (Math.max(...sources, ...settings) > builtAt()) {
  const started = new Date();
  execFileSync(process.execPath, [join(root, 'node_modules/@nestjs/cli/bin/nest.js'), 'build'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stamp, started.toISOString());
  // Not the end of the build: a source that was saved during it may have been read before.
  utimesSync(stamp, started, started);
}
