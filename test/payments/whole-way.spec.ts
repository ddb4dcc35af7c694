/** A month of real lines: billed, paid or not, suspended by an officer, paid out, and told to the provider. */
import { type Someone, System } from '../support/system.js';
import { bill, runningAgreement, type Running } from '../billing/setting.js';
import { TARIFF } from '../subscriptions/signed-agreement.js';
import { balance, wrongInBooks } from './books.js';
import { booking, type CollectionJson, collectionOf } from './paid-market.js';

const TERMS = {
  feeBp: 300,
  taxBp: 1_000,
  dueDays: 14,
  depositMinor: 0,
  reserveBp: 0,
  reserveDays: 0,
};

describe('from the month to the money', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.stop());

  it('whoever pays keeps its line, whoever does not may lose it, and the provider gets its part', async () => {
    const members: Someone[] = [await system.someone('owner'), await system.someone('owner')];
    const [pays, waits] = members as [Someone, Someone];
    const running: Running = await runningAgreement(system, {
      lines: members.map(({ organisationId }) => ({
        memberId: organisationId,
        firm: true,
        ceiling: 9_000,
        quantity: 2,
      })),
      tariff: { ...TARIFF, activation: 5_000 },
    });
    const { officer, providerId, month } = running;
    await officer.put('/api/v1/billing/terms/USD', TERMS, 0).expect(200);
    const run = await bill(system, officer, month);
    expect(run.state).toBe('issued');
    const { items } = (await officer.get('/api/v1/collections').expect(200)).body as { items: CollectionJson[] };
    expect(items.map(({ state }) => state)).toEqual(['due', 'due']);
    const own = async (member: Someone): Promise<CollectionJson> => {
      const [one] = ((await member.get('/api/v1/collections').expect(200)).body as { items: CollectionJson[] }).items;
      return collectionOf(member, one?.id ?? '');
    };
    const paid = await own(pays);
    await officer.post('/api/v1/payments/bank', booking(paid.number, paid.openMinor, 'B-pays')).expect(201);

    let owing = await own(waits);
    while (owing.state !== 'suspension-proposed') {
      await system.passTo(owing.dueAt ?? '');
      owing = await own(waits);
    }
    const lineOf = async (member: Someone): Promise<string> =>
      ((await member.get('/api/v1/subscriptions').expect(200)).body as { items: { state: string }[] }).items
        .map(({ state }) => state)
        .join();
    expect([await lineOf(pays), await lineOf(waits)]).toEqual(['active', 'active']);
    const decision = { decision: 'suspend', why: 'It has not paid.' };
    await officer.post(`/api/v1/collections/${owing.id}/suspension`, decision).expect(200);
    expect([await lineOf(pays), await lineOf(waits)]).toEqual(['active', 'suspended']);
    const letters: { recipients: number; body: string }[] = await system.source.query(
      `select count(*)::int as recipients, max(body) as body from mail_message where about = $1 and subject like 'Your lines are suspended%'`,
      [`invoice ${owing.id}`],
    );
    expect(letters).toEqual([
      { recipients: 1, body: expect.stringMatching(/: CO-.*\. The reason: It has not paid\./) },
    ]);

    const proposed = await officer.post('/api/v1/payouts', { providerId, currency: 'USD' }).expect(201);
    const { id } = proposed.body as { id: string };
    await officer.post(`/api/v1/payouts/${id}/pay`, { bankReference: 'OUT' }).expect(200);
    const lines = (await officer.get(`/api/v1/payouts/${id}/lines`).expect(200)).body as {
      items: { kind: string; minor: number }[];
    };
    expect(lines.items).toMatchObject([{ kind: 'activation', minor: 5_000 }, { kind: 'invoice' }]);
    expect(await wrongInBooks(system)).toEqual([]);

    // What is left is the part of the invoice that is not paid.
    const [left]: [{ minor: string }] = await system.source.query(
      'select sum(payable_minor)::text as minor from invoice_share where invoice_id = $1',
      [owing.id],
    );
    expect(await balance(system, providerId, 'payable')).toBe(-Number(left.minor));
    const provider = await system.someone('bidder', providerId);
    const statements: { openingMinor: number; closingMinor: number }[] = [];
    const now = (await system.now()).toISOString().slice(0, 7);
    for (let at = month; at <= now; at = nextMonth(at)) {
      const answer = await provider.get(`/api/v1/statements?month=${at}&currency=USD`).expect(200);
      statements.push(answer.body as { openingMinor: number; closingMinor: number });
    }
    expect(statements.at(-1)?.closingMinor).toBe(Number(left.minor));
  });
});

function nextMonth(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}
