/**
 * The API process is killed without warning under fifty bidders, again and again: what was answered with a receipt is in
 * the log, and whoever sends a command again under its key has improved once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../demo/random.js';
import { expectReceipts, expectValidLog } from '../support/auction-log.js';
import { crowdedAuction, variedTariffs } from '../support/many-bidders.js';
import { killed, Processes, SECRETS } from '../support/processes.js';
import { System } from '../support/system.js';
import { PersistentBidder } from './persistent-bidder.js';

const BIDDERS = 50;
const IMPROVEMENTS = 4;
const KILLS = 3;

let system: System;
let processes: Processes;
const seed = Number(process.env['PUMASI_TEST_SEED'] ?? Date.now() % 1_000_000);

beforeAll(async () => {
  system = await System.start({ ...SECRETS, PUMASI_WORKERS: false });
  processes = new Processes(system.database);
});

afterAll(async () => {
  await processes.end();
  await system.stop();
});

it('a receipt that was answered is in the log, and a repeated command is done once', async () => {
  console.log(`PUMASI_TEST_SEED=${seed}`);
  const random = new Random(seed);
  await processes.worker();
  const auction = await crowdedAuction(system, variedTariffs(BIDDERS), {
    auction: { softCloseSeconds: 0, outageSeconds: 3_600 },
  });
  await auction.is('live');
  let api = await processes.api();
  const bidders = auction.tender.bids.map(
    ({ provider, tariff }) => new PersistentBidder(() => api.url, provider, auction.id, tariff),
  );
  const answered = (): number => bidders.reduce((sum, { receipts }) => sum + receipts.length, 0);
  const bidding = Promise.all(
    bidders.map(async (bidder) => {
      for (let n = 0; n < IMPROVEMENTS; n += 1) await bidder.improve();
    }),
  );
  const all = BIDDERS * IMPROVEMENTS;
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const moment = Math.floor(((kill - 1) * all) / KILLS) + random.between(3, Math.floor(all / KILLS) - 10);
    while (answered() < moment) await sleep(1);
    await killed(api.child);
    api = await processes.api();
  }
  await bidding;
  expect(answered()).toBe(all);
  expect(bidders.reduce((sum, { repeated }) => sum + repeated, 0)).toBeGreaterThan(0);

  await auction.reckoned();
  await auction.decided();
  const events = await expectValidLog(system, auction.id);
  expectReceipts(
    system,
    bidders.flatMap(({ receipts }) => receipts),
    events,
  );
}, 600_000);
