/** A bidder who does not know whether a command that was not answered was done, and sends it again until it is. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SESSION_COOKIE } from '../../src/identity/session-cookie.js';
import type { LiveReceipt } from '../support/auction-log.js';
import { scaled } from '../support/live-auction.js';
import type { TariffJson } from '../support/opened-tender.js';
import type { Someone } from '../support/system.js';

const ANSWER_MILLIS = 60_000;
const AGAIN_MILLIS = 100;

export class PersistentBidder {
  /** what was answered, once for each command */
  readonly receipts: LiveReceipt[] = [];
  /** commands that had to be sent more than once */
  repeated = 0;

  /** @param server where the system answers at the moment */
  constructor(
    private readonly server: () => string,
    private readonly who: Someone,
    private readonly auctionId: string,
    private tariff: TariffJson,
  ) {}

  /** Lowers the own prices by a hundredth and a half. */
  async improve(): Promise<void> {
    this.tariff = scaled(this.tariff, 0.985);
    const key = randomUUID();
    for (let time = 1; ; time += 1) {
      const answer = await this.send(key).catch(() => null);
      if (time === 2) this.repeated += 1;
      if (answer?.status === 201) {
        this.receipts.push((await answer.json()) as LiveReceipt);
        return;
      }
      // In progress (409) or out of order (5xx): both mean that the command is to be sent again under its key.
      const text = (await answer?.text().catch(() => '')) ?? '';
      if (answer && answer.status < 500 && !text.includes('idempotency.in-progress')) {
        throw new Error(`${answer.status} ${text}`);
      }
      await sleep(AGAIN_MILLIS);
    }
  }

  private async send(key: string): Promise<globalThis.Response> {
    return fetch(`${this.server()}/api/v1/auctions/${this.auctionId}/bids`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        cookie: `${SESSION_COOKIE}=${this.who.token}`,
      },
      body: JSON.stringify(this.tariff),
      signal: AbortSignal.timeout(ANSWER_MILLIS),
    });
  }
}
