import { type Someone, System } from '../support/system.js';
import { fillCatalogue, linesCsv, memberOf, ok, type OpenedPool, openPool, pledge, row, terms } from './setting.js';

describe('an association taking back what it brought', () => {
  let system: System;
  let officer: Someone;
  let chamber: Someone;
  let pool: OpenedPool;
  let path: string;
  beforeAll(async () => {
    system = await System.start();
    await fillCatalogue(system);
    officer = await system.someone('officer');
  });
  afterAll(() => system.stop());
  beforeEach(async () => {
    chamber = await system.someone('manager');
    pool = await openPool(system, officer);
    path = `/api/v1/pools/${pool.id}/take-back`;
    ok(await chamber.postCsv(`/api/v1/pools/${pool.id}/import`, linesCsv(row('A-1'), row('A-2'), row('A-3'))), 200);
  });

  const references = async (): Promise<string[]> => {
    const { body } = ok(await chamber.get(`/api/v1/pools/${pool.id}/pledges`), 200);
    return (body as { items: { site: { reference: string } }[] }).items.map((item) => item.site.reference);
  };

  it('removes pledges with their lines, once, and may ask again', async () => {
    const body = { references: ['A-3', 'A-1'] };
    expect(ok(await chamber.post(path, body, 'once'), 200).body).toEqual({ takenBack: 2, absent: 0 });
    expect(ok(await chamber.post(path, body, 'once'), 200).body).toEqual({ takenBack: 2, absent: 0 });
    expect(ok(await chamber.post(path, body), 200).body).toEqual({ takenBack: 0, absent: 2 });
    expect(await references()).toEqual(['A-2']);
    const { linesSoFar } = ok(await system.anonymous().get(`/api/v1/pools/${pool.id}`), 200).body as {
      linesSoFar: object;
    };
    expect(linesSoFar).toEqual({ firm: 0, interest: 1, total: 1 });
    const lines: { n: number }[] = await system.source.query(
      `select count(*)::int as n from pledge_line l
       where not exists (select from pledge p where p.id = l.pledge_id)`,
    );
    expect(lines[0]?.n).toBe(0);
  });

  it('is written down with the references, and may be brought again by the next file', async () => {
    ok(await chamber.post(path, { references: ['A-1'] }), 200);
    ok(await chamber.post(path, { references: ['A-1'] }), 200);
    const auditor = await system.someone('auditor');
    const subject = `subjectType=pool-import&subjectId=${pool.id}/${chamber.organisationId}`;
    const audit = ok(await auditor.get(`/api/v1/audit?${subject}`), 200).body as { items: object[] };
    expect(audit.items).toMatchObject([
      { deed: 'pools.import' },
      { deed: 'pools.take-back', personId: chamber.personId, facts: { takenBack: ['A-1'] } },
    ]);
    expect(audit.items).toHaveLength(2);
    const again = await chamber.postCsv(`/api/v1/pools/${pool.id}/import`, linesCsv(row('A-1'), row('A-2')));
    expect(ok(again, 200).body).toMatchObject({ added: 1, same: 1, leftByMember: 0 });
  });

  it("leaves the members' own pledges, and takes nothing back beside them", async () => {
    const owner = await system.someone('owner', await memberOf(system, chamber, 'A-2'));
    const { items } = ok(await owner.get(`/api/v1/pools/${pool.id}/pledges`), 200).body as { items: { id: string }[] };
    ok(await owner.put(`/api/v1/pools/${pool.id}/pledges/${items[0]?.id}`, pledge('A-2'), 1), 200);
    const refused = ok(await chamber.post(path, { references: ['A-1', 'A-2'] }), 422);
    expect(refused.body).toMatchObject({
      code: 'take-back.invalid',
      faults: [{ path: 'references.1', reason: expect.stringContaining('only the member can leave') as string }],
    });
    expect(await references()).toEqual(['A-1', 'A-2', 'A-3']);
  });

  it('waits for a member that is changing its pledge, and leaves it then', async () => {
    const member = await memberOf(system, chamber, 'A-1');
    const holder = system.source.createQueryRunner();
    await holder.startTransaction();
    try {
      await holder.query('update pledge set by_member = true where pool_id = $1 and member_id = $2', [pool.id, member]);
      const asked = (async () => chamber.post(path, { references: ['A-1'] }))();
      await new Promise((resolve) => setTimeout(resolve, 300));
      await holder.commitTransaction();
      ok(await asked, 422);
    } finally {
      await holder.release();
    }
    expect(await references()).toContain('A-1');
  });

  it("does not reach another association's members, nor what is not of its list", async () => {
    const other = await system.someone('manager');
    const refused = ok(await other.post(path, { references: ['A-1'] }), 422);
    expect(refused.body).toMatchObject({ faults: [{ path: 'references.0' }] });
    ok(await other.postCsv(`/api/v1/pools/${pool.id}/import`, linesCsv(row('A-1'))), 200);
    ok(await other.post(path, { references: ['A-1'] }), 200);
    expect(await references()).toEqual(['A-1', 'A-2', 'A-3']);
    for (const role of ['owner', 'bidder', 'officer', 'approver', 'auditor', 'admin'] as const) {
      ok(await (await system.someone(role)).post(path, { references: ['A-1'] }), 403);
    }
  });

  it.each<[string, object]>([
    ['references', {}],
    ['references', { references: [] }],
    ['references', { references: ['A-1', 'A-1'] }],
    ['references', { references: [7] }],
    ['references', { references: ['x'.repeat(61)] }],
    ['references', { references: Array.from({ length: 1_001 }, (_, n) => `A-${n}`) }],
  ])('is told that %p is wrong', async (field, body) => {
    const { faults } = ok(await chamber.post(path, body), 422).body as { faults: { path: string }[] };
    expect(faults.map((fault) => fault.path)).toEqual([field]);
  });

  it('is too late once the pool is locked, and sees no pool that is not opened', async () => {
    const sponsor = await system.someone('manager');
    const draft = ok(await sponsor.post('/api/v1/pools', await terms(system)), 201).body as { id: string };
    ok(await chamber.post(`/api/v1/pools/${draft.id}/take-back`, { references: ['A-1'] }), 404);
    await system.passTo(pool.joiningEndsAt);
    expect(ok(await chamber.post(path, { references: ['A-1'] }), 409).body).toMatchObject({ code: 'pool.not-open' });
    expect(await references()).toHaveLength(3);
  });
});
