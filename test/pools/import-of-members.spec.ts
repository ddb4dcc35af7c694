/** What a member has decided itself stands, whatever its association's list says. */
import { type Someone, System } from '../support/system.js';
import { fillCatalogue, linesCsv, memberOf, ok, type OpenedPool, openPool, pledge, row } from './setting.js';

describe("importing an association's list", () => {
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
    path = `/api/v1/pools/${pool.id}/import`;
  });

  const counted = async (): Promise<unknown> =>
    (ok(await system.anonymous().get(`/api/v1/pools/${pool.id}`), 200).body as { linesSoFar: unknown }).linesSoFar;

  it('leaves a pledge that the member itself has changed', async () => {
    ok(await chamber.postCsv(path, linesCsv(row('A-1'), row('A-2'))), 200);
    const owner = await system.someone('owner', await memberOf(system, chamber, 'A-1'));
    const { items } = ok(await owner.get(`/api/v1/pools/${pool.id}/pledges`), 200).body as { items: { id: string }[] };
    const own = `/api/v1/pools/${pool.id}/pledges/${items[0]?.id}`;
    const body = pledge('A-1', { lines: [{ tierCode: 'fibre-500', quantity: 2, ceilingMonthly: 30_000 }] });
    ok(await owner.put(own, body, 1), 200);
    const answer = ok(await chamber.postCsv(`${path}?consent=stated`, linesCsv(row('A-1'), row('A-2'))), 200);
    expect(answer.body).toMatchObject({ added: 0, changed: 1, same: 0, keptByMember: 1, firmLines: 1 });
    expect(await counted()).toEqual({ firm: 3, interest: 0, total: 3 });
  });

  it('leaves the site of a pledge that the member itself has changed, also when it comes into another pool', async () => {
    ok(await chamber.postCsv(path, linesCsv(row('A-1'), row('A-2'))), 200);
    const owner = await system.someone('owner', await memberOf(system, chamber, 'A-1'));
    type List = { items: { id: string; site: object }[] };
    const sites = async (reader: Someone): Promise<object[]> =>
      (ok(await reader.get(`/api/v1/pools/${pool.id}/pledges`), 200).body as List).items.map((item) => item.site);
    const { items } = ok(await owner.get(`/api/v1/pools/${pool.id}/pledges`), 200).body as List;
    const site = { reference: 'A-1', name: 'Bakery at the port', regionCode: 'KR-26', latitude: 35.1, longitude: 129 };
    ok(await owner.put(`/api/v1/pools/${pool.id}/pledges/${items[0]?.id}`, pledge('A-1', { site }), 1), 200);

    const elsewhere = await openPool(system, officer);
    const file = linesCsv(row('A-1', { region: 'KR-26' }), row('A-2', { business_name: 'Renamed' }));
    const answer = ok(await chamber.postCsv(`/api/v1/pools/${elsewhere.id}/import`, file), 200);
    expect(answer.body).toMatchObject({ added: 2, changed: 0, keptByMember: 0 });
    expect(await sites(owner)).toMatchObject([site]);
    expect((await sites(chamber))[1]).toMatchObject({ name: 'Renamed' });
    const again = ok(await chamber.postCsv(`/api/v1/pools/${elsewhere.id}/import`, file, 'again'), 200);
    expect(again.body).toMatchObject({ added: 0, changed: 0, same: 2 });
  });

  it('does not bring back what the member itself has left, and says how many rows it left out', async () => {
    ok(await chamber.postCsv(`${path}?consent=stated`, linesCsv(row('A-1'), row('A-2', { quantity: '2' }))), 200);
    const owner = await system.someone('owner', await memberOf(system, chamber, 'A-1'));
    const { items } = ok(await owner.get(`/api/v1/pools/${pool.id}/pledges`), 200).body as { items: { id: string }[] };
    ok(await owner.delete(`/api/v1/pools/${pool.id}/pledges/${items[0]?.id}`, 1), 204);
    const file = linesCsv(row('A-1', { business_name: 'Renamed' }), row('A-2', { quantity: '2' }), row('A-3'));
    const answer = ok(await chamber.postCsv(`${path}?consent=stated`, file), 200);
    expect(answer.body).toEqual({
      rows: 3,
      added: 1,
      changed: 0,
      same: 1,
      keptByMember: 0,
      leftByMember: 1,
      firmLines: 3,
      interestLines: 0,
    });
    expect(await counted()).toEqual({ firm: 3, interest: 0, total: 3 });

    ok(await owner.post(`/api/v1/pools/${pool.id}/pledges`, pledge('A-1')), 201);
    const back = ok(await chamber.postCsv(`${path}?consent=stated`, file), 200);
    expect(back.body).toMatchObject({ added: 0, same: 2, keptByMember: 1, leftByMember: 0 });
    const elsewhere = await openPool(system, officer);
    const other = ok(await chamber.postCsv(`/api/v1/pools/${elsewhere.id}/import`, file), 200);
    expect(other.body).toMatchObject({ added: 3, leftByMember: 0 });
  });
});
