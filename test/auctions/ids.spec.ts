/** An id in capitals names the same thing, in whatever is kept, signed and looked up by it. */
import { createPublicKey, verify } from 'node:crypto';
import { AllocationService } from '../../src/allocation/allocation.service.js';
import { type Verdict, verifyLog } from '../../src/auctions/rules/verify.js';
import { sha256 } from '../../src/platform/keys/keys.js';
import { closed, publishedTender, type PublishedTenderMade, TARIFFS } from '../support/opened-tender.js';
import { type Someone, System } from '../support/system.js';

let system: System;
let tender: PublishedTenderMade;
let bidder: Someone;
beforeAll(async () => {
  system = await System.start();
  tender = await publishedTender(system);
  bidder = await system.someone('bidder');
});
afterAll(() => system.stop());

async function published(tenderId: string): Promise<Verdict> {
  const { text } = await system.eventually(
    () => tender.officer.get(`/api/v1/auctions/${tenderId}/log`),
    ({ status }) => status === 200,
  );
  const { body } = await system.anonymous().get('/api/v1/receipts/public-key').expect(200);
  return verifyLog(text, {
    hashOf: sha256,
    isSigned: (signed, signature, key) =>
      verify(null, Buffer.from(signed), createPublicKey(key), Buffer.from(signature, 'base64')),
    solve: (problem) => system.app.get(AllocationService, { strict: false }).solve(problem),
    allowedKey: (body as { publicKey: string }).publicKey,
  });
}

it('its audit chain is the same', async () => {
  const { poolId, sponsor } = tender;
  const joiningEndsAt = new Date((await system.now()).getTime() + 86_400_000);
  const draft = { title: 'Another', joiningEndsAt, criticalMass: 1, termMonths: 24, currency: 'KRW' };
  const { body } = await sponsor.post('/api/v1/pools', draft).expect(201);
  const { id } = body as { id: string };
  await sponsor.post(`/api/v1/pools/${id.toUpperCase()}/cancel`, { why: 'Drafted twice.' }).expect(200);
  const auditor = await system.someone('auditor');
  const chain = await auditor.get(`/api/v1/audit?subjectType=pool&subjectId=${id}`).expect(200);
  const deeds = (chain.body as { items: { deed: string }[] }).items.map(({ deed }) => deed);
  expect(deeds).toEqual(['pools.draft', 'pools.cancel']);
  await system.anonymous().get(`/api/v1/pools/${poolId.toUpperCase()}`).expect(200);
});

it('the receipt of a bid names the tender as its log does, which is valid', async () => {
  const { tenderId } = tender;
  const receipt = await bidder.post(`/api/v1/tenders/${tenderId.toUpperCase()}/bids`, TARIFFS[0]).expect(201);
  expect(receipt.body).toMatchObject({ tenderId, sequence: 1 });
  // And bids of a provider wait for one another, however it writes the tender.
  const paths = [tenderId, tenderId.toUpperCase(), tenderId, tenderId.toUpperCase()];
  const answers = await Promise.all(paths.map((id) => bidder.post(`/api/v1/tenders/${id}/bids`, TARIFFS[0])));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  const own = await bidder.get(`/api/v1/tenders/${tenderId}/bids/mine`).expect(200);
  const bids = (own.body as { items: { sequence: number; state: string }[] }).items;
  expect(bids.map(({ sequence }) => sequence)).toEqual([5, 4, 3, 2, 1]);
  expect(bids.filter(({ state }) => state === 'standing')).toHaveLength(1);

  await closed(system, tender);
  await tender.officer.post(`/api/v1/tenders/${tenderId.toUpperCase()}/bids/open`).expect(200);
  expect(await published(tenderId)).toMatchObject({ status: 'valid', fault: null });
});
