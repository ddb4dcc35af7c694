import { randomUUID } from 'node:crypto';
import type { Response } from 'supertest';
import { AttemptsService } from '../../src/identity/attempts.service.js';
import { hashPassword } from '../../src/identity/password.js';
import { SESSION_COOKIE } from '../../src/identity/session-cookie.js';
import { SessionsService } from '../../src/identity/sessions.service.js';
import { refuse } from '../../src/kernel/refusal.js';
import { System } from '../support/system.js';

const PASSWORD = 'a long enough password';

describe('sessions', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.stop());

  /** Somebody with a password, belonging to organisations of these kinds in turn. */
  async function account(...kinds: string[]): Promise<{ email: string; organisations: string[] }> {
    const person = randomUUID();
    const email = `${person}@example.test`;
    await system.source.query('insert into person (id, email, name, password_hash) values ($1, $2, $3, $4)', [
      person,
      email,
      'Kim Mi-na',
      await hashPassword(PASSWORD),
    ]);
    const organisations: string[] = [];
    for (const kind of kinds) {
      const id = randomUUID();
      await system.source.query('insert into organisation (id, kind, name) values ($1, $2, $3)', [
        id,
        kind,
        `a ${kind}`,
      ]);
      await system.source.query('insert into membership (person_id, organisation_id, role) values ($1, $2, $3)', [
        person,
        id,
        kind === 'member' ? 'owner' : kind === 'agency' ? 'officer' : 'bidder',
      ]);
      organisations.push(id);
    }
    return { email, organisations };
  }

  async function signIn(body: object, headers: Record<string, string> = {}): Promise<Response> {
    return system.anonymous().post('/api/v1/sessions').set(headers).send(body);
  }

  function cookieOf(answer: Response): string {
    const cookies: string[] = [answer.headers['set-cookie'] ?? []].flat();
    return cookies[0] ?? '';
  }

  async function me(cookie: string): Promise<Response> {
    return system
      .anonymous()
      .get('/api/v1/me')
      .set('cookie', cookie.split(';')[0] ?? '');
  }

  it('begin with the right password, and tell who one is and what one may do', async () => {
    const { email, organisations } = await account('member', 'provider');
    const answer = await signIn({ email: ` ${email.toUpperCase()} `, password: PASSWORD });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      person: { email, name: 'Kim Mi-na' },
      organisation: { id: organisations[0], kind: 'member', name: 'a member' },
      roles: ['owner'],
      organisations: [{ id: organisations[1], kind: 'provider', name: 'a provider' }],
    });
    expect(answer.body.deeds).toContain('pools.join');
    expect(answer.body.deeds).not.toContain('bids.submit');
    expect(JSON.stringify(answer.body)).not.toContain('argon2');
    const again = await me(cookieOf(answer));
    expect(again.status).toBe(200);
    expect(again.body).toEqual(answer.body);
  });

  it('of many who ask at the same time stand each for one, and those that are none for nobody', async () => {
    const people = await Promise.all(Array.from({ length: 30 }, () => system.someone('owner')));
    await system.source.query(`update session set expires_at = clock_timestamp() where person_id = any($1::uuid[])`, [
      people.slice(0, 10).map(({ personId }) => personId),
    ]);
    const asked = await Promise.all(
      [...people, ...people].map(async ({ personId, token }, at) => {
        const answer = await me(`${SESSION_COOKIE}=${at % 7 === 0 ? `${token}x` : token}`);
        const ended = at % 7 === 0 || at % people.length < 10;
        return [answer.status, (answer.body as { person?: { id: string } }).person?.id, ended ? 401 : 200, personId];
      }),
    );
    for (const [status, who, expected, personId] of asked) {
      expect([status, who]).toEqual([expected, expected === 200 ? personId : undefined]);
    }
  });

  it('stay apart that are looked up together, more of them than in one statement', async () => {
    const sessions = system.app.get(SessionsService, { strict: false });
    const people = await Promise.all(Array.from({ length: 12 }, () => system.someone('owner')));
    const [gone] = people;
    const asked = Array.from({ length: 10 }, () => people.flatMap(({ token }) => [token, `${token}x`])).flat();
    const whose = new Map(people.map(({ personId, token }) => [token, personId]));
    const lookUp = async () =>
      (await Promise.all(asked.map((token) => sessions.holderOf(token)))).map((h) => h?.personId);
    expect(await lookUp()).toEqual(asked.map((token) => whose.get(token)));
    const before = lookUp();
    await sessions.end(gone?.token ?? '');
    whose.delete(gone?.token ?? '');
    expect(await lookUp()).toEqual(asked.map((token) => whose.get(token)));
    await before;
  });

  it('act for the organisation one chooses, of those one belongs to', async () => {
    const { email, organisations } = await account('member', 'provider');
    const stranger = await account('provider');
    const chosen = await signIn({ email, password: PASSWORD, organisationId: organisations[1] });
    expect(chosen.body.organisation.id).toBe(organisations[1]);
    expect(chosen.body.deeds).toContain('bids.submit');
    const inCapitals = await signIn({ email, password: PASSWORD, organisationId: organisations[1]?.toUpperCase() });
    expect(inCapitals.body.organisation.id).toBe(organisations[1]);
    const foreign = await signIn({ email, password: PASSWORD, organisationId: stranger.organisations[0] });
    expect([foreign.status, foreign.body.code]).toEqual([403, 'session.not-your-organisation']);
    expect(foreign.headers['set-cookie']).toBeUndefined();
  });

  it('live in a cookie that only our own pages send and no script reads', async () => {
    const { email } = await account('member');
    const cookie = cookieOf(await signIn({ email, password: PASSWORD }));
    expect(cookie).toMatch(/^__Host-pumasi=[\w-]{43};/);
    const attributes = cookie.split('; ').slice(1).sort();
    expect(attributes).toEqual(['HttpOnly', 'Max-Age=43200', 'Path=/', 'SameSite=Strict', 'Secure']);
    const kept: { token_hash: string }[] = await system.source.query('select token_hash from session');
    const token = /=([\w-]+);/.exec(cookie)?.[1] ?? '';
    expect(kept.some((row) => row.token_hash.includes(token))).toBe(false);
  });

  it('end when one signs out, when one signs in again, and after twelve hours', async () => {
    const { email } = await account('member');
    const first = cookieOf(await signIn({ email, password: PASSWORD }));
    const out = await system
      .anonymous()
      .delete('/api/v1/sessions/current')
      .set('cookie', first.split(';')[0] ?? '');
    expect(out.status).toBe(204);
    expect(cookieOf(out)).toMatch(/^__Host-pumasi=;.*Expires=Thu, 01 Jan 1970/);
    expect((await me(first)).status).toBe(401);

    const second = cookieOf(await signIn({ email, password: PASSWORD }));
    const third = cookieOf(await signIn({ email, password: PASSWORD }, { cookie: second.split(';')[0] ?? '' }));
    expect((await me(second)).status).toBe(401);
    expect((await me(third)).status).toBe(200);

    await system.source.query(`update session set expires_at = clock_timestamp() - interval '1 second'`);
    expect((await me(third)).body.code).toBe('session.missing');
    await signIn({ email, password: PASSWORD });
    const left: unknown[] = await system.source.query('select 1 from session where expires_at < clock_timestamp()');
    expect(left).toEqual([]);
  });

  it('do not end because business time passes', async () => {
    const { email } = await account('member');
    const cookie = cookieOf(await signIn({ email, password: PASSWORD }));
    await system.source.query(`update clock_offset set ahead = ahead + interval '30 days'`);
    expect((await me(cookie)).status).toBe(200);
  });

  it('are not given for a token that is none', async () => {
    for (const token of ['', 'x', randomUUID(), '%00', "' or 1=1 --"]) {
      expect((await me(`__Host-pumasi=${encodeURIComponent(token)}`)).status).toBe(401);
    }
  });

  it('tell an unknown address and a wrong password not apart', async () => {
    const { email } = await account('member');
    const known = await signIn({ email, password: 'not the password' });
    const unknown = await signIn({ email: `${randomUUID()}@example.test`, password: 'not the password' });
    expect([known.status, known.body.code, known.body.detail]).toEqual([
      401,
      'session.wrong',
      'The email address or the password is wrong.',
    ]);
    expect({ ...unknown.body, requestId: '' }).toEqual({ ...known.body, requestId: '' });
    expect(unknown.headers['set-cookie']).toBeUndefined();
  });

  it('refuse to try passwords out, even many at once, and forgive after a while', async () => {
    const { email } = await account('member');
    const answers = await Promise.all(
      Array.from({ length: 25 }, () => signIn({ email, password: 'a wrong password' })),
    );
    const tried = answers.filter((answer) => answer.status === 401).length;
    expect(tried).toBeLessThanOrEqual(10);
    expect(answers.every((answer) => answer.status === 401 || answer.status === 429)).toBe(true);
    for (let i = tried; i < 10; i += 1)
      expect((await signIn({ email, password: 'a wrong password' })).status).toBe(401);
    const refused = await signIn({ email, password: PASSWORD });
    expect([refused.status, refused.body.code]).toEqual([429, 'session.too-many-failures']);
    expect(refused.body.detail).toBe('Too many sign-ins have failed. Wait 15 minutes, then try again.');
    const other = await account('member');
    expect((await signIn({ email: other.email, password: PASSWORD })).status).toBe(201);

    await system.source.query(`update attempt set at = at - interval '16 minutes'`);
    expect((await signIn({ email, password: PASSWORD })).status).toBe(201);
    expect(await system.source.query('select 1 from attempt where email = $1', [email])).toEqual([]);
  });

  it('do not count as failed for whoever was sent away while too many were signing in', async () => {
    const attempts = system.app.get(AttemptsService, { strict: false });
    const proving = (kind: 'unavailable' | 'unauthenticated'): Promise<never> =>
      attempts.proving('busy@example.test', '192.0.2.1', () => Promise.reject(refuse('no', 'No.', { kind })));
    const counted = async (): Promise<number> =>
      (await system.source.query<unknown[]>(`select 1 from attempt where email = 'busy@example.test'`)).length;
    await expect(proving('unavailable')).rejects.toMatchObject({ code: 'no' });
    expect(await counted()).toBe(0);
    await expect(proving('unauthenticated')).rejects.toMatchObject({ code: 'no' });
    expect(await counted()).toBe(1);
  });

  it('forget earlier failures at a success', async () => {
    const { email } = await account('member');
    for (let round = 0; round < 2; round += 1) {
      for (let i = 0; i < 9; i += 1) await signIn({ email, password: 'a wrong password' });
      expect((await signIn({ email, password: PASSWORD })).status).toBe(201);
    }
  });

  it.each<[string, object]>([
    ['email', { password: PASSWORD }],
    ['email', { email: 'nobody', password: PASSWORD }],
    ['password', { email: 'a@b.example' }],
    ['password', { email: 'a@b.example', password: 7 }],
    ['organisationId', { email: 'a@b.example', password: PASSWORD, organisationId: 'mine' }],
    ['remember', { email: 'a@b.example', password: PASSWORD, remember: true }],
  ])('name what is wrong with %p', async (path, body) => {
    const answer = await signIn(body);
    expect(answer.status).toBe(422);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body.faults.map((fault: { path: string }) => fault.path)).toEqual([path]);
  });
});
