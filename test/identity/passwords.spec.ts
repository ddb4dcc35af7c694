import { randomUUID } from 'node:crypto';
import type { Response } from 'supertest';
import { hashPassword } from '../../src/identity/password.js';
import { PasswordsService } from '../../src/identity/passwords.service.js';
import { SESSION_COOKIE } from '../../src/identity/session-cookie.js';
import { SessionsService } from '../../src/identity/sessions.service.js';
import { Someone, System } from '../support/system.js';

const PASSWORD = 'a long enough password';
const OTHER = 'another long password';

describe('a password', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start({ PUMASI_WORKERS: false });
  });
  afterAll(() => system.stop());
  beforeEach(async () => {
    await system.source.query('delete from attempt');
  });

  async function signIn(email: string, password: string): Promise<Response> {
    return system.anonymous().post('/api/v1/sessions').send({ email, password });
  }

  /** Somebody who can sign in. */
  async function withPassword(role: 'owner' | 'admin' = 'owner'): Promise<Someone & { email: string }> {
    const someone = await system.someone(role);
    await system.source.query('update person set password_hash = $2 where id = $1', [
      someone.personId,
      await hashPassword(PASSWORD),
    ]);
    return Object.assign(someone, { email: `${someone.personId}@example.test` });
  }

  function signedIn(answer: Response): Someone {
    expect(answer.status).toBe(201);
    const cookie = (answer.headers['set-cookie'] as unknown as string[])[0] ?? '';
    const token = new RegExp(`^${SESSION_COOKIE}=([\\w-]+);`).exec(cookie)?.[1] ?? '';
    return new Someone(system.url, answer.body.person.id as string, answer.body.organisation.id as string, token);
  }

  it('is changed by who knows the present one, and all other sessions end', async () => {
    const someone = await withPassword();
    const other = signedIn(await signIn(someone.email, PASSWORD));
    const bystander = await withPassword();
    const changed = await someone.put('/api/v1/me/password', { present: PASSWORD, password: OTHER });
    expect([changed.status, changed.text]).toEqual([204, '']);
    expect((await someone.get('/api/v1/me')).status).toBe(200);
    expect((await other.get('/api/v1/me')).status).toBe(401);
    expect((await bystander.get('/api/v1/me')).status).toBe(200);
    expect((await signIn(someone.email, PASSWORD)).status).toBe(401);
    expect((await signIn(someone.email, OTHER)).status).toBe(201);

    const auditor = await system.someone('auditor');
    const audit = await auditor.get(`/api/v1/audit?subjectType=person&subjectId=${someone.personId}`);
    expect(audit.body.items).toMatchObject([{ deed: 'password.change', personId: someone.personId, facts: {} }]);
    const rows: { row: string }[] = await system.source.query(
      'select i::text as row from idempotency i union all select a::text from audit_entry a',
    );
    for (const secret of [PASSWORD, OTHER]) expect(rows.some(({ row }) => row.includes(secret))).toBe(false);
  });

  it('is not changed by who does not know it, and trying it out is slowed down', async () => {
    const someone = await withPassword();
    const statuses: number[] = [];
    for (let n = 0; n < 11; n += 1) {
      const answer = await someone.put('/api/v1/me/password', { present: `a wrong one ${n}`, password: OTHER });
      if (n === 0) expect(answer.body).toMatchObject({ code: 'password.present', faults: [{ path: 'present' }] });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 422), 429]);
    await system.source.query('delete from attempt');
    expect((await signIn(someone.email, PASSWORD)).status).toBe(201);
  });

  it('is changed once, though it is changed twice at the same moment', async () => {
    const someone = await withPassword();
    const change = (password: string): Promise<Response> =>
      someone.put('/api/v1/me/password', { present: PASSWORD, password }).then((answer) => answer);
    const answers = await Promise.all([change(OTHER), change('a third long password')]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 422]);
  });

  it('that has been changed since it was compared begins no session', async () => {
    const someone = await withPassword();
    const sessions = system.app.get(SessionsService, { strict: false });
    const beginning = sessions.begin(someone.personId, someone.organisationId, 'the hash that it had before');
    await expect(beginning).rejects.toMatchObject({ code: 'session.wrong' });
  });

  it.each<[string, object]>([
    ['present', { password: OTHER }],
    ['password', { present: PASSWORD }],
    ['password', { present: PASSWORD, password: 'elevenchars' }],
    ['password', { present: PASSWORD, password: PASSWORD }],
  ])('names what is wrong with %p', async (path, body) => {
    const someone = await withPassword();
    const answer = await someone.put('/api/v1/me/password', body);
    expect(answer.status).toBe(422);
    expect(answer.body.faults.map((fault: { path: string }) => fault.path)).toEqual([path]);
  });

  describe('that the system made up', () => {
    it('is good for nothing but choosing one’s own', async () => {
      const { email } = await withPassword('admin');
      const made = await system.app.get(PasswordsService, { strict: false }).resetAdmin(email);
      const answer = await signIn(email, made.password);
      const admin = signedIn(answer);
      const few = ['password.change', 'session.end', 'session.read'];
      expect(answer.body).toMatchObject({ passwordTemporary: true, roles: ['admin'] });
      expect((answer.body.deeds as string[]).toSorted()).toEqual(few);
      expect((await admin.get('/api/v1/me')).body).toEqual(answer.body);

      const person = { email: `${randomUUID()}@example.test`, name: 'Kim', roles: ['officer'] };
      for (const refused of [
        await admin.post('/api/v1/invitations', person),
        await admin.get('/api/v1/people'),
        await admin.get('/api/v1/organisations'),
        await admin.post('/api/v1/clock/advance', { to: '2030-01-01T00:00:00Z' }),
      ]) {
        expect([refused.status, refused.body.code]).toEqual([403, 'password.temporary']);
        expect(refused.body.detail).toContain('PUT /api/v1/me/password');
      }
      expect((await admin.get('/api/v1/clock')).status).toBe(200);

      const changed = await admin.put('/api/v1/me/password', { present: made.password, password: OTHER });
      expect(changed.status).toBe(204);
      const me = await admin.get('/api/v1/me');
      expect(me.body.passwordTemporary).toBe(false);
      expect(me.body.deeds).toContain('people.invite');
      expect((await admin.post('/api/v1/invitations', person)).status).toBe(201);
    });

    it('cannot accept an invitation, signed in or not', async () => {
      const inviting = await system.someone('admin');
      const someone = await withPassword('admin');
      await system.source.query('update person set password_temporary = true where id = $1', [someone.personId]);
      const invited = await inviting.post('/api/v1/invitations', {
        email: someone.email,
        name: 'Kim',
        roles: ['approver'],
      });
      const token = invited.body.token as string;
      const signedInOnly = await someone.post('/api/v1/invitations/accept', { token });
      expect([signedInOnly.status, signedInOnly.body.code]).toEqual([422, 'invitation.whose-account']);
      const both = await someone.post('/api/v1/invitations/accept', {
        token,
        email: someone.email,
        password: PASSWORD,
      });
      expect([both.status, both.body.code]).toEqual([403, 'password.temporary']);
    });

    it('lets an administrator back in who lost its own, and ends its sessions', async () => {
      const admin = await withPassword('admin');
      const passwords = system.app.get(PasswordsService, { strict: false });
      const told = await passwords.resetAdmin(` ${admin.email.toUpperCase()}`);
      expect(told).toEqual({ email: admin.email, password: expect.stringMatching(/^[\w-]{20}$/) as string });
      expect((await admin.get('/api/v1/me')).status).toBe(401);
      expect((await signIn(admin.email, PASSWORD)).status).toBe(401);
      const back = signedIn(await signIn(admin.email, told.password));
      expect((await back.get('/api/v1/people')).body.code).toBe('password.temporary');
      const auditor = await system.someone('auditor');
      const audit = await auditor.get(`/api/v1/audit?subjectType=person&subjectId=${admin.personId}`);
      expect(audit.body.items).toMatchObject([{ deed: 'password.reset', personName: 'system: pumasi admin' }]);
    });

    it('is for administrators only', async () => {
      const owner = await withPassword();
      const passwords = system.app.get(PasswordsService, { strict: false });
      for (const email of [owner.email, 'nobody@example.test']) {
        await expect(passwords.resetAdmin(email)).rejects.toMatchObject({ code: 'admin.unknown' });
      }
      expect((await signIn(owner.email, PASSWORD)).status).toBe(201);
    });
  });
});
