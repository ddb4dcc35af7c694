/** Nobody makes an account for somebody else: people join by an invitation, with an account of their own. */
import { randomUUID } from 'node:crypto';
import type { Response } from 'supertest';
import { SESSION_COOKIE } from '../../src/identity/session-cookie.js';
import { type Someone, System } from '../support/system.js';

const PASSWORD = 'a long enough password';

interface Told {
  id: string;
  email: string;
  token: string;
  expiresAt: string;
}

describe('an invitation into an organisation', () => {
  let system: System;
  let admin: Someone;
  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.stop());
  beforeEach(async () => {
    admin = await system.someone('admin');
    await system.source.query('delete from attempt');
  });

  const address = (): string => `${randomUUID()}@example.test`;

  async function invite(roles: string[], email = address(), by = admin): Promise<Told> {
    const answer = await by.post('/api/v1/invitations', { email, name: 'Han Seo-yeon', roles });
    expect(answer.status).toBe(201);
    return answer.body as Told;
  }

  async function accept(body: object, cookie?: string): Promise<Response> {
    const asked = system.anonymous().post('/api/v1/invitations/accept').set('idempotency-key', randomUUID());
    if (cookie !== undefined) void asked.set('cookie', cookie);
    return asked.send(body);
  }

  async function register(email: string, password = PASSWORD): Promise<string> {
    const answer = await system
      .anonymous()
      .post('/api/v1/organisations/register')
      .set('idempotency-key', randomUUID())
      .send({ name: 'A business', person: { email, name: 'Somebody', password } });
    expect(answer.status).toBe(201);
    return answer.body.person.id as string;
  }

  async function signIn(email: string, password = PASSWORD, organisationId?: string): Promise<Response> {
    return system.anonymous().post('/api/v1/sessions').send({ email, password, organisationId });
  }

  function cookieOf(answer: Response): string {
    return ((answer.headers['set-cookie'] as unknown as string[])[0] ?? '').split(';')[0] ?? '';
  }

  async function rolesOf(personId: string): Promise<string[]> {
    const rows: { role: string }[] = await system.source.query(
      'select role from membership where person_id = $1 and organisation_id = $2 order by role',
      [personId, admin.organisationId],
    );
    return rows.map(({ role }) => role);
  }

  it('lets somebody in with an address, a name and a password of its own, whatever it was addressed to', async () => {
    const told = await invite(['officer', 'auditor']);
    const email = address();
    const accepted = await accept({ token: told.token, email, password: PASSWORD, name: 'Han S.' });
    expect([accepted.status, accepted.body]).toEqual([
      201,
      {
        organisation: { id: admin.organisationId, kind: 'agency', name: expect.any(String) as string },
        person: { id: expect.any(String) as string, email, name: 'Han S.' },
      },
    ]);
    const signedIn = await signIn(email);
    expect(signedIn.body).toMatchObject({ organisation: { id: admin.organisationId }, passwordTemporary: false });
    expect(signedIn.body.roles).toEqual(['auditor', 'officer']);
    expect(signedIn.body.deeds).toContain('tenders.publish');
    expect(signedIn.body.deeds).not.toContain('people.invite');
    expect((await signIn(told.email)).status).toBe(401);

    const audit = await admin.get(`/api/v1/audit?subjectType=organisation&subjectId=${admin.organisationId}`);
    expect(audit.body).toMatchObject({
      chain: { verified: true, entries: 2 },
      items: [
        { deed: 'people.invite', personId: admin.personId, facts: { email: told.email, invitationId: told.id } },
        {
          deed: 'invitations.accept',
          personId: null,
          facts: { invitationId: told.id, personId: accepted.body.person.id as string },
        },
      ],
    });
  });

  it('gives nothing to a stranger who registered with the colleague’s address before', async () => {
    const email = address();
    const stranger = await register(email, 'the password of the stranger');
    const told = await invite(['approver'], email);
    const signedIn = await signIn(email, 'the password of the stranger');
    expect(signedIn.body.organisations).toEqual([]);
    expect((await signIn(email, 'the password of the stranger', admin.organisationId)).status).toBe(403);

    // The colleague holds the token; that the address has an account does not let it be taken for the colleague's.
    const refused = await accept({ token: told.token, email, password: PASSWORD });
    expect([refused.status, refused.body.code]).toEqual([422, 'invitation.password']);
    expect(refused.body.detail).toContain('give another address');
    const own = address();
    const accepted = await accept({ token: told.token, email: own, password: PASSWORD });
    expect(accepted.body.person).toMatchObject({ email: own, name: 'Han Seo-yeon' });
    expect((await signIn(own)).body.roles).toEqual(['approver']);
    expect(await rolesOf(stranger)).toEqual([]);
    const retold = await accept({ token: told.token, email, password: 'the password of the stranger' });
    expect(retold.body.code).toBe('invitation.not-valid');
    expect(await rolesOf(stranger)).toEqual([]);
  });

  it('is accepted by an account that is there: with its password, or signed in', async () => {
    const [one, two] = [address(), address()];
    const ids = [await register(one), await register(two)];
    const wrong = await accept({ token: (await invite(['officer'])).token, email: one, password: 'not the password' });
    expect([wrong.status, wrong.body.faults[0].path]).toEqual([422, 'password']);

    const withPassword = await accept({ token: (await invite(['officer'])).token, email: one, password: PASSWORD });
    expect([withPassword.status, withPassword.body.person]).toEqual([
      201,
      { id: ids[0], email: one, name: 'Somebody' },
    ]);
    const { token } = await invite(['approver']);
    const nobody = await accept({ token });
    expect([nobody.status, nobody.body.code]).toEqual([422, 'invitation.whose-account']);
    const signedIn = await accept({ token }, cookieOf(await signIn(two)));
    expect([signedIn.status, signedIn.body.person]).toEqual([201, { id: ids[1], email: two, name: 'Somebody' }]);
    expect((await signIn(two, PASSWORD, admin.organisationId)).body.roles).toEqual(['approver']);
  });

  it('gives a colleague a further role, but none that it has already', async () => {
    const officer = await system.someone('officer', admin.organisationId);
    const cookie = `${SESSION_COOKIE}=${officer.token}`;
    const told = await invite(['officer']);
    const already = await accept({ token: told.token }, cookie);
    expect([already.status, already.body.code]).toEqual([409, 'person.already-there']);
    expect((await accept({ token: (await invite(['officer', 'auditor'])).token }, cookie)).status).toBe(201);
    expect(await rolesOf(officer.personId)).toEqual(['auditor', 'officer']);
    const somebodyElse = await accept({ token: told.token, email: address(), password: PASSWORD });
    expect(somebodyElse.status).toBe(201);
  });

  it('is used up by one of two who accept at the same moment, whoever they are', async () => {
    const cookie = `${SESSION_COOKIE}=${(await system.someone('owner')).token}`;
    const { token } = await invite(['officer']);
    const answers = await Promise.all([
      accept({ token, email: address(), password: PASSWORD }),
      accept({ token, email: address(), password: PASSWORD }),
      accept({ token }, cookie),
    ]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 422, 422]);
    const officers: unknown[] = await system.source.query(
      `select 1 from membership where organisation_id = $1 and role = 'officer'`,
      [admin.organisationId],
    );
    expect(officers).toHaveLength(1);
  });

  it('makes one account of two that accept with one address at the same moment', async () => {
    const email = address();
    const tokens = [(await invite(['officer'])).token, (await invite(['auditor'])).token];
    const answers = await Promise.all(tokens.map((token) => accept({ token, email, password: PASSWORD })));
    for (const [index, answer] of answers.entries()) {
      if (answer.status === 201) continue;
      expect([answer.status, answer.body.code]).toEqual([409, 'person.email-taken']);
      expect((await accept({ token: tokens[index], email, password: PASSWORD })).status).toBe(201);
    }
    expect((await signIn(email)).body.roles).toEqual(['auditor', 'officer']);
  });

  it('is told again to whoever repeats the command, though it is kept nowhere', async () => {
    const [key, body] = [randomUUID(), { email: address(), name: 'Kim', roles: ['officer'] }];
    const first = await admin.post('/api/v1/invitations', body, key);
    const again = await admin.post('/api/v1/invitations', body, key);
    expect([again.status, again.body]).toEqual([201, first.body]);
    const rows: { row: string }[] = await system.source.query(
      `select i::text as row from idempotency i union all select a::text from audit_entry a
       union all select n::text from invitation n`,
    );
    expect(rows.some(({ row }) => row.includes(String(first.body.token)))).toBe(false);
    const accepted = await accept({ token: first.body.token as string, email: body.email, password: PASSWORD });
    expect(accepted.status).toBe(201);
  });

  it('ends when another is made for the same address, when it is taken back, and after two weeks', async () => {
    const email = address();
    const replaced = await invite(['officer'], email);
    const taken = await invite(['auditor'], email);
    const expired = await invite(['officer'], `a-${email}`);
    expect(Date.parse(expired.expiresAt) - Date.now()).toBeGreaterThan(13.9 * 86_400_000);
    const listed = await admin.get('/api/v1/invitations?limit=1');
    const rest = await admin.get(`/api/v1/invitations?limit=1&cursor=${String(listed.body.next)}`);
    const { token: _, ...shown } = taken;
    expect([...listed.body.items, ...rest.body.items]).toContainEqual({ ...shown, roles: ['auditor'] });
    expect([listed.body.items.length, rest.body.items.length, rest.body.next]).toEqual([1, 1, null]);
    expect(JSON.stringify([listed.body, rest.body])).not.toContain('token');

    expect((await admin.delete(`/api/v1/invitations/${taken.id}`)).status).toBe(204);
    expect((await admin.delete(`/api/v1/invitations/${taken.id}`)).status).toBe(404);
    await system.source.query(
      `update invitation set expires_at = clock_timestamp() - interval '1 second' where id = $1`,
      [expired.id],
    );
    expect((await admin.get('/api/v1/invitations')).body.items).toEqual([]);
    for (const { token } of [replaced, taken, expired]) {
      const answer = await accept({ token, email: address(), password: PASSWORD });
      expect([answer.status, answer.body.code]).toEqual([422, 'invitation.not-valid']);
    }
  });

  it('ends with the role of whoever made it', async () => {
    const leaving = await system.someone('admin', admin.organisationId);
    const own = await invite(['admin'], address(), leaving);
    const admitted = await leaving.post('/api/v1/organisations', {
      kind: 'provider',
      name: 'P',
      person: { email: address(), name: 'P', roles: ['bidder'] },
    });
    const other = await invite(['officer']);
    expect((await admin.delete(`/api/v1/people/${leaving.personId}/roles/admin`)).status).toBe(204);
    for (const token of [own.token, admitted.body.invitation.token as string]) {
      const answer = await accept({ token, email: address(), password: PASSWORD });
      expect([answer.status, answer.body.code]).toEqual([422, 'invitation.not-valid']);
    }
    expect((await accept({ token: other.token, email: address(), password: PASSWORD })).status).toBe(201);
  });

  it('is not made any more by who loses the role at the same moment', async () => {
    const leaving = await system.someone('admin', admin.organisationId);
    const holder = system.source.createQueryRunner();
    const waiting = async (transactions: number): Promise<void> => {
      for (let n = -1; n !== transactions; await new Promise((resolve) => setTimeout(resolve, 20))) {
        const rows: { n: number }[] = await system.source.query(
          `select count(*)::int as n from pg_stat_activity
           where datname = current_database() and wait_event_type = 'Lock'`,
        );
        n = rows[0]?.n ?? -1;
      }
    };
    await holder.startTransaction();
    try {
      await holder.query('select 1 from organisation where id = $1 for update', [admin.organisationId]);
      const gone = admin.delete(`/api/v1/people/${leaving.personId}/roles/admin`).then((answer) => answer.status);
      await waiting(1);
      const invitee = { email: address(), name: 'Han Seo-yeon', roles: ['admin'] };
      const made = leaving.post('/api/v1/invitations', invitee).then(({ status, body }) => [status, body.code]);
      await waiting(2);
      await holder.commitTransaction();
      expect(await gone).toBe(204);
      expect(await made).toEqual([403, 'deed.forbidden']);
    } finally {
      await holder.release();
    }
    expect((await admin.get('/api/v1/invitations')).body).toMatchObject({ items: [] });
  });

  it('is for the roles of the kind of organisation, and made by who lets people in there', async () => {
    const owner = await system.someone('owner');
    const wrong = await owner.post('/api/v1/invitations', {
      email: address(),
      name: 'Kim',
      roles: ['owner', 'officer'],
    });
    expect([wrong.status, wrong.body.code]).toEqual([422, 'roles.not-of-kind']);
    const told = await invite(['owner'], address(), owner);
    for (const role of ['officer', 'approver', 'auditor'] as const) {
      const colleague = await system.someone(role, admin.organisationId);
      const body = { email: address(), name: 'Kim', roles: [role] };
      expect((await colleague.post('/api/v1/invitations', body)).status).toBe(403);
      expect((await colleague.get('/api/v1/invitations')).status).toBe(403);
      expect((await colleague.delete(`/api/v1/invitations/${told.id}`)).status).toBe(403);
    }
    for (const id of [told.id, randomUUID(), 'x']) {
      const answer = await admin.delete(`/api/v1/invitations/${id}`);
      expect([answer.status, answer.body.code]).toEqual([404, 'invitation.not-found']);
    }
    expect((await admin.get('/api/v1/invitations')).body.items).toEqual([]);
    expect((await accept({ token: told.token, email: address(), password: PASSWORD })).status).toBe(201);
  });

  it.each<[string, object]>([
    ['email', { name: 'A', roles: ['officer'] }],
    ['name', { email: 'a@b.example', roles: ['officer'] }],
    ['roles', { email: 'a@b.example', name: 'A', roles: [] }],
    ['password', { email: 'a@b.example', name: 'A', roles: ['officer'], password: PASSWORD }],
  ])('names what is wrong with %p', async (path, body) => {
    const answer = await admin.post('/api/v1/invitations', body);
    expect(answer.status).toBe(422);
    expect(answer.body.faults.map((fault: { path: string }) => fault.path)).toEqual([path]);
  });
});
