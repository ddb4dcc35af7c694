// The tests as Node runs them: each .ts of test/ and each spec of src/ as JavaScript in dist/, beside what `nest build` made of
// the rest. A file is built again only when it has changed; types are checked by `npm run types`.
import { mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import swc from '@swc/core';

const root = fileURLToPath(new URL('../..', import.meta.url));

const OPTIONS = {
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
  module: { type: 'es6' },
  sourceMaps: true,
};

/** Where the JavaScript of a .ts file of this project is. */
export function builtFile(source) {
  return join(root, 'dist', relative(root, source)).replace(/\.ts$/, '.js');
}

function filesOf(folder, ending) {
  return readdirSync(join(root, folder), { recursive: true })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(root, folder, name));
}

async function isBuilt(target, since) {
  try {
    return (await stat(target)).mtimeMs === since;
  } catch {
    return false;
  }
}

async function build(source) {
  const target = builtFile(source);
  const { mtime, mtimeMs } = await stat(source);
  // Whole milliseconds are what a file's time can be set to.
  if (await isBuilt(target, Math.floor(mtimeMs))) return;
  const { code, map } = await swc.transform(await readFile(source, 'utf8'), {
    ...OPTIONS,
    filename: source,
    sourceFileName: relative(dirname(target), source),
  });
  await mkdir(dirname(target), { recursive: true });
  await writeFile(`${target}.map`, map);
  await writeFile(target, `${code}\n//# sourceMappingURL=${basename(target)}.map\n`);
  // The source's own time, last: what was cut off half-way, or belongs to another state of the source, is built again.
  await utimes(target, mtime, new Date(Math.floor(mtimeMs)));
}

/** Builds what is not built yet. */
export async function buildTests() {
  await Promise.all([...filesOf('test', '.ts'), ...filesOf('src', '.spec.ts')].map(build));
}
