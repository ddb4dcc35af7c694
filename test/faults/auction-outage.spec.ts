/**
 * PostgreSQL goes away under live auctions: nothing that was answered is lost, and an auction gets back the time that it
 * lost when that was more than its tender puts up with. Bids that never pause are no outage.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuctionEvent } from '../../src/auctions/rules/events.js';
import { migrate } from '../../src/platform/database/migrate.js';
import { counted, eventsOf, expectReceipts, expectValidLog } from '../support/auction-log.js';
import { liveAuction } from '../support/live-auction.js';
import { PostgresServer } from '../support/postgres-server.js';
import { System } from '../support/system.js';
import { PersistentBidder } from './persistent-bidder.js';

const DOWN_MILLIS = 15_000;
const BIDS_EACH = 5;

describe('PostgreSQL starts again during live auctions', () => {
  const postgres = new PostgresServer();
  let system: System;

  beforeAll(async () => {
    await postgres.start();
    await migrate(postgres.url);
    // Everything that was under way says that it failed, which it should.
    system = await System.start({ PUMASI_LOG: 'silent' }, { url: postgres.url, drop: async () => undefined });
  });

  afterAll(async () => {
    await system.stop();
    await postgres.remove();
  });

  it.each([
    ['more than its tender puts up with is given back', 10],
    ['less is not', 3_600],
  ])(
    'no receipt is lost; of the time that was lost, %s',
    async (_what, outageSeconds) => {
      const auction = await liveAuction(system, {
        auction: { softCloseSeconds: 0, durationSeconds: 3_600, outageSeconds },
      });
      const { endsAt } = await auction.is('live');
      const bidders = auction.tender.bids.map(
        ({ provider, tariff }) => new PersistentBidder(() => system.url, provider, auction.id, tariff),
      );
      const answered = (): number => bidders.reduce((sum, { receipts }) => sum + receipts.length, 0);
      const bidding = Promise.all(
        bidders.map(async (bidder) => {
          for (let n = 0; n < BIDS_EACH; n += 1) await bidder.improve();
        }),
      );
      while (answered() < 4) await sleep(1);
      const before = performance.now();
      await postgres.stop('SIGQUIT');
      const stopped = performance.now();
      await sleep(DOWN_MILLIS);
      const down = performance.now() - stopped;
      await postgres.start();
      await bidding;
      await auction.reckoned();
      const givenBack = down > outageSeconds * 1_000;
      if (givenBack) {
        while (outages(await eventsOf(system, auction.id)).length === 0) await sleep(50);
      }
      // The desk is looked at every two seconds.
      await sleep(3_000);
      const most = performance.now() - before;

      const putOff = Date.parse((await auction.seen()).endsAt ?? '') - Date.parse(endsAt ?? '');
      if (givenBack) {
        expect(putOff).toBeGreaterThan(down);
        // When it last ran is known to some seconds only, in the bidder's favour.
        expect(putOff).toBeLessThan(most + 10_000);
      } else expect(putOff).toBe(0);
      await auction.decided();
      const events = await expectValidLog(system, auction.id);
      expectReceipts(
        system,
        bidders.flatMap(({ receipts }) => receipts),
        events,
      );
      expect(counted(events)).toMatchObject({ began: 1, closed: 1, bid: bidders.length * BIDS_EACH });
      const whys = outages(events).map(({ body }) => body.why);
      expect(whys).toEqual(
        givenBack ? expect.arrayContaining([expect.stringMatching(/^Nothing ran for \d+ seconds/)]) : [],
      );
    },
    240_000,
  );
});

describe('bids that hold the auction all the time', () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start();
  });

  afterAll(() => system.stop());

  it('are no outage', async () => {
    const auction = await liveAuction(system, { auction: { outageSeconds: 10 } });
    const { endsAt } = await auction.begun();
    const holder = system.source.createQueryRunner();
    await holder.startTransaction();
    await holder.query('select from auction where id = $1 for share', [auction.id]);
    await sleep(15_000);
    await holder.commitTransaction();
    await holder.release();
    await sleep(5_000);
    expect(outages(await eventsOf(system, auction.id))).toEqual([]);
    expect((await auction.seen()).endsAt).toBe(endsAt);
  });
});

function outages(events: readonly AuctionEvent[]): AuctionEvent<'paused'>[] {
  return events.flatMap((event) => (event.kind === 'paused' && event.body.cause === 'outage' ? [event] : []));
}
