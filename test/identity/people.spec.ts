import { randomUUID } from 'node:crypto';
import type { Response } from 'supertest';
import { System } from '../support/system.js';

const PASSWORD = 'a long enough password';

describe('people', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.stop());

  async function signIn(email: string, organisationId?: string): Promise<Response> {
    return system.anonymous().post('/api/v1/sessions').send({ email, password: PASSWORD, organisationId });
  }

  it('are added to one’s own organisation, with the roles of its kind', async () => {
    const admin = await system.someone('admin');
    const email = `${randomUUID()}@example.test`;
    const answer = await admin.post('/api/v1/people', {
      email,
      name: 'Han Seo-yeon',
      password: PASSWORD,
      roles: ['officer', 'auditor'],
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ email, name: 'Han Seo-yeon', roles: ['officer', 'auditor'] });
    const signedIn = await signIn(email);
    expect(signedIn.body.organisation.id).toBe(admin.organisationId);
    expect(signedIn.body.roles).toEqual(['auditor', 'officer']);
    expect(signedIn.body.deeds).toContain('tenders.publish');
    expect(signedIn.body.deeds).not.toContain('organisations.admit');
  });

  it('hold no role that does not belong to the kind of organisation', async () => {
    const owner = await system.someone('owner');
    const answer = await owner.post('/api/v1/people', {
      email: `${randomUUID()}@example.test`,
      name: 'Someone',
      password: PASSWORD,
      roles: ['owner', 'officer'],
    });
    expect([answer.status, answer.body.code]).toEqual([422, 'roles.not-of-kind']);
  });

  it('belong to a second organisation with the account they have', async () => {
    const [owner, bidder] = [await system.someone('owner'), await system.someone('bidder')];
    const email = `${randomUUID()}@example.test`;
    await owner.post('/api/v1/people', { email, name: 'Kim', password: PASSWORD, roles: ['owner'] });

    const taken = await bidder.post('/api/v1/people', { email, name: 'Kim', password: PASSWORD, roles: ['bidder'] });
    expect([taken.status, taken.body.code]).toEqual([409, 'person.email-taken']);
    expect((await bidder.post('/api/v1/people', { email, roles: ['bidder'] })).status).toBe(201);
    const again = await bidder.post('/api/v1/people', { email, roles: ['bidder'] });
    expect([again.status, again.body.code]).toEqual([409, 'person.already-there']);

    const first = await signIn(email);
    expect(first.body.organisation.id).toBe(owner.organisationId);
    expect(first.body.organisations).toMatchObject([{ id: bidder.organisationId, kind: 'provider' }]);
    const second = await signIn(email, bidder.organisationId);
    expect(second.body.roles).toEqual(['bidder']);
  });

  it('are not to be found out by adding one address after the other', async () => {
    const [nosy, email] = [await system.someone('owner'), `${randomUUID()}@example.test`];
    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1) {
      statuses.push((await nosy.post('/api/v1/people', { email, roles: ['owner'] })).status);
    }
    await nosy.post('/api/v1/people', { email, name: 'Kim', password: PASSWORD, roles: ['owner'] });
    for (let n = 0; n < 5; n += 1) {
      const answer = await nosy.post('/api/v1/people', { email, name: 'Kim', password: PASSWORD, roles: ['owner'] });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([422, 422, 422, 422, 422, 422, 409, 409, 409, 409, 429]);
    await system.source.query('delete from sign_in_failure');
  });

  it('without an account need a name and a password', async () => {
    const owner = await system.someone('owner');
    const answer = await owner.post('/api/v1/people', { email: `${randomUUID()}@example.test`, roles: ['owner'] });
    expect(answer.status).toBe(422);
    expect(answer.body.faults.map((fault: { path: string }) => fault.path)).toEqual(['name', 'password']);
  });

  it('are added once, even when the same person is added at the same moment', async () => {
    const [one, two] = [await system.someone('owner'), await system.someone('owner')];
    const email = `${randomUUID()}@example.test`;
    const person = { email, name: 'Kim', password: PASSWORD, roles: ['owner'] };
    const answers = await Promise.all([one.post('/api/v1/people', person), two.post('/api/v1/people', person)]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]));
    const rows: unknown[] = await system.source.query('select 1 from person where email = $1', [email]);
    expect(rows).toHaveLength(1);
  });

  it('see the people of their own organisation only, page by page', async () => {
    const owner = await system.someone('owner');
    const stranger = await system.someone('owner');
    for (const name of ['zz Lee', 'zz An', 'zz Choi']) {
      const email = `${randomUUID()}@example.test`;
      await owner.post('/api/v1/people', { email, name, password: PASSWORD, roles: ['owner'] });
    }
    const first = await owner.get('/api/v1/people?limit=3');
    const rest = await owner.get(`/api/v1/people?limit=3&cursor=${String(first.body.next)}`);
    const names = [...first.body.items, ...rest.body.items].map((item: { name: string }) => item.name);
    expect(names.slice(1)).toEqual(['zz An', 'zz Choi', 'zz Lee']);
    expect(rest.body.next).toBeNull();
    expect(JSON.stringify(first.body)).not.toContain('argon2');

    const foreign = await stranger.get('/api/v1/people');
    expect(foreign.body.items.map((item: { id: string }) => item.id)).toEqual([stranger.personId]);
    const borrowed = await stranger.get(`/api/v1/people?cursor=${String(first.body.next)}`);
    expect(borrowed.body.items).toEqual([]);
  });

  it('leave their mark in the audit chain of the organisation', async () => {
    const admin = await system.someone('admin');
    const added = await Promise.all(
      ['officer', 'approver', 'auditor'].map((role) =>
        admin.post('/api/v1/people', {
          email: `${randomUUID()}@example.test`,
          name: role,
          password: PASSWORD,
          roles: [role],
        }),
      ),
    );
    expect(added.map(({ status }) => status)).toEqual([201, 201, 201]);
    const audit = await admin.get(`/api/v1/audit?subjectType=organisation&subjectId=${admin.organisationId}`);
    expect(audit.body.chain).toEqual({ verified: true, brokenAt: null, entries: 3 });
    expect(audit.body.items.map((item: { facts: { personId: string } }) => item.facts.personId).sort()).toEqual(
      added.map(({ body }) => body.id as string).sort(),
    );
  });
});
