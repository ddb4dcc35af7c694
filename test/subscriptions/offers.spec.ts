import { randomUUID } from 'node:crypto';
import { type Someone, System } from '../support/system.js';
import { OFFER_DAYS, type SignedAgreement, signedAgreement, untoldAgreement } from './signed-agreement.js';

interface Offer {
  id: string;
  state: string;
  limitMonthly: number | null;
  atMostMonthly: number;
  expectedMonthly: number;
  dueAt: string;
  betterOff: { verdict: string; sentence: string; savingAtMost: number | null };
}

describe('personal offers', () => {
  let system: System;
  let agreement: SignedAgreement;
  let interested: Someone;
  let certain: Someone;
  let standing: Someone;
  let beyond: Someone;
  let association: Someone;
  let officer: Someone;

  beforeAll(async () => {
    system = await System.start();
    [interested, certain, standing, beyond] = [
      await system.someone('owner'),
      await system.someone('owner'),
      await system.someone('owner'),
      await system.someone('owner'),
    ];
    association = await system.someone('manager');
    officer = await system.someone('officer');
    const associationId = association.organisationId;
    agreement = await signedAgreement(system, {
      lines: [
        { memberId: interested.organisationId, associationId, quantity: 2, present: 4_500, exitFee: 2_000 },
        { memberId: certain.organisationId, associationId, quantity: 3, firm: true, ceiling: 4_200, present: 3_000 },
        { memberId: standing.organisationId, firm: true, ceiling: 2_800, quantity: 5 },
        { memberId: beyond.organisationId, firm: true, ceiling: 41 },
      ],
    });
  });
  afterAll(() => system.stop());

  const only = async (someone: Someone): Promise<Offer> => {
    const answer = await someone.get('/api/v1/offers');
    expect(answer.body.items).toHaveLength(1);
    return answer.body.items[0] as Offer;
  };

  it('are at the at-most price, and the expected one if everybody accepts', async () => {
    // firm lines settle 3 lines by themselves: 40.00; of all eleven, six accept only what never comes
    expect(await only(interested)).toMatchObject({ atMostMonthly: 4_000, expectedMonthly: 4_000, state: 'made' });
  });

  it('are accepted by themselves at or below a firm ceiling, and stand below it', async () => {
    // 10.00 for set-up are 0.42 in each of 24 months
    expect(await only(certain)).toMatchObject({ state: 'accepted', ceilingMonthly: 4_200, limitMonthly: 4_158 });
    expect(await only(standing)).toMatchObject({ state: 'standing', ceilingMonthly: 2_800, limitMonthly: 2_758 });
    expect(await only(beyond)).toMatchObject({ state: 'standing', ceilingMonthly: 41, limitMonthly: 0 });
  });

  it('are compared with the present bill, and say when staying is better', async () => {
    const { betterOff } = await only(interested);
    // (45.00 - 40.00) x 2 lines x 24 months, less 2 x 10.00 for set-up and 20.00 to leave
    expect(betterOff).toMatchObject({ verdict: 'better-off', savingAtMost: 20_000 });
    const { betterOff: stay } = await only(certain);
    expect(stay.verdict).toBe('stay');
    expect(stay.sentence).toMatch(/better off staying/);
  });

  it('are answered until a number of days after they are made', async () => {
    const { dueAt } = await only(interested);
    const days = (new Date(dueAt).getTime() - (await system.now()).getTime()) / 86_400_000;
    expect(Math.ceil(days)).toBe(OFFER_DAYS);
  });

  it('are seen by their member, its association and the agency, and by nobody else', async () => {
    const { id } = await only(interested);
    const stranger = await system.someone('manager');
    const auditor = await system.someone('auditor', officer.organisationId);
    for (const sees of [interested, association, officer, auditor]) {
      expect((await sees.get(`/api/v1/offers/${id}`)).status).toBe(200);
    }
    for (const blind of [certain, stranger]) {
      expect((await blind.get(`/api/v1/offers/${id}`)).status).toBe(404);
      expect((await blind.get(`/api/v1/offers/${randomUUID()}`)).status).toBe(404);
    }
    for (const role of ['bidder', 'approver', 'admin'] as const) {
      expect((await (await system.someone(role)).get(`/api/v1/offers/${id}`)).status).toBe(403);
    }
    expect((await system.anonymous().get(`/api/v1/offers/${id}`)).status).toBe(401);
    expect((await association.get('/api/v1/offers')).body.items).toHaveLength(2);
    expect((await stranger.get('/api/v1/offers')).body.items).toHaveLength(0);
  });

  it('are listed in pages, by agreement and state', async () => {
    const path = `/api/v1/offers?agreementId=${agreement.agreementId}`;
    const first = await officer.get(`${path}&limit=2`);
    const rest = await officer.get(`${path}&limit=2&cursor=${first.body.next as string}`);
    expect([first.body.items.length, rest.body.items.length, rest.body.next]).toEqual([2, 2, null]);
    expect((await officer.get(`${path}&state=standing`)).body.items).toHaveLength(2);
    expect((await officer.get(`${path}&state=gone`)).status).toBe(422);
    for (const cursor of ['nonsense', `${randomUUID()}.x`, `${'-'.repeat(36)}.1`]) {
      expect((await officer.get(`${path}&cursor=${cursor}`)).body.code).toBe('page.cursor');
    }
  });

  it('take every kind of answer, and another one until the deadline', async () => {
    const { id } = await only(interested);
    const answer = async (body: object): Promise<Partial<Offer>> => {
      const answered = await interested.post(`/api/v1/offers/${id}/answer`, body);
      expect(answered.status).toBe(200);
      return answered.body as Offer;
    };
    expect(await answer({ answer: 'accept' })).toMatchObject({ state: 'accepted', limitMonthly: 4_000 });
    expect(await answer({ answer: 'accept-up-to', upTo: 3_100 })).toMatchObject({
      state: 'standing',
      limitMonthly: 3_100,
    });
    expect(await answer({ answer: 'accept-up-to', upTo: 4_100 })).toMatchObject({
      state: 'accepted',
      limitMonthly: 4_100,
    });
    expect(await answer({ answer: 'decline' })).toMatchObject({ state: 'declined', limitMonthly: null });
    expect(await answer({ answer: 'accept' })).toMatchObject({ state: 'accepted' });
    const entries: { deed: string }[] = await system.source.query(
      `select deed from audit_entry where subject_type = 'offer' and subject_id = $1`,
      [id],
    );
    expect(entries).toHaveLength(5);
  });

  it('give the same answer to the same command, and refuse a reused key', async () => {
    const { id } = await only(interested);
    const key = randomUUID();
    const path = `/api/v1/offers/${id}/answer`;
    const first = await interested.post(path, { answer: 'accept-up-to', upTo: 3_000 }, key);
    const again = await interested.post(path, { answer: 'accept-up-to', upTo: 3_000 }, key);
    expect(again.body).toEqual(first.body);
    expect((await interested.post(path, { answer: 'decline' }, key)).body.code).toBe('idempotency.key-reused');
  });

  it('refuse what is no answer', async () => {
    const { id } = await only(interested);
    for (const body of [
      {},
      { answer: 'perhaps' },
      { answer: 'accept-up-to' },
      { answer: 'accept-up-to', upTo: -1 },
      { answer: 'accept-up-to', upTo: 10.5 },
      { answer: 'accept-up-to', upTo: '3000' },
      { answer: 'accept', upTo: 3_000 },
      { answer: 'accept', limit: 3_000 },
    ]) {
      expect((await interested.post(`/api/v1/offers/${id}/answer`, body)).status).toBe(422);
    }
  });

  it('keep a firm pledge: it may be widened, not declined', async () => {
    const { id } = await only(standing);
    const path = `/api/v1/offers/${id}/answer`;
    const declined = await standing.post(path, { answer: 'decline' });
    expect([declined.status, declined.body.code]).toEqual([422, 'offer.firm']);
    expect((await standing.post(path, { answer: 'accept-up-to', upTo: 2_700 })).body.faults[0].path).toBe('upTo');
    expect((await standing.post(path, { answer: 'accept-up-to', upTo: 2_900 })).body.limitMonthly).toBe(2_900);
  });

  it('are answered by their member only', async () => {
    const { id } = await only(interested);
    const path = `/api/v1/offers/${id}/answer`;
    expect((await certain.post(path, { answer: 'decline' })).status).toBe(404);
    for (const other of [association, officer, await system.someone('bidder')]) {
      expect((await other.post(path, { answer: 'decline' })).status).toBe(403);
    }
  });

  it('are made once, however often the signing is told', async () => {
    await system.source.query(`select announce('contracts.signed', $1, array['subscriptions.make-offers'])`, [
      { agreementId: agreement.agreementId },
    ]);
    await system.settled();
    expect((await officer.get(`/api/v1/offers?agreementId=${agreement.agreementId}`)).body.items).toHaveLength(4);
  });

  it('take no answer after the deadline', async () => {
    const { id, dueAt } = await only(interested);
    await system.passTo(dueAt);
    const late = await interested.post(`/api/v1/offers/${id}/answer`, { answer: 'accept' });
    expect([late.status, late.body.code]).toEqual([409, 'offer.too-late']);
  });

  it('leave members their whole time when the signing is heard of late', async () => {
    const member = await system.someone('owner');
    const late = await untoldAgreement(system, { lines: [{ memberId: member.organisationId }] });
    await system.passTo(new Date((await system.now()).getTime() + (OFFER_DAYS + 1) * 86_400_000));
    const told = await system.now();
    await system.source.query(`select announce('contracts.signed', $1, array['subscriptions.make-offers'])`, [
      { agreementId: late.agreementId },
    ]);
    await system.settled();
    const { id, dueAt } = await only(member);
    expect(new Date(dueAt).getTime()).toBeGreaterThanOrEqual(told.getTime() + OFFER_DAYS * 86_400_000);
    expect((await member.post(`/api/v1/offers/${id}/answer`, { answer: 'accept' })).status).toBe(200);
  });
});
