import { randomUUID } from 'node:crypto';
import request, { type Response } from 'supertest';
import { SESSION_COOKIE } from '../../src/identity/session-cookie.js';
import { type DeedName, isDeed, PERMISSIONS } from '../../src/identity/rules/permissions.js';
import { ROLES } from '../../src/identity/rules/roles.js';
import type { Role } from '../../src/kernel/actor.js';
import { type Someone, System } from '../support/system.js';
import { filled, type Route, routesOf } from './routes.js';

describe('every route', () => {
  let system: System;
  let routes: Route[];
  const people = new Map<Role, Someone>();
  beforeAll(async () => {
    system = await System.start();
    routes = routesOf(system);
    for (const role of ROLES) people.set(role, await system.someone(role));
  });
  afterAll(() => system.stop());

  async function ask(route: Route, path: string, token?: string, body: object = {}): Promise<Response> {
    const asked = request(system.url)[route.method](path);
    if (token !== undefined) void asked.set('cookie', `${SESSION_COOKIE}=${token}`);
    return route.method === 'get'
      ? asked
      : asked.set('idempotency-key', randomUUID()).set('if-match', '"1"').send(body);
  }

  function allowed(route: Route): readonly Role[] {
    return PERMISSIONS[route.deed as DeedName];
  }

  it('is found', () => {
    const found = routes.map(({ method, path }) => `${method} ${path}`);
    expect(found).toContain('post /api/v1/sessions');
    expect(found).toContain('patch /api/v1/regions/:code');
    expect(found).toContain('get /health/ready');
    expect(new Set(found).size).toBe(found.length);
    expect(routes.filter(({ deed }) => deed !== null).every(({ deed }) => isDeed(deed ?? ''))).toBe(true);
  });

  it('is documented, unless it is for machines', async () => {
    const answer = await system.anonymous().get('/docs-json');
    const paths = answer.body.paths as Record<string, Record<string, object>>;
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    );
    const served = routes.map(({ method, path }) => `${method} ${path}`).filter((route) => route.includes('/api/'));
    expect(documented.sort()).toEqual(served.sort());
  });

  it('says what it may refuse with: a body that cannot be read, a wrong password, a database that is away', async () => {
    const { paths } = (await system.anonymous().get('/docs-json')).body as {
      paths: Record<string, Record<string, { requestBody?: object; responses: Record<string, object> }>>;
    };
    const statusesOf = (path: string, method: string): string[] => Object.keys(paths[path]?.[method]?.responses ?? {});
    expect(statusesOf('/api/v1/sessions', 'post')).toEqual(
      expect.arrayContaining(['400', '401', '413', '415', '429', '503']),
    );
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { requestBody }] of Object.entries(methods)) {
        expect(statusesOf(path, method)).toEqual(
          expect.arrayContaining(requestBody ? ['400', '413', '415', '503'] : ['503']),
        );
      }
    }
  });

  it('that does a deed asks nobody in particular to sign in first', async () => {
    const wrong: string[] = [];
    for (const route of routes.filter(({ deed }) => deed !== null)) {
      const answer = await ask(route, filled(route));
      if (answer.status !== 401 || answer.body.code !== 'session.missing') wrong.push(told(route, 'nobody', answer));
    }
    expect(wrong).toEqual([]);
  });

  it('that does a deed refuses everyone whose role the table does not allow', async () => {
    const wrong: string[] = [];
    let tried = 0;
    for (const route of routes.filter(({ deed }) => deed !== null)) {
      for (const [role, someone] of people) {
        if (allowed(route).includes(role)) continue;
        tried += 1;
        const answer = await ask(route, filled(route), someone.token);
        if (answer.status !== 403 || answer.body.code !== 'deed.forbidden') wrong.push(told(route, role, answer));
      }
    }
    expect(wrong).toEqual([]);
    expect(tried).toBeGreaterThan(30);
  });

  it('answers whoever is allowed, and never breaks: not by an id of nothing, not by one that is no id', async () => {
    const wrong: string[] = [];
    const odd = { name: 7, person: [], lots: 'all', bands: { from: null }, roles: {}, why: null, deep: [[[[]]]] };
    for (const route of routes) {
      const roles = route.deed === null ? [undefined] : allowed(route);
      for (const role of roles) {
        const token = role === undefined ? undefined : people.get(role)?.token;
        for (const [path, body] of [
          [filled(route), {}],
          [filled(route, 'no-such-thing'), odd],
          [filled(route, '%00'), []],
          [`${filled(route)}?limit=no&cursor=${'%27'.repeat(3)}`, {}],
        ] as const) {
          // Signing out would end the part of this person.
          if (route.deed === 'session.end') continue;
          const answer = await ask(route, path, token, body);
          const refused = answer.body.code === 'deed.forbidden' || answer.body.code === 'session.missing';
          const ready = path.startsWith('/health/ready');
          if ((answer.status >= 500 && !ready) || refused) wrong.push(told(route, role ?? 'nobody', answer, path));
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('that shows or changes one thing of somebody says 404 when there is no such thing', async () => {
    const wrong: string[] = [];
    for (const route of routes.filter(({ method, path }) => method === 'get' && path.includes('/:'))) {
      const roles = route.deed === null ? [undefined] : allowed(route);
      for (const role of roles) {
        const token = role === undefined ? undefined : people.get(role)?.token;
        const answer = await ask(route, filled(route), token);
        if (answer.status !== 404) wrong.push(told(route, role ?? 'nobody', answer));
      }
    }
    expect(wrong).toEqual([]);
  });

  it('has its deed in the table, and every deed of the table has a route', () => {
    const done = new Set(routes.flatMap(({ deed, showing }) => [deed, ...showing]));
    expect(routes.flatMap(({ showing }) => showing).every(isDeed)).toBe(true);
    expect(Object.keys(PERMISSIONS).filter((deed) => !done.has(deed))).toEqual([]);
  });
});

function told(route: Route, who: string, answer: Response, path = route.path): string {
  return `${route.method} ${path} for ${who}: ${answer.status} ${String(answer.body.code)}`;
}
