/** Members that a spreadsheet brought get their first person, who then decides for them. */
import { randomUUID } from 'node:crypto';
import type { Response } from 'supertest';
import { type Someone, System } from '../support/system.js';
import { fillCatalogue, linesCsv, memberOf, ok, type OpenedPool, openPool, pledge, row } from './setting.js';

const PASSWORD = 'a long enough password';

interface Told {
  token: string;
  email: string;
  expiresAt: string;
}

describe('members that an association brought', () => {
  let system: System;
  let officer: Someone;
  let chamber: Someone;
  let pool: OpenedPool;
  beforeAll(async () => {
    system = await System.start();
    await fillCatalogue(system);
    officer = await system.someone('officer');
    pool = await openPool(system, officer);
  });
  afterAll(() => system.stop());
  beforeEach(async () => {
    chamber = await system.someone('manager');
    const file = linesCsv(row('A-1'), row('A/2 ä', { employees: '', sector: '' }), row('A-3'));
    ok(await chamber.postCsv(`/api/v1/pools/${pool.id}/import`, file), 200);
    await system.source.query('delete from attempt');
  });

  const address = (): string => `${randomUUID()}@example.test`;

  async function invite(memberId: string, email = address(), by = chamber): Promise<Response> {
    return by.post(`/api/v1/members/${memberId}/invitations`, { email, name: 'Yoon Seo-jun' });
  }

  async function invited(reference = 'A-1', email = address()): Promise<Told> {
    return ok(await invite(await memberOf(system, chamber, reference), email), 201).body as Told;
  }

  async function accept(
    { token, email = address() }: { token: string; email?: string },
    password = PASSWORD,
    key: string = randomUUID(),
  ): Promise<Response> {
    const accepting = system.anonymous().post('/api/v1/invitations/accept').set('idempotency-key', key);
    return accepting.send({ token, email, password });
  }

  async function signIn(email: string, password = PASSWORD): Promise<Response> {
    return system.anonymous().post('/api/v1/sessions').send({ email, password });
  }

  it('are listed to it by reference, page by page, or found by one', async () => {
    await invited('A-3');
    type Page = { items: { id: string; reference: string }[]; next: string | null };
    const first = ok(await chamber.get('/api/v1/members?limit=2'), 200).body as Page;
    const rest = ok(await chamber.get(`/api/v1/members?limit=2&cursor=${encodeURIComponent(first.next ?? '')}`), 200);
    const items = [...first.items, ...(rest.body as Page).items];
    expect((rest.body as Page).next).toBeNull();
    const byReference = new Map(items.map((item) => [item.reference, item]));
    expect([...byReference.keys()].sort()).toEqual(['A-1', 'A-3', 'A/2 ä']);
    expect(byReference.get('A-1')).toEqual({
      id: await memberOf(system, chamber, 'A-1'),
      reference: 'A-1',
      name: 'Business A-1',
      employees: 8,
      sector: 'H',
      hasPeople: false,
      invitedUntil: null,
    });
    expect(byReference.get('A-3')).toMatchObject({ hasPeople: false, invitedUntil: expect.any(String) as string });
    const one = ok(await chamber.get(`/api/v1/members?reference=${encodeURIComponent('A/2 ä')}`), 200).body as Page;
    expect(one.items).toEqual([byReference.get('A/2 ä')]);
    const stranger = await system.someone('manager');
    expect(ok(await stranger.get('/api/v1/members'), 200).body).toEqual({ items: [], next: null });
    ok(await stranger.get(`/api/v1/members?reference=${'x'.repeat(61)}`), 422);
  });

  it('get a first person, who signs in and decides for its member', async () => {
    const email = address();
    const before = await system.source.query<{ now: Date }[]>('select clock_timestamp() as now');
    const told = await invited('A-1', email.toUpperCase());
    expect(told).toEqual({ email, name: 'Yoon Seo-jun', token: expect.any(String), expiresAt: expect.any(String) });
    const days = (Date.parse(told.expiresAt) - (before[0]?.now.getTime() ?? 0)) / 86_400_000;
    expect(days).toBeCloseTo(14, 2);
    expect((await signIn(email)).status).toBe(401);

    const memberId = await memberOf(system, chamber, 'A-1');
    const accepted = ok(await accept(told), 201);
    expect(accepted.body).toEqual({
      organisation: { id: memberId, kind: 'member', name: 'Business A-1' },
      person: { id: expect.any(String) as string, email, name: 'Yoon Seo-jun' },
    });
    const signedIn = ok(await signIn(email), 201);
    expect(signedIn.body).toMatchObject({ organisation: { id: memberId }, roles: ['owner'], organisations: [] });
    const cookie = (signedIn.headers['set-cookie'] as unknown as string[])[0]?.split(';')[0] ?? '';
    const path = `/api/v1/pools/${pool.id}/pledges`;
    const pledges = ok(await system.anonymous().get(path).set('cookie', cookie), 200).body as {
      items: { id: string }[];
    };
    const changed = await system
      .anonymous()
      .put(`${path}/${pledges.items[0]?.id}`)
      .set('cookie', cookie)
      .set('if-match', '"1"')
      .send(pledge('A-1'));
    expect(ok(changed, 200).body).toMatchObject({ commitment: 'firm', consentStated: false });

    const { items } = ok(await chamber.get('/api/v1/members?reference=A-1'), 200).body as { items: object[] };
    expect(items).toMatchObject([{ hasPeople: true, invitedUntil: null }]);
    const auditor = await system.someone('auditor');
    const audit = await auditor.get(`/api/v1/audit?subjectType=organisation&subjectId=${memberId}`);
    expect(audit.body).toMatchObject({
      chain: { verified: true },
      items: [
        { deed: 'members.invite', personId: chamber.personId },
        { deed: 'invitations.accept', personId: null, facts: { personId: accepted.body.person.id } },
      ],
    });
  });

  it('leave no trace of the token but its hash, and of the password but its', async () => {
    const told = await invited();
    const password = `secret ${randomUUID()}`;
    ok(await accept(told, password), 201);
    const rest = await invited('A-3');
    const rows: { row: string }[] = await system.source.query(
      `select i::text as row from idempotency i union all select a::text from audit_entry a
       union all select p::text from person p union all select n::text from invitation n
       union all select f::text from attempt f`,
    );
    for (const secret of [told.token, rest.token, password]) {
      expect(rows.some(({ row: text }) => text.includes(secret))).toBe(false);
    }
  });

  it('are asked again with the answer told again, under the same key only', async () => {
    const told = await invited();
    const key = randomUUID();
    const answers = await Promise.all([accept(told, PASSWORD, key), accept(told, PASSWORD, key)]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers[1].body).toEqual(answers[0].body);
    expect(await system.source.query('select 1 from attempt where email = $1', [answers[0].body.person.email])).toEqual(
      [],
    );
    expect((await accept(told, 'another long password', key)).body).toMatchObject({ code: 'invitation.not-valid' });
    expect((await accept(told)).body).toMatchObject({ code: 'invitation.not-valid' });
  });

  it('let one person in, though two accept at once', async () => {
    const told = await invited();
    const answers = await Promise.all([accept(told), accept(told)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 422]);
  });

  it('tell an unknown, a used, a replaced and an expired token not apart', async () => {
    const used = await invited('A-1');
    ok(await accept(used), 201);
    const replaced = await invited('A-3');
    const expired = await invited('A-3');
    await system.source.query(`update invitation set expires_at = clock_timestamp() - interval '1 second'`);
    const answers = await Promise.all(
      ['x', randomUUID(), used.token, replaced.token, expired.token].map((token) => accept({ token })),
    );
    for (const answer of answers) {
      expect({ ...answer.body, requestId: '' }).toEqual({ ...answers[0]?.body, requestId: '' });
      expect(answer.status).toBe(422);
    }
    expect(answers[0]?.body).toMatchObject({ code: 'invitation.not-valid', faults: [{ path: 'token' }] });
    const last = await invited('A-3');
    ok(await accept(last), 201);
    const nobody = address();
    await invited('A/2 ä', nobody);
    await system.source.query(`update invitation set expires_at = clock_timestamp() - interval '1 second'`);
    await signIn(nobody);
    expect(await system.source.query('select 1 from invitation')).toEqual([]);
  });

  it('do not tell who has an account when they invite, and let an account in by its own password only', async () => {
    const email = address();
    const memberId = await memberOf(system, chamber, 'A-1');
    ok(await accept(await invited('A-3', email)), 201);
    const told = ok(await invite(memberId, email), 201).body as Told;
    const fresh = ok(await invite(await memberOf(system, chamber, 'A/2 ä')), 201).body as Told;
    expect(Object.keys(told)).toEqual(Object.keys(fresh));

    const wrong = await accept(told, 'the password of somebody else');
    expect([wrong.status, wrong.body.code, wrong.body.faults[0].path]).toEqual([
      422,
      'invitation.password',
      'password',
    ]);
    const right = ok(await accept(told), 201);
    expect(right.body).toMatchObject({ organisation: { id: memberId }, person: { email } });
    const me = ok(await signIn(email), 201).body as { organisations: object[] };
    expect(me.organisations).toMatchObject([{ id: memberId }]);
    expect((await signIn(email, 'the password of somebody else')).status).toBe(401);
  });

  it('slow down who tries tokens or passwords out', async () => {
    const email = address();
    ok(await accept(await invited('A-3', email)), 201);
    const told = await invited('A-1', email);
    const statuses: number[] = [];
    for (let n = 0; n < 11; n += 1) statuses.push((await accept(told, `a wrong password ${n}`)).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 422), 429]);
    expect((await signIn(email)).status).toBe(429);
    await system.source.query('delete from attempt');
    const tries = await Promise.all(Array.from({ length: 110 }, () => accept({ token: randomUUID() })));
    expect(new Set(tries.map(({ status }) => status))).toEqual(new Set([422, 429]));
    expect(tries.filter(({ status }) => status === 422).length).toBeLessThanOrEqual(100);
  });

  it('that have people already invite others themselves', async () => {
    const memberId = await memberOf(system, chamber, 'A-1');
    ok(await accept(await invited()), 201);
    const refused = ok(await invite(memberId), 409);
    expect(refused.body).toMatchObject({ code: 'organisation.has-people' });
    expect(refused.body).not.toHaveProperty('token');
  });

  it('are invited by the association that brought them, and by nobody else', async () => {
    const memberId = await memberOf(system, chamber, 'A-1');
    const other = await system.someone('manager');
    ok(await other.postCsv(`/api/v1/pools/${pool.id}/import`, linesCsv(row('A-1'))), 200);
    ok(await invite(memberId, address(), other), 404);
    const registered = await system.someone('owner');
    for (const id of [registered.organisationId, chamber.organisationId, officer.organisationId, randomUUID(), 'x']) {
      expect(ok(await invite(id), 404).body).toMatchObject({ code: 'member.not-found' });
    }
    for (const role of ['owner', 'bidder', 'officer', 'approver', 'auditor', 'admin'] as const) {
      const stranger = await system.someone(role);
      ok(await invite(memberId, address(), stranger), 403);
      ok(await stranger.get('/api/v1/members'), 403);
    }
    expect(await system.source.query('select 1 from invitation where organisation_id = $1', [memberId])).toEqual([]);
  });

  it.each<[string, object]>([
    ['email', { name: 'A' }],
    ['email', { email: 'nobody', name: 'A' }],
    ['name', { email: 'a@b.example', name: ' ' }],
    ['password', { email: 'a@b.example', name: 'A', password: PASSWORD }],
  ])('are invited with a sound %p', async (path, body) => {
    const answer = await chamber.post(`/api/v1/members/${await memberOf(system, chamber, 'A-1')}/invitations`, body);
    expect(ok(answer, 422).body.faults.map((fault: { path: string }) => fault.path)).toEqual([path]);
  });

  it.each<[string, object]>([
    ['token', { email: 'a@b.example', password: PASSWORD }],
    ['token', { token: 7, email: 'a@b.example', password: PASSWORD }],
    ['password', { token: 'x', email: 'a@b.example' }],
    ['password', { token: 'x', email: 'a@b.example', password: 'elevenchars' }],
    ['email', { token: 'x', password: PASSWORD }],
    ['email', { token: 'x', email: 'nobody', password: PASSWORD }],
    ['name', { token: 'x', email: 'a@b.example', password: PASSWORD, name: ' ' }],
  ])('accept with a sound %p', async (path, body) => {
    const answer = await system.anonymous().post('/api/v1/invitations/accept').set('idempotency-key', 'k').send(body);
    expect(ok(answer, 422).body.faults.map((fault: { path: string }) => fault.path)).toEqual([path]);
  });
});
