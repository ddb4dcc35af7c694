import { createHash, randomUUID } from 'node:crypto';
import { daysLater, monthsLater } from '../../src/kernel/calendar.js';
import { REGION, TERM_MONTHS, TIER } from '../support/approved-award.js';
import { type Someone, System } from '../support/system.js';
import { daysPass, settledAgreement, type SettledAgreement, today } from './settled-agreement.js';
import { TARIFF } from './signed-agreement.js';

interface Joined {
  id: string;
  number: string;
  monthly: number;
  agreedMonthly: number;
  quantity: number;
  contentHash: string;
  state: string;
  offerId: string | null;
}

const LINE = { region: REGION, tier: TIER };

describe('late joining', () => {
  let system: System;
  let agreement: SettledAgreement;
  let member: Someone;
  let until: string;

  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.stop());
  /** Eight lines at 40.00, two below the next band. */
  beforeEach(async () => {
    agreement = await settledAgreement(system, [{ quantity: 4 }, { quantity: 4 }]);
    member = await system.someone('owner');
    until = daysLater(await today(system), 60);
    await open(until).expect(200);
  });

  const open = (day: string, who = agreement.officer) => who.put(`${agreement.path}/late-joining`, { until: day });
  const join = (body: object, who = member) =>
    who.post(`${agreement.path}/late-joins`, { site: 'branch', ...LINE, quantity: 1, upTo: 4_000, ...body });
  const preview = (quantity: number) => member.get(`${agreement.path}/late-joins/preview`).query({ quantity });
  const classes = (quantity: number, query: object = LINE) =>
    member.get(`${agreement.path}/late-joins/classes`).query({ ...query, quantity });
  const send = (rows: readonly string[], who: Someone, key = randomUUID()) =>
    who.postCsv(
      `${agreement.path}/late-joins/import?consent=stated`,
      ['business_ref,business_name,region,service_tier,quantity,up_to', ...rows, ''].join('\n'),
      key,
    );

  it('shows what lines would cost, and what they do for all', async () => {
    expect((await preview(1)).body).toMatchObject({
      linesNow: 8,
      linesThen: 9,
      oneMoreSaves: 0,
      theseSave: 0,
      next: { from: 10, missing: 1 },
      until,
    });
    const one = { lot: 'north', tier: TIER, regions: [REGION], setup: 1_000, capacityLeft: null };
    expect((await classes(1)).body).toMatchObject({
      items: [{ ...one, monthlyNow: 4_000, monthly: 4_000, monthlyNext: 3_000 }],
      next: null,
    });
    // ten lines reach 30.00: the eight that are there save 10.00 each
    expect((await preview(2)).body).toMatchObject({
      oneMoreSaves: 0,
      theseSave: 8_000,
      next: { from: 20, missing: 10 },
    });
    expect((await classes(2, {})).body).toMatchObject({ items: [{ monthly: 3_000, monthlyNext: 2_500 }] });
    const page = (await member.get('/api/v1/agreements/open-to-join?limit=200')).body as {
      items: { agreementId: string }[];
      next: string | null;
    };
    expect(page.items.find((item) => item.agreementId === agreement.agreementId)).toMatchObject({
      lines: 8,
      until,
      number: agreement.number,
      currency: 'USD',
    });
    const first = await member.get('/api/v1/agreements/open-to-join?limit=1');
    expect((first.body as { items: object[] }).items).toHaveLength(1);
    expect((await member.get('/api/v1/agreements/open-to-join?cursor=1')).body.code).toBe('page.cursor');
  });

  it('shows the classes of an agreement in pages, each once', async () => {
    const bands = TARIFF.bands.map((band) => ({ ...band, monthly: { ...band.monthly, fast: 8_000 } }));
    const tariff = { ...TARIFF, bands };
    agreement = await settledAgreement(system, [{ quantity: 4 }, { quantity: 4, tier: 'fast' }], { tariff });
    await open(until).expect(200);
    type Page = { items: { tier: string }[]; next: string };
    const first = (await classes(1, { limit: 1 })).body as Page;
    const second = (await classes(1, { limit: 1, cursor: first.next })).body as Page;
    expect([...first.items, ...second.items].map(({ tier }) => tier)).toEqual([TIER, 'fast']);
    expect(second.next).toBeNull();
    const own = (await classes(1, { limit: 1, tier: 'fast' })).body as Page;
    expect(own).toMatchObject({ items: [{ tier: 'fast', monthly: 8_000 }], next: null });
    // Four lines of each: what others save would tell them.
    expect((await preview(2)).body).toMatchObject({ linesNow: 8, oneMoreSaves: null, theseSave: null });
    expect((await classes(1, { cursor: 'elsewhere' })).body.code).toBe('page.cursor');
  });

  it('concludes a contract at the price of all lines with these, which can be verified', async () => {
    const answer = await join({ quantity: 2, upTo: 3_500 });
    const joined = answer.body as Joined;
    expect([answer.status, joined]).toMatchObject([
      201,
      { monthly: 3_000, agreedMonthly: 3_500, state: 'called-off', offerId: null, memberId: member.organisationId },
    ]);
    expect(joined.number).toBe(`CO-${agreement.number}-000003`);
    const contract = await member.get(`/api/v1/subscriptions/${joined.id}/contract`);
    expect(createHash('sha256').update(contract.text).digest('hex')).toBe(joined.contentHash);
    expect(contract.text).toContain(`joining, recorded as ${joined.id}.`);
    expect(contract.text).toContain('The price is that of 10 lines, in the band from 10 lines on');
    // whatever happens to the volume later, it was concluded as it was
    await join({ site: 'second', quantity: 12 }).expect(201);
    expect((await member.get(`/api/v1/subscriptions/${joined.id}/contract`)).text).toBe(contract.text);
    expect((await member.get(`${agreement.path}/round`)).status).toBe(200);
    const [row]: object[] = await system.source.query(
      `select l.quantity, l.contract_monthly, l.setup_minor, l.lot_code from billable_line l where subscription_id = $1`,
      [joined.id],
    );
    expect(row).toEqual({ quantity: 2, contract_monthly: 3_000n, setup_minor: 1_000n, lot_code: 'north' });
    await agreement.provider
      .post(`/api/v1/subscriptions/${joined.id}/installation`, { worksOn: await today(system) })
      .expect(200);
  });

  it('never costs more than was agreed to, and raises nobody’s price', async () => {
    const dear = await join({ upTo: 3_999 });
    expect([dear.status, dear.body.code]).toEqual([422, 'late-join.dearer']);
    expect(dear.body.detail).toContain('40.00');
    // lines that leave do not make it dearer than what was settled
    await agreement.officer
      .post(`/api/v1/subscriptions/${agreement.subscriptions[0]?.id}/cancel`, { why: 'No duct.' })
      .expect(200);
    expect((await preview(1)).body).toMatchObject({ linesNow: 4 });
    expect((await classes(1)).body).toMatchObject({ items: [{ monthlyNow: 4_000, monthly: 4_000 }] });
    expect((await join({})).status).toBe(201);
    await expect(
      system.source.query('update subscription set monthly_minor = agreed_monthly + 1 where agreement_id = $1', [
        agreement.agreementId,
      ]),
    ).rejects.toThrow(/check constraint/);
  });

  it('numbers contracts on beyond six digits', async () => {
    await system.source.query(
      `insert into subscription (number, agreement_id, member_id, member_name, site_reference, region_code, lot_code,
         tier_code, quantity, monthly_minor, agreed_monthly, setup_minor, term_months, content_hash, state, settled_at,
         joined_band, joined_lines)
       select $2, agreement_id, member_id, member_name, 'last', region_code, lot_code, tier_code, quantity,
         monthly_minor, agreed_monthly, setup_minor, term_months, content_hash, state, settled_at, 0, quantity
       from subscription where id = $1`,
      [agreement.subscriptions[1]?.id, `CO-${agreement.number}-999998`],
    );
    const numbers: string[] = [];
    for (const site of ['a', 'b', 'c', 'd']) {
      const answer = await join({ site }).expect(201);
      numbers.push((answer.body as Joined).number);
    }
    expect(numbers).toEqual([999_999, 1_000_000, 1_000_001, 1_000_002].map((n) => `CO-${agreement.number}-${n}`));
  });

  it('is for a region and a service tier of the agreement, once for a site', async () => {
    expect((await join({ region: 'KR-99' })).body.faults).toMatchObject([{ path: 'region' }]);
    expect((await join({ tier: 'gold' })).body.faults).toMatchObject([{ path: 'tier' }]);
    expect((await classes(1, { ...LINE, tier: 'gold' })).body.code).toBe('late-join.place');
    expect((await classes(0)).status).toBe(422);
    expect((await preview(0)).status).toBe(422);
    expect((await join({ site: 'a\nb' })).status).toBe(422);
    await join({}).expect(201);
    expect((await join({})).body.code).toBe('late-join.joined-already');
    await join({ site: 'other' }).expect(201);
  });

  it('goes as far as the provider’s capacity, however many come at once', async () => {
    const tariff = { ...TARIFF, lots: { north: { setup: 1_000, capacity: 12 } } };
    agreement = await settledAgreement(system, [{ quantity: 8 }], { tariff });
    await open(until).expect(200);
    expect((await classes(5)).body).toMatchObject({ items: [{ capacityLeft: 4 }] });
    const answers = await Promise.all(Array.from({ length: 6 }, (_, at) => join({ site: `site-${at}` })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(4);
    expect(answers.filter(({ body }) => (body as { code?: string }).code === 'late-join.capacity')).toHaveLength(2);
    const numbers: { number: string }[] = await system.source.query(
      'select number from subscription where agreement_id = $1 order by 1',
      [agreement.agreementId],
    );
    expect(numbers.map(({ number }) => number.slice(-6))).toEqual(['000001', '000002', '000003', '000004', '000005']);
  });

  it('is open until the end of a day that leaves six months of the first lines’ term', async () => {
    const settledOn = await today(system);
    const last = monthsLater(settledOn, TERM_MONTHS - 6);
    expect((await open(daysLater(last, 1))).body.code).toBe('late-joining.until');
    expect((await open('soon')).status).toBe(422);
    await open(last).expect(200);
    const stranger = await open(last, await system.someone('officer'));
    expect([stranger.status, stranger.body.code]).toEqual([403, 'agency.not-yours']);
    expect((await open(last, member)).status).toBe(403);
    await open(daysLater(settledOn, 2)).expect(200);
    await daysPass(system, 2);
    await join({}).expect(201);
    await daysPass(system, 1);
    const late = await join({ site: 'too late' });
    expect([late.status, late.body.code]).toEqual([409, 'late-joining.closed']);
    expect((await preview(1)).body.code).toBe('late-joining.closed');
    expect((await classes(1)).body.code).toBe('late-joining.closed');
    expect((await join({}, agreement.provider)).status).toBe(403);
    const path = `/api/v1/agreements/${randomUUID()}/late-joins`;
    expect((await member.post(path, { site: 'a', ...LINE, quantity: 1, upTo: 1 })).status).toBe(404);
  });

  it('is for many members at once by a spreadsheet of their association, with written consent', async () => {
    const chamber = await system.someone('manager');
    const rows = Array.from({ length: 6 }, (_, at) => `shop-${at},Shop ${at},${REGION},${TIER},2,25.00`);
    const unstated = await chamber.postCsv(`${agreement.path}/late-joins/import`, rows.join('\n'));
    expect(unstated.status).toBe(422);
    const answer = await send(rows, chamber);
    expect(answer.body).toEqual({
      rows: 6,
      joined: 6,
      lines: 12,
      unchanged: 0,
      addressed: 0,
      keptAddresses: 0,
      kept: [],
      linesThen: 20,
    });
    const { items } = (await chamber.get(`/api/v1/subscriptions?agreementId=${agreement.agreementId}`)).body as {
      items: Joined[];
    };
    expect(items.map((item) => [item.number.slice(-6), item.monthly])).toEqual(
      Array.from({ length: 6 }, (_, at) => [`00000${at + 3}`, 2_500]),
    );
    for (const { id, contentHash } of items) {
      const { text } = await chamber.get(`/api/v1/subscriptions/${id}/contract`);
      expect(createHash('sha256').update(text).digest('hex')).toBe(contentHash);
    }
    const { items: members } = (await chamber.get('/api/v1/members')).body as { items: { id: string }[] };
    expect(members).toHaveLength(6);
    const invited = { email: `kim-${randomUUID()}@shop.example`, name: 'Kim' };
    expect((await chamber.post(`/api/v1/members/${members[0]?.id}/invitations`, invited)).status).toBe(201);

    expect((await send([...rows, `shop-9,Shop 9,${REGION},${TIER},1,25.00`], chamber)).body).toEqual({
      rows: 7,
      joined: 1,
      lines: 1,
      unchanged: 6,
      addressed: 0,
      keptAddresses: 0,
      kept: [],
      linesThen: 21,
    });
    expect((await send(rows, agreement.provider)).status).toBe(403);
  });

  it('is all of a spreadsheet or none, with line, column and reason', async () => {
    const chamber = await system.someone('manager');
    const places = await send([`a,A,KR-99,${TIER},1,40.00`, `b,B,${REGION},gold,1,40.00`], chamber);
    expect(places.body.faults).toMatchObject([
      { line: 2, path: 'region' },
      { line: 3, path: 'service_tier' },
    ]);
    const prices = await send([`a,A,${REGION},${TIER},1,40.00`, `b,B,${REGION},${TIER},1,29.99`], chamber);
    expect(prices.body.faults).toMatchObject([{ line: 3, path: 'up_to' }]);
    const rows = await send([`a,A,${REGION},${TIER},0,40.00`, `a,A,${REGION},${TIER},1,cheap`], chamber);
    expect(rows.body.faults).toMatchObject([
      { line: 2, path: 'quantity' },
      { line: 3, path: 'up_to' },
    ]);
    expect((await chamber.get('/api/v1/members')).body.items).toEqual([]);
    expect((await chamber.get('/api/v1/subscriptions')).body.items).toEqual([]);
  });
});
