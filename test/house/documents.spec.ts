/** The documents tell of what is there: their links, the files and the routes that they name. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { projectRoot } from '../../src/platform/config/project.js';
import { routesOf } from '../identity/routes.js';
import { System } from '../support/system.js';

interface Document {
  readonly path: string;
  readonly text: string;
}

const FOLDERS = ['src', 'test', 'bench', 'demo', 'scripts', 'migrations'];

function filesIn(folder: string, recursive = true): string[] {
  return readdirSync(join(projectRoot, folder), { recursive, encoding: 'utf8' }).map((path) => join(folder, path));
}

/** GitHub's name of a heading: small letters, no punctuation, a hyphen for each space. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** A path whose parts in capitals, or behind a colon, stand for any value. */
const shapeOf = (path: string): string => path.replaceAll(/\/(:\w+|[A-Z]+)(?=\/|$)/g, '/*');

describe('the documents', () => {
  const files = [...filesIn('', false), ...FOLDERS.flatMap((folder) => filesIn(folder))];
  const documents: Document[] = files
    .filter((path) => path.endsWith('.md'))
    .map((path) => ({ path, text: readFileSync(join(projectRoot, path), 'utf8') }));

  it('are found', () => {
    const paths = documents.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['README.md', 'ARCHITECTURE.md', 'src/payments/README.md']));
  });

  it('link to files and headings that are there', () => {
    const broken = documents.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].flatMap(([link, file = '', anchor]) => {
        const target = file === '' ? path : relative(projectRoot, join(projectRoot, dirname(path), file));
        if (!existsSync(join(projectRoot, target))) return [`${path}: ${link}`];
        if (anchor === undefined) return [];
        return anchorsOf(readFileSync(join(projectRoot, target), 'utf8')).includes(anchor) ? [] : [`${path}: ${link}`];
      }),
    );
    expect(broken).toEqual([]);
  });

  it('name files that are there', () => {
    const names = new Set(files.map((path) => basename(path)));
    const missing = documents.flatMap(({ path, text }) =>
      [...text.matchAll(/`([\w./-]+\.(?:ts|mjs|sql))`/g)].flatMap(([, named = '']) => {
        if (!named.includes('/')) return names.has(named) ? [] : [`${path}: ${named}`];
        const from = ['', 'src', dirname(path), join(dirname(path), 'rules'), 'src/allocation'];
        return from.some((folder) => existsSync(join(projectRoot, folder, named))) ? [] : [`${path}: ${named}`];
      }),
    );
    expect(missing).toEqual([]);
  });

  describe('of the API', () => {
    let system: System;
    beforeAll(async () => {
      system = await System.start();
    });
    afterAll(() => system.stop());

    it('name routes that are there', () => {
      const served = new Set(routesOf(system).map(({ method, path }) => `${method} ${shapeOf(path)}`));
      const missing = documents.flatMap(({ path, text }) =>
        [...text.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/(?:api|health|metrics)[^`?\s]*)[^`]*`/g)].flatMap(
          ([told, method = '', route = '']) =>
            served.has(`${method.toLowerCase()} ${shapeOf(route)}`) ? [] : [`${path}: ${told}`],
        ),
      );
      expect(missing).toEqual([]);
    });

    it('send users of the README to routes that are there', () => {
      const served = new Set(routesOf(system).map(({ path }) => shapeOf(path)));
      const readme = documents.find(({ path }) => path === 'README.md')?.text ?? '';
      const told = [...readme.matchAll(/^\| (?:an? |every).*$/gm)].flatMap(([row]) =>
        [...row.matchAll(/`(\/[^`]+)`/g)].map(([, route = '']) => route),
      );
      expect(told).toContain('/awards/ID/approve');
      expect(told.filter((route) => !served.has(`/api/v1${shapeOf(route)}`))).toEqual([]);
    });
  });
});
