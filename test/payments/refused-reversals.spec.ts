/** What Stripe does not take back from a provider is tried again with longer pauses, is seen, and is an officer's in the end. */
import { statesOf } from '../../src/kernel/lifecycle.js';
import { reversalLifecycle } from '../../src/payments/rules/lifecycles.js';
import { REVERSAL_TRIES } from '../../src/payments/rules/reversals.js';
import { statesAllowed } from '../support/states.js';
import { describeOnModel } from '../support/stripe/ways.js';
import { withStripe } from './at-stripe.js';
import { balance } from './books.js';
import { booking } from './paid-market.js';
import { contestedAndLost, paidOut, payingOut, type PayingOut, payoutOf } from './paid-out.js';
import { tell } from './told.js';

const PATH = '/api/v1/payouts/reversals';

interface ReversalJson {
  id: string;
  payoutId: string;
  state: string;
  minor: number;
  refusals: number;
  failure: string | null;
  dueAt: string | null;
  reference: string | null;
}

describeOnModel('a reversal that Stripe refuses', () => {
  const at = withStripe();
  let of: PayingOut;
  let transfer: string;

  beforeEach(async () => {
    of = await payingOut(at.system, at.asked);
  });

  /** What Stripe would take back of the transfer: nothing, as from an account that is empty, or all of it. */
  const left = (what: 'nothing' | 'all'): void => {
    const row = at.asked.model.store.get('transfer', transfer);
    row['amount_reversed'] = what === 'nothing' ? row['amount'] : 0;
  };
  /** A payout that was transferred and has to be taken back, but cannot be. @returns the payout's id */
  const contested = async (month: string): Promise<string> => {
    at.asked.model.store.available.set('eur', 1_000_000);
    const payoutId = await paidOut(of, month);
    transfer = (await payoutOf(of, payoutId)).reference ?? '';
    left('nothing');
    contestedAndLost(of);
    await tell(at.system, at.asked.model);
    await at.system.settled();
    return payoutId;
  };
  const listed = async (query = '', reader = of.officer): Promise<ReversalJson[]> =>
    ((await reader.get(`${PATH}${query}`).expect(200)).body as { items: ReversalJson[] }).items;
  const only = async (query = ''): Promise<ReversalJson> => {
    const items = await listed(query);
    expect(items).toHaveLength(1);
    return items[0] as ReversalJson;
  };
  const owedToAll = (): Promise<number> => balance(at.system, of.provider.organisationId, 'payable', 'EUR');
  const tried = async (id: string): Promise<void> => {
    await of.officer.post(`${PATH}/${id}/try`).expect(200);
    await at.system.settled();
  };

  it('is shown to the agency with the reason and the next try, and is tried at once when an officer says so', async () => {
    const payoutId = await contested('2026-02');
    const began = (await at.system.now()).getTime();
    const first = await only('?state=owed');
    expect(first).toMatchObject({ payoutId, minor: 9_700, refusals: 1, failure: expect.any(String), reference: null });
    expect(Date.parse(first.dueAt ?? '') - began).toBeLessThanOrEqual(3_600_000);
    await at.system.passTo(first.dueAt ?? '');
    const second = await only('?state=owed');
    expect(second.refusals).toBe(2);
    const pause = Date.parse(second.dueAt ?? '') - Date.parse(first.dueAt ?? '');
    expect(pause).toBeGreaterThanOrEqual(7_200_000);

    left('all');
    await tried(second.id);
    expect(await only('?state=done')).toMatchObject({ id: second.id, refusals: 2, failure: null, dueAt: null });
    expect(await listed('?state=owed')).toEqual([]);
    expect(at.asked.model.store.get('transfer', transfer)['amount_reversed']).toBe(9_700);
    const again = await of.officer.post(`${PATH}/${second.id}/try`).expect(409);
    expect(again.body).toMatchObject({ code: 'payout-reversal.cannot-try' });
  });

  it('waits for an officer once it was tried often enough', async () => {
    const payoutId = await contested('2026-02');
    for (let tries = 1; tries < REVERSAL_TRIES; tries += 1) await at.system.passTo((await only()).dueAt ?? '');
    const last = await only('?state=refused');
    expect(last).toMatchObject({ refusals: REVERSAL_TRIES, failure: expect.any(String), dueAt: null });
    const trail = await of.auditor.get(`/api/v1/audit?subjectType=payout&subjectId=${payoutId}`).expect(200);
    expect(trail.body.items.at(-1)).toMatchObject({ deed: 'payments.take-back', facts: { reversalId: last.id } });

    await tried(last.id);
    expect(await only('?state=refused')).toMatchObject({ refusals: REVERSAL_TRIES + 1 });
    left('all');
    await tried(last.id);
    expect(await only()).toMatchObject({ state: 'done', reference: expect.any(String) });
  });

  it('is a debt of the provider, until it has transferred that to the bank', async () => {
    const payoutId = await contested('2026-02');
    const debts = async (): Promise<object[]> =>
      ((await of.officer.get('/api/v1/payouts/debts').expect(200)).body as { items: object[] }).items;
    const pays = (id: string) => of.officer.post(`${PATH}/${id}/paid`, { bankReference: 'BACK-1' });
    const { id } = await only();
    // Stripe is still being asked.
    expect(await debts()).toEqual([]);
    expect((await pays(id).expect(409)).body).toMatchObject({ code: 'payout-reversal.cannot-pay-back' });
    for (let tries = 1; tries < REVERSAL_TRIES; tries += 1) await at.system.passTo((await only()).dueAt ?? '');
    const providerId = of.provider.organisationId;
    expect(await debts()).toMatchObject([{ providerId, currency: 'EUR', overpaidMinor: 0, refusedMinor: 9_700 }]);

    const [bank, stripe] = [await balance(at.system, of.agencyId, 'bank', 'EUR'), await owedToAll()];
    const record = { ...booking('Sent back', 9_699, 'SHORT'), currency: 'EUR' };
    await of.officer.post('/api/v1/payments/bank', record).expect(201);
    await of.officer.post('/api/v1/payments/bank', { ...record, reference: 'BACK-1', minor: 9_700 }).expect(201);
    const short = await of.officer.post(`${PATH}/${id}/paid`, { bankReference: 'SHORT' }).expect(422);
    expect(short.body).toMatchObject({ code: 'bank.booking', faults: [{ path: 'bankReference' }] });
    await pays(id).expect(200);
    expect(await only()).toMatchObject({ state: 'done', reference: 'BACK-1', failure: null, dueAt: null });
    expect(await debts()).toEqual([]);
    expect(await balance(at.system, of.agencyId, 'bank', 'EUR')).toBe(bank + 9_700);
    const { body } = await of.officer.get('/api/v1/payments/bank').expect(200);
    expect(body).toMatchObject({ items: [{ restMinor: 9_699 }, { reference: 'BACK-1', restMinor: 0 }] });
    expect(await owedToAll()).toBe(stripe - 9_700);
    await of.officer.post(`${PATH}/${id}/try`).expect(409);
    const trail = await of.auditor.get(`/api/v1/audit?subjectType=payout&subjectId=${payoutId}`).expect(200);
    expect(trail.body.items.at(-1)).toMatchObject({
      deed: 'payouts.settle-reversal',
      facts: { bankReference: 'BACK-1' },
    });
  });

  it('is listed page by page, to its own agency alone', async () => {
    await contested('2026-02');
    left('all');
    // What was taken back is there for the next payout.
    await tried((await only()).id);
    await contested('2026-03');
    const first = (await of.auditor.get(`${PATH}?limit=1`).expect(200)).body as { items: ReversalJson[]; next: string };
    const second = await listed(`?limit=1&cursor=${first.next}`);
    const all = await listed();
    expect([...first.items, ...second].map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    expect(all).toHaveLength(2);

    const stranger = await at.system.someone('officer');
    expect(await listed('', stranger)).toEqual([]);
    await stranger.post(`${PATH}/${all[1]?.id}/try`).expect(404);
    await of.auditor.post(`${PATH}/${all[1]?.id}/try`).expect(403);
    await of.provider.get(PATH).expect(403);
    const wrong = await of.officer.get(`${PATH}?state=lost`).expect(422);
    expect(wrong.text).toContain('must be one of owed, refused, done');
  });

  it('has the states that the database allows', async () => {
    expect((await statesAllowed(at.system, 'payout_reversal')).toSorted()).toEqual(
      statesOf(reversalLifecycle).toSorted(),
    );
  });
});
