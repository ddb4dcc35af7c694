import { randomUUID } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { dayStart, daysLater } from '../../src/kernel/calendar.js';
import { REGION, TIER } from '../support/approved-award.js';
import { type Someone, System } from '../support/system.js';
import { settledAgreement, type SettledAgreement, today } from './settled-agreement.js';

const ADDRESS = '12 Harbour Road, Busan';
const COLUMNS = 'business_ref,business_name,region,service_tier,quantity,up_to';

interface Joined {
  id: string;
  number: string;
  site: string;
  address: string | null;
}

describe('the address of lines that join later', () => {
  let system: System;
  let agreement: SettledAgreement;
  let member: Someone;

  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.stop());
  beforeEach(async () => {
    agreement = await openAgreement();
    member = await system.someone('owner');
  });

  const openAgreement = async (): Promise<SettledAgreement> => {
    const settled = await settledAgreement(system, [{ quantity: 4 }]);
    await settled.officer
      .put(`${settled.path}/late-joining`, { until: daysLater(await today(system), 60) })
      .expect(200);
    return settled;
  };
  const wanted = { site: 'branch', region: REGION, tier: TIER, quantity: 1, upTo: 4_000 };
  const join = (body: object, key?: string, { path } = agreement) =>
    member.post(`${path}/late-joins`, { ...wanted, ...body }, key);
  const joined = async (body: object, of = agreement) => (await join(body, undefined, of).expect(201)).body as Joined;
  const send = (who: Someone, columns: string, ...rows: readonly string[]) =>
    who.postCsv(`${agreement.path}/late-joins/import?consent=stated`, [columns, ...rows, ''].join('\n'));
  const row = (at: number) => `shop-${at},Shop ${at},${REGION},${TIER},1,40.00`;
  const sheetOf = async (who: Someone, of = agreement): Promise<Record<string, string>[]> =>
    parse((await who.get(`${of.path}/lines.csv`).expect(200)).text, { columns: true });
  const linesOf = async (who: Someone): Promise<Joined[]> => {
    const { body } = await who.get(`/api/v1/subscriptions?agreementId=${agreement.agreementId}`).expect(200);
    return (body as { items: Joined[] }).items;
  };
  /** A site of the member as a pledge leaves it. */
  const pledgedSite = (reference: string, address: string | null) =>
    system.source.query(
      `insert into site (id, member_id, reference, name, region_code, address, latitude, longitude)
       values (gen_random_uuid(), $1, $2, 'Pledged shop', $3, $4, 35.1, 129)`,
      [member.organisationId, reference, REGION, address],
    );

  it('is told to the provider in its spreadsheet and list, and to the member', async () => {
    const { id, number, address } = await joined({ address: `=${ADDRESS}` });
    expect(address).toBe(`=${ADDRESS}`);
    const line = (await sheetOf(agreement.provider)).find((each) => each['number'] === number);
    expect(line).toMatchObject({ site: 'branch', address: `'=${ADDRESS}`, site_name: '', latitude: '' });
    for (const who of [agreement.provider, member, agreement.officer]) {
      expect((await linesOf(who)).find((each) => each.id === id)).toMatchObject({ address: `=${ADDRESS}` });
      expect((await who.get(`/api/v1/subscriptions/${id}`)).body).toMatchObject({ address: `=${ADDRESS}` });
    }
    const without = await joined({ site: 'second' });
    expect(without.address).toBeNull();
    expect((await sheetOf(member)).map((each) => each['address'])).toEqual([`'=${ADDRESS}`, '']);
  });

  it('is told to nobody else', async () => {
    const { id } = await joined({ address: ADDRESS });
    const elsewhere = await openAgreement();
    // The same premises under the name that its rival knows: what was told to the one is not told to the other.
    await joined({}, elsewhere);
    const texts: string[] = [];
    const chamber = await system.someone('manager');
    for (const who of [elsewhere.provider, agreement.members[0], elsewhere.members[0], chamber]) {
      if (!who) throw new Error('nobody');
      expect((await who.get(`/api/v1/subscriptions/${id}`)).status).toBe(404);
      for (const { path } of [agreement, elsewhere]) texts.push((await who.get(`${path}/lines.csv`)).text);
      texts.push((await who.get('/api/v1/subscriptions?limit=200')).text);
    }
    expect(texts.join()).toContain('branch');
    expect(texts.join()).not.toContain(ADDRESS);
  });

  it('has the limits of a pledged one, and makes another command of a key', async () => {
    for (const address of ['', ' ', 'x'.repeat(301), 7]) {
      expect((await join({ address })).body.faults).toMatchObject([{ path: 'address' }]);
    }
    const key = randomUUID();
    const first = await join({ address: 'x'.repeat(300) }, key).expect(201);
    expect((await join({ address: 'x'.repeat(300) }, key).expect(201)).body).toEqual(first.body);
    expect((await join({ address: ADDRESS }, key)).body.code).toBe('idempotency.key-reused');
    expect(await linesOf(member)).toHaveLength(1);
  });

  it('is the pledged one where a line has none of its own, and never beside the coordinates of another', async () => {
    await pledgedSite('main', '1 Old Street');
    await pledgedSite('mapped', null);
    const cases: [body: object, told: object][] = [
      [{ site: 'main' }, { address: '1 Old Street', site_name: 'Pledged shop', latitude: '35.1' }],
      [
        { site: 'mapped', address: ADDRESS },
        { address: ADDRESS, site_name: 'Pledged shop', latitude: '35.1' },
      ],
    ];
    for (const [body, told] of cases) {
      const { number } = await joined(body);
      expect((await sheetOf(agreement.provider)).find((each) => each['number'] === number)).toMatchObject(told);
    }
    const elsewhere = await openAgreement();
    const moved = await joined({ site: 'main', address: ADDRESS }, elsewhere);
    expect(moved.address).toBe(ADDRESS);
    const line = (await sheetOf(elsewhere.provider, elsewhere)).find((each) => each['number'] === moved.number);
    expect(line).toMatchObject({ address: ADDRESS, site_name: '', latitude: '', longitude: '' });
  });

  it('of a member that joined by itself is not its association’s to see, to tell or to compare', async () => {
    const chamber = await system.someone('manager');
    await send(chamber, COLUMNS, row(1)).expect(200);
    const [brought] = await linesOf(chamber);
    await agreement.officer.post(`/api/v1/subscriptions/${brought?.id}/cancel`, { why: 'No duct.' }).expect(200);
    const { items } = (await chamber.get('/api/v1/members')).body as { items: { id: string }[] };
    member = await system.someone('owner', items[0]?.id);
    for (const told of [ADDRESS, null]) {
      const { id } = await joined({ site: 'shop-1', address: told });
      const again = await send(chamber, `${COLUMNS},address`, `${row(1)},2 Hill Street`);
      expect(again.body).toMatchObject({ joined: 0, unchanged: 1, addressed: 0 });
      expect((await member.get(`/api/v1/subscriptions/${id}`)).body).toMatchObject({ address: told });
      expect(await linesOf(chamber)).toHaveLength(1);
      expect((await chamber.get(`${agreement.path}/lines.csv`)).text).not.toContain(ADDRESS);
      await agreement.officer.post(`/api/v1/subscriptions/${id}/cancel`, { why: 'No duct.' }).expect(200);
    }
  });

  it('is a column that an association’s spreadsheet may have, also later, but changes nothing that was told', async () => {
    const chamber = await system.someone('manager');
    const rows = [`${row(1)},"${ADDRESS}"`, `${row(2)},`];
    const columns = `${COLUMNS},address`;
    expect((await send(chamber, columns, ...rows)).body).toMatchObject({ joined: 2, addressed: 0 });
    expect((await send(chamber, columns, ...rows)).body).toMatchObject({ joined: 0, unchanged: 2, addressed: 0 });
    expect((await send(chamber, COLUMNS, row(1), row(2))).body).toMatchObject({ unchanged: 2, addressed: 0 });
    expect((await linesOf(agreement.provider)).slice(-2)).toMatchObject([{ address: ADDRESS }, { address: null }]);

    const other = await send(chamber, columns, `${row(1)},2 Hill Street`, `${row(2)},3 Hill Street`);
    expect(other.body).toMatchObject({ joined: 0, unchanged: 2, addressed: 1, keptAddresses: 1 });
    expect((other.body as { kept: object[] }).kept).toEqual([
      {
        line: 2,
        reference: 'shop-1',
        reason: expect.stringMatching(/^The address is not changed: another one was told/),
      },
    ]);
    expect((await send(chamber, columns, `${row(3)},${'x'.repeat(301)}`)).body.faults).toMatchObject([
      { line: 2, path: 'address' },
    ]);
    const added = await send(chamber, columns, `${row(1)},`, `${row(2)},3 Hill Street`, `${row(3)},4 Hill Street`);
    expect(added.body).toMatchObject({ rows: 3, joined: 1, unchanged: 2, addressed: 0, keptAddresses: 0, kept: [] });
    expect((await linesOf(chamber)).map((each) => each.address)).toEqual([ADDRESS, '3 Hill Street', '4 Hill Street']);
    expect((await sheetOf(agreement.provider)).slice(-3).map((each) => each['address'])).toEqual([
      ADDRESS,
      '3 Hill Street',
      '4 Hill Street',
    ]);
  });

  it('that a member told of its site stays that of a line which its association brought', async () => {
    const chamber = await system.someone('manager');
    await send(chamber, COLUMNS, row(1)).expect(200);
    const [{ memberId }] = (await linesOf(chamber)) as [Joined & { memberId: string }];
    await system.source.query('update site set address = $2 where member_id = $1', [memberId, '1 Old Street']);
    const columns = `${COLUMNS},address`;
    const other = await send(chamber, columns, `${row(1)},2 Hill Street`);
    const reason = expect.stringMatching(/^The address is not changed: the member has told another one itself\./);
    expect(other.body).toMatchObject({ unchanged: 1, addressed: 0, kept: [{ line: 2, reference: 'shop-1', reason }] });
    const same = await send(chamber, columns, `${row(1)},1 Old Street`);
    expect(same.body).toMatchObject({ unchanged: 1, addressed: 0 });
    expect((await sheetOf(agreement.provider)).at(-1)).toMatchObject({ site: 'shop-1', address: '1 Old Street' });
  });

  it('is told and corrected until the line is installed, also when nobody can join any more, and the provider hears of it', async () => {
    const chamber = await system.someone('manager');
    await send(chamber, COLUMNS, row(1)).expect(200);
    const own = await joined({ address: '2 Hill Strete' });
    const [brought] = (await linesOf(chamber)) as [Joined & { memberId: string }];
    await agreement.officer.put(`${agreement.path}/late-joining`, { until: await today(system) }).expect(200);
    await system.passTo(dayStart(daysLater(await today(system), 1)));
    expect((await join({ site: 'second' })).body.code).toBe('late-joining.closed');

    const tell = (who: Someone, { id }: Joined, address: string) =>
      who.post(`/api/v1/subscriptions/${id}/address`, { address });
    expect((await tell(member, own, ADDRESS).expect(200)).body).toMatchObject({ address: ADDRESS });
    await tell(member, own, ADDRESS).expect(200);
    await tell(chamber, brought, '3 Hill Strete').expect(200);
    await tell(chamber, brought, '3 Hill Street').expect(200);
    for (const [{ number }, address] of [
      [own, ADDRESS],
      [brought, '3 Hill Street'],
    ] as const) {
      expect((await sheetOf(agreement.provider)).find((each) => each['number'] === number)).toMatchObject({ address });
    }
    const lettersOf = async ({ id }: Joined): Promise<string[]> => {
      const rows: { body: string }[] = await system.source.query(
        `select body from mail_message where about = $1
           and recipient = (select min(email) from organisation_mailbox where organisation_id = $2) order by id`,
        [`subscription ${id}`, agreement.provider.organisationId],
      );
      return rows.map(({ body }) => body);
    };
    expect(await lettersOf(own)).toEqual([
      `The line ${own.number} is to be installed at:\n${ADDRESS}\n\nUntil now it was:\n2 Hill Strete\n`,
    ]);
    expect(await lettersOf(brought)).toEqual([
      expect.not.stringContaining('Until now'),
      expect.stringContaining('Until now it was:\n3 Hill Strete'),
    ]);

    // The file of before takes no correction back.
    await agreement.officer
      .put(`${agreement.path}/late-joining`, { until: daysLater(await today(system), 5) })
      .expect(200);
    const again = await send(chamber, `${COLUMNS},address`, `${row(1)},3 Hill Strete`, `${row(2)},9 Hill Street`);
    expect(again.body).toMatchObject({ joined: 1, unchanged: 1, kept: [{ line: 2, reference: 'shop-1' }] });
    expect((await linesOf(chamber)).map(({ address }) => address)).toEqual(['3 Hill Street', '9 Hill Street']);

    // What the member says itself, its association does not change; and nobody does once the provider has been there.
    const shop = await system.someone('owner', brought.memberId);
    await tell(shop, brought, '3 Hill Street').expect(200);
    expect((await tell(chamber, brought, '5 Hill Street')).body.code).toBe('subscription.address-of-member');
    expect(await lettersOf(brought)).toHaveLength(2);
    await tell(shop, brought, '4 Hill Street').expect(200);
    expect((await tell(chamber, brought, '5 Hill Street')).body.code).toBe('subscription.address-of-member');
    const [pledged] = agreement.subscriptions as [Joined];
    expect((await tell(agreement.members[0] as Someone, pledged, ADDRESS)).body.code).toBe(
      'subscription.address-of-site',
    );
    expect((await tell(member, own, ' ')).body.faults).toMatchObject([{ path: 'address' }]);
    const worksOn = await today(system);
    await agreement.provider.post(`/api/v1/subscriptions/${own.id}/installation`, { worksOn }).expect(200);
    expect((await tell(member, own, '6 Hill Street')).body.code).toBe('subscription.address-used');
    expect((await tell(agreement.members[0] as Someone, own, ADDRESS)).status).toBe(404);
    const entries: { facts: object }[] = await system.source.query(
      `select facts from audit_entry where subject_id = $1 and deed = 'subscriptions.tell-address'`,
      [own.id],
    );
    expect(entries).toHaveLength(1);
    expect(JSON.stringify(entries)).not.toContain('Harbour');
  });
});
