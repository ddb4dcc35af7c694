import { randomUUID } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { type Someone, System } from '../support/system.js';
import { type SignedAgreement, signedAgreement } from './signed-agreement.js';

describe('offers as spreadsheets', () => {
  let system: System;
  let agreement: SignedAgreement;
  let association: Someone;
  let rival: Someone;
  let officer: Someone;
  let member: Someone;
  let path: string;
  let rows: Record<string, string>[];

  beforeAll(async () => {
    system = await System.start();
    officer = await system.someone('officer');
    [association, rival] = [await system.someone('manager'), await system.someone('manager')];
    const members = [await system.someone('owner'), await system.someone('owner'), await system.someone('owner')];
    const [first, second, third] = members.map((owner) => owner.organisationId);
    member = members[0] as Someone;
    const associationId = association.organisationId;
    agreement = await signedAgreement(system, {
      lines: [
        { memberId: first ?? '', associationId, site: '=HYPERLINK("x")', quantity: 2, present: 4_500, exitFee: 1_050 },
        { memberId: second ?? '', associationId, site: 'shop, "two"', firm: true, ceiling: 3_500, quantity: 4 },
        { memberId: third ?? '', associationId: rival.organisationId, site: 'theirs', quantity: 1 },
      ],
    });
    path = `/api/v1/agreements/${agreement.agreementId}`;
    rows = parse((await association.get(`${path}/offers.csv`)).text, { columns: true });
  });
  afterAll(() => system.stop());

  const answersCsv = (...lines: readonly (readonly [string | undefined, string, string])[]): string =>
    ['offer_id,answer,up_to', ...lines.map((cells) => cells.join(','))].map((line) => `${line}\n`).join('');
  const send = (csv: string, who = association, key = randomUUID()) =>
    who.postCsv(`${path}/answers?mandate=stated`, csv, key);
  const statesNow = async (): Promise<string[]> => {
    const { items } = (await association.get(`/api/v1/offers?agreementId=${agreement.agreementId}`)).body as {
      items: { state: string }[];
    };
    return items.map((offer) => offer.state);
  };

  it("hold an association's members' offers, with money as people write it", async () => {
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({
      service_tier: 'basic',
      lot: 'north',
      quantity: '2',
      at_most_monthly: '40.00',
      present_monthly: '45.00',
      exit_fee: '10.50',
      saving_at_most: '209.50',
      verdict: 'better-off',
      state: 'made',
      agreed_up_to: '',
    });
    expect(rows[1]).toMatchObject({ business_ref: 'shop, "two"', state: 'standing', agreed_up_to: '34.58' });
  });

  it('run nothing when a spreadsheet program opens them', () => {
    expect(rows[0]?.['business_ref']).toBe(`'=HYPERLINK("x")`);
  });

  it('are whole for the agency, own for a member, and nothing for strangers', async () => {
    const all = await officer.get(`${path}/offers.csv`);
    expect(all.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(parse(all.text, { columns: true })).toHaveLength(3);
    expect(parse((await member.get(`${path}/offers.csv`)).text, { columns: true })).toHaveLength(1);
    expect((await (await system.someone('manager')).get(`${path}/offers.csv`)).status).toBe(404);
    expect((await officer.get(`/api/v1/agreements/${randomUUID()}/offers.csv`)).status).toBe(404);
    expect((await (await system.someone('bidder')).get(`${path}/offers.csv`)).status).toBe(403);
  });

  it('answer for members whose mandate is stated', async () => {
    const csv = answersCsv([rows[0]?.['offer_id'], 'accept', ''], [rows[1]?.['offer_id'], 'accept-up-to', '36.50']);
    for (const query of ['', '?mandate=none']) {
      const refused = await association.postCsv(`${path}/answers${query}`, csv);
      expect([refused.status, refused.body.faults[0].path]).toEqual([422, 'mandate']);
    }
    const imported = await send(csv);
    expect(imported.status).toBe(200);
    expect(imported.body).toEqual({ rows: 2, changed: 2, accepted: 1, standing: 1, declined: 0, keptByMember: 0 });
    expect(await statesNow()).toEqual(['accepted', 'standing']);
    const again = await send(csv);
    expect(again.body).toEqual({ rows: 2, changed: 0, accepted: 1, standing: 1, declined: 0, keptByMember: 0 });
  });

  it('give the same answer to the same file under the same key, and refuse another file under it', async () => {
    const key = randomUUID();
    const csv = answersCsv([rows[0]?.['offer_id'], 'accept-up-to', '31']);
    const first = await send(csv, association, key);
    expect((await send(csv, association, key)).body).toEqual(first.body);
    const other = await send(answersCsv([rows[0]?.['offer_id'], 'decline', '']), association, key);
    expect(other.body.code).toBe('idempotency.key-reused');
  });

  it('may be sent back with the two columns added', async () => {
    const columns = Object.keys(rows[0] ?? {});
    const quoted = (value: string | undefined): string => `"${(value ?? '').replaceAll('"', '""')}"`;
    const csv = [
      [...columns, 'answer', 'up_to'].join(','),
      ...rows.map((row) => [...columns.map((column) => quoted(row[column])), 'accept', ''].join(',')),
      '',
    ].join('\r\n');
    expect((await send(csv)).body).toMatchObject({ rows: 2, accepted: 2 });
    expect(await statesNow()).toEqual(['accepted', 'accepted']);
  });

  it('are refused as a whole, with the line and the column of every fault', async () => {
    const before = await statesNow();
    const [own, firm] = [rows[0]?.['offer_id'], rows[1]?.['offer_id']];
    const all: Record<string, string>[] = parse((await officer.get(`${path}/offers.csv`)).text, { columns: true });
    const theirs = all.find((row) => row['business_ref'] === 'theirs')?.['offer_id'];
    const faultsOf = async (...lines: readonly (readonly [string | undefined, string, string])[]) => {
      const refused = await send(answersCsv([own, 'decline', ''], ...lines));
      expect([refused.status, refused.body.code]).toEqual([422, 'csv.rows']);
      return (refused.body.faults as { line: number; path: string }[]).map(({ line, path: column }) => [line, column]);
    };
    expect(await faultsOf([firm, 'decline', ''])).toEqual([[3, 'answer']]);
    expect(await faultsOf([firm, 'accept-up-to', '34.57'])).toEqual([[3, 'up_to']]);
    expect(await faultsOf([theirs, 'accept', ''], [randomUUID(), 'accept', ''])).toEqual([
      [3, 'offer_id'],
      [4, 'offer_id'],
    ]);
    expect(await faultsOf([own, 'accept', ''])).toEqual([[3, 'offer_id']]);
    expect(await faultsOf([firm, 'yes', ''], ['7', 'accept', ''], [firm, 'accept-up-to', 'much'])).toEqual([
      [3, 'answer'],
      [4, 'offer_id'],
      [5, 'up_to'],
    ]);
    expect((await send('offer_id,answer\n')).body.code).toBe('csv.header');
    expect((await send('')).body.code).toBe('csv.empty');
    expect((await association.post(`${path}/answers?mandate=stated`, { offer_id: own })).status).toBe(415);
    expect(await statesNow()).toEqual(before);
  });

  it("answer nobody's offers but those of the association's own members", async () => {
    const csv = answersCsv([rows[0]?.['offer_id'], 'decline', '']);
    expect((await send(csv, rival)).status).toBe(422);
    expect((await send(csv, await system.someone('manager'))).status).toBe(404);
    for (const other of [member, officer]) expect((await send(csv, other)).status).toBe(403);
    expect(await statesNow()).toEqual(['accepted', 'accepted']);
  });

  it('leave what a member itself has answered, and say so', async () => {
    const [own, firm] = [rows[0]?.['offer_id'], rows[1]?.['offer_id']];
    expect((await member.post(`/api/v1/offers/${own}/answer`, { answer: 'decline' })).status).toBe(200);
    const sent = await send(answersCsv([own, 'accept', ''], [firm, 'accept-up-to', '36']));
    expect(sent.body).toEqual({ rows: 2, changed: 1, accepted: 0, standing: 1, declined: 0, keptByMember: 1 });
    expect(await statesNow()).toEqual(['declined', 'standing']);
    // What the association answered, it may answer otherwise; what the member answered, only the member.
    expect((await send(answersCsv([firm, 'accept', '']))).body).toMatchObject({ changed: 1, keptByMember: 0 });
    expect((await member.post(`/api/v1/offers/${own}/answer`, { answer: 'accept' })).status).toBe(200);
    expect((await send(answersCsv([own, 'decline', '']))).body).toMatchObject({ changed: 0, keptByMember: 1 });
    expect(await statesNow()).toEqual(['accepted', 'accepted']);
  });

  it('are taken until the deadline', async () => {
    const { dueAt } = (await officer.get(`${path}/round`)).body as { dueAt: string };
    await system.passTo(dueAt);
    const late = await send(answersCsv([rows[0]?.['offer_id'], 'accept', '']));
    expect([late.status, late.body.code]).toEqual([409, 'offer.too-late']);
  });
});
