/** The numbers of deposits and payouts, when there are more of them than eight digits count. */
import { randomUUID } from 'node:crypto';
import { type Someone, System } from '../support/system.js';
import { issue, type Issued } from './issued.js';
import { booking, type Sides, sides } from './paid-market.js';

const LAST_OF_EIGHT_DIGITS = 99_999_999;

describe('a number beyond eight digits', () => {
  let system: System;
  let all: Sides;
  beforeAll(async () => {
    system = await System.start();
    all = await sides(system, 1);
    await system.source.query(`select setval('deposit_number', $1, false), setval('payout_number', $1, false)`, [
      LAST_OF_EIGHT_DIGITS,
    ]);
  });
  afterAll(() => system.stop());

  const digits = ['99999999', '100000000', '100000001'];
  const pay = async (text: string, minor: number): Promise<void> => {
    await all.officer.post('/api/v1/payments/bank', booking(text, minor)).expect(201);
  };

  it('is that of one deposit, whole, and pays it', async () => {
    const [member] = all.members as [Someone];
    const numbers: string[] = [];
    for (let made = 0; made < 3; made += 1) {
      const rows: { number: string }[] = await system.source.query(
        `insert into deposit (offer_id, agreement_id, agency_id, member_id, currency, minor, way, state, asked_at)
         values ($1, $1, $2, $3, 'USD', 500, 'bank', 'asked', app_now()) returning number`,
        [randomUUID(), all.agencyId, member.organisationId],
      );
      numbers.push(rows[0]?.number ?? '');
    }
    expect(numbers).toEqual(digits.map((each) => `DEP-${each}`));
    await pay('dep 100000001', 500);
    const { items } = (await member.get('/api/v1/deposits').expect(200)).body as {
      items: { number: string; state: string }[];
    };
    expect(items.filter(({ state }) => state === 'held').map(({ number }) => number)).toEqual(['DEP-100000001']);
  });

  it('is that of one payout, whole', async () => {
    const { provider, officer, agencyId } = all;
    const [member] = all.members as [Someone];
    const shares = [{ providerId: provider.organisationId, net: 10_000 }];
    const numbers: string[] = [];
    for (const month of ['2026-02', '2026-03', '2026-04']) {
      const wanted = [{ memberId: member.organisationId, shares }];
      const [invoice] = (await issue(system, agencyId, month, wanted)) as [Issued];
      await pay(invoice.number, invoice.total);
      const wish = { providerId: provider.organisationId, currency: 'USD' };
      const { id } = (await officer.post('/api/v1/payouts', wish).expect(201)).body as { id: string };
      numbers.push((await officer.get(`/api/v1/payouts/${id}`).expect(200)).body.number as string);
    }
    expect(numbers).toEqual(digits.map((each) => `PO-${each}`));
  });
});
