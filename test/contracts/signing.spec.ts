import { ContractsService } from '../../src/contracts/contracts.service.js';
import { systemActor } from '../../src/kernel/actor.js';
import { Deeds } from '../../src/platform/deeds/deeds.js';
import { awardOf, decided, type DecidedAward, draftedAward, pastStandstill } from '../awards/decided-award.js';
import type { OpenedTenderOptions } from '../support/opened-tender.js';
import { System } from '../support/system.js';
import { type AgreementMade, agreementsOf, readAgreement, signBoth, withProviders } from './agreements.js';

/** Six providers win six lines each, so that there are six agreements to sign. */
const SIX: OpenedTenderOptions = {
  terms: { awardRule: 'shared', maxShareBp: 1_700 },
  tariffs: [0, 1, 2, 3, 4, 5].map((nth) => ({
    bands: [{ from: 1, monthly: { basic: 20_000 + 100 * nth, fast: 30_000 + 100 * nth } }],
    lots: { north: {}, south: {} },
  })),
};

let system: System;
let made: DecidedAward;
let waiting: AgreementMade[];
/** the agreement that is issued a second time during the standstill */
let reissued: AgreementMade;
beforeAll(async () => {
  system = await System.start();
  made = await decided(system, await draftedAward(system, SIX));
  waiting = withProviders(made, await agreementsOf(system, made));
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

async function timesSigned(agreementId: string): Promise<number> {
  const rows: { times: number }[] = await system.source.query(
    `select count(*)::int as times from outbox_event where name = 'contracts.signed' and payload ->> 'agreementId' = $1`,
    [agreementId],
  );
  return rows[0]?.times ?? 0;
}

describe('during the standstill', () => {
  test('an agreement may be returned and issued again, but not signed', async () => {
    const { agreement, provider } = next();
    const path = `/api/v1/agreements/${agreement.id}`;
    await provider.post(`${path}/return`, { why: 'Our name is misspelt.' }).expect(200);
    await made.officer.post(`${path}/issue`).expect(200);
    reissued = { agreement: await readAgreement(provider, agreement.id), provider };
    const { contentHash, edition } = reissued.agreement;
    expect(edition).toBe(2);
    const refused = await provider.post(`${path}/sign`, { contentHash }).expect(409);
    expect(refused.body).toMatchObject({ code: 'award.standstill' });
  });

  test('nothing can be signed, to its last instant; afterwards it can', async () => {
    const { agreement, provider } = next();
    const path = `/api/v1/agreements/${agreement.id}/sign`;
    const body = { contentHash: agreement.contentHash };
    for (const person of [made.approver, provider]) {
      const refused = await person.post(path, body).expect(409);
      expect(refused.body).toMatchObject({ code: 'award.standstill' });
    }
    const endsAt = new Date(agreement.standstillEndsAt);
    await system.passTo(new Date(endsAt.getTime() - 5_000));
    let refusals = 0;
    const signed = await system.eventually(
      () => provider.post(path, body),
      (answer) => {
        if (answer.status === 200) return true;
        expect(answer.body).toMatchObject({ code: 'award.standstill' });
        refusals += 1;
        return false;
      },
    );
    expect(refusals).toBeGreaterThan(1);
    expect(signed.body).toMatchObject({ state: 'signed-by-provider' });
    const [signature] = (await readAgreement(provider, agreement.id)).signatures;
    expect(new Date(signature?.signedAt ?? 0).getTime()).toBeGreaterThanOrEqual(endsAt.getTime());
  });
});

describe('after the standstill', () => {
  beforeAll(async () => {
    await pastStandstill(system, made);
  });

  test('either party signs first; with both signatures it is signed, and told once', async () => {
    const { approver } = made;
    const { agreement, provider } = next();
    const path = `/api/v1/agreements/${agreement.id}/sign`;
    const body = { contentHash: agreement.contentHash };
    const first = await approver.post(path, body).expect(200);
    expect(first.body).toMatchObject({ state: 'signed-by-agency' });
    const twice = await approver.post(path, body).expect(409);
    expect(twice.body).toMatchObject({ code: 'agreement.signed-already' });
    const second = await provider.post(path, body).expect(200);
    expect(second.body).toMatchObject({ state: 'signed' });
    const { signatures, signedAt, state, pdfHash } = await readAgreement(provider, agreement.id);
    expect(state).toBe('signed');
    expect(signatures).toMatchObject([
      { party: 'agency', personId: approver.personId, contentHash: agreement.contentHash, pdfHash, counts: true },
      { party: 'provider', personId: provider.personId, contentHash: agreement.contentHash, pdfHash, counts: true },
    ]);
    for (const { name, address } of signatures) {
      expect(name.length).toBeGreaterThan(0);
      expect(address).toMatch(/127\.0\.0\.1/);
    }
    expect(signedAt).toBe(signatures[1]?.signedAt);
    expect(await timesSigned(agreement.id)).toBe(1);
  });

  test('two parties that sign at the same instant both have signed', async () => {
    const { approver } = made;
    const { agreement, provider } = next();
    const path = `/api/v1/agreements/${agreement.id}/sign`;
    const body = { contentHash: agreement.contentHash };
    const answers = await Promise.all([approver, provider].map((person) => person.post(path, body)));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    expect(await readAgreement(provider, agreement.id)).toMatchObject({ state: 'signed' });
    expect(await timesSigned(agreement.id)).toBe(1);
  });

  test('two persons of one party that sign at the same instant sign once', async () => {
    const { agreement, provider } = next();
    const colleague = await system.someone('bidder', provider.organisationId);
    const path = `/api/v1/agreements/${agreement.id}/sign`;
    const body = { contentHash: agreement.contentHash };
    const answers = await Promise.all([colleague, provider].map((person) => person.post(path, body)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200, 409]));
    expect((await readAgreement(provider, agreement.id)).signatures).toHaveLength(1);
  });

  test('returned with a reason and issued again, it is another content: earlier signatures and hashes count no more', async () => {
    const { approver, officer } = made;
    const { agreement, provider } = next();
    const path = `/api/v1/agreements/${agreement.id}`;
    const before = { contentHash: agreement.contentHash };
    await approver.post(`${path}/sign`, before).expect(200);
    await officer.post(`${path}/issue`).expect(409);
    await provider.post(`${path}/return`, { why: 'Jeju needs another week.' }).expect(200);
    const returned = await readAgreement(provider, agreement.id);
    expect(returned).toMatchObject({ state: 'returned', whyReturned: 'Jeju needs another week.' });
    expect(returned.signatures).toMatchObject([{ party: 'agency', counts: false }]);
    await provider.post(`${path}/sign`, before).expect(409);
    await provider.post(`${path}/return`, { why: 'Again.' }).expect(409);

    await officer.post(`${path}/issue`, { specialConditions: 'Jeju is installed within 37 days.' }).expect(200);
    const again = await readAgreement(provider, agreement.id);
    expect(again).toMatchObject({ state: 'issued', edition: 2, number: agreement.number, whyReturned: null });
    expect(again.contentHash).not.toBe(agreement.contentHash);
    expect(again.pdfHash).not.toBe(agreement.pdfHash);
    expect(again.content).toMatchObject({ specialConditions: 'Jeju is installed within 37 days.', edition: 2 });
    const { issuedAt: _then, edition: _first, specialConditions: _none, ...same } = agreement.content;
    expect(again.content).toMatchObject(same);

    const stale = await approver.post(`${path}/sign`, before).expect(412);
    expect(stale.body).toMatchObject({ code: 'agreement.changed' });
    for (const person of [provider, approver]) {
      await person.post(`${path}/sign`, { contentHash: again.contentHash }).expect(200);
    }
    const signed = await readAgreement(provider, agreement.id);
    expect(signed).toMatchObject({ state: 'signed' });
    expect(signed.signatures.map(({ edition, party, counts }) => [edition, party, counts])).toEqual([
      [1, 'agency', false],
      [2, 'provider', true],
      [2, 'agency', true],
    ]);
    await approver.post(`${path}/return`, { why: 'Too late.' }).expect(409);
    const first = await provider.get(`${path}/pdf?edition=1`).expect(200);
    expect(first.headers['etag']).toBe(`"${agreement.pdfHash}"`);
  });

  test('a stranger is no party; what is signed cannot be rewritten, and can only fall, to a follow-up of its cells', async () => {
    const last = reissued;
    const { id } = last.agreement;
    const stranger = await system.someone('approver');
    const contentHash = last.agreement.contentHash;
    const refused = await stranger.post(`/api/v1/agreements/${id}/sign`, { contentHash }).expect(403);
    expect(refused.body).toMatchObject({ code: 'agreement.not-a-party' });
    await stranger.post(`/api/v1/agreements/${id}/return`, { why: 'No.' }).expect(403);

    const contracts = system.app.get(ContractsService, { strict: false });
    const fall = () =>
      system.app
        .get(Deeds, { strict: false })
        .run(systemActor('test'), 'test.fall', null, (deed) => contracts.fallThrough(deed, id, 'Too few accepted.'));
    await expect(fall()).rejects.toMatchObject({ code: 'agreement.cannot-fall-through' });
    await signBoth(last, made.approver);
    const attempts = [
      `update agreement_edition set content = '{}' where agreement_id = $1`,
      'delete from agreement_edition where agreement_id = $1',
      `update agreement_signature set name = 'Nobody' where agreement_id = $1`,
      'delete from agreement_signature where agreement_id = $1',
    ];
    for (const attempt of attempts) await expect(system.source.query(attempt, [id])).rejects.toThrow(/append-only/);

    await fall();
    expect(await readAgreement(made.officer, id)).toMatchObject({ state: 'fallen', whyFallen: 'Too few accepted.' });
    const followUp = await awardOf(system, made.officer, made.tenderId, { round: 2 });
    const cells = made.award.winners.find((winner) => winner.bidId === last.agreement.bidId)?.cells;
    expect(followUp).toMatchObject({ fallenFrom: made.award.id, scope: cells });
    // All others hold as many lines as they may: the published share holds for follow-ups too.
    expect(followUp.state).toBe('failed');
    await expect(fall()).rejects.toMatchObject({ code: 'agreement.cannot-fall-through' });
  });
});
