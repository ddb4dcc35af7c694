/** The published log of an auction, over HTTP. */
import { randomUUID, verify, createPublicKey } from 'node:crypto';
import { AllocationService } from '../../src/allocation/allocation.service.js';
import type { BidAward } from '../../src/allocation/rules/problem.js';
import { type LogFile, logText } from '../../src/auctions/rules/log-file.js';
import { type Verdict, verifyLog } from '../../src/auctions/rules/verify.js';
import { sha256 } from '../../src/platform/keys/keys.js';
import { liveAuction, type LiveAuction } from '../support/live-auction.js';
import { publishedTender } from '../support/opened-tender.js';
import { System } from '../support/system.js';

let system: System;
let auction: LiveAuction;
const pathOf = (id: string, query = ''): string => `/api/v1/auctions/${id}/log${query}`;

beforeAll(async () => {
  system = await System.start();
  auction = await liveAuction(system, { auction: { disclosure: 'winners' } });
});

afterAll(async () => {
  await system.stop();
});

/** What the verification's own reckonings began with. */
const begunWith: (readonly BidAward[])[] = [];

async function verified(text: string): Promise<Verdict> {
  const { body } = await system.anonymous().get('/api/v1/receipts/public-key').expect(200);
  return verifyLog(text, {
    hashOf: sha256,
    isSigned: (signed, signature, key) =>
      verify(null, Buffer.from(signed), createPublicKey(key), Buffer.from(signature, 'base64')),
    solve: (problem, known) => {
      begunWith.push(known);
      return system.app.get(AllocationService, { strict: false }).solve(problem, { known });
    },
    allowedKey: (body as { publicKey: string }).publicKey,
  });
}

it('is not told before the end, to nobody', async () => {
  await auction.begun();
  for (const who of [auction.officer, auction.provider(0)]) {
    const { body } = await who.get(pathOf(auction.id)).expect(409);
    expect(body).toMatchObject({ code: 'auction.not-over' });
  }
  await auction.officer.get(pathOf(auction.id, '?full=true')).expect(409);
  await system.anonymous().get(pathOf(auction.id)).expect(409);
});

it('verifies, with what the tender lets everybody know, and with everything for the agency', async () => {
  await auction.lower(auction.provider(1), 0.7);
  await auction.lower(auction.provider(2), 0.985);
  await auction.reckoned();
  const { totalMinor } = await auction.ended();

  const { text, headers } = await system.anonymous().get(pathOf(auction.id)).expect(200);
  expect(headers['content-type']).toContain('application/json');
  expect(headers['content-disposition']).toBe('attachment; filename="auction-log.json"');
  const file = JSON.parse(text) as LogFile;
  expect(logText(file)).toBe(text);
  const verdict = await verified(text);
  expect(verdict).toMatchObject({ status: 'valid', fault: null, bids: 2, totalMinor: BigInt(totalMinor ?? 0) });
  const winners = new Set(verdict.winners.map(({ provider }) => provider));
  expect(winners).toEqual(new Set([auction.provider(0).organisationId, auction.provider(1).organisationId]));
  // The two winners' at the opening, and the improvement of one of them; the loser's stay commitments.
  expect(Object.keys(file.tariffs)).toHaveLength(3);

  const tag = String(headers['etag']);
  expect(tag).toBe(`"${file.events.at(-1)?.hash}"`);
  await system.anonymous().get(pathOf(auction.id)).set('if-none-match', tag).expect(304);

  const auditor = await system.someone('auditor');
  const full = await auditor.get(pathOf(auction.id, '?full=true')).expect(200);
  expect(full.headers['etag']).not.toBe(tag);
  expect(Object.keys((JSON.parse(full.text) as LogFile).tariffs)).toHaveLength(5);
  expect(await verified(full.text)).toMatchObject({ status: 'valid', totalMinor: BigInt(totalMinor ?? 0) });
  // What is published is proved again from there, and the proof is the same from nowhere.
  expect(begunWith.some((awards) => awards.length > 0)).toBe(true);

  const edited = text.replace('"kind":"began"', '"kind":"ended"');
  expect(await verified(edited)).toMatchObject({ status: 'invalid' });
});

it('is told in full to the agency alone', async () => {
  await system.anonymous().get(pathOf(auction.id, '?full=true')).expect(401);
  const { body } = await auction.provider(0).get(pathOf(auction.id, '?full=true')).expect(403);
  expect(body).toMatchObject({ code: 'deed.forbidden' });
  await auction.officer.get(pathOf(auction.id, '?full=perhaps')).expect(422);
});

it('is refused for what is not there, for another provider’s practice, and without an opening', async () => {
  await system.anonymous().get(pathOf(randomUUID())).expect(404);
  const practice = randomUUID();
  await system.source.query(
    `insert into auction (id, tender_id, practice_for, state, deadline) values ($1, $2, $3, 'cancelled', app_now())`,
    [practice, auction.id, auction.provider(0).organisationId],
  );
  await system.anonymous().get(pathOf(practice)).expect(404);
  await auction.provider(1).get(pathOf(practice)).expect(404);
  await auction.officer.get(pathOf(practice, '?full=true')).expect(404);
  await auction.provider(0).get(pathOf(practice)).expect(409);

  const tender = await publishedTender(system);
  await tender.officer.post(`/api/v1/tenders/${tender.tenderId}/cancel`, { why: 'We begin anew.' }).expect(200);
  const answer = await system.eventually(
    () => system.anonymous().get(pathOf(tender.tenderId)),
    ({ body }) => (body as { code: string }).code === 'auction.no-log',
  );
  expect(answer.status).toBe(409);
});
