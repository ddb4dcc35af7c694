/** The whole way of lines whose provider fell through, to one that holds other lines of the same tender. */
import { ContractsService } from '../../src/contracts/contracts.service.js';
import { daysLater } from '../../src/kernel/calendar.js';
import { addDays } from '../../src/kernel/period.js';
import { Market, type MarketAward, type Member } from '../support/market.js';
import { System } from '../support/system.js';
import { today } from './settled-agreement.js';

const TIER = 'fibre-1000';
const ALONE = 50_000;

describe('offers under a follow-up award', () => {
  let system: System;
  let market: Market;

  beforeAll(async () => {
    system = await System.start();
    market = await Market.open(system, ['north', 'south'], [TIER]);
  });
  afterAll(() => system.stop());

  const crowd = async (poolId: string, size: number, region: string): Promise<Member[]> => {
    const members: Member[] = [];
    for (let i = 0; i < size; i += 1) {
      const member = await market.member(`${region}-${i}`);
      await member.joins(poolId, 'interest', { region, tier: TIER, presentMonthly: ALONE });
      members.push(member);
    }
    return members;
  };

  it('are at the price of all lines their provider holds in the tender, as far as these have settled', async () => {
    const pool = await market.pool(['north', 'south'], { [TIER]: ALONE });
    const north = await crowd(pool.id, 7, 'north');
    const south = await crowd(pool.id, 5, 'south');
    await system.passTo(pool.endsAt);
    const tender = await market.tender(pool.id, { awardRule: 'lot' });
    const [kt, hanaro] = [await system.someone('bidder'), await system.someone('bidder')];
    await market.bids(kt, tender.id, {
      bands: [
        { from: 1, monthly: { [TIER]: 32_000 } },
        { from: 11, monthly: { [TIER]: 30_000 } },
      ],
      lots: { north: {}, south: {} },
      minimumLines: 6,
      activation: 7_000,
      capacity: 12,
    });
    await market.bids(hanaro, tender.id, {
      bands: [{ from: 1, monthly: { [TIER]: 20_000 } }],
      lots: { south: {} },
      minimumLines: 5,
    });
    const first = await market.opens(tender);
    expect(first.winners.map((winner) => [winner.providerId, winner.lines])).toEqual([
      [kt.organisationId, 7],
      [hanaro.organisationId, 5],
    ]);
    await market.decides(first);

    // The one falls through while the other's members still answer: all seven of its lines count.
    const fallen = await market.sign(first, hanaro);
    await system.passTo(addDays(await system.now(), 1));
    const standing = await market.sign(first, kt);
    await system.passTo((await market.round(fallen)).dueAt);
    expect(await market.round(fallen)).toMatchObject({ state: 'fallen' });
    const early = await market.award(tender.id, 2, 'drafted');
    expect(early.winners).toMatchObject([{ providerId: kt.organisationId, lines: 5, heldLines: 7, band: 1 }]);

    // Six settle, and the follow-up is evaluated with six.
    await Promise.all(north.slice(0, 6).map((member) => member.answers('accept')));
    await system.passTo((await market.round(standing)).dueAt);
    expect(await market.round(standing)).toMatchObject({ state: 'settled', settledLines: 6 });
    const second: MarketAward = await market.award(tender.id, 3, 'drafted');
    expect(second.winners).toMatchObject([{ providerId: kt.organisationId, lines: 5, heldLines: 6, band: 1 }]);
    expect(second.totalMinor).toBe(5 * 30_000 * 24);

    // From its approval on the five take room from whoever joins the other agreement, though theirs is still to be written.
    const contracts = system.app.get(ContractsService, { strict: false });
    const draft = contracts.draft.bind(contracts);
    const roomLeft = async (): Promise<unknown> => {
      const path = `/api/v1/agreements/${standing}/late-joins/classes`;
      const { body } = await market.officer.get(path).query({ quantity: 1 }).expect(200);
      return (body as { items: { capacityLeft: number }[] }).items[0]?.capacityLeft;
    };
    const closes = daysLater(await today(system), 30);
    await market.officer.put(`/api/v1/agreements/${standing}/late-joining`, { until: closes }).expect(200);
    expect(await roomLeft()).toBe(6);
    let rooms: unknown;
    const spy = jest.spyOn(contracts, 'draft').mockImplementation(async (...asked) => {
      rooms = await roomLeft();
      return draft(...asked);
    });
    await market.decides(second);
    spy.mockRestore();
    expect(rooms).toBe(1);
    expect(await roomLeft()).toBe(1);
    const followUp = await market.sign(second, kt);
    const { body } = await kt.get(`/api/v1/agreements/${followUp}`).expect(200);
    expect((body as { content: object }).content).toMatchObject({
      heldLines: 6,
      band: 1,
      tariff: { bands: [{ from: 1 }, { from: 5, monthly: { [TIER]: 30_000 } }] },
      costMinor: 5 * 30_000 * 24,
    });

    // One alone would be enough, at the price of seven; five are eleven lines altogether.
    for (const member of south) {
      expect(await member.offer(followUp)).toMatchObject({ atMostMonthly: 32_000, expectedMonthly: 30_000 });
      await member.answers('accept', undefined, followUp);
    }
    await system.passTo((await market.round(followUp)).dueAt);
    expect(await market.round(followUp)).toMatchObject({ state: 'settled', settledLines: 5, settledBand: 1 });
    for (const member of south) {
      const [subscription] = await member.subscriptions();
      expect(subscription).toMatchObject({ monthly: 30_000 });
      expect(await member.contract(subscription?.id ?? '')).toContain(
        "5 lines, in the band from 5 lines on beside the 6 of the provider's other agreements",
      );
    }

    // Of what kt can serve in all, eleven lines are taken, by the one agreement or the other.
    const late = await system.someone('owner');
    const until = daysLater(await today(system), 30);
    for (const [agreement, region] of [
      [standing, 'north'],
      [followUp, 'south'],
    ] as const) {
      const path = `/api/v1/agreements/${agreement}`;
      await market.officer.put(`${path}/late-joining`, { until }).expect(200);
      const line = { site: region, region, tier: TIER, upTo: 40_000 };
      const refusal = await late.post(`${path}/late-joins`, { ...line, quantity: 2 }).expect(422);
      expect(refusal.body).toMatchObject({ code: 'late-join.capacity', faults: [{ path: 'quantity' }] });
      if (region === 'south') await late.post(`${path}/late-joins`, { ...line, quantity: 1 }).expect(201);
    }
    const full = await late.get(`/api/v1/agreements/${standing}/late-joins/classes`).query({ quantity: 1 }).expect(200);
    expect(full.body).toMatchObject({ items: [{ capacityLeft: 0 }] });
  }, 120_000);

  it('are not made by a provider whose capacity is used by lines that joined it meanwhile', async () => {
    const pool = await market.pool(['north', 'south'], { [TIER]: ALONE });
    const north = await crowd(pool.id, 6, 'north');
    await crowd(pool.id, 5, 'south');
    await system.passTo(pool.endsAt);
    const tender = await market.tender(pool.id, { awardRule: 'lot' });
    const [kt, hanaro] = [await system.someone('bidder'), await system.someone('bidder')];
    const bands = (monthly: number) => [{ from: 1, monthly: { [TIER]: monthly } }];
    await market.bids(kt, tender.id, { bands: bands(30_000), lots: { north: {}, south: {} }, capacity: 12 });
    await market.bids(hanaro, tender.id, { bands: bands(20_000), lots: { south: {} }, minimumLines: 5 });
    const first = await market.opens(tender);
    await market.decides(first);
    const fallen = await market.sign(first, hanaro);
    await system.passTo((await market.round(fallen)).dueAt);
    const early = await market.award(tender.id, 2, 'drafted');
    expect(early.winners).toMatchObject([{ providerId: kt.organisationId, lines: 5 }]);

    const standing = await market.sign(first, kt);
    await Promise.all(north.map((member) => member.answers('accept', undefined, standing)));
    await system.passTo((await market.round(standing)).dueAt);
    const path = `/api/v1/agreements/${standing}`;
    await market.officer.put(`${path}/late-joining`, { until: daysLater(await today(system), 30) }).expect(200);
    const line = { site: 'late', region: 'north', tier: TIER, quantity: 2, upTo: 40_000 };
    await (await system.someone('owner')).post(`${path}/late-joins`, line).expect(201);

    // Four are left, of a lot of five; and the one bid that could serve them has no room.
    const again = { excludedBidIds: [], why: 'Lines have joined.' };
    await market.officer.post(`/api/v1/awards/${early.id}/evaluate-again`, again).expect(201);
    await market.award(tender.id, 3, 'failed');
  }, 120_000);
});
