import { readFileSync } from 'node:fs';
import { request as rawRequest } from 'node:http';
import { join } from 'node:path';
import { projectRoot } from '../../src/platform/config/project.js';
import { type Someone, System } from '../support/system.js';

const REGIONS = '/api/v1/regions/import';
const TIERS = '/api/v1/tiers/import';
const TIER_HEADER = 'code,name,down_mbps,up_mbps,repair_hours';

describe('importing the catalogue', () => {
  let system: System;
  let officer: Someone;
  beforeAll(async () => {
    system = await System.start({ PUMASI_WORKERS: false });
  });
  afterAll(() => system.stop());
  beforeEach(async () => {
    await system.source.query('delete from region');
    await system.source.query('delete from service_tier');
    officer = await system.someone('officer');
  });

  async function regions(): Promise<[string, string | null, string, number][]> {
    const rows: { code: string; parent_code: string | null; name: string; version: number }[] =
      await system.source.query('select code, parent_code, name, version from region order by code');
    return rows.map((row) => [row.code, row.parent_code, row.name, row.version]);
  }

  it('takes the files of the demonstration, and the same files again add nothing', async () => {
    const folder = join(projectRoot, 'demo', 'data');
    for (const [path, file] of [
      [REGIONS, 'regions.csv'],
      [TIERS, 'tiers.csv'],
    ] as const) {
      const csv = readFileSync(join(folder, file));
      const first = await officer.postCsv(path, csv);
      expect(first.status).toBe(201);
      expect(first.body).toMatchObject({ added: first.body.rows as number, changed: 0, same: 0 });
      const again = await officer.postCsv(path, csv);
      expect(again.body).toEqual({
        rows: first.body.rows as number,
        added: 0,
        changed: 0,
        same: first.body.rows as number,
      });
    }
    expect((await regions()).length).toBeGreaterThan(16);
  });

  it('takes children before their parents, and changes only what differs', async () => {
    const first = await officer.postCsv(REGIONS, 'code,parent,name\nC,B,"City, the"\nB,A,District\nA,,Province\n');
    expect(first.body).toEqual({ rows: 3, added: 3, changed: 0, same: 0 });
    const second = await officer.postCsv(REGIONS, 'name,parent,code\r\n"City, the",A,C\r\nDistrict,A,B\r\nNew,C,D');
    expect(second.body).toEqual({ rows: 3, added: 1, changed: 1, same: 1 });
    expect(await regions()).toEqual([
      ['A', null, 'Province', 1],
      ['B', 'A', 'District', 1],
      ['C', 'A', 'City, the', 2],
      ['D', 'C', 'New', 1],
    ]);
  });

  it('is recorded, and under one key done once', async () => {
    const key = 'regions-of-spring';
    const file = 'code,parent,name\nA,,Province\n';
    const first = await officer.postCsv(REGIONS, file, key);
    const again = await officer.postCsv(REGIONS, file, key);
    expect([again.status, again.body]).toEqual([201, first.body]);
    const other = await officer.postCsv(REGIONS, `${file}B,A,District\n`, key);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency.key-reused']);
    const admin = await system.someone('admin');
    const audit = await admin.get('/api/v1/audit?subjectType=catalogue&subjectId=regions');
    const own = audit.body.items.filter((item: { personId: string }) => item.personId === officer.personId);
    expect(own).toMatchObject([{ deed: 'catalogue.import', facts: { rows: 1, added: 1, changed: 0 } }]);
  });

  it('names every faulty row, and imports nothing of the file', async () => {
    const answer = await officer.postCsv(
      REGIONS,
      'code,parent,name\nA,,Province\nno code,A,City\nB,A,\nC,A\nA,,Again\nD,A,Good\n',
    );
    expect([answer.status, answer.body.code]).toEqual([422, 'csv.rows']);
    expect(answer.body.faults).toMatchObject([
      { line: 3, path: 'code', reason: 'must be 1 to 40 letters, digits, dots, dashes or underscores' },
      { line: 4, path: 'name', reason: 'must have 1 to 200 characters' },
      { line: 5, path: 'name' },
      { line: 6, path: 'code', reason: 'stands on line 2 already' },
    ]);
    expect(answer.body.faultCount).toBe(4);
    expect(await regions()).toEqual([]);
  });

  it('refuses parents that are nowhere and circles, also together with what is there', async () => {
    await officer.postCsv(REGIONS, 'code,parent,name\nA,,Province\nB,A,District\n');
    const before = await regions();
    const answer = await officer.postCsv(
      REGIONS,
      'code,parent,name\nA,B,Province\nX,nowhere,X\nY,Z,Y\nZ,Y,Z\nS,S,Self\nunder,Y,Under a circle\n',
    );
    expect(answer.body.faults).toEqual([
      { line: 2, path: 'parent', reason: 'is below the region itself' },
      { line: 3, path: 'parent', reason: 'is neither in the file nor a region already' },
      { line: 4, path: 'parent', reason: 'is below the region itself' },
      { line: 5, path: 'parent', reason: 'is below the region itself' },
      { line: 6, path: 'parent', reason: 'is below the region itself' },
    ]);
    expect(await regions()).toEqual(before);
  });

  it('reads tiers with or without static addresses', async () => {
    const without = await officer.postCsv(TIERS, `${TIER_HEADER}\nfibre,Fibre,1000,500,8\n`);
    expect(without.body).toEqual({ rows: 1, added: 1, changed: 0, same: 0 });
    const with5 = await officer.postCsv(TIERS, `${TIER_HEADER},static_addresses\nfibre,Fibre,1000,500,8,5\n`);
    expect(with5.body).toEqual({ rows: 1, added: 0, changed: 1, same: 0 });
    const read = await system.anonymous().get('/api/v1/tiers/fibre');
    expect(read.body).toMatchObject({ downMbps: 1000, upMbps: 500, repairHours: 8, staticAddresses: 5, version: 2 });
    const wrong = await officer.postCsv(TIERS, `${TIER_HEADER}\na,A,fast,-1,0\n`);
    expect(wrong.body.faults.map((fault: { path: string }) => fault.path)).toEqual([
      'down_mbps',
      'up_mbps',
      'repair_hours',
    ]);
  });

  it.each<[string, string | Buffer, number, string]>([
    ['with a wrong header', 'code;parent;name\nA;;B\n', 422, 'csv.header'],
    ['of the other import', `${TIER_HEADER}\nfibre,Fibre,1000,500,8\n`, 422, 'csv.header'],
    ['that is empty', '', 422, 'csv.empty'],
    ['cut within quotes', 'code,parent,name\nA,,"Prov', 422, 'csv.quote'],
    ['in Latin-1', Buffer.from('code,parent,name\nA,,Zürich\n', 'latin1'), 422, 'csv.encoding'],
    ['that is a program', readFileSync(process.execPath).subarray(0, 300_000), 415, 'csv.binary'],
    // No longer than what is still read after a refusal: whoever sends more is hung up on.
    ['with an endless line', `code,parent,name\nA,,${'x'.repeat(15_000_000)}`, 422, 'csv.line-too-long'],
    ['with too many rows', `code,parent,name\n${'A,,B\n'.repeat(50_001)}`, 413, 'csv.too-many-rows'],
    ['that is too large', `code,parent,name\n${`A,,${'x'.repeat(60_000)}\n`.repeat(400)}`, 413, 'csv.too-large'],
  ])('refuses a file %s, and answers in words', async (_what, file, status, problem) => {
    const answer = await officer.postCsv(REGIONS, file);
    expect([answer.status, answer.body.code]).toEqual([status, problem]);
    expect(await regions()).toEqual([]);
    expect((await officer.get('/api/v1/me')).status).toBe(200);
  });

  it('refuses what is not sent as CSV', async () => {
    const answer = await officer.post(REGIONS, { file: 'code,parent,name' });
    expect([answer.status, answer.body.code]).toEqual([415, 'csv.content-type']);
  });

  it('imports nothing of a file whose sender breaks off', async () => {
    await new Promise<void>((resolve) => {
      const url = new URL(REGIONS, system.url);
      const headers = {
        cookie: `__Host-pumasi=${officer.token}`,
        'idempotency-key': 'broken-off',
        'content-type': 'text/csv',
        'content-length': '1000',
      };
      const sending = rawRequest(url, { method: 'POST', headers });
      sending.once('error', () => resolve());
      sending.write('code,parent,name\nA,,Province\n', () => setTimeout(() => sending.destroy(new Error('gone')), 100));
    });
    expect(await regions()).toEqual([]);
    const whole = await officer.postCsv(REGIONS, 'code,parent,name\nA,,Province\n', 'broken-off');
    expect(whole.body).toMatchObject({ added: 1 });
  });
});
