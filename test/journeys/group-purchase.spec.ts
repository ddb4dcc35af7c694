import { firstDay, monthLater } from '../../src/billing/rules/months.js';
import { dayOf, dayStart, monthOf } from '../../src/kernel/calendar.js';
import { bill, booksAgree } from '../billing/setting.js';
import { Market, type Member } from '../support/market.js';
import { type Someone, System } from '../support/system.js';

const TIER = 'fibre-1000';
const ALONE = 50_000;

describe('a group purchase, from joining to the first invoices', () => {
  let system: System;
  let market: Market;

  beforeAll(async () => {
    system = await System.start();
    market = await Market.open(system, ['north', 'south'], [TIER]);
  });

  afterAll(() => system.stop());

  const crowd = async (poolId: string, size: number, region: string, ceilingMonthly?: number): Promise<Member[]> => {
    const members: Member[] = [];
    for (let i = 0; i < size; i += 1) {
      const member = await market.member(`${region}-${ceilingMonthly ?? 'open'}-${i}`);
      await member.joins(poolId, ceilingMonthly === undefined ? 'interest' : 'firm', {
        region,
        tier: TIER,
        presentMonthly: ALONE,
        ...(ceilingMonthly === undefined ? {} : { ceilingMonthly }),
      });
      members.push(member);
    }
    return members;
  };

  it('gives every member a lower price the more accept, and never more than it agreed to', async () => {
    const pool = await market.pool(['north', 'south'], { [TIER]: ALONE });
    const firm = await crowd(pool.id, 10, 'north', 45_000);
    const tight = await crowd(pool.id, 2, 'north', 38_000);
    const [maria, joon, sora] = await crowd(pool.id, 3, 'south');
    if (!maria || !joon || !sora) throw new Error('nobody came');

    await system.passTo(pool.endsAt);
    const tender = await market.tender(pool.id, { awardRule: 'lot' });
    const [kt, hanaro] = [await system.someone('bidder'), await system.someone('bidder')];
    await market.bids(kt, tender.id, {
      bands: [
        { from: 1, monthly: { [TIER]: 44_000 } },
        { from: 13, monthly: { [TIER]: 37_000 } },
        { from: 15, monthly: { [TIER]: 30_000 } },
      ],
      lots: { north: {}, south: {} },
    });
    await market.bids(hanaro, tender.id, {
      bands: [{ from: 1, monthly: { [TIER]: 36_000 } }],
      lots: { north: {}, south: {} },
    });

    const award = await market.opens(tender);
    expect(award.winners).toEqual([expect.objectContaining({ providerId: kt.organisationId, lines: 15 })]);
    expect(award.totalMinor).toBe(15 * 30_000 * 24);

    await market.decides(award);
    const agreementId = await market.sign(award, kt);

    // Ten are certain by themselves: that volume is worth 44000. If everybody accepts, it is 30000.
    expect(await maria.offer()).toMatchObject({ state: 'made', atMostMonthly: 44_000, expectedMonthly: 30_000 });
    expect(await firm[0]?.offer()).toMatchObject({ state: 'accepted' });
    expect(await tight[0]?.offer()).toMatchObject({ state: 'standing' });
    await maria.answers('accept');
    await joon.answers('accept-up-to', 40_000);
    await sora.answers('decline');

    const { dueAt } = await market.round(agreementId);
    await system.passTo(dueAt);

    // Ten firm, two tight, Maria, Joon: fourteen, and at 37000 all of them are content.
    expect(await market.round(agreementId)).toMatchObject({ state: 'settled', settledLines: 14 });
    for (const member of [...firm, ...tight, maria, joon]) {
      expect(await member.subscriptions()).toEqual([expect.objectContaining({ monthly: 37_000, quantity: 1 })]);
    }
    expect(await sora.subscriptions()).toEqual([]);
    const [sums]: { billed: bigint; over: number }[] = await system.source.query(
      `select sum(s.monthly_minor * s.quantity)::bigint as billed,
              count(*) filter (where s.monthly_minor > o.limit_minor)::int as over
       from subscription s join offer o on o.id = s.offer_id where s.agreement_id = $1`,
      [agreementId],
    );
    expect(sums).toEqual({ billed: 14n * 37_000n, over: 0 });

    // The lines work from the next month on, which is planned by itself when it is over: the agreement was signed.
    const month = monthLater(monthOf(dayOf(await system.now())), 1);
    await system.passTo(dayStart(firstDay(month)));
    const { items } = (await kt.get(`/api/v1/subscriptions?agreementId=${agreementId}`)).body as {
      items: { number: string }[];
    };
    const rows = items.map(({ number }) => `${number},${firstDay(month)}\n`);
    await kt
      .postCsv(`/api/v1/agreements/${agreementId}/installations`, `number,works_on\n${rows.join('')}`)
      .expect(200);
    const run = await bill(system, market.officer, month);
    expect(run).toMatchObject({ state: 'issued', totals: { invoices: 14, monthlyMinor: 14 * 37_000 } });
    expect(run.totals).toEqual(run.preview);
    await booksAgree(system);
  }, 120_000);

  it('falls through to the next best allocation when too few accept, and begins again with two people and a standstill', async () => {
    const pool = await market.pool(['north'], { [TIER]: ALONE });
    const members = await crowd(pool.id, 6, 'north');
    await system.passTo(pool.endsAt);
    const tender = await market.tender(pool.id);
    const [proud, humble] = [await system.someone('bidder'), await system.someone('bidder')];
    await market.bids(proud, tender.id, {
      bands: [{ from: 5, monthly: { [TIER]: 30_000 } }],
      lots: { north: {} },
      minimumLines: 5,
    });
    await market.bids(humble, tender.id, { bands: [{ from: 1, monthly: { [TIER]: 35_000 } }], lots: { north: {} } });

    const first = await market.opens(tender);
    expect(first.winners.map((winner) => winner.providerId)).toEqual([proud.organisationId]);
    await market.decides(first);
    const agreement = await market.sign(first, proud);
    await Promise.all(members.slice(0, 2).map((member) => member.answers('accept')));
    await system.passTo((await market.round(agreement)).dueAt);
    expect(await market.round(agreement)).toMatchObject({ state: 'fallen' });

    const second = await market.award(tender.id, 2, 'drafted');
    expect(second.winners).toEqual([expect.objectContaining({ providerId: humble.organisationId, lines: 6 })]);
    const early: Someone = humble;
    const unsigned = await early.get('/api/v1/agreements');
    expect((unsigned.body as { items: unknown[] }).items).toEqual([]);
    await market.decides(second);
    const followUp = await market.sign(second, humble);
    await system.passTo((await market.round(followUp)).dueAt);
    // Nobody answered the second offer, so there is nobody to serve; but nobody pays anything either.
    expect((await market.round(followUp)).state).toBe('fallen');
  }, 120_000);
});
