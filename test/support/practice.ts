/** Practice auctions as their providers play them. */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { AllocationService } from '../../src/allocation/allocation.service.js';
import { type Verdict, verifyLog } from '../../src/auctions/rules/verify.js';
import { LiveAuction } from './live-auction.js';
import type { PublishedTenderMade, TariffJson } from './opened-tender.js';
import type { Someone, System } from './system.js';

export interface PracticeSeen {
  readonly auctionId: string;
  readonly tenderId: string;
  readonly state: string;
  readonly format: string;
  readonly bidders: number;
  readonly durationSeconds: number;
}

/** Begins a practice. */
export async function practise(
  provider: Someone,
  tenderId: string,
  body: { readonly tariff: TariffJson; readonly [member: string]: unknown },
): Promise<PracticeSeen> {
  return (await provider.post(`/api/v1/tenders/${tenderId}/practice`, body).expect(201)).body as PracticeSeen;
}

/** A practice as an auction to play: its provider is the only one that may look at it. */
export function played(
  system: System,
  tender: PublishedTenderMade,
  provider: Someone,
  { auctionId }: PracticeSeen,
): LiveAuction {
  return new LiveAuction(system, { ...tender, tenderId: auctionId, officer: provider, bids: [] });
}

/** Verifies the log that whoever practised is given. */
export async function verdictOn({ system, id, officer }: LiveAuction): Promise<Verdict> {
  const { text } = await officer.get(`/api/v1/auctions/${id}/log`).expect(200);
  const allocation = system.app.get(AllocationService, { strict: false });
  return verifyLog(text, {
    hashOf: (each) => createHash('sha256').update(each).digest('hex'),
    isSigned: (each, signature, key) =>
      verify(null, Buffer.from(each), createPublicKey(key), Buffer.from(signature, 'base64')),
    solve: (problem, known) => allocation.solve(problem, { known }),
  });
}
