import { randomUUID } from 'node:crypto';
import { awardOf, decided, type DecidedAward, draftedAward, pastStandstill } from '../awards/decided-award.js';
import type { OpenedTenderOptions } from '../support/opened-tender.js';
import { type Someone, System } from '../support/system.js';
import { type AgreementMade, agreementsOf, readAgreement, signBoth, withProviders } from './agreements.js';

/** Four providers win nine lines each; a fifth is dear, and can serve all. */
const FOUR: OpenedTenderOptions = {
  terms: { awardRule: 'shared' },
  tariffs: [0, 1, 2, 3, 4].map((nth) => ({
    bands: [{ from: 1, monthly: { basic: 20_000 + 2_000 * nth, fast: 30_000 + 2_000 * nth } }],
    lots: { north: {}, south: {} },
    ...(nth < 4 ? { capacity: 9 } : {}),
  })),
};

const WHY = { why: 'It has not signed for a month.' };

let system: System;
let made: DecidedAward;
let waiting: AgreementMade[];
/** recommended the award, and approves others */
let both: Someone;
let duringStandstill: { status: number; body: unknown };
beforeAll(async () => {
  system = await System.start();
  const drafted = await draftedAward(system, FOUR);
  const approver = await system.someone('approver', drafted.officer.organisationId);
  both = await system.someone(['officer', 'approver'], approver.organisationId);
  const standing = await decided(system, { ...drafted, officer: both }, approver);
  waiting = withProviders(standing, await agreementsOf(system, standing));
  duringStandstill = await approver.post(`/api/v1/agreements/${waiting[0]?.agreement.id}/let-fall`, WHY);
  made = await pastStandstill(system, { ...standing, officer: drafted.officer });
});
afterAll(async () => {
  await system.stop();
});

/** An agreement that no test has touched. */
function next(): AgreementMade {
  const agreement = waiting.shift();
  if (!agreement) throw new Error('all agreements are used');
  return agreement;
}

/** The follow-up award of a fallen winner. */
async function followUpOf({ agreement }: AgreementMade, round: number): Promise<void> {
  const followUp = await awardOf(system, made.officer, made.tenderId, { round });
  const cells = made.award.winners.find((winner) => winner.bidId === agreement.bidId)?.cells;
  expect(followUp).toMatchObject({ fallenFrom: made.award.id, scope: cells, state: 'drafted' });
  expect(followUp.excludedBids).toContainEqual({ bidId: agreement.bidId, ...WHY });
  expect(followUp.winners).toMatchObject([{ bidId: made.bids[4]?.bidId, lines: 9 }]);
}

test('nobody falls during the standstill', () => {
  expect(duringStandstill).toMatchObject({ status: 409, body: { code: 'award.wrong-state' } });
});

test('an approver lets a winner fall that never signs: its lines are awarded anew, and nobody else may', async () => {
  const fallen = next();
  const { agreement, provider } = fallen;
  const path = `/api/v1/agreements/${agreement.id}`;
  for (const role of ['bidder', 'owner', 'manager', 'officer', 'auditor', 'admin'] as const) {
    await (await system.someone(role)).post(`${path}/let-fall`, WHY).expect(403);
  }
  await provider.post(`${path}/let-fall`, WHY).expect(403);
  const stranger = await system.someone('approver');
  const strange = await stranger.post(`${path}/let-fall`, WHY).expect(403);
  expect(strange.body).toMatchObject({ code: 'agreement.not-a-party' });
  const hand = await both.post(`${path}/let-fall`, WHY).expect(403);
  expect(hand.body).toMatchObject({ code: 'award.same-person' });
  await made.approver.post(`/api/v1/agreements/${randomUUID()}/let-fall`, WHY).expect(404);
  const without = await made.approver.post(`${path}/let-fall`, { why: ' ' }).expect(422);
  expect(without.body).toMatchObject({ faults: [{ path: 'why' }] });
  expect(await readAgreement(provider, agreement.id)).toEqual(agreement);

  const answer = await made.approver.post(`${path}/let-fall`, WHY).expect(200);
  expect(answer.body).toMatchObject({ id: agreement.id, state: 'fallen', version: agreement.version + 1 });
  expect(await readAgreement(provider, agreement.id)).toMatchObject({
    state: 'fallen',
    whyFallen: WHY.why,
    signedAt: null,
    whyReturned: null,
  });
  await followUpOf(fallen, 2);
  const { contentHash } = agreement;
  await provider.post(`${path}/sign`, { contentHash }).expect(409);
  const again = await made.approver.post(`${path}/let-fall`, WHY).expect(409);
  expect(again.body).toMatchObject({ code: 'agreement.wrong-state' });
});

test('a winner falls that returns what the agency has signed; the reason of its return stays', async () => {
  const fallen = next();
  const { agreement, provider } = fallen;
  const path = `/api/v1/agreements/${agreement.id}`;
  await made.approver.post(`${path}/sign`, { contentHash: agreement.contentHash }).expect(200);
  await provider.post(`${path}/return`, { why: 'Dearer, please.' }).expect(200);
  await made.approver.post(`${path}/let-fall`, WHY).expect(200);
  const read = await readAgreement(provider, agreement.id);
  expect(read).toMatchObject({ state: 'fallen', whyReturned: 'Dearer, please.', whyFallen: WHY.why, signedAt: null });
  expect(read.signatures).toMatchObject([{ party: 'agency', counts: false }]);
  await followUpOf(fallen, 3);
});

test('what both parties signed cannot be let fall', async () => {
  const signed = next();
  await signBoth(signed, made.approver);
  const path = `/api/v1/agreements/${signed.agreement.id}/let-fall`;
  const refused = await made.approver.post(path, WHY).expect(409);
  expect(refused.body).toMatchObject({ code: 'agreement.wrong-state' });
  expect(await readAgreement(made.officer, signed.agreement.id)).toMatchObject({ state: 'signed', whyFallen: null });
});

test('of the last signature and the fall at the same instant one comes to pass', async () => {
  const { agreement, provider } = next();
  const path = `/api/v1/agreements/${agreement.id}`;
  const { contentHash } = agreement;
  await made.approver.post(`${path}/sign`, { contentHash }).expect(200);
  const [signature, fall] = await Promise.all([
    provider.post(`${path}/sign`, { contentHash }),
    made.approver.post(`${path}/let-fall`, WHY),
  ]);
  expect(new Set([signature.status, fall.status])).toEqual(new Set([200, 409]));
  const { state } = await readAgreement(provider, agreement.id);
  expect(state).toBe(fall.status === 200 ? 'fallen' : 'signed');
});
