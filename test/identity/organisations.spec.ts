import { randomUUID } from 'node:crypto';
import type { Response } from 'supertest';
import { OrganisationsQueries } from '../../src/identity/organisations.queries.js';
import { OrganisationsService } from '../../src/identity/organisations.service.js';
import { systemActor } from '../../src/kernel/actor.js';
import { Deeds } from '../../src/platform/deeds/deeds.js';
import { type Someone, System } from '../support/system.js';

const PASSWORD = 'a long enough password';

describe('organisations', () => {
  let system: System;
  let admin: Someone;
  beforeAll(async () => {
    system = await System.start();
    admin = await system.someone('admin');
  });
  afterAll(() => system.stop());

  async function register(body: object, key: string = randomUUID()): Promise<Response> {
    return system.anonymous().post('/api/v1/organisations/register').set('idempotency-key', key).send(body);
  }

  async function signIn(email: string): Promise<Response> {
    return system.anonymous().post('/api/v1/sessions').send({ email, password: PASSWORD });
  }

  beforeEach(async () => {
    await system.source.query('delete from attempt');
  });

  function owner(): { email: string; name: string; password: string } {
    return { email: `${randomUUID()}@example.test`, name: 'Park Ji-hoon', password: PASSWORD };
  }

  function someone(): { email: string; name: string } {
    return { email: `${randomUUID()}@example.test`, name: 'Park Ji-hoon' };
  }

  async function accept(body: { token: string; email: string; password: string }): Promise<Response> {
    return system.anonymous().post('/api/v1/invitations/accept').set('idempotency-key', randomUUID()).send(body);
  }

  async function count(): Promise<number> {
    const rows: { n: number }[] = await system.source.query('select count(*)::int as n from organisation');
    return rows[0]?.n ?? -1;
  }

  describe('a business registering itself', () => {
    it('becomes a member whose first person owns the account and can sign in', async () => {
      const person = owner();
      const answer = await register({
        name: ' Noodle House ',
        registrationNumber: `N-${person.email.slice(0, 8)}`,
        person,
      });
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({
        organisation: { id: expect.any(String) as string, kind: 'member', name: 'Noodle House' },
        person: { id: expect.any(String) as string, email: person.email, name: person.name },
      });
      const signedIn = await signIn(person.email);
      expect(signedIn.body).toMatchObject({ organisation: answer.body.organisation, roles: ['owner'] });
    });

    it('may repeat itself under the same key, as anonymous as it is, and is made once', async () => {
      const key = randomUUID();
      const body = { name: 'Bakery', person: owner() };
      const before = await count();
      const first = await register(body, key);
      const again = await Promise.all([register(body, key), register(body, key)]);
      expect(again.map(({ status, body: told }) => [status, told])).toEqual([
        [201, first.body],
        [201, first.body],
      ]);
      expect(await count()).toBe(before + 1);
      // With another password it may be a stranger, who learns nothing of the answer.
      const other = await register({ ...body, person: { ...body.person, password: 'another long password' } }, key);
      expect([other.status, other.body.code]).toEqual([409, 'person.email-taken']);
    });

    it('has its own answer, though a stranger uses the same key', async () => {
      const key = randomUUID();
      const bodies = [
        { name: 'Grocer', person: owner() },
        { name: 'Florist', person: owner() },
      ];
      const answers = await Promise.all(bodies.map((body) => register(body, key)));
      expect(answers.map(({ status, body }) => [status, body.organisation?.name, body.person?.email])).toEqual(
        bodies.map(({ name, person }) => [201, name, person.email]),
      );
    });

    it('keeps no trace of the password but its argon2id hash', async () => {
      const password = `secret ${randomUUID()}`;
      const answer = await register({ name: 'Tea House', person: { ...owner(), password } });
      expect(JSON.stringify(answer.body)).not.toContain(password);
      const rows: { row: string }[] = await system.source.query(
        'select i::text as row from idempotency i union all select a::text from audit_entry a union all select p::text from person p',
      );
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.some(({ row }) => row.includes(password))).toBe(false);
      const hashes: { password_hash: string }[] = await system.source.query(
        'select password_hash from person where id = $1',
        [answer.body.person.id],
      );
      expect(hashes[0]?.password_hash).toMatch(/^\$argon2id\$/);
    });

    it('learns that its address has an account, and is slowed down when it tries addresses out', async () => {
      const person = owner();
      await register({ name: 'First', person });
      const before = await count();
      const second = await register({ name: 'Second', person: { ...person, email: person.email.toUpperCase() } });
      expect([second.status, second.body.code]).toEqual([409, 'person.email-taken']);
      expect(await count()).toBe(before);
      for (let i = 1; i < 10; i += 1) expect((await register({ name: 'Again', person })).status).toBe(409);
      const slowed = await register({ name: 'Again', person });
      expect([slowed.status, slowed.body.code]).toEqual([429, 'session.too-many-failures']);
    });

    it('is slowed down when very many come from one network address, before anything is hashed', async () => {
      await system.source.query(
        `insert into attempt (kind, address) select 'registration', '127.0.0.1' from generate_series(1, 28)`,
      );
      const before = await count();
      const answers = await Promise.all(Array.from({ length: 8 }, () => register({ name: 'Many', person: owner() })));
      const refused = answers.filter(({ status }) => status === 429);
      // Those that come at the same moment see each other: none too many gets through, though one too few may.
      expect(refused.length).toBeGreaterThanOrEqual(6);
      expect(await count()).toBe(before + 8 - refused.length);
      expect(new Set(refused.map(({ body }) => body.code as string))).toEqual(
        new Set(['organisation.too-many-registrations']),
      );
      expect(refused[0]?.body.detail).toContain('Wait 15 minutes');
      const unhindered = await system
        .anonymous()
        .post('/api/v1/sessions')
        .send({ email: 'a@b.example', password: 'x' });
      expect(unhindered.status).toBe(401);

      await system.source.query(`update attempt set at = at - interval '16 minutes'`);
      expect((await register({ name: 'Later', person: owner() })).status).toBe(201);
    });

    it('has a registration number that no other member has', async () => {
      const registrationNumber = `R-${randomUUID().slice(0, 8)}`;
      expect((await register({ name: 'One', registrationNumber, person: owner() })).status).toBe(201);
      const two = await Promise.all([
        register({ name: 'Two', registrationNumber, person: owner() }),
        register({ name: 'Three', registrationNumber, person: owner() }),
      ]);
      expect(two.map(({ status, body }) => [status, body.code])).toEqual([
        [409, 'organisation.registration-number-taken'],
        [409, 'organisation.registration-number-taken'],
      ]);
    });

    it.each<[string, object]>([
      ['person', { name: 'A' }],
      ['person', { name: 'A', person: [] }],
      ['person', { name: 'A', person: [{ email: 'a@b.example', name: 'A', password: PASSWORD }] }],
      ['name', { person: { email: 'a@b.example', name: 'A', password: PASSWORD } }],
      ['person.password', { name: 'A', person: { email: 'a@b.example', name: 'A', password: 'elevenchars' } }],
      ['person.email', { name: 'A', person: { email: 'a b@c.example', name: 'A', password: PASSWORD } }],
      ['person.email', { name: 'A', person: { email: 'kïm@b.example', name: 'A', password: PASSWORD } }],
      [
        'person.roles',
        { name: 'A', person: { email: 'a@b.example', name: 'A', password: PASSWORD, roles: ['admin'] } },
      ],
      ['kind', { kind: 'agency', name: 'A', person: { email: 'a@b.example', name: 'A', password: PASSWORD } }],
    ])('is told that %p is wrong', async (path, body) => {
      const answer = await register(body);
      expect(answer.status).toBe(422);
      expect(answer.body.faults.map((fault: { path: string }) => fault.path)).toEqual([path]);
    });
  });

  describe('the agency', () => {
    it.each<[string, string[]]>([
      ['association', ['manager']],
      ['provider', ['bidder']],
      ['agency', ['officer', 'approver']],
    ])('admits an organisation of kind %s, whose first person joins by an invitation', async (kind, roles) => {
      const { email, password, name } = owner();
      const body = { kind, name: `The ${kind}`, person: { email, name, roles } };
      const key = randomUUID();
      const answer = await admin.post('/api/v1/organisations', body, key);
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({
        organisation: { id: expect.any(String) as string, kind, name: `The ${kind}` },
        invitation: expect.objectContaining({ email, name, roles, token: expect.any(String) as string }) as object,
      });
      const [again, before] = [await admin.post('/api/v1/organisations', body, key), await count()];
      expect([again.body, await count()]).toEqual([answer.body, before]);
      const people: unknown[] = await system.source.query('select 1 from person where email = $1', [email]);
      expect(people).toEqual([]);

      const { token } = answer.body.invitation as { token: string };
      expect((await accept({ token, email, password })).status).toBe(201);
      const signedIn = await signIn(email);
      expect(signedIn.body.organisation).toEqual(answer.body.organisation);
      expect(new Set(signedIn.body.roles as string[])).toEqual(new Set(roles));
      const audit = await admin.get(
        `/api/v1/audit?subjectType=organisation&subjectId=${String(answer.body.organisation.id)}`,
      );
      expect(audit.body.items).toMatchObject([
        { deed: 'organisations.admit', personId: admin.personId, facts: { kind } },
        { deed: 'organisations.admit', personId: admin.personId, facts: { email, roles } },
        { deed: 'invitations.accept', personId: null, facts: { personId: signedIn.body.person.id as string, roles } },
      ]);
    });

    it('sets no password for the first person', async () => {
      const person = { ...owner(), roles: ['bidder'] };
      const answer = await admin.post('/api/v1/organisations', { kind: 'provider', name: 'P', person });
      expect([answer.status, answer.body.faults]).toMatchObject([422, [{ path: 'person.password' }]]);
    });

    it('invites another first person as long as nobody has joined, and the earlier invitation ends', async () => {
      const { password, ...lost } = owner();
      const person = { ...lost, roles: ['bidder'] };
      const admitted = await admin.post('/api/v1/organisations', { kind: 'provider', name: 'P', person });
      const path = `/api/v1/organisations/${String(admitted.body.organisation.id)}/invitations`;
      const wrong = await admin.post(path, { ...person, roles: ['admin'] });
      expect([wrong.status, wrong.body.code]).toEqual([422, 'roles.not-of-kind']);
      const other = { email: `${randomUUID()}@example.test`, name: 'Other' };
      const invited = await admin.post(path, { ...other, roles: ['bidder'] });
      expect(invited.status).toBe(201);

      const late = await accept({ token: admitted.body.invitation.token as string, email: person.email, password });
      expect([late.status, late.body.code]).toEqual([422, 'invitation.not-valid']);
      expect((await accept({ token: invited.body.token as string, email: other.email, password })).status).toBe(201);
      const third = await admin.post(path, { ...person });
      expect([third.status, third.body.code]).toEqual([409, 'organisation.has-people']);
    });

    it('invites nobody into a member, nor into what is not there', async () => {
      const member = await register({ name: 'M', person: owner() });
      const { email, name } = owner();
      for (const id of [String(member.body.organisation.id), randomUUID(), 'x']) {
        const answer = await admin.post(`/api/v1/organisations/${id}/invitations`, { email, name, roles: ['owner'] });
        expect([answer.status, answer.body.code]).toEqual([404, 'organisation.not-found']);
      }
    });

    it('gives only roles of the kind, and admits no member', async () => {
      const nobody = await admin.post('/api/v1/organisations', { kind: 'provider', name: 'A', person: [] });
      expect([nobody.status, nobody.body.faults]).toEqual([422, [{ path: 'person', reason: 'must be an object' }]]);
      const wrong = await admin.post('/api/v1/organisations', {
        kind: 'provider',
        name: 'P',
        person: { ...someone(), roles: ['bidder', 'admin'] },
      });
      expect([wrong.status, wrong.body.code, wrong.body.faults]).toEqual([
        422,
        'roles.not-of-kind',
        [{ path: 'person.roles', reason: 'must be of bidder' }],
      ]);
      const member = await admin.post('/api/v1/organisations', {
        kind: 'member',
        name: 'M',
        person: { ...someone(), roles: ['owner'] },
      });
      expect(member.body.faults).toMatchObject([{ path: 'kind' }]);
    });

    it('lists all organisations by name, page by page', async () => {
      const names = ['zz c', 'zz a', 'zz b'];
      for (const name of names) {
        await admin.post('/api/v1/organisations', {
          kind: 'provider',
          name,
          person: { ...someone(), roles: ['bidder'] },
        });
      }
      const seen: string[] = [];
      let next: string | null = null;
      do {
        const more: string = next === null ? '' : `&cursor=${next}`;
        const page = await admin.get(`/api/v1/organisations?kind=provider&limit=2${more}`);
        expect(page.body.items.length).toBeLessThanOrEqual(2);
        seen.push(...page.body.items.map((item: { name: string }) => item.name));
        next = page.body.next as string | null;
      } while (next !== null);
      expect(seen).toEqual([...seen].sort());
      expect(seen.slice(-3)).toEqual(['zz a', 'zz b', 'zz c']);
      const all = await admin.get('/api/v1/organisations?limit=200');
      expect(all.body.items.length).toBe(await count());
    });
  });

  describe('for other rooms', () => {
    it('have names and kinds', async () => {
      const queries = system.app.get(OrganisationsQueries, { strict: false });
      const provider = await system.someone('bidder');
      const tx = system.source.manager;
      const one = await queries.one(tx, provider.organisationId);
      expect(one).toMatchObject({ id: provider.organisationId, kind: 'provider' });
      expect(await queries.one(tx, randomUUID())).toBeNull();
      const names = await queries.names(tx, [provider.organisationId, admin.organisationId, randomUUID()]);
      expect(names.size).toBe(2);
      expect(names.get(provider.organisationId)).toBe(one?.name);
      expect(await queries.names(tx, [])).toEqual(new Map());
    });

    it('are enrolled as members by the thousand, all or none', async () => {
      const organisations = system.app.get(OrganisationsService, { strict: false });
      const deeds = system.app.get(Deeds, { strict: false });
      const prefix = randomUUID().slice(0, 8);
      const rows = Array.from({ length: 12_000 }, (_x, i) => ({
        id: randomUUID(),
        name: `Business ${i}`,
        registrationNumber: `${prefix}/${i}`,
      }));
      const enrol = (list: typeof rows): Promise<void> =>
        deeds.run(systemActor('test'), 'test.enrol', null, (deed) => organisations.enrolMembers(deed, list));
      const before = await count();
      await expect(enrol([...rows, { ...rows[0], id: randomUUID() } as (typeof rows)[0]])).rejects.toMatchObject({
        code: 'organisation.registration-number-taken',
        message: expect.stringContaining(`${prefix}/0`) as string,
      });
      expect(await count()).toBe(before);
      await enrol(rows);
      expect(await count()).toBe(before + 12_000);
    });
  });
});
