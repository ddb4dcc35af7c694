import { randomUUID } from 'node:crypto';
import { awardLifecycle } from '../../src/awards/rules/lifecycle.js';
import { statesOf } from '../../src/kernel/lifecycle.js';
import { statesAllowed } from '../support/states.js';
import { System } from '../support/system.js';
import {
  type AwardJson,
  type AwardMade,
  awardOf,
  draftedAgain,
  draftedAward,
  read,
  recommended,
} from './decided-award.js';

let system: System;
let made: AwardMade;
let latest: AwardJson;
beforeAll(async () => {
  system = await System.start();
  made = await draftedAward(system);
  latest = made.award;
});
afterAll(async () => {
  await system.stop();
});

/** A fresh draft: whatever state a test left the one before in. */
async function fresh(): Promise<AwardJson> {
  latest = await draftedAgain(system, made.officer, latest);
  return latest;
}

test('the database knows the states of the lifecycle, and no others', async () => {
  expect((await statesAllowed(system, 'award')).sort()).toEqual(statesOf(awardLifecycle).sort());
});

test('opened bids become a drafted award: the provably cheapest, with its reasons and its hash', async () => {
  const { award, bids, officer } = made;
  expect(award).toMatchObject({ round: 1, state: 'drafted', solverStatus: 'optimal', gap: 0, scope: null });
  // The first provider serves all 36 lines in its second band.
  expect(award.totalMinor).toBe(27_528_000);
  expect(award.boundMinor).toBe(award.totalMinor);
  expect(award.winners).toMatchObject([{ bidId: bids[0]?.bidId, band: 1, lines: 36, costMinor: 27_528_000 }]);
  expect(award.winners[0]?.cells).toEqual([
    { lot: 'north', tier: 'basic', from: 0, lines: 12 },
    { lot: 'north', tier: 'fast', from: 0, lines: 6 },
    { lot: 'south', tier: 'basic', from: 0, lines: 10 },
    { lot: 'south', tier: 'fast', from: 0, lines: 8 },
  ]);
  expect(award.explanation.length).toBeGreaterThan(0);
  // Sentences for people: names, not ids.
  for (const { bidId, provider } of bids) {
    expect(award.explanation.join(' ')).not.toContain(bidId);
    expect(award.explanation.join(' ')).not.toContain(provider.organisationId);
  }
  expect(award.contentHash).toMatch(/^[0-9a-f]{64}$/);
  const answer = await officer.get(`/api/v1/awards/${award.id}`).expect(200);
  expect(answer.headers['etag']).toBe(`"${award.version}"`);
});

test('whoever recommended cannot approve or reject, whatever roles that person has', async () => {
  const award = await fresh();
  const both = await system.someone(['officer', 'approver'], made.officer.organisationId);
  const { contentHash } = await recommended(both, award.id);
  const approval = await both.post(`/api/v1/awards/${award.id}/approve`, { contentHash }).expect(403);
  expect(approval.body).toMatchObject({ code: 'award.same-person' });
  const rejection = await both.post(`/api/v1/awards/${award.id}/reject`, { why: 'no' }).expect(403);
  expect(rejection.body).toMatchObject({ code: 'award.same-person' });
  expect((await read(both, award.id)).state).toBe('recommended');
});

test('whoever wrote the reasons cannot approve what a colleague then recommended', async () => {
  const { officer } = made;
  const award = await fresh();
  const both = await system.someone(['officer', 'approver'], officer.organisationId);
  await both.patch(`/api/v1/awards/${award.id}`, { reasons: 'My draft of reasons.' }, award.version).expect(200);
  const { contentHash } = await recommended(officer, award.id);
  const refused = await both.post(`/api/v1/awards/${award.id}/approve`, { contentHash }).expect(403);
  expect(refused.body).toMatchObject({ code: 'award.same-person' });
});

test('nor does the database take an approval from a person who prepared the award', async () => {
  const { officer } = made;
  const award = await fresh();
  await recommended(officer, award.id);
  await expect(
    system.source.query(
      `update award set state = 'standstill', due_at = app_now(), standstill_ends_at = app_now(), approved_by = $2,
         approved_hash = content_hash where id = $1`,
      [award.id, officer.personId],
    ),
  ).rejects.toThrow(/check constraint/);
});

test('an approver of another agency takes nothing over: who recommended it has it approved, and is named', async () => {
  const { officer } = made;
  const award = await fresh();
  const { contentHash } = await recommended(officer, award.id);
  const [approver, stranger] = [
    await system.someone('approver', officer.organisationId),
    await system.someone(['officer', 'approver']),
  ];
  const path = `/api/v1/awards/${award.id}`;
  const detail = expect.stringContaining(officer.organisationId) as string;
  for (const [deed, body] of Object.entries({
    approve: { contentHash },
    reject: { why: 'No.' },
    'evaluate-again': { excludedBidIds: [], why: 'Mine.' },
    scenarios: {},
  })) {
    const refused = await stranger.post(`${path}/${deed}`, body).expect(403);
    expect(refused.body).toMatchObject({ code: 'agency.not-yours', detail });
  }
  const agencyId = officer.organisationId;
  const whose = { agencyId, agencyName: `agency ${agencyId.slice(0, 8)}` };
  expect(await read(stranger, award.id)).toMatchObject({ ...whose, state: 'recommended', approvedBy: null });
  const list = await stranger.get(`/api/v1/tenders/${award.tenderId}/awards`).expect(200);
  expect((list.body as { items: object[] }).items.at(-1)).toMatchObject({ ...whose, id: award.id });
  await approver.post(`${path}/reject`, { why: 'Say more.' }).expect(200);
});

test('a change after the recommendation voids it: the old hash approves nothing any more', async () => {
  const { officer } = made;
  const award = await fresh();
  const approver = await system.someone('approver', officer.organisationId);
  const seen = await recommended(officer, award.id, 'The cheapest.');
  await officer.patch(`/api/v1/awards/${award.id}`, { reasons: 'Quite another reason.' }, seen.version).expect(200);
  const path = `/api/v1/awards/${award.id}/approve`;
  const drafted = await approver.post(path, { contentHash: seen.contentHash }).expect(409);
  expect(drafted.body).toMatchObject({ code: 'award.wrong-state' });
  expect(await read(officer, award.id)).toMatchObject({ state: 'drafted', recommendedBy: null });

  const again = await recommended(officer, award.id, 'Quite another reason.');
  expect(again.contentHash).not.toBe(seen.contentHash);
  const stale = await approver.post(path, { contentHash: seen.contentHash }).expect(412);
  expect(stale.body).toMatchObject({ code: 'award.changed' });
  expect(await read(officer, award.id)).toMatchObject({ state: 'recommended', approvedBy: null });
});

test('nobody overwrites what changed meanwhile', async () => {
  const { officer } = made;
  const award = await fresh();
  await officer.patch(`/api/v1/awards/${award.id}`, { reasons: 'One.' }, award.version).expect(200);
  await officer.patch(`/api/v1/awards/${award.id}`, { reasons: 'Two.' }, award.version).expect(412);
  await officer.patch(`/api/v1/awards/${award.id}`, { reasons: 'Two.' }).expect(412);
});

test('a rejected award can be mended and recommended again', async () => {
  const { officer } = made;
  const award = await fresh();
  const approver = await system.someone('approver', officer.organisationId);
  const { contentHash } = await recommended(officer, award.id, 'Cheap.');
  await approver.post(`/api/v1/awards/${award.id}/reject`, { why: 'Say how cheap.' }).expect(200);
  const rejected = await read(officer, award.id);
  expect(rejected).toMatchObject({ state: 'rejected', whyRejected: 'Say how cheap.' });
  await approver.post(`/api/v1/awards/${award.id}/approve`, { contentHash }).expect(409);
  await officer.post(`/api/v1/awards/${award.id}/recommend`, { reasons: 'Cheap.' }).expect(409);
  await officer.patch(`/api/v1/awards/${award.id}`, { reasons: 'A tenth below.' }, rejected.version).expect(200);
  expect(await recommended(officer, award.id, 'A tenth below.')).toMatchObject({
    state: 'recommended',
    whyRejected: null,
  });
});

test('a recommendation without reasons is refused, and so is an approval without a hash', async () => {
  const { officer } = made;
  const award = await fresh();
  const approver = await system.someone('approver', officer.organisationId);
  for (const body of [{}, { reasons: '' }, { reasons: ' \n ' }, { reasons: 'ok', state: 'final' }]) {
    await officer.post(`/api/v1/awards/${award.id}/recommend`, body).expect(422);
  }
  await approver.post(`/api/v1/awards/${award.id}/approve`, {}).expect(422);
  await approver.post(`/api/v1/awards/${award.id}/reject`, { why: '' }).expect(422);
});

test('an answered command is answered again, and done once', async () => {
  const { officer } = made;
  const award = await fresh();
  const key = randomUUID();
  const first = await officer.post(`/api/v1/awards/${award.id}/recommend`, { reasons: 'Cheap.' }, key).expect(200);
  const second = await officer.post(`/api/v1/awards/${award.id}/recommend`, { reasons: 'Cheap.' }, key).expect(200);
  expect(second.body).toEqual(first.body);
});

test('everybody else is refused', async () => {
  const { officer, tenderId } = made;
  const award = await fresh();
  const path = `/api/v1/awards/${award.id}`;
  const hash = { contentHash: award.contentHash };
  const [bidder, owner, manager, auditor, admin, approver] = await Promise.all(
    (['bidder', 'owner', 'manager', 'auditor', 'admin', 'approver'] as const).map((role) => system.someone(role)),
  );
  for (const person of [bidder, owner, manager]) {
    await person?.get(path).expect(403);
    await person?.get(`/api/v1/tenders/${tenderId}/awards`).expect(403);
    await person?.get(`${path}/letters`).expect(403);
  }
  for (const person of [bidder, owner, manager, auditor, admin, approver]) {
    await person?.post(`${path}/recommend`, { reasons: 'Mine.' }).expect(403);
    await person?.patch(path, { reasons: 'Mine.' }, award.version).expect(403);
    await person?.post(`${path}/evaluate-again`, { excludedBidIds: [], why: 'Mine.' }).expect(403);
  }
  await recommended(officer, award.id);
  for (const person of [bidder, owner, manager, auditor, admin, officer]) {
    await person?.post(`${path}/approve`, hash).expect(403);
    await person?.post(`${path}/reject`, { why: 'No.' }).expect(403);
  }
  for (const person of [owner, manager, auditor, officer]) await person?.get(`${path}/letter`).expect(403);
  await system.anonymous().get(path).expect(401);
  await auditor?.get(path).expect(200);
  await officer.get(`/api/v1/awards/${randomUUID()}`).expect(404);
  await officer.get('/api/v1/awards/none').expect(400);
});

test('one person recommends, one of two others approves, and the standstill runs to the end of a working day', async () => {
  const { officer, tenderId, award: drafted } = await draftedAward(system);
  const { organisationId } = officer;
  const approvers = [
    await system.someone('approver', organisationId),
    await system.someone('approver', organisationId),
  ];
  const { contentHash } = await recommended(officer, drafted.id);
  expect(contentHash).not.toBe(drafted.contentHash);
  const answers = await Promise.all(
    approvers.map((approver) => approver.post(`/api/v1/awards/${drafted.id}/approve`, { contentHash })),
  );
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200, 409]));
  const approver = approvers[answers.findIndex((answer) => answer.status === 200)];

  const award = await read(officer, drafted.id);
  expect(award).toMatchObject({ state: 'standstill', contentHash });
  expect(award.recommendedBy?.personId).toBe(officer.personId);
  expect(award.approvedBy?.personId).toBe(approver?.personId);
  const lastInstant = new Date(new Date(award.standstillEndsAt).getTime() - 1 + 540 * 60_000);
  expect(lastInstant.toISOString()).toContain('T23:59:59.999');
  expect([0, 6]).not.toContain(lastInstant.getUTCDay());
  const days = (new Date(award.standstillEndsAt).getTime() - (await system.now()).getTime()) / 86_400_000;
  expect(days).toBeGreaterThan(10);
  expect(days).toBeLessThan(13);
  await officer.post(`/api/v1/awards/${award.id}/evaluate-again`, { excludedBidIds: [], why: 'Late.' }).expect(409);
  await system.passTo(award.standstillEndsAt);
  await awardOf(system, officer, tenderId, { states: ['final'] });

  const entries: { deed: string; person_id: string | null; why: string | null }[] = await system.source.query(
    `select deed, person_id, why from audit_entry where subject_type = 'award' and subject_id = $1
       and deed like 'awards.%' order by sequence`,
    [award.id],
  );
  expect(entries).toEqual([
    { deed: 'awards.begin', person_id: null, why: null },
    { deed: 'awards.evaluate', person_id: null, why: null },
    { deed: 'awards.recommend', person_id: officer.personId, why: 'The cheapest.' },
    { deed: 'awards.approve', person_id: approver?.personId, why: null },
    { deed: 'awards.end-standstill', person_id: null, why: null },
  ]);
});
