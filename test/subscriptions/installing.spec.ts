import { randomUUID } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { daysLater, monthsLater } from '../../src/kernel/calendar.js';
import { TERM_MONTHS } from '../support/approved-award.js';
import { type Someone, System } from '../support/system.js';
import { creditsOf, daysPass, periodsOf, settledAgreement, type SettledAgreement, today } from './settled-agreement.js';

describe('an installation', () => {
  let system: System;
  let agreement: SettledAgreement;
  let provider: Someone;

  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.stop());
  beforeEach(async () => {
    agreement = await settledAgreement(
      system,
      Array.from({ length: 4 }, () => ({})),
    );
    ({ provider } = agreement);
  });

  const idOf = (at: number): string => agreement.subscriptions[at]?.id ?? '';
  const numberOf = (at: number): string => agreement.subscriptions[at]?.number ?? '';
  const install = (id: string, worksOn: string, who = provider) =>
    who.post(`/api/v1/subscriptions/${id}/installation`, { worksOn });
  const send = (rows: readonly string[], who = provider, key = randomUUID()) =>
    who.postCsv(`${agreement.path}/installations`, ['number,works_on', ...rows].join('\n'), key);
  const activeNow = async (): Promise<number> => {
    const { body } = await provider.get(`/api/v1/subscriptions?agreementId=${agreement.agreementId}&state=active`);
    return (body as { items: object[] }).items.length;
  };

  it('begins the term on the day from which the line works', async () => {
    const calledOff = await today(system);
    await daysPass(system, 12);
    const worksOn = daysLater(calledOff, 10);
    const answer = await install(idOf(0), worksOn);
    const endsOn = monthsLater(worksOn, TERM_MONTHS);
    expect(answer.body).toMatchObject({ state: 'active', worksOn, endsOn, endedOn: null });
    expect(await periodsOf(system, idOf(0))).toEqual([{ from: worksOn, until: null }]);
    expect(await creditsOf(system, idOf(0))).toEqual([]);
    expect((await agreement.members[0]?.get(`/api/v1/subscriptions/${idOf(0)}`))?.body).toMatchObject({ worksOn });

    expect((await install(idOf(0), worksOn)).status).toBe(200);
    const other = await install(idOf(0), daysLater(worksOn, 1));
    expect([other.status, other.body.code]).toEqual([422, 'installation.invalid']);
    expect(other.body.detail).toContain(`works since ${worksOn}`);
    expect(await periodsOf(system, idOf(0))).toHaveLength(1);
  });

  it('is of a day from the call-off to today', async () => {
    const calledOff = await today(system);
    const refused = async (worksOn: string) => (await install(idOf(0), worksOn)).body as { faults: object[] };
    expect(JSON.stringify(await refused(daysLater(calledOff, -1)))).toContain('the day of the call-off, or later');
    expect(JSON.stringify(await refused(daysLater(calledOff, 1)))).toContain('or earlier: report a line when it works');
    expect(JSON.stringify(await refused('2030-02-30'))).toContain('must be a day that exists');
    expect(await activeNow()).toBe(0);
  });

  it('is credited by itself when it is late, by at most thirty days', async () => {
    const calledOff = await today(system);
    await daysPass(system, 100);
    for (const [at, after] of [30, 31, 90].entries()) {
      expect((await install(idOf(at), daysLater(calledOff, after))).status).toBe(200);
    }
    expect(await creditsOf(system, idOf(0))).toEqual([]);
    expect(await creditsOf(system, idOf(1))).toEqual([{ kind: 'installation', days: 1, on: daysLater(calledOff, 31) }]);
    expect(await creditsOf(system, idOf(2))).toMatchObject([{ kind: 'installation', days: 30 }]);
  });

  it('of many lines is reported by a spreadsheet, and again without effect', async () => {
    const calledOff = await today(system);
    await daysPass(system, 40);
    const late = daysLater(calledOff, 35);
    const rows = [`${numberOf(0)},${calledOff}`, `${numberOf(1)},${late}`, `${numberOf(2)},${late}`];
    expect((await send(rows)).body).toEqual({ rows: 3, installed: 3, unchanged: 0, late: 2 });
    expect(await creditsOf(system, idOf(1))).toEqual([{ kind: 'installation', days: 5, on: late }]);
    expect((await send([...rows, `${numberOf(3)},${late}`])).body).toEqual({
      rows: 4,
      installed: 1,
      unchanged: 3,
      late: 1,
    });
    expect(await creditsOf(system, idOf(1))).toHaveLength(1);
    expect(await activeNow()).toBe(4);
  });

  it('of a spreadsheet is all or nothing, with line, column and reason', async () => {
    const day = await today(system);
    const answer = await send([
      `${numberOf(0)},${day}`,
      `CO-nothing-000001,${day}`,
      `${numberOf(1)},${daysLater(day, 3)}`,
    ]);
    expect([answer.status, answer.body.code]).toEqual([422, 'csv.rows']);
    expect(answer.body.faults).toMatchObject([
      { line: 3, path: 'number', reason: 'is not the number of a line under this agreement' },
      { line: 4, path: 'works_on' },
    ]);
    const twice = await send([`${numberOf(0)},${day}`, `${numberOf(0)},${day}`, `${numberOf(1)},soon`]);
    expect(twice.body.faults).toMatchObject([
      { line: 3, path: 'number' },
      { line: 4, path: 'works_on' },
    ]);
    expect(await activeNow()).toBe(0);
  });

  it('can be prepared from the spreadsheet of the agreement’s lines', async () => {
    const day = await today(system);
    await install(idOf(1), day).expect(200);
    const rows: Record<string, string>[] = parse((await provider.get(`${agreement.path}/lines.csv`)).text, {
      columns: true,
    });
    expect(rows.map((row) => [row['number'], row['state'], row['works_on'], row['called_off_on']])).toEqual(
      [0, 1, 2, 3].map((at) => [numberOf(at), at === 1 ? 'active' : 'called-off', at === 1 ? day : '', day]),
    );
    const own = await agreement.members[2]?.get(`${agreement.path}/lines.csv`);
    expect(own?.text.trim().split('\n')).toHaveLength(2);
    const waiting = rows.filter((row) => row['state'] === 'called-off');
    expect((await send(waiting.map((row) => `${row['number']},${day}`))).body).toMatchObject({ installed: 3 });
  });

  it('finds its way: the spreadsheet tells the provider where each site is', async () => {
    const memberId = agreement.members[2]?.organisationId;
    const place = ['=Main Street 1', -33.5, 151.25];
    await system.source.query(
      `insert into site (id, member_id, reference, name, region_code, address, latitude, longitude)
       select gen_random_uuid(), member_id, site_reference, 'Shop', region_code, $2, $3, $4
       from subscription where member_id = $1
       on conflict (member_id, reference) do update set name = excluded.name, address = excluded.address,
         latitude = excluded.latitude, longitude = excluded.longitude`,
      [memberId, ...place],
    );
    const { text } = await provider.get(`${agreement.path}/lines.csv`);
    const rows: Record<string, string>[] = parse(text, { columns: true });
    const { site_name, address, latitude, longitude } = rows[2] ?? {};
    expect({ site_name, address, latitude, longitude }).toEqual({
      site_name: 'Shop',
      address: "'=Main Street 1",
      latitude: '-33.5',
      longitude: '151.25',
    });
    expect((await agreement.members[0]?.get(`${agreement.path}/lines.csv`))?.text).not.toContain('Main Street');
  });

  it('is reported by its provider alone', async () => {
    const day = await today(system);
    const rival = await system.someone('bidder');
    expect((await install(idOf(0), day, rival)).status).toBe(404);
    expect((await send([`${numberOf(0)},${day}`], rival)).body.code).toBe('round.not-found');
    for (const who of [agreement.members[0], agreement.officer]) {
      expect((await who?.post(`/api/v1/subscriptions/${idOf(0)}/installation`, { worksOn: day }))?.status).toBe(403);
    }
    const other = await settledAgreement(system, [{}, {}, {}]);
    const theirs = await send([`${other.subscriptions[0]?.number},${day}`]);
    expect(theirs.body.faults).toMatchObject([{ line: 2, path: 'number' }]);
  });
});
