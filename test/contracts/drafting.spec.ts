import { createHash, randomUUID } from 'node:crypto';
import { ContractsQueries } from '../../src/contracts/contracts.queries.js';
import { agreementLifecycle } from '../../src/contracts/rules/lifecycle.js';
import { agreementText } from '../../src/contracts/rules/terms.js';
import { statesOf } from '../../src/kernel/lifecycle.js';
import { decided, draftedAward, SHARED } from '../awards/decided-award.js';
import { statesAllowed } from '../support/states.js';
import { System } from '../support/system.js';
import { agreementsOf, issuedAgreement, signedAgreement } from './agreements.js';

let system: System;
beforeAll(async () => {
  system = await System.start();
});
afterAll(async () => {
  await system.stop();
});

function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

test('the database knows the states of the lifecycle, and no others', async () => {
  expect((await statesAllowed(system, 'framework_agreement')).sort()).toEqual(statesOf(agreementLifecycle).sort());
});

test('an approved award gives one agreement per winner, over exactly its cells', async () => {
  const made = await decided(system, await draftedAward(system, SHARED));
  const agreements = await agreementsOf(system, made);
  expect(agreements.length).toBeGreaterThan(1);
  for (const agreement of agreements) {
    const winner = made.award.winners.find((each) => each.bidId === agreement.bidId);
    expect(agreement).toMatchObject({ state: 'issued', edition: 1, signatures: [], lines: winner?.lines });
    expect(agreement.agencyId).toBe(made.approver.organisationId);
    expect(agreement.standstillEndsAt).toBe(made.award.standstillEndsAt);
    expect(agreement.content).toMatchObject({
      awardHash: made.award.contentHash,
      poolId: made.poolId,
      band: winner?.band,
      costMinor: winner?.costMinor,
      termMonths: 24,
      openMarket: { basic: 30_000, fast: 50_000 },
      cells: winner?.cells.map((cell) => ({ ...cell, regions: [cell.lot] })),
    });
  }
  const numbers = agreements.map((agreement) => agreement.number);
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const number of numbers) expect(number).toMatch(/^FA-\d{4}-\d{4}$/);
});

test('drafting told twice drafts once', async () => {
  const made = await issuedAgreement(system);
  await system.source.query('select announce($1, $2, $3)', [
    'awards.approved',
    { awardId: made.award.id },
    ['contracts.draft'],
  ]);
  await system.settled();
  expect((await agreementsOf(system, made)).map((each) => each.id)).toEqual([made.agreement.id]);
});

test('the PDF is the file of the hash, and is not sent twice', async () => {
  const { agreement, provider, officer } = await issuedAgreement(system);
  const path = `/api/v1/agreements/${agreement.id}/pdf`;
  const answer = await provider.get(path).responseType('blob').expect(200);
  expect(answer.headers['content-type']).toBe('application/pdf');
  expect(answer.headers['content-disposition']).toBe(`attachment; filename="${agreement.number}.pdf"`);
  expect(answer.headers['etag']).toBe(`"${agreement.pdfHash}"`);
  const pdf = answer.body as Buffer;
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  expect(sha256(pdf)).toBe(agreement.pdfHash);
  await officer.get(path).set('if-none-match', `"${agreement.pdfHash}"`).expect(304);
  await officer.get(`${path}?edition=2`).expect(404);
  await officer.get(`${path}?edition=x`).expect(422);
});

test('the content hash can be recomputed from the content that is shown', async () => {
  const { agreement } = await issuedAgreement(system);
  expect(sha256(agreementText(agreement.content as never))).toBe(agreement.contentHash);
});

test('another provider learns nothing of an agreement', async () => {
  const { agreement, bids } = await issuedAgreement(system);
  const loser = bids.find((each) => each.provider.organisationId !== agreement.providerId)?.provider;
  const path = `/api/v1/agreements/${agreement.id}`;
  for (const stranger of [loser, await system.someone('bidder')]) {
    await stranger?.get(path).expect(404);
    await stranger?.get(`${path}/pdf`).expect(404);
    await stranger?.post(`${path}/sign`, { contentHash: agreement.contentHash }).expect(404);
    await stranger?.post(`${path}/return`, { why: 'No.' }).expect(404);
    expect((await stranger?.get('/api/v1/agreements').expect(200))?.body).toEqual({ items: [], next: null });
  }
});

test('everybody else is refused', async () => {
  const { agreement, officer, provider } = await issuedAgreement(system);
  const path = `/api/v1/agreements/${agreement.id}`;
  const sign = { contentHash: agreement.contentHash };
  for (const role of ['owner', 'manager'] as const) {
    const person = await system.someone(role);
    await person.get('/api/v1/agreements').expect(403);
    await person.get(path).expect(403);
    await person.get(`${path}/pdf`).expect(403);
    await person.post(`${path}/sign`, sign).expect(403);
  }
  for (const role of ['officer', 'auditor', 'admin'] as const) {
    const person = await system.someone(role);
    await person.post(`${path}/sign`, sign).expect(403);
    await person.post(`${path}/return`, { why: 'No.' }).expect(403);
  }
  await provider.post(`${path}/issue`).expect(403);
  await (await system.someone('approver')).post(`${path}/issue`).expect(403);
  await (await system.someone('auditor')).get(path).expect(200);
  await system.anonymous().get(`${path}/pdf`).expect(401);
  await officer.get(`/api/v1/agreements/${randomUUID()}`).expect(404);
  await provider.post(`${path}/sign`, {}).expect(422);
  await provider.post(`${path}/return`, { why: '  ' }).expect(422);
});

test('an agreement has terms for other rooms once both parties signed it', async () => {
  const queries = system.app.get(ContractsQueries, { strict: false });
  const issued = await issuedAgreement(system);
  expect(await queries.terms(system.source.manager, issued.agreement.id)).toBeNull();
  expect(await queries.terms(system.source.manager, randomUUID())).toBeNull();
  const signed = await signedAgreement(system);
  const terms = await queries.terms(system.source.manager, signed.agreement.id);
  expect(terms).toMatchObject({
    agreementId: signed.agreement.id,
    number: signed.agreement.number,
    contentHash: signed.agreement.contentHash,
    signedAt: new Date(signed.agreement.signedAt ?? ''),
    poolId: signed.poolId,
    providerId: signed.provider.organisationId,
    currency: 'KRW',
    offerDays: 14,
    lines: 36,
  });
  expect(terms?.tariff.bands[0]?.monthly).toEqual({ basic: 28_000n, fast: 46_000n });
  expect(terms?.openMarket).toEqual({ basic: 30_000n, fast: 50_000n });
});

test('the list goes on where a page ended', async () => {
  const made = await decided(system, await draftedAward(system, SHARED));
  const all = await agreementsOf(system, made);
  const seen: string[] = [];
  let next: string | null = null;
  do {
    const cursor: string = next === null ? '' : `&cursor=${next}`;
    const page = await made.officer.get(`/api/v1/agreements?tenderId=${made.tenderId}&limit=1${cursor}`).expect(200);
    const { items, next: following } = page.body as { items: { id: string }[]; next: string | null };
    seen.push(...items.map((agreement) => agreement.id));
    next = following;
  } while (next !== null);
  expect(seen).toEqual(all.map((agreement) => agreement.id));
});
