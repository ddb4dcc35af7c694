/** Lines that were suspended because their member did not pay, once it has. */
import { dayOf, daysLater, dayStart } from '../../src/kernel/calendar.js';
import { type Someone, System } from '../support/system.js';
import { settledAgreement, type SettledAgreement, today } from '../subscriptions/settled-agreement.js';
import { issue, type Issued, setTerms } from './issued.js';
import { booking, collectionOf } from './paid-market.js';

interface Line {
  readonly subscriptionId: string;
  readonly collectionId: string;
}

describe('lines of who did not pay', () => {
  let system: System;
  let agreement: SettledAgreement;
  let officer: Someone;
  let member: Someone;
  let lines: string[];
  let invoices: Issued[];

  beforeAll(async () => {
    system = await System.start();
    agreement = await settledAgreement(system, [{ quantity: 4 }]);
    ({ officer } = agreement);
    [member] = agreement.members as [Someone];
    lines = agreement.subscriptions.map(({ id }) => id);
    await setTerms(system, officer.organisationId);
    const worksOn = await today(system);
    for (const id of lines) {
      await agreement.provider.post(`/api/v1/subscriptions/${id}/installation`, { worksOn }).expect(200);
    }
    const wanted = [{ memberId: member.organisationId, shares: [{ providerId: agreement.providerId, net: 1_000 }] }];
    invoices = [];
    for (const month of ['2026-02', '2026-03']) {
      invoices.push(...(await issue(system, officer.organisationId, month, wanted)));
    }
    await system.passTo(dayStart(daysLater(dayOf(await system.now()), 1)));
  });
  afterAll(() => system.stop());

  const resumable = async (reader = officer, query = ''): Promise<Line[]> =>
    ((await reader.get(`/api/v1/collections/resumable${query}`).expect(200)).body as { items: Line[] }).items;
  const change = async (verb: 'suspend' | 'resume'): Promise<void> => {
    for (const id of lines) await officer.post(`/api/v1/subscriptions/${id}/${verb}`, { why: 'So it is.' }).expect(200);
  };
  const pay = async ({ number, total }: Issued): Promise<unknown> =>
    officer.post('/api/v1/payments/bank', booking(number, total)).expect(201);

  it('are put forward to be resumed when nothing is overdue any more, and not before', async () => {
    const [first, second] = invoices as [Issued, Issued];
    while ((await collectionOf(officer, first.id)).state !== 'suspension-proposed') {
      const { dueAt } = await collectionOf(officer, first.id);
      await system.passTo(dueAt ?? '');
    }
    const decision = { decision: 'suspend', why: 'It has not paid.' };
    await officer.post(`/api/v1/collections/${first.id}/suspension`, decision).expect(200);
    expect(await resumable()).toEqual([]);
    await pay(first);
    expect(await resumable()).toEqual([]);
    // What is written off is not open any more, and not paid either.
    await officer.post(`/api/v1/collections/${second.id}/give-up`, { why: 'It has closed.' }).expect(200);
    expect(await resumable()).toEqual([]);
    await pay(second);
    const expected = lines.map((subscriptionId) => ({ subscriptionId, collectionId: first.id }));
    expect(expected).toHaveLength(1);
    expect(await resumable()).toMatchObject(expected);
    expect(await resumable(officer, '?limit=1')).toMatchObject(expected);
  });

  it('are shown to nobody else', async () => {
    expect(await resumable(await system.someone('officer'))).toEqual([]);
    expect((await member.get('/api/v1/collections/resumable')).status).toBe(403);
    expect((await officer.get('/api/v1/collections/resumable?cursor=elsewhere')).body.code).toBe('page.cursor');
  });

  it('are not put forward when money goes back, nor for what they are suspended for by another decision', async () => {
    await system.source.query('update collection set state = $2, returned_minor = 1 where id = $1', [
      invoices[1]?.id,
      'overdue',
    ]);
    expect(await resumable()).toEqual([]);
    await system.source.query('update collection set state = $2, returned_minor = 0 where id = $1', [
      invoices[1]?.id,
      'paid',
    ]);
    expect(await resumable()).toHaveLength(1);
    await change('resume');
    expect(await resumable()).toEqual([]);
    await change('suspend');
    expect(await resumable()).toEqual([]);
  });
});
