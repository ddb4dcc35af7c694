import { dayStart, monthOf } from '../../src/kernel/calendar.js';
import { endOf, firstDay, monthLater } from '../../src/billing/rules/months.js';
import { wrongInBooks } from '../payments/books.js';
import { type Someone, System } from '../support/system.js';
import { answered, bill, booksAgree, invoicesOf, runningAgreement, type Running } from './setting.js';

const TARIFF = { bands: [{ from: 1, monthly: { basic: 4_000 } }], lots: { north: {} }, minimumLines: 1 };
const TERMS = { feeBp: 250, taxBp: 1_000, dueDays: 20, depositMinor: 0, reserveBp: 0, reserveDays: 0 };

interface Left {
  readonly creditId: string;
  readonly memberId: string;
  readonly worthMinor: number | null;
  readonly usedMinor: number;
}

/** The provider was late with a repair on a day: so many days of the price are owed. */
async function late(
  system: System,
  { agreementId, officer }: Pick<Running, 'agreementId' | 'officer'>,
  day: string,
  days: number,
): Promise<void> {
  await system.source.query(
    `with r as (
       insert into repair (id, subscription_id, reported_at, repaired_at, repair_hours, recorded_at, recorded_by)
       select gen_random_uuid(), id, $2::date, $2::date + interval '9 days', 8, app_now(), $3
       from subscription where agreement_id = $1 returning id, subscription_id
     )
     insert into service_credit (subscription_id, kind, repair_id, days, happened_on, reason)
     select subscription_id, 'repair', id, $4, $2::date, 'It was repaired late.' from r`,
    [agreementId, day, officer.personId, days],
  );
}

describe('service credits of a member whose only lines have ended', () => {
  let system: System;
  let member: Someone;
  let running: Running;

  beforeAll(async () => {
    system = await System.start();
    member = await system.someone('owner');
    const lines = [{ memberId: member.organisationId, firm: true, ceiling: 5_000, quantity: 3 }];
    running = await runningAgreement(system, { lines, tariff: TARIFF });
    answered(await running.officer.put('/api/v1/billing/terms/USD', TERMS, 0), 200);
    await bill(system, running.officer, running.month);
  });
  afterAll(() => system.stop());

  const credit = async (day: string, days: number): Promise<void> => late(system, running, day, days);
  const left = async (reader: Someone): Promise<Left[]> =>
    (answered(await reader.get('/api/v1/billing/left-credits'), 200) as { items: Left[] }).items;
  const notes = async (): Promise<number[]> => {
    const found = await invoicesOf(member, '?kind=credit-note');
    return found.map(({ netMinor }) => netMinor);
  };
  const worthOf = (month: string, days: number): number => {
    const length = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate();
    return Math.ceil((3 * 4_000 * days) / length);
  };

  it('go back to earlier invoices as far as the last one did not ask for as much', async () => {
    const month = monthLater(running.month, 1);
    await system.source.query('update service_period set until_on = $1 where until_on is null', [`${month}-04`]);
    await system.source.query(`update subscription set state = 'ended', ended_on = $2 where agreement_id = $1`, [
      running.agreementId,
      `${month}-04`,
    ]);
    await credit(`${month}-02`, 20);
    expect(await left(running.officer)).toEqual([]);
    await bill(system, running.officer, month);
    const [note] = await notes();
    const [last, first] = await invoicesOf(member, '?kind=invoice');
    const worked = last?.lines.find(({ kind }) => kind === 'monthly')?.minor ?? 0;
    expect(last).toMatchObject({ month, netMinor: 0 });
    expect(note).toBe(worthOf(month, 20) - worked);
    expect(first).toMatchObject({ month: running.month, lines: [{ creditedMinor: note }] });
    expect(await left(running.officer)).toEqual([]);
    await booksAgree(system);
  });

  it('that come about later go back when a month begins, and what exceeds all invoices is told to the officer', async () => {
    const [given = 0] = await notes();
    const [at] = await system.source.query<{ day: string }[]>(`select business_day(app_now())::text as day`);
    const month = monthOf(at?.day ?? '');
    await credit(firstDay(month), 30);
    await system.passTo(dayStart(endOf(month)));
    await system.settled();
    const rest = 12_000 - given;
    expect((await notes()).toSorted((a, b) => a - b)).toEqual([given, rest].toSorted((a, b) => a - b));
    const worthMinor = worthOf(month, 30);
    expect(worthMinor).toBeGreaterThan(rest);
    const open = [{ memberId: member.organisationId, worthMinor, usedMinor: rest, reason: 'It was repaired late.' }];
    expect(await left(running.officer)).toMatchObject(open);
    expect(await left(await system.someone('officer'))).toEqual([]);
    expect((await member.get('/api/v1/billing/left-credits')).status).toBe(403);

    await system.passTo(dayStart(endOf(monthLater(month, 1))));
    await system.settled();
    expect(await left(running.officer)).toMatchObject(open);
    expect(await notes()).toHaveLength(2);
    await booksAgree(system);
  });

  it('are paid out by hand and ticked off, once, and their provider makes up for it', async () => {
    const { officer } = running;
    const [open] = await left(officer);
    const { creditId = '', worthMinor, usedMinor = 0 } = open ?? {};
    const minor = (worthMinor ?? 0) - usedMinor;
    const payOut = (by: Someone, body: object, id = creditId) =>
      by.post(`/api/v1/billing/left-credits/${id}/pay-out`, body);
    const transferred = { minor, bankReference: 'OUT-77' };

    expect((await payOut(member, transferred)).status).toBe(403);
    expect((await payOut(await system.someone('officer'), transferred)).body).toMatchObject({
      status: 404,
      code: 'left-credit.not-found',
    });
    expect((await payOut(officer, { ...transferred, minor: minor - 1 })).body).toMatchObject({
      code: 'left-credit.amount',
      faults: [{ path: 'minor', reason: `must be ${minor}, which is all that credit notes cannot give back of it` }],
    });
    expect((await payOut(officer, { ...transferred, bankReference: 'DE89 3704 0044 0532 0130 00' })).status).toBe(422);

    const before = await payable();
    const paid = [payOut(officer, transferred), payOut(officer, transferred)].map(async (each) =>
      answered(await each, 200),
    );
    const [first, second] = await Promise.all(paid);
    expect(first).toEqual(second);
    expect(first).toMatchObject({ creditId, memberId: member.organisationId, ...transferred });
    expect((await payOut(officer, { ...transferred, bankReference: 'OUT-78' })).body).toMatchObject({
      status: 409,
      code: 'left-credit.paid-out',
    });

    expect(await left(officer)).toEqual([]);
    const list = answered(await officer.get('/api/v1/billing/left-credits/paid'), 200) as { items: unknown[] };
    expect(list.items).toEqual([first]);
    expect(answered(await (await system.someone('officer')).get('/api/v1/billing/left-credits/paid'), 200)).toEqual({
      items: [],
      next: null,
    });
    expect(await payable()).toBe(before - minor);
    const claims: { minor: bigint }[] = await system.source.query(
      `select minor from payout_claim where kind = 'service-credit' and reference = $1`,
      [creditId],
    );
    expect(claims).toEqual([{ minor: BigInt(-minor) }]);
    expect(await wrongInBooks(system)).toEqual([]);

    // Nothing gives it back once more when the next month begins.
    const given = await notes();
    const [at] = await system.source.query<{ day: string }[]>(`select business_day(app_now())::text as day`);
    await system.passTo(dayStart(endOf(monthLater(monthOf(at?.day ?? ''), 1))));
    await system.settled();
    expect([await left(officer), await notes()]).toEqual([[], given]);
  });

  /** What the ledger has as owed to providers. */
  const payable = async (): Promise<number> => {
    const rows: { minor: string }[] = await system.source.query(
      `select coalesce(-sum(minor), 0)::text as minor from ledger_line where purpose = 'payable'`,
    );
    return Number(rows[0]?.minor);
  };
});

describe('a service credit that a run has deducted in part, when its line ends later', () => {
  let system: System;
  beforeAll(async () => (system = await System.start()));
  afterAll(() => system.stop());

  it('is given back by credit notes, and not paid out by hand', async () => {
    const member = await system.someone('owner');
    const lines = [{ memberId: member.organisationId, firm: true, ceiling: 5_000, quantity: 3 }];
    const { officer, agreementId, month: first } = await runningAgreement(system, { lines, tariff: TARIFF });
    answered(await officer.put('/api/v1/billing/terms/USD', TERMS, 0), 200);
    await bill(system, officer, first);
    const month = monthLater(first, 1);
    // Suspended on the eleventh: ten days are charged, of which all are deducted.
    await system.source.query('update service_period set until_on = $1 where until_on is null', [`${month}-11`]);
    await system.source.query(`update subscription set state = 'suspended', why = 'It owes.' where agreement_id = $1`, [
      agreementId,
    ]);
    await late(system, { agreementId, officer }, `${month}-02`, 20);
    await bill(system, officer, month);
    expect(answered(await officer.get('/api/v1/billing/left-credits'), 200)).toMatchObject({ items: [] });
    await system.source.query(`update subscription set state = 'ended', ended_on = $2 where agreement_id = $1`, [
      agreementId,
      `${month}-15`,
    ]);
    const { items } = answered(await officer.get('/api/v1/billing/left-credits'), 200) as { items: Left[] };
    const { creditId, worthMinor, usedMinor } = items[0] ?? { creditId: '', worthMinor: null, usedMinor: 0 };
    expect(usedMinor).toBeGreaterThan(0);
    const rest = (worthMinor ?? 0) - usedMinor;
    expect(rest).toBeGreaterThan(0);
    const body = { minor: rest, bankReference: 'OUT-90' };
    const answer = await officer.post(`/api/v1/billing/left-credits/${creditId}/pay-out`, body);
    expect(answer.body).toMatchObject({ status: 409, code: 'left-credit.given-back' });
    expect(await invoicesOf(member, '?kind=credit-note')).toEqual([]);

    const [at] = await system.source.query<{ day: string }[]>(`select business_day(app_now())::text as day`);
    await system.passTo(dayStart(endOf(monthOf(at?.day ?? ''))));
    await system.settled();
    expect(await invoicesOf(member, '?kind=credit-note')).toMatchObject([{ netMinor: rest }]);
    expect(answered(await officer.get('/api/v1/billing/left-credits'), 200)).toMatchObject({ items: [] });
    await booksAgree(system);
  });
});
