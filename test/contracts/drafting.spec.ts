import { createHash, randomUUID } from 'node:crypto';
import { ContractsQueries } from '../../src/contracts/contracts.queries.js';
import { agreementLifecycle } from '../../src/contracts/rules/lifecycle.js';
import { agreementText } from '../../src/contracts/rules/terms.js';
import { statesOf } from '../../src/kernel/lifecycle.js';
import { decided, type DecidedAward, draftedAward, pastStandstill, SHARED } from '../awards/decided-award.js';
import { statesAllowed } from '../support/states.js';
import { type Someone, System } from '../support/system.js';
import { type AgreementJson, agreementsOf, readAgreement } from './agreements.js';

let system: System;
let made: DecidedAward;
let agreements: AgreementJson[];
beforeAll(async () => {
  system = await System.start();
  made = await decided(system, await draftedAward(system, SHARED));
  agreements = await agreementsOf(system, made);
});
afterAll(async () => {
  await system.stop();
});

/** The first agreement, and who bids for it. */
function first(): { agreement: AgreementJson; provider: Someone } {
  const [agreement] = agreements;
  const provider = made.bids.find((each) => each.provider.organisationId === agreement?.providerId)?.provider;
  if (!agreement || !provider) throw new Error('no agreement was drafted');
  return { agreement, provider };
}

function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

test('the database knows the states of the lifecycle, and no others', async () => {
  expect((await statesAllowed(system, 'framework_agreement')).sort()).toEqual(statesOf(agreementLifecycle).sort());
});

test('an approved award gives one agreement per winner, over exactly its cells', () => {
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
      cells: winner?.cells.map(({ lot, tier, lines }) => ({ lot, tier, lines, regions: [lot] })),
    });
    // Where its lines begin would tell how many another winner has of them.
    expect(JSON.stringify(agreement.content['cells'])).not.toContain('from');
  }
  const numbers = agreements.map((agreement) => agreement.number);
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const number of numbers) expect(number).toMatch(/^FA-\d{4}-\d{4}$/);
});

test('every line is given to one winner, as many per lot and tier as its agreement is about', async () => {
  const given: object[] = await system.source.query(
    `select bid_id as "bidId", lot_code as lot, tier_code as tier, sum(quantity)::int as lines from awarded_line
     where award_id = $1 group by 1, 2, 3 order by 1, 2, 3`,
    [made.award.id],
  );
  const won = made.award.winners
    .flatMap(({ bidId, cells }) => cells.map(({ lot, tier, lines }) => ({ bidId, lot, tier, lines })))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  expect(given).toEqual(won);
  const wrong: object[] = await system.source.query(
    `select from pool_line l left join awarded_line a on a.line_id = l.line_id
     where l.pool_id = $1 group by l.line_id, l.quantity having sum(a.quantity) is distinct from l.quantity`,
    [made.poolId],
  );
  expect(wrong).toEqual([]);
});

test('drafting told twice drafts once', async () => {
  await system.source.query('select announce($1, $2, $3)', [
    'awards.approved',
    { awardId: made.award.id },
    ['contracts.draft'],
  ]);
  await system.settled();
  expect(await agreementsOf(system, made)).toEqual(agreements);
});

test('the PDF is the file of the hash, and is not sent twice', async () => {
  const { agreement, provider } = first();
  const path = `/api/v1/agreements/${agreement.id}/pdf`;
  const answer = await provider.get(path).responseType('blob').expect(200);
  expect(answer.headers['content-type']).toBe('application/pdf');
  expect(answer.headers['content-disposition']).toBe(`attachment; filename="${agreement.number}.pdf"`);
  expect(answer.headers['etag']).toBe(`"${agreement.pdfHash}"`);
  const pdf = answer.body as Buffer;
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  expect(sha256(pdf)).toBe(agreement.pdfHash);
  await made.officer.get(path).set('if-none-match', `"${agreement.pdfHash}"`).expect(304);
  await made.officer.get(`${path}?edition=2`).expect(404);
  await made.officer.get(`${path}?edition=x`).expect(422);
});

test('the content hash can be recomputed from the content that is shown', () => {
  for (const agreement of agreements) {
    expect(sha256(agreementText(agreement.content as never))).toBe(agreement.contentHash);
  }
});

test('another provider learns nothing of an agreement', async () => {
  const { agreement } = first();
  const path = `/api/v1/agreements/${agreement.id}`;
  const rivals = made.bids.map((each) => each.provider).filter((each) => each.organisationId !== agreement.providerId);
  for (const stranger of [...rivals, await system.someone('bidder')]) {
    await stranger.get(path).expect(404);
    await stranger.get(`${path}/pdf`).expect(404);
    await stranger.post(`${path}/sign`, { contentHash: agreement.contentHash }).expect(404);
    await stranger.post(`${path}/return`, { why: 'No.' }).expect(404);
    const list = await stranger.get('/api/v1/agreements').expect(200);
    const own = agreements.filter((each) => each.providerId === stranger.organisationId).map((each) => each.id);
    expect((list.body as { items: AgreementJson[] }).items.map((each) => each.id)).toEqual(own);
  }
});

test('everybody else is refused', async () => {
  const { officer } = made;
  const { agreement, provider } = first();
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

test('the list goes on where a page ended', async () => {
  const seen: string[] = [];
  let next: string | null = null;
  do {
    const cursor: string = next === null ? '' : `&cursor=${next}`;
    const page = await made.officer.get(`/api/v1/agreements?tenderId=${made.tenderId}&limit=1${cursor}`).expect(200);
    const { items, next: following } = page.body as { items: { id: string }[]; next: string | null };
    seen.push(...items.map((agreement) => agreement.id));
    next = following;
  } while (next !== null);
  expect(seen).toEqual(agreements.map((agreement) => agreement.id));
});

test('an agreement has terms for other rooms once both parties signed it', async () => {
  const queries = system.app.get(ContractsQueries, { strict: false });
  const { agreement, provider } = first();
  expect(await queries.terms(system.source.manager, agreement.id)).toBeNull();
  expect(await queries.terms(system.source.manager, randomUUID())).toBeNull();
  await pastStandstill(system, made);
  const path = `/api/v1/agreements/${agreement.id}/sign`;
  await provider.post(path, { contentHash: agreement.contentHash }).expect(200);
  expect(await queries.terms(system.source.manager, agreement.id)).toBeNull();
  await made.approver.post(path, { contentHash: agreement.contentHash }).expect(200);
  const { signedAt } = await readAgreement(provider, agreement.id);
  const terms = await queries.terms(system.source.manager, agreement.id);
  expect(terms).toMatchObject({
    agreementId: agreement.id,
    number: agreement.number,
    contentHash: agreement.contentHash,
    signedAt: new Date(signedAt ?? ''),
    poolId: made.poolId,
    providerId: provider.organisationId,
    currency: 'KRW',
    offerDays: 14,
    lines: agreement.lines,
  });
  const bid = made.bids.find((each) => each.bidId === agreement.bidId);
  const bands = bid?.tariff.bands.map((band) => ({
    ...band,
    monthly: Object.fromEntries(Object.entries(band.monthly).map(([tier, minor]) => [tier, BigInt(minor)])),
  }));
  expect(terms?.tariff.bands).toEqual(bands);
  expect(terms?.openMarket).toEqual({ basic: 30_000n, fast: 50_000n });
});
