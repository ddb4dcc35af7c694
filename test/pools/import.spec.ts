import { type Someone, System } from '../support/system.js';
import { fillCatalogue, HEADER, linesCsv, ok, type OpenedPool, openPool, row, terms } from './setting.js';

interface Faulty {
  code: string;
  detail: string;
  faults?: { path: string; reason: string; line?: number }[];
  faultCount?: number;
}

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

  const nothingWritten = async (): Promise<void> => {
    const rows: { n: number }[] = await system.source.query(
      `select (select count(*) from pledge where pool_id = $1)::int
         + (select count(*) from association_member where association_id = $2)::int as n`,
      [pool.id, chamber.organisationId],
    );
    expect(rows[0]?.n).toBe(0);
  };

  it('makes one member, site and pledge per business, of interest unless consent is stated', async () => {
    const file = linesCsv(row('A-1'), row('A-2', { max_monthly: '', quantity: '3', service_tier: 'fibre-500' }));
    const answer = ok(await chamber.postCsv(path, file), 200);
    expect(answer.body).toEqual({
      rows: 2,
      added: 2,
      changed: 0,
      same: 0,
      keptByMember: 0,
      leftByMember: 0,
      firmLines: 0,
      interestLines: 4,
    });
    type List = { items: { site: object; lines: object[]; commitment: string; associationId: string }[] };
    const { items } = ok(await chamber.get(`/api/v1/pools/${pool.id}/pledges`), 200).body as List;
    expect(items[0]).toMatchObject({
      associationId: chamber.organisationId,
      commitment: 'interest',
      consentStated: false,
      site: { reference: 'A-1', name: 'Business A-1', regionCode: 'KR-11', latitude: 37.56, longitude: 126.97 },
      lines: [
        {
          tierCode: 'basic-100',
          quantity: 1,
          ceilingMonthly: 18_000,
          presentProvider: 'KT',
          presentDownMbps: 0.768,
          presentMonthly: 25_000,
          exitFee: null,
        },
      ],
    });
    const members: { name: string; people: number; employees: number; sector: string }[] = await system.source.query(
      `select o.name, (select count(*)::int from membership m where m.organisation_id = o.id) as people, a.employees,
         a.sector
       from association_member a join organisation o on o.id = a.member_id
       where a.association_id = $1 order by a.reference`,
      [chamber.organisationId],
    );
    expect(members[0]).toEqual({ name: 'Business A-1', people: 0, employees: 8, sector: 'H' });
  });

  it('takes rows with a ceiling as firm once the association states that it holds the consent', async () => {
    const file = linesCsv(row('A-1'), row('A-2', { max_monthly: '' }), row('A-3', { quantity: '5' }));
    const answer = ok(await chamber.postCsv(`${path}?consent=stated`, file), 200);
    expect(answer.body).toMatchObject({ firmLines: 6, interestLines: 1 });
    expect(await counted()).toEqual({ firm: 6, interest: 1, total: 7 });
    const entries: { facts: { consentStated: boolean } }[] = await system.source.query(
      `select facts from audit_entry where subject_type = 'pool-import' and subject_id = $1`,
      [`${pool.id}/${chamber.organisationId}`],
    );
    expect(entries[0]?.facts.consentStated).toBe(true);
    ok(await chamber.postCsv(`${path}?consent=perhaps`, file), 422);
  });

  it('adds nothing when the same file comes again, under the same key or another', async () => {
    const file = linesCsv(row('A-1'), row('A-2'));
    const first = ok(await chamber.postCsv(path, file, 'import-once'), 200);
    expect(ok(await chamber.postCsv(path, file, 'import-once'), 200).body).toEqual(first.body);
    const again = ok(await chamber.postCsv(path, file), 200);
    expect(again.body).toMatchObject({ added: 0, changed: 0, same: 2 });
    expect(await counted()).toEqual({ firm: 0, interest: 2, total: 2 });
    expect((await chamber.postCsv(path, linesCsv(row('A-9')), 'import-once')).body).toMatchObject({
      code: 'idempotency.key-reused',
    });
  });

  it('changes what a changed row says, and leaves what is not in the file', async () => {
    ok(await chamber.postCsv(path, linesCsv(row('A-1'), row('A-2'), row('A-3'))), 200);
    type List = { items: { id: string; version: number; site: { reference: string }; lines: { id: string }[] }[] };
    const before = (ok(await chamber.get(`/api/v1/pools/${pool.id}/pledges`), 200).body as List).items;
    const file = linesCsv(
      row('A-1', { quantity: '4' }),
      row('A-2', { service_tier: 'fibre-500', region: 'KR-26', business_name: 'Renamed' }),
      row('A-4'),
    );
    const answer = ok(await chamber.postCsv(`${path}?consent=stated`, file), 200);
    expect(answer.body).toMatchObject({ added: 1, changed: 2, same: 0, firmLines: 6 });
    const after = (ok(await chamber.get(`/api/v1/pools/${pool.id}/pledges`), 200).body as List).items;
    expect(after.map((p) => [p.site.reference, p.version])).toEqual([
      ['A-1', 2],
      ['A-2', 2],
      ['A-3', 1],
      ['A-4', 1],
    ]);
    expect(after[0]).toMatchObject({ commitment: 'firm', lines: [{ id: before[0]?.lines[0]?.id, quantity: 4 }] });
    expect(after[1]).toMatchObject({
      site: { name: 'Renamed', regionCode: 'KR-26' },
      lines: [{ tierCode: 'fibre-500', quantity: 1 }],
    });
    expect(await counted()).toEqual({ firm: 6, interest: 1, total: 7 });
    const members: { n: number }[] = await system.source.query(
      'select count(*)::int as n from association_member where association_id = $1',
      [chamber.organisationId],
    );
    expect(members[0]?.n).toBe(4);
  });

  it('keeps texts as they are written, whatever characters they are made of', async () => {
    const odd = ['{curly}, "quoted"', 'back\\slash', 'NULL', "O'Hara; drop table site", '서울 빵집 🍞', "tab'le $1"];
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    const file = linesCsv(
      ...odd.map((text, i) => row(`A-${i}`, { business_name: quoted(text), current_provider: quoted(text) })),
    );
    ok(await chamber.postCsv(path, file), 200);
    type List = { items: { site: { name: string }; lines: { presentProvider: string }[] }[] };
    const { items } = ok(await chamber.get(`/api/v1/pools/${pool.id}/pledges`), 200).body as List;
    expect(items.map((item) => item.site.name)).toEqual(odd);
    expect(items.map((item) => item.lines[0]?.presentProvider)).toEqual(odd);
  });

  it('writes two files of one association at once as if one after the other', async () => {
    const file = linesCsv(...Array.from({ length: 200 }, (_, i) => row(`P-${i}`)));
    const answers = await Promise.all([chamber.postCsv(path, file), chamber.postCsv(path, file)]);
    const added = answers.map((answer) => (ok(answer, 200).body as { added: number }).added);
    expect(added.toSorted((a, b) => a - b)).toEqual([0, 200]);
    expect(await counted()).toEqual({ firm: 0, interest: 200, total: 200 });
  });

  it('names line, column and reason of every fault, and writes nothing', async () => {
    const wrong: [column: string, changes: Partial<Record<string, string>>][] = [
      ['quantity', { quantity: 'two' }],
      ['quantity', { quantity: '-1' }],
      ['quantity', { quantity: '0' }],
      ['quantity', { quantity: '1001' }],
      ['quantity', { quantity: '1.5' }],
      ['region', { region: 'KR-27' }],
      ['region', { region: '' }],
      ['service_tier', { service_tier: 'fibre-1000' }],
      ['current_monthly', { current_monthly: '250.50' }],
      ['current_monthly', { current_monthly: '25 000' }],
      ['max_monthly', { max_monthly: '-5' }],
      ['max_monthly', { max_monthly: '0' }],
      ['current_down_mbps', { current_down_mbps: 'fast' }],
      ['latitude', { latitude: '91' }],
      ['longitude', { longitude: '-180.5' }],
      ['longitude', { longitude: '' }],
      ['employees', { employees: '-3' }],
      ['sector', { sector: 'Bakery' }],
      ['business_name', { business_name: 'x'.repeat(201) }],
      ['business_ref', { business_ref: '' }],
      ['business_ref', { business_ref: 'x'.repeat(61) }],
      ['current_provider', { current_provider: 'x'.repeat(101) }],
    ];
    const file = linesCsv(row('GOOD'), ...wrong.map(([, changes], i) => row(`B-${i}`, changes)), row('GOOD'));
    const answer = await chamber.postCsv(path, file);
    expect(answer.status).toBe(422);
    const problem = answer.body as Faulty;
    expect(problem.code).toBe('csv.rows');
    expect(problem.faults?.map((fault) => [fault.line, fault.path])).toEqual([
      ...wrong.map(([column], i) => [i + 3, column]),
      [wrong.length + 3, 'business_ref'],
    ]);
    expect(problem.faults?.find((fault) => fault.path === 'region')?.reason).toContain('not a region of this pool');
    expect(problem.faults?.at(-1)?.reason).toContain('line 2');
    await nothingWritten();
  });

  it('lists a hundred faults and counts the others', async () => {
    const rows = Array.from({ length: 150 }, (_, i) => row(`B-${i}`, { quantity: '-1' }));
    const problem = (await chamber.postCsv(path, linesCsv(...rows))).body as Faulty;
    expect(problem.faults).toHaveLength(100);
    expect(problem.faultCount).toBe(150);
    await nothingWritten();
  });

  it.each<[what: string, file: () => string | Buffer, code: string]>([
    ['a wrong header', () => linesCsv(row('A-1')).replace('service_tier', 'tier'), 'csv.header'],
    ['a missing column', () => 'business_ref,region\nA-1,KR-11\n', 'csv.header'],
    ['no rows', () => `${HEADER}\n`, 'csv.empty'],
    ['an empty file', () => '', 'csv.empty'],
    ['an endless line', () => `${HEADER}\n${'x'.repeat(5_000_000)}`, 'csv.line-too-long'],
    ['a binary file', () => Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0, 8, 0, 255]), 'csv.binary'],
    ['an unclosed quote', () => `${linesCsv(row('A-1'))}A-2,"Business\n`, 'csv.quote'],
    ['a file cut off within a row', () => linesCsv(row('A-1'), row('A-2')).slice(0, -40), 'csv.last-line'],
    ['a row with too few values', () => `${linesCsv(row('A-1'), row('A-2')).slice(0, -40)}\n`, 'csv.rows'],
    ['a file cut off within its last value', () => linesCsv(row('A-1'), row('A-2')).slice(0, -3), 'csv.last-line'],
    [
      'a wrong encoding',
      () => Buffer.concat([Buffer.from(`${HEADER}\nA-1,Caf`), Buffer.from([0xe9, 0x2c]), Buffer.from(row('x'))]),
      'csv.encoding',
    ],
    ['UTF-16', () => Buffer.from(`\ufeff${linesCsv(row('A-1'))}`, 'utf16le'), 'csv.encoding'],
  ])('refuses %s and writes nothing', async (_what, file, code) => {
    const answer = await chamber.postCsv(path, file());
    expect(answer.body).toMatchObject({ code });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    await nothingWritten();
  });

  it('takes only spreadsheets, from associations, into pools they may bring members to', async () => {
    const file = linesCsv(row('A-1'));
    ok(await chamber.post(path, { file }), 415);
    for (const role of ['owner', 'bidder', 'officer', 'approver', 'auditor', 'admin'] as const) {
      ok(await (await system.someone(role)).postCsv(path, file), 403);
    }
    const other = await system.someone('manager');
    const theirs = await openPool(system, other);
    const refused = await chamber.postCsv(`/api/v1/pools/${theirs.id}/import`, file);
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ code: 'pool.not-yours' });
    ok(await other.postCsv(`/api/v1/pools/${theirs.id}/import`, file), 200);
    const draft = ok(await other.post('/api/v1/pools', await terms(system)), 201).body as { id: string };
    ok(await chamber.postCsv(`/api/v1/pools/${draft.id}/import`, file), 404);
    ok(await other.postCsv(`/api/v1/pools/${draft.id}/import`, file), 409);
    ok(await officer.post(`/api/v1/pools/${pool.id}/cancel`, { why: 'Rain' }), 200);
    expect((await chamber.postCsv(path, file)).body).toMatchObject({ code: 'pool.not-open' });
    await nothingWritten();
  });

  it('shows an association only the pledges of its own members', async () => {
    ok(await chamber.postCsv(path, linesCsv(row('A-1'))), 200);
    const other = await system.someone('manager');
    ok(await other.postCsv(path, linesCsv(row('A-1'), row('B-1'))), 200);
    type List = { items: { site: { reference: string }; associationId: string }[] };
    const mine = (ok(await chamber.get(`/api/v1/pools/${pool.id}/pledges`), 200).body as List).items;
    expect(mine.map((p) => p.associationId)).toEqual([chamber.organisationId]);
    const all = (ok(await officer.get(`/api/v1/pools/${pool.id}/pledges`), 200).body as List).items;
    expect(all).toHaveLength(3);
  });
});
