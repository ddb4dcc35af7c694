/** Sealed bids with alternatives: what is taken and what is not, and what their receipts prove. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../src/kernel/canonical.js';
import { liveAuction } from '../support/live-auction.js';
import { bid, closed, publishedTender, type TariffJson, TARIFFS } from '../support/opened-tender.js';
import { type Someone, System } from '../support/system.js';
import type { Problem } from './answers.js';
import { priced, several } from './with-alternatives.js';

let system: System;
beforeAll(async () => {
  system = await System.start();
});
afterAll(() => system.stop());

const [, , dear] = TARIFFS;
if (!dear) throw new Error('there are three tariffs to bid');

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const bidsOf = (tenderId: string): string => `/api/v1/tenders/${tenderId}/bids`;

async function refused(provider: Someone, tenderId: string, body: object): Promise<string[]> {
  const answer = await provider.post(bidsOf(tenderId), body).expect(422);
  const { code, faults } = answer.body as Problem;
  expect(code).toBe('bid.faults');
  return (faults ?? []).map(({ path }) => path);
}

it('is refused in a tender with a live phase, which says why, in each of its formats', async () => {
  for (const format of ['live', 'rounds']) {
    const { tenderId } = await publishedTender(system, { terms: { auction: { format } } });
    const provider = await system.someone('bidder');
    const answer = await provider.post(bidsOf(tenderId), several).expect(422);
    expect(answer.body).toMatchObject({
      code: 'bid.faults',
      faults: [
        { path: 'alternatives', reason: expect.stringMatching(/live auction, in which a provider improves one/) },
      ],
    });
    await bid(tenderId, provider, dear);
  }
});

it('names the alternative at which something is wrong', async () => {
  const { tenderId } = await publishedTender(system, { terms: { priceCaps: { basic: 30_000 } } });
  const provider = await system.someone('bidder');
  const wrong = (label: string, tariff: object): object => ({ ...several, alternatives: { [label]: tariff } });
  const at = async (label: string, tariff: object) => refused(provider, tenderId, wrong(label, tariff));
  const place = 'alternatives.small';
  expect(await at('small', priced(30_001, 1))).toEqual([`${place}.bands.0.monthly.basic`]);
  expect(await at('small', priced(-1, 1))).toEqual([`${place}.bands.0.monthly.basic`]);
  expect(await at('small', priced(1, 1, { lots: { north: {}, moon: {} } }))).toEqual([`${place}.lots.moon`]);
  expect(await at('small', priced(1, 1, { minimumLines: 37 }))).toEqual([`${place}.minimumLines`]);
  expect(await at('small', { lots: {} })).toEqual([`${place}.bands`]);
  expect(await at('small', { ...priced(1, 1), label: 'x' })).toEqual([`${place}.label`]);
  expect(await at('small', several)).toEqual([`${place}.alternatives`]);
  expect(await refused(provider, tenderId, { ...several, bands: [], capacity: 0 })).toEqual(
    expect.arrayContaining(['capacity']),
  );
  for (const label of ['', ' small', 'a/b', 'x'.repeat(31), 'a\nb', '-']) {
    expect(await at(label, dear)).toContain(`alternatives.${label}`);
  }
  const five = Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`no ${n}`, dear]));
  const nested = { bands: Array.from({ length: 10 }, (_, n) => ({ from: n + 1, monthly: { basic: 30 - n } })) };
  const ten = { ...nested, lots: { north: {} } };
  for (const alternatives of [{}, [], 'small', five, { a: ten, b: { ...ten, capacity: 9 } }]) {
    expect(await refused(provider, tenderId, { ...dear, alternatives })).toEqual(['alternatives']);
  }
  // A bid is sealed: whoever sends a tariff or a label twice could not see it afterwards.
  const [some, others] = [
    { ...dear, capacity: 20 },
    { ...dear, capacity: 30 },
  ];
  const twice = { a: { ...others }, b: dear, c: others };
  expect(await refused(provider, tenderId, { ...dear, alternatives: twice })).toEqual([
    'alternatives.b',
    'alternatives.c',
  ]);
  const text = JSON.stringify({ ...dear, alternatives: { small: some, other: others } });
  const answer = await provider.post(bidsOf(tenderId), text.replace('"other"', '"small"')).type('json').expect(422);
  expect((answer.body as Problem).faults).toEqual([
    { path: 'alternatives.small', reason: expect.stringContaining('give it once') },
  ]);
  // Labels that name members of every object are labels like others.
  await provider.post(bidsOf(tenderId), { ...dear, alternatives: { constructor: some, 아리랑: others } }).expect(201);
});

it('is for sealed bids alone: neither an improvement nor a practice nor the floor of a proxy has alternatives', async () => {
  const auction = await liveAuction(system);
  await auction.begun();
  const improved = await auction.improve(auction.provider(0), several);
  expect([improved.status, (improved.body as Problem).faults]).toMatchObject([422, [{ path: 'alternatives' }]]);
  const floor = { floor: { kind: 'tariff', tariff: several } };
  const told = await auction.provider(0).post(`/api/v1/auctions/${auction.id}/proxy`, floor);
  expect([told.status, (told.body as Problem).faults]).toMatchObject([422, [{ path: 'floor.tariff.alternatives' }]]);
  const { tenderId } = await publishedTender(system);
  const practice = await (
    await system.someone('bidder')
  ).post(`/api/v1/tenders/${tenderId}/practice`, { tariff: several });
  expect([practice.status, (practice.body as Problem).faults]).toMatchObject([
    422,
    [{ path: 'tariff.alternatives', reason: expect.stringContaining('one tariff at a time') }],
  ]);
});

it('goes with no proxy, whichever is there first', async () => {
  const { tenderId } = await publishedTender(system);
  const proxy = { floor: { kind: 'factor', bp: { basic: 9_000, fast: 9_000 } } };
  const path = `/api/v1/auctions/${tenderId}/proxy`;
  const [first, second] = [await system.someone('bidder'), await system.someone('bidder')];
  await bid(tenderId, first, several);
  expect((await first.post(path, proxy).expect(409)).body).toMatchObject({ code: 'proxy.alternatives' });
  await bid(tenderId, first, dear);
  await first.post(path, proxy).expect(201);

  await second.post(path, proxy).expect(201);
  expect((await second.post(bidsOf(tenderId), several).expect(409)).body).toMatchObject({ code: 'bid.has-proxy' });
  await bid(tenderId, second, dear);
  await second.post(`${path}/end`).expect(200);
  await bid(tenderId, second, several);
});

it('is sealed and replaced as a whole, and its receipt covers every tariff by the hashes that the API describes', async () => {
  const tender = await publishedTender(system);
  const { tenderId } = tender;
  const [provider, rival] = [await system.someone('bidder'), await system.someone('bidder')];
  await bid(tenderId, provider, dear);
  const [one, again] = [
    await provider.post(bidsOf(tenderId), several, 'once'),
    await provider.post(bidsOf(tenderId), several, 'once'),
  ];
  expect([one.status, again.status, again.body]).toEqual([201, 201, one.body]);
  const other = { ...several, alternatives: { ...several.alternatives, north: dear } };
  await provider.post(bidsOf(tenderId), other, 'once').expect(422);
  await bid(tenderId, rival, dear);
  for (const someone of [rival, provider, tender.officer]) {
    for (const route of [bidsOf(tenderId), `${bidsOf(tenderId)}/mine`]) {
      expect((await someone.get(route)).text).not.toMatch(/all lines|21_?011|"tariff"/);
    }
  }
  await closed(system, tender);
  await tender.officer.post(`${bidsOf(tenderId)}/open`).expect(200);
  const { body } = await tender.officer.get(bidsOf(tenderId)).expect(200);
  const opened = (body as { items: { bidId: string; tariff: TariffJson; salt: string; commitment: string }[] }).items;
  expect(opened).toHaveLength(2);
  const mine = opened.find(({ bidId }) => bidId === (one.body as { bidId: string }).bidId);
  expect(mine?.tariff).toEqual(several);
  const { alternatives = {}, ...main } = several;
  const hashes = ([null, 'all lines', 'north'] as const).map((alternative) => {
    const salt = sha256(canonicalJson({ alternative, salt: mine?.salt }));
    return sha256(
      canonicalJson({ alternative, salt, tariff: alternative === null ? main : alternatives[alternative] }),
    );
  });
  expect(mine?.commitment).toBe(sha256(canonicalJson({ tariffs: hashes })));
  const plain = opened.find(({ bidId }) => bidId !== mine?.bidId);
  expect(plain?.commitment).toBe(sha256(canonicalJson({ salt: plain?.salt, tariff: dear })));
});
