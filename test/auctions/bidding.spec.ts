import { createPublicKey, verify } from 'node:crypto';
import { canonicalJson } from '../../src/kernel/canonical.js';
import { bid, publishedTender, type PublishedTenderMade, TARIFFS } from '../support/opened-tender.js';
import { type Someone, System } from '../support/system.js';
import type { OwnBid, Problem, Receipt } from './answers.js';

const [tariff, northern, dear] = TARIFFS;
if (!tariff || !northern || !dear) throw new Error('there are three tariffs to bid');

let system: System;
let tender: PublishedTenderMade;
let path: string;

const mine = async (provider: Someone, of = tender): Promise<OwnBid[]> =>
  ((await provider.get(`/api/v1/tenders/${of.tenderId}/bids/mine`).expect(200)).body as { items: OwnBid[] }).items;

beforeAll(async () => {
  system = await System.start();
  tender = await publishedTender(system);
  path = `/api/v1/tenders/${tender.tenderId}/bids`;
});

afterAll(() => system.stop());

describe('who may', () => {
  it('bid: providers, in a tender that is published', async () => {
    await system.anonymous().post(path).set('idempotency-key', 'k').send(tariff).expect(401);
    for (const role of ['owner', 'manager', 'officer', 'approver', 'auditor', 'admin'] as const) {
      await (await system.someone(role)).post(path, tariff).expect(403);
    }
    const provider = await system.someone('bidder');
    await provider.post('/api/v1/tenders/00000000-0000-4000-8000-000000000000/bids', tariff).expect(404);
  });

  it('see and withdraw a bid: only its own provider', async () => {
    const provider = await system.someone('bidder');
    const rival = await system.someone('bidder');
    const { bidId } = await bid(tender.tenderId, provider, tariff);
    await rival.post(`/api/v1/bids/${bidId}/withdraw`).expect(404);
    await (await system.someone('officer')).post(`/api/v1/bids/${bidId}/withdraw`).expect(403);
    expect(await mine(rival)).toEqual([]);
    expect(await mine(provider)).toMatchObject([{ bidId, state: 'standing' }]);
    const colleague = await system.someone('bidder', provider.organisationId);
    expect(await mine(colleague)).toMatchObject([{ bidId }]);
    await (await system.someone('officer')).get(`${path}/mine`).expect(403);
    await provider.get(path).expect(403);
  });

  it('open: officers', async () => {
    for (const role of ['bidder', 'approver', 'auditor', 'admin'] as const) {
      await (await system.someone(role)).post(`${path}/open`).expect(403);
    }
  });
});

describe('a tariff that does not fit', () => {
  const refused = async (body: object): Promise<Problem> =>
    (await (await system.someone('bidder')).post(path, body).expect(422)).body as Problem;
  const [band] = tariff.bands;

  it.each<[string, object, string[]]>([
    ['an unknown lot', { ...tariff, lots: { north: {}, east: {} } }, ['lots.east']],
    ['an unknown tier', { ...tariff, bands: [{ from: 1, monthly: { radio: 5 } }] }, ['bands.0.monthly.radio']],
    [
      'a price above the cap',
      { ...dear, bands: [{ from: 1, monthly: { basic: 1, fast: 50_001 } }] },
      ['bands.0.monthly.fast'],
    ],
    ['a price that is no integer', { ...dear, bands: [{ from: 1, monthly: { fast: 1.5 } }] }, ['bands.0.monthly.fast']],
    ['a price in words', { ...dear, bands: [{ from: 1, monthly: { fast: '5' } }] }, ['bands.0.monthly.fast']],
    [
      'a surcharge over the cap',
      { ...dear, lots: { north: { surcharge: 30_000 } } },
      ['bands.0.monthly.basic', 'bands.0.monthly.fast'],
    ],
    [
      'a set-up that passes the cap over the term',
      { ...dear, lots: { north: { setup: 12_001 } } },
      ['bands.0.monthly.basic'],
    ],
    [
      'a surcharge that cannot be reckoned with',
      { ...dear, lots: { north: { surcharge: 1e12 + 1 } } },
      ['lots.north.surcharge'],
    ],
    ['an activation that cannot be reckoned with', { ...dear, activation: 2.5e11 + 1 }, ['activation']],
    ['bands out of order', { ...tariff, bands: [band, band] }, ['bands.1.from']],
    ['a misspelt member', { ...tariff, minimumLnes: 3 }, ['minimumLnes']],
    ['a misspelt member of a lot', { ...tariff, lots: { north: { surchrge: 3 } } }, ['lots.north.surchrge']],
    ['a minimum beyond the demand', { ...dear, minimumLines: 37 }, ['minimumLines']],
    [
      'a partner that serves what is not covered',
      { ...dear, lots: { north: {} }, partners: { Hanmi: { lots: ['south'], capacity: 5 } } },
      ['partners.Hanmi.lots.0'],
    ],
    [
      'more partners than a bid may have',
      { ...dear, partners: Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`P${at}`, {}])) },
      ['partners'],
    ],
    ['no bands', { lots: { north: {} } }, ['bands']],
    ['a list', [tariff], ['']],
    [
      'a lot named like a member of every object',
      { ...dear, lots: { north: {}, constructor: {} } },
      ['lots.constructor'],
    ],
  ])('because of %s is refused at its place', async (_what, body, places) => {
    const problem = await refused(body);
    expect(problem.code).toBe('bid.faults');
    expect(problem.faults?.map((fault) => fault.path)).toEqual(places);
  });

  it('is refused however deeply it is nested', async () => {
    const deep = `{"bands":${'['.repeat(200_000)}${']'.repeat(200_000)},"lots":{}}`;
    const provider = await system.someone('bidder');
    const answer = await provider.post(path, deep).set('content-type', 'application/json');
    expect(answer.status).toBe(422);
  });

  it('is refused at its place when a number in it is too large for one', async () => {
    const provider = await system.someone('bidder');
    const text = JSON.stringify({ ...tariff, capacity: 'here' }).replace('"here"', '1e400');
    const answer = await provider.post(path, text).set('content-type', 'application/json');
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ faults: [{ path: 'capacity' }] });
  });

  it('leaves nothing behind', async () => {
    const provider = await system.someone('bidder');
    await provider.post(path, { ...tariff, lots: {} }, 'again').expect(422);
    expect(await mine(provider)).toEqual([]);
    await provider.post(path, tariff, 'again').expect(201);
  });
});

describe('the receipt', () => {
  it('can be checked by anyone who has the public key, without us', async () => {
    const provider = await system.someone('bidder');
    const receipt = (await provider.post(path, tariff).expect(201)).body as Receipt;
    const { body } = await system.anonymous().get('/api/v1/receipts/public-key').expect(200);
    const { publicKey } = body as { publicKey: string };
    const { signature, ...content } = receipt;
    const isSigned = (text: string): boolean =>
      verify(null, Buffer.from(text), createPublicKey(publicKey), Buffer.from(signature, 'base64'));
    expect(Object.keys(content).sort()).toEqual(['bidId', 'commitment', 'receivedAt', 'sequence', 'tenderId']);
    expect(isSigned(canonicalJson(content))).toBe(true);
    expect(isSigned(canonicalJson({ ...content, sequence: 2 }))).toBe(false);
    expect(isSigned(canonicalJson({ ...content, receivedAt: new Date(0) }))).toBe(false);
  });

  it('is given again for the same key and the same tariff, also after the deadline, and refused for another', async () => {
    const other = await publishedTender(system, { biddingDays: 1 });
    const bids = `/api/v1/tenders/${other.tenderId}/bids`;
    const provider = await system.someone('bidder');
    const [first, second] = await Promise.all([1, 2].map(() => provider.post(bids, tariff, 'one-bid').expect(201)));
    expect(second?.body).toEqual(first?.body);
    const shuffled = Object.fromEntries(Object.entries(tariff).toReversed());
    expect((await provider.post(bids, shuffled, 'one-bid').expect(201)).body).toEqual(first?.body);
    const reused = await provider.post(bids, northern, 'one-bid').expect(422);
    expect((reused.body as Problem).code).toBe('idempotency.key-reused');
    await system.passTo(other.biddingEndsAt);
    expect((await provider.post(bids, tariff, 'one-bid').expect(201)).body).toEqual(first?.body);
    expect(await mine(provider, other)).toHaveLength(1);
  });
});

describe('until the deadline', () => {
  it('a further bid takes the place of the one before', async () => {
    const provider = await system.someone('bidder');
    const first = await bid(tender.tenderId, provider, tariff);
    const second = await bid(tender.tenderId, provider, northern);
    expect(await mine(provider)).toMatchObject([
      { bidId: second.bidId, sequence: 2, state: 'standing' },
      { bidId: first.bidId, sequence: 1, state: 'replaced' },
    ]);
    const refused = await provider.post(`/api/v1/bids/${first.bidId}/withdraw`).expect(409);
    expect((refused.body as Problem).detail).toContain('This bid is replaced');
  });

  it('a bid can be withdrawn, and another made', async () => {
    const provider = await system.someone('bidder');
    const { bidId } = await bid(tender.tenderId, provider, tariff);
    const withdrawn = await provider.post(`/api/v1/bids/${bidId}/withdraw`, undefined, 'w').expect(200);
    expect(withdrawn.body).toMatchObject({ bidId, tenderId: tender.tenderId, state: 'withdrawn' });
    expect((await provider.post(`/api/v1/bids/${bidId}/withdraw`, undefined, 'w').expect(200)).body).toEqual(
      withdrawn.body,
    );
    await provider.post(`/api/v1/bids/${bidId}/withdraw`).expect(409);
    const again = await bid(tender.tenderId, provider, northern);
    expect((await mine(provider)).map(({ state, bidId: id }) => [id, state])).toEqual([
      [again.bidId, 'standing'],
      [bidId, 'withdrawn'],
    ]);
  });

  it('of bids sent at once exactly one stands, the one that was received last', async () => {
    const provider = await system.someone('bidder');
    const receipts = await Promise.all(
      Array.from({ length: 12 }, async () => (await provider.post(path, tariff).expect(201)).body as Receipt),
    );
    const bids = await mine(provider);
    expect(bids).toHaveLength(12);
    expect(bids.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 12 }, (_, i) => 12 - i));
    const [standing, ...others] = bids.filter(({ state }) => state === 'standing');
    expect(others).toEqual([]);
    const latest = receipts
      .map(({ receivedAt }) => receivedAt)
      .sort()
      .at(-1);
    expect(standing?.receivedAt).toBe(latest);
  });

  it('an officer cannot open the bids, and nobody is told how many there are', async () => {
    const refused = await tender.officer.post(`${path}/open`).expect(409);
    expect(refused.body).toMatchObject({
      code: 'auction.sealed',
      detail: expect.stringContaining(
        `stay sealed until the bidding ends at ${tender.biddingEndsAt.toISOString()}`,
      ) as string,
    });
    await tender.officer.get(path).expect(409);
    for (const someone of [tender.officer, await system.someone('bidder')]) {
      const { body } = await someone.get(`/api/v1/tenders/${tender.tenderId}/auction`).expect(200);
      expect(body).toMatchObject({ state: 'open', bids: null, deadline: tender.biddingEndsAt.toISOString() });
    }
  });

  it('a rival cannot reckon from its own receipts how many others bid', async () => {
    const fresh = await publishedTender(system);
    const [one, other] = [await system.someone('bidder'), await system.someone('bidder')];
    await bid(fresh.tenderId, one, tariff);
    await bid(fresh.tenderId, other, tariff);
    await bid(fresh.tenderId, other, tariff);
    await bid(fresh.tenderId, one, tariff);
    expect((await mine(one, fresh)).map(({ sequence }) => sequence)).toEqual([2, 1]);
  });
});
