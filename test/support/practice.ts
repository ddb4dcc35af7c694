/** Practice auctions as their providers play them, and their logs as whoever keeps them could write them. */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { AllocationService } from '../../src/allocation/allocation.service.js';
import type { AuctionContent, AuctionEvent, StandingContent } from '../../src/auctions/rules/events.js';
import { logFile, logText } from '../../src/auctions/rules/log-file.js';
import { type Verdict, verifyLog } from '../../src/auctions/rules/verify.js';
import { Keys } from '../../src/platform/keys/keys.js';
import { tariffOfJson } from '../../src/pricing/rules/tariff-json.js';
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

/** Writes the log of an auction from its rows, everything opened, and verifies it. */
export async function verdictOn({ app, source }: System, auctionId: string): Promise<Verdict> {
  const keys = app.get(Keys, { strict: false });
  const events: (AuctionEvent & { at: Date | string })[] = await source.query(
    `select sequence, at, kind, body, commitment, previous, hash from auction_event where auction_id = $1 order by sequence`,
    [auctionId],
  );
  const contents: { sequence: number; content: AuctionContent | StandingContent; salt: string }[] = await source.query(
    'select sequence, content, salt from auction_content where auction_id = $1 order by sequence',
    [auctionId],
  );
  const tariffs: { alias: string; commitment: string; tariff: unknown; salt: string }[] = await source.query(
    'select alias, commitment, tariff, salt from auction_tariff where auction_id = $1 and sequence is not null',
    [auctionId],
  );
  const [opened, ...standings] = contents;
  if (!opened) throw new Error(`auction ${auctionId} has no log`);
  const file = logFile(
    {
      publicKey: keys.publicKeyPem(),
      events: events.map((event) => ({ ...event, at: new Date(event.at).toISOString() })),
      opened: { ...opened, content: opened.content as AuctionContent },
      standings: standings.map((each) => ({ ...each, content: each.content as StandingContent })),
      tariffs: tariffs.map((each) => ({ ...each, tariff: tariffOfJson(each.tariff) })),
    },
    { disclosure: 'all', told: true },
    (text) => keys.sign(text),
  );
  const allocation = app.get(AllocationService, { strict: false });
  return verifyLog(logText(file), {
    hashOf: (text) => createHash('sha256').update(text).digest('hex'),
    isSigned: (text, signature, key) =>
      verify(null, Buffer.from(text), createPublicKey(key), Buffer.from(signature, 'base64')),
    solve: (problem) => allocation.solve(problem),
  });
}
