import { randomUUID } from 'node:crypto';
import type { Response } from 'supertest';
import type { Role } from '../../src/kernel/actor.js';
import { type Someone, System } from '../support/system.js';

describe('people', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.stop());

  async function withdraw(by: Someone, personId: string, role: string): Promise<Response> {
    return by.delete(`/api/v1/people/${personId}/roles/${role}`);
  }

  async function rolesOf(one: Someone): Promise<string[]> {
    const rows: { role: string }[] = await system.source.query(
      'select role from membership where person_id = $1 and organisation_id = $2 order by role',
      [one.personId, one.organisationId],
    );
    return rows.map(({ role }) => role);
  }

  it('see the people of their own organisation only, page by page', async () => {
    const owner = await system.someone('owner');
    const stranger = await system.someone('owner');
    for (const name of ['zz Lee', 'zz An', 'zz Choi']) {
      const one = await system.someone('owner', owner.organisationId);
      await system.source.query('update person set name = $2 where id = $1', [one.personId, name]);
    }
    const first = await owner.get('/api/v1/people?limit=3');
    const rest = await owner.get(`/api/v1/people?limit=3&cursor=${String(first.body.next)}`);
    const names = [...first.body.items, ...rest.body.items].map((item: { name: string }) => item.name);
    expect(names.slice(1)).toEqual(['zz An', 'zz Choi', 'zz Lee']);
    expect(rest.body.next).toBeNull();
    expect(JSON.stringify(first.body)).not.toContain('password');

    const foreign = await stranger.get('/api/v1/people');
    expect(foreign.body.items.map((item: { id: string }) => item.id)).toEqual([stranger.personId]);
    const none = await owner.get('/api/v1/people?cursor=here').expect(422);
    expect(none.body).toMatchObject({ code: 'page.cursor', faults: [{ path: 'cursor' }] });
    const borrowed = await stranger.get(`/api/v1/people?cursor=${String(first.body.next)}`).expect(422);
    expect(borrowed.body).toMatchObject({ code: 'page.cursor' });
  });

  it('lose a role, and with it their sessions in the organisation, and only there', async () => {
    const admin = await system.someone('admin');
    const officer = await system.someone(['officer', 'auditor'], admin.organisationId);
    const elsewhere = await system.someone('owner');
    await system.source.query('update session set person_id = $2 where person_id = $1', [
      elsewhere.personId,
      officer.personId,
    ]);
    await system.source.query('update membership set person_id = $2 where person_id = $1', [
      elsewhere.personId,
      officer.personId,
    ]);

    expect((await withdraw(admin, officer.personId, 'officer')).status).toBe(204);
    expect(await rolesOf(officer)).toEqual(['auditor']);
    expect((await officer.get('/api/v1/me')).status).toBe(401);
    expect((await elsewhere.get('/api/v1/me')).status).toBe(200);
    const again = await withdraw(admin, officer.personId, 'officer');
    expect([again.status, again.body.code]).toEqual([404, 'person.not-found']);
    const audit = await admin.get(`/api/v1/audit?subjectType=organisation&subjectId=${admin.organisationId}`);
    expect(audit.body).toMatchObject({
      chain: { verified: true, entries: 1 },
      items: [
        {
          deed: 'people.withdraw-role',
          personId: admin.personId,
          facts: { personId: officer.personId, role: 'officer' },
        },
      ],
    });
  });

  it.each<Role>(['owner', 'manager', 'bidder', 'admin'])(
    'who are the last %s of their organisation stay, until there is another',
    async (role) => {
      const last = await system.someone(role);
      const refused = await withdraw(last, last.personId, role);
      expect([refused.status, refused.body.code]).toEqual([409, 'people.last']);
      expect(refused.body.detail).toContain(`Invite another ${role} first`);
      expect((await last.get('/api/v1/me')).status).toBe(200);
      await system.someone(role, last.organisationId);
      expect((await withdraw(last, last.personId, role)).status).toBe(204);
      expect((await last.get('/api/v1/me')).status).toBe(401);
    },
  );

  it('who take the role from each other at the same moment leave one', async () => {
    const one = await system.someone('admin');
    const other = await system.someone('admin', one.organisationId);
    const answers = await Promise.all([withdraw(one, other.personId, 'admin'), withdraw(other, one.personId, 'admin')]);
    // The second finds itself signed out, or to be the last.
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect([
      [204, 401],
      [204, 409],
    ]).toContainEqual(statuses);
    expect([...(await rolesOf(one)), ...(await rolesOf(other))]).toEqual(['admin']);
  });

  it('are taken out by their own organisation only', async () => {
    const [admin, stranger] = [await system.someone('admin'), await system.someone('admin')];
    const officer = await system.someone('officer', admin.organisationId);
    for (const [id, role] of [
      [officer.personId, 'officer'],
      [admin.personId, 'admin'],
      [randomUUID(), 'officer'],
      [stranger.personId, 'officer'],
      [stranger.personId, 'king'],
      ['x', 'officer'],
    ] as const) {
      const answer = await withdraw(stranger, id, role);
      expect([answer.status, answer.body.code]).toEqual([404, 'person.not-found']);
    }
    expect((await withdraw(officer, officer.personId, 'officer')).body.code).toBe('deed.forbidden');
    expect(await rolesOf(officer)).toEqual(['officer']);
    expect((await officer.get('/api/v1/me')).status).toBe(200);
  });
});
