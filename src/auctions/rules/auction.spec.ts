import { lifecycleFaults } from '../../kernel/lifecycle.js';
import { bidFaults, bodyFaults } from './bid-faults.js';
import { auctionLifecycle, type AuctionState, bidLifecycle } from './lifecycles.js';
import { receiptText, sealedText } from './receipt.js';
import { whyNotOpen, whyNotReceive, whyNotWithdraw } from './why-not.js';

const deadline = new Date('2030-01-31T09:00:00.000Z');
const at = (millis: number): Date => new Date(deadline.getTime() + millis);
const auction = (state: AuctionState) => ({ state, deadline });

it('has lifecycles whose every state is reached', () => {
  expect(lifecycleFaults(auctionLifecycle)).toEqual([]);
  expect(lifecycleFaults(bidLifecycle)).toEqual([]);
});

describe('receiving', () => {
  it('counts the instant of receipt, also while the auction closes', () => {
    expect(whyNotReceive(auction('open'), at(-1))).toBeNull();
    expect(whyNotReceive(auction('closing'), at(-1))).toBeNull();
  });

  it('refuses what came at the deadline or later, however early the state is', () => {
    for (const state of ['open', 'closing', 'closed', 'waiting'] as const) {
      const refusal = whyNotReceive(auction(state), deadline);
      expect(refusal?.code).toBe('auction.too-late');
      expect(refusal?.message).toContain('The bidding ended at 2030-01-31T09:00:00.000Z; this was received at');
    }
  });

  it('says that what came in time and was not recorded does not count', () => {
    expect(whyNotReceive(auction('closed'), at(-1))?.code).toBe('auction.closed');
    expect(whyNotReceive(auction('waiting'), at(-1))?.message).toContain('Nothing was recorded');
    expect(whyNotReceive(auction('cancelled'), at(-1))?.code).toBe('auction.cancelled');
  });
});

describe('opening', () => {
  it('waits for the deadline and for the last bids', () => {
    expect(whyNotOpen(auction('open'), 'published', at(-1))?.message).toContain(
      'stay sealed until the bidding ends at 2030-01-31',
    );
    expect(whyNotOpen(auction('closed'), 'published', at(-1))?.code).toBe('auction.sealed');
    expect(whyNotOpen(auction('open'), 'published', deadline)?.code).toBe('auction.closing');
    expect(whyNotOpen(auction('closing'), 'published', at(1_999))?.code).toBe('auction.closing');
    expect(whyNotOpen(auction('closed'), 'published', at(2_000))).toBeNull();
  });

  it('happens once, and never after a cancellation', () => {
    expect(whyNotOpen(auction('waiting'), 'published', at(9_999))?.code).toBe('auction.already-opened');
    expect(whyNotOpen(auction('cancelled'), 'published', at(9_999))?.code).toBe('auction.cancelled');
    expect(whyNotOpen(auction('closed'), 'cancelled', at(9_999))?.code).toBe('auction.cancelled');
  });
});

it('lets a standing bid be withdrawn, and no other', () => {
  expect(whyNotWithdraw({ state: 'standing' })).toBeNull();
  for (const state of ['replaced', 'withdrawn', 'opened', 'unreadable'] as const) {
    expect(whyNotWithdraw({ state })?.message).toContain(`This bid is ${state}`);
  }
});

it('signs and seals one text for one content', () => {
  const receipt = { tenderId: 't', bidId: 'b', sequence: 1, receivedAt: deadline, commitment: 'c' };
  expect(receiptText(receipt)).toBe(
    '{"bidId":"b","commitment":"c","receivedAt":"2030-01-31T09:00:00.000Z","sequence":1,"tenderId":"t"}',
  );
  expect(sealedText({ lots: {}, bands: [{ from: 1, monthly: { b: 2n, a: 1n } }] }, 's')).toBe(
    '{"salt":"s","tariff":{"bands":[{"from":1,"monthly":{"a":1,"b":2}}],"lots":{}}}',
  );
});

describe('a body', () => {
  const band = { from: 1, monthly: { fast: 1 } };

  it.each<[string, unknown, string]>([
    ['no object', null, ''],
    ['a list', [], ''],
    ['no bands', { lots: {} }, 'bands'],
    ['no lots', { bands: [band] }, 'lots'],
    ['a member that no tariff has', { bands: [band], lots: {}, discount: 1 }, 'discount'],
    ['a strange member of a band', { bands: [{ ...band, price: 1 }], lots: {} }, 'bands.0.price'],
    ['a strange member of a lot', { bands: [band], lots: { L1: { surchrge: 1 } } }, 'lots.L1.surchrge'],
    ['too many bands', { bands: Array.from({ length: 21 }, () => band), lots: {} }, 'bands'],
    [
      'too many lots',
      { bands: [band], lots: Object.fromEntries(Array.from({ length: 5_001 }, (_, i) => [`L${i}`, {}])) },
      'lots',
    ],
  ])('with %s is no tariff', (_what, body, path) => {
    expect(bodyFaults(body).map((fault) => fault.path)).toEqual([path]);
  });

  it('that is a tariff has no faults', () => {
    expect(bodyFaults({ bands: [band], lots: { L1: {} }, capacity: 1, minimumLines: 1, activation: 1 })).toEqual([]);
  });
});

describe('a tariff in its tender', () => {
  const frame = { lots: ['L1'], tiers: ['fast'], totalLines: 100, termMonths: 24, priceCaps: { fast: 5n } };
  const tariff = (lots: readonly string[], price = 1n) => ({
    bands: [{ from: 1, monthly: { fast: price } }],
    lots: Object.fromEntries(lots.map((lot) => [lot, {}])),
  });

  it('is judged at every place', () => {
    expect(bidFaults(tariff(['L1']), frame)).toEqual([]);
    expect(bidFaults(tariff(['L1'], 6n), frame).map(({ path }) => path)).toEqual(['bands.0.monthly.fast']);
    expect(bidFaults(tariff(['L1', 'L2']), frame).map(({ path }) => path)).toEqual(['lots.L2']);
  });

  it('of another tender is told so by some of its lots', () => {
    const faults = bidFaults(tariff(Array.from({ length: 2_000 }, (_, i) => `X${i}`)), frame);
    expect(faults).toHaveLength(20);
    expect(faults[0]).toEqual({ path: 'lots.X0', reason: 'There is no lot X0 in this tender.' });
  });
});
