/** The log of an auction as it would be published with everything opened, and what a verification says of it. */
import { AllocationService } from '../../src/allocation/allocation.service.js';
import { contentOf, eventsBehind } from '../../src/auctions/event-rows.js';
import type { AuctionEvent } from '../../src/auctions/rules/events.js';
import { stateAfter } from '../../src/auctions/rules/fold.js';
import { logFile, type LogParts, logText } from '../../src/auctions/rules/log-file.js';
import { liveReceiptText } from '../../src/auctions/rules/log.js';
import { verifyLog } from '../../src/auctions/rules/verify.js';
import { Keys, sha256 } from '../../src/platform/keys/keys.js';
import { isSigned } from '../auctions/played-log.js';
import type { System } from './system.js';

/** What an improvement is answered with. */
export interface LiveReceipt {
  readonly auctionId: string;
  readonly alias: string;
  readonly revision: number;
  readonly commitment: string;
  readonly receivedAt: string;
  readonly signature: string;
}

export async function eventsOf(system: System, auctionId: string): Promise<AuctionEvent[]> {
  return eventsBehind(system.source.manager, auctionId, 0, null);
}

/** Fails unless the log of a decided auction is valid from its first event to its last. @returns its events */
export async function expectValidLog(system: System, auctionId: string): Promise<AuctionEvent[]> {
  const events = await eventsOf(system, auctionId);
  const tx = system.source.manager;
  const keys = system.app.get(Keys, { strict: false });
  const part = async (sequence: number): Promise<never> =>
    ({ sequence, ...(await contentOf(tx, auctionId, sequence)) }) as never;
  const parts: LogParts = {
    publicKey: keys.publicKeyPem(),
    events,
    opened: await part(1),
    standings: await Promise.all(
      events.filter(({ kind }) => kind === 'standing').map(({ sequence }) => part(sequence)),
    ),
    tariffs: await tx.query('select alias, commitment, tariff, salt from auction_tariff where auction_id = $1', [
      auctionId,
    ]),
  };
  const text = logText(logFile(parts, { disclosure: 'all', told: true }, (content) => keys.sign(content)));
  const allocation = system.app.get(AllocationService, { strict: false });
  const verdict = await verifyLog(text, {
    hashOf: sha256,
    isSigned,
    solve: (problem, known) => allocation.solve(problem, { known }),
  });
  expect({ status: verdict.status, fault: verdict.fault }).toEqual({ status: 'valid', fault: null });
  expect(stateAfter(events).phase).toBe('decided');
  return events;
}

/** How often each kind of event happened. */
export function counted(events: readonly AuctionEvent[]): Readonly<Partial<Record<AuctionEvent['kind'], number>>> {
  const counts: Partial<Record<AuctionEvent['kind'], number>> = {};
  for (const { kind } of events) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** The receipts that the improvements by persons in the log were answered with. */
export function receiptsIn(auctionId: string, events: readonly AuctionEvent[]): LiveReceipt[] {
  return events.flatMap((event) => {
    if (event.kind !== 'bid' || event.body.by !== 'person') return [];
    const { alias, revision, commitment, receivedAt, signature } = event.body;
    return [{ auctionId, alias, revision, commitment, receivedAt, signature }];
  });
}

/** Fails unless the log has exactly these receipts, each signed over what it says. */
export function expectReceipts(
  system: System,
  receipts: readonly LiveReceipt[],
  events: readonly AuctionEvent[],
): void {
  const publicKey = system.app.get(Keys, { strict: false }).publicKeyPem();
  const auctionId = receipts[0]?.auctionId ?? '';
  const inOrder = (list: readonly LiveReceipt[]): string[] =>
    list
      .map(({ alias, revision, commitment, receivedAt, signature }) =>
        [alias, revision, commitment, receivedAt, signature].join(' '),
      )
      .sort();
  expect(inOrder(receiptsIn(auctionId, events))).toEqual(inOrder(receipts));
  for (const receipt of receipts) {
    const text = liveReceiptText({ ...receipt, receivedAt: new Date(receipt.receivedAt) });
    expect(isSigned(text, receipt.signature, publicKey)).toBe(true);
  }
}
