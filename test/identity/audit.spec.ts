import { randomUUID } from 'node:crypto';
import { type Someone, System } from '../support/system.js';

describe('the audit log', () => {
  let system: System;
  let officer: Someone;
  let auditor: Someone;
  beforeAll(async () => {
    system = await System.start();
    officer = await system.someone('officer');
    auditor = await system.someone('auditor');
  });
  afterAll(() => system.stop());

  /** A region changed three times, so that its chain has four entries. */
  async function history(): Promise<string> {
    const code = `R-${randomUUID().slice(0, 8)}`;
    await officer.post('/api/v1/regions', { code, name: 'Name 1' });
    for (const version of [1, 2, 3]) {
      const answer = await officer.patch(`/api/v1/regions/${code}`, { name: `Name ${version + 1}` }, version);
      expect(answer.status).toBe(200);
    }
    return code;
  }

  function path(code: string, more = ''): string {
    return `/api/v1/audit?subjectType=region&subjectId=${code}${more}`;
  }

  /** What only a superuser can do. */
  async function tamper(statement: string, code: string): Promise<void> {
    await system.source.transaction(async (tx) => {
      await tx.query('alter table audit_entry disable trigger all');
      await tx.query(statement, [code]);
      await tx.query('alter table audit_entry enable trigger all');
    });
  }

  it('tells who did what, when, from where, in order, page by page', async () => {
    const code = await history();
    const first = await auditor.get(path(code, '&limit=3'));
    expect(first.body.items).toMatchObject([
      {
        sequence: 1,
        deed: 'catalogue.edit',
        personId: officer.personId,
        organisationId: officer.organisationId,
        address: '127.0.0.1',
        facts: { name: 'Name 1' },
        why: null,
      },
      { sequence: 2, facts: { name: 'Name 2' } },
      { sequence: 3 },
    ]);
    const rest = await auditor.get(path(code, `&limit=3&cursor=${String(first.body.next)}`));
    expect(rest.body.items).toMatchObject([{ sequence: 4, facts: { name: 'Name 4' } }]);
    expect(rest.body).toMatchObject({ next: null, chain: { verified: true, brokenAt: null, entries: 4 } });
    expect(first.body.chain).toEqual(rest.body.chain);
  });

  it('of nothing is empty, and must be asked for a subject', async () => {
    const empty = await auditor.get(path(randomUUID()));
    expect(empty.body).toEqual({ items: [], next: null, chain: { verified: true, brokenAt: null, entries: 0 } });
    const wrong = await auditor.get('/api/v1/audit?cursor=x');
    expect(wrong.body.faults.map((fault: { path: string }) => fault.path)).toEqual(['subjectType', 'subjectId']);
    expect((await auditor.get(path('A', '&cursor=x'))).status).toBe(422);
  });

  it.each([
    ['update', 'update audit_entry set person_name = $1'],
    ['delete', 'delete from audit_entry where subject_id = $1'],
  ])('refuses to %s', async (_what, statement) => {
    const code = await history();
    await expect(system.source.query(statement, [code])).rejects.toThrow('audit_entry is append-only');
    await expect(system.source.query('truncate audit_entry')).rejects.toThrow('audit_entry is append-only');
    expect((await auditor.get(path(code))).body.chain).toEqual({ verified: true, brokenAt: null, entries: 4 });
  });

  it.each<[string, string, number]>([
    ['a changed name', `update audit_entry set person_name = 'x' where subject_id = $1 and sequence = 2`, 2],
    ['a changed instant', `update audit_entry set at = at - interval '1 ms' where subject_id = $1 and sequence = 3`, 3],
    ['changed facts', `update audit_entry set facts = '{"name": "x"}' where subject_id = $1 and sequence = 1`, 1],
    ['a reason put in', `update audit_entry set why = 'because' where subject_id = $1 and sequence = 4`, 4],
    ['an entry taken out', 'delete from audit_entry where subject_id = $1 and sequence = 2', 3],
    ['the first entry taken out', 'delete from audit_entry where subject_id = $1 and sequence = 1', 2],
    [
      'an entry rewritten with a fresh hash',
      `with forged as (
         select e.*, audit_hash(jsonb_populate_record(e, '{"person_name": "x"}')) as fresh
         from audit_entry e where subject_id = $1 and sequence = 2
       )
       update audit_entry a set person_name = 'x', hash = forged.fresh from forged
       where a.subject_id = forged.subject_id and a.sequence = 2`,
      3,
    ],
  ])('shows %s, made past the trigger', async (_what, statement, brokenAt) => {
    const code = await history();
    await tamper(statement, code);
    const answer = await auditor.get(path(code));
    expect(answer.body.chain).toMatchObject({ verified: false, brokenAt });
  });
});
