import { createHash } from 'node:crypto';
import { statesOf } from '../../src/kernel/lifecycle.js';
import { systemActor } from '../../src/kernel/actor.js';
import { Deeds } from '../../src/platform/deeds/deeds.js';
import { offerLifecycle, roundLifecycle } from '../../src/subscriptions/rules/offer-lifecycle.js';
import {
  addOnLifecycle,
  subscriptionLifecycle,
  termEndLifecycle,
} from '../../src/subscriptions/rules/subscription-lifecycle.js';
import { SettlementsService } from '../../src/subscriptions/settlements.service.js';
import { statesAllowed } from '../support/states.js';
import { type Someone, System } from '../support/system.js';
import { TERM_MONTHS, type WantedLine } from '../support/approved-award.js';
import { type SignedAgreement, signedAgreement } from './signed-agreement.js';

interface Offer {
  id: string;
  state: string;
  atMostMonthly: number;
  expectedMonthly: number;
  settledMonthly: number | null;
  limitMonthly: number | null;
  subscriptionId: string | null;
}

describe('a settlement', () => {
  let system: System;
  let officer: Someone;

  beforeAll(async () => {
    system = await System.start();
    officer = await system.someone('officer');
  });
  afterAll(() => system.stop());

  /** Members in the order of their lines, and the agreement with their offers. */
  const purchase = async (
    lines: readonly Omit<WantedLine, 'memberId'>[],
  ): Promise<{ agreement: SignedAgreement; members: Someone[] }> => {
    const members: Someone[] = [];
    const wanted: WantedLine[] = [];
    for (const line of lines) {
      const member = await system.someone('owner');
      members.push(member);
      wanted.push({ ...line, memberId: member.organisationId });
    }
    return { agreement: await signedAgreement(system, { lines: wanted }), members };
  };
  const offerOf = async (member: Someone | undefined): Promise<Offer> =>
    (await member?.get('/api/v1/offers'))?.body.items[0] as Offer;
  const answer = async (member: Someone | undefined, body: object): Promise<void> => {
    const answered = await member?.post(`/api/v1/offers/${(await offerOf(member)).id}/answer`, body);
    expect(answered?.status).toBe(200);
  };
  const roundOf = async ({ agreementId }: SignedAgreement) =>
    (await officer.get(`/api/v1/agreements/${agreementId}/round`)).body as {
      state: string;
      dueAt: string;
      settledBand: number | null;
      settledLines: number | null;
      states: { state: string; firm: { offers: number; lines: number }; interest: { offers: number; lines: number } }[];
      sums: object | null;
    };
  const deadlinePasses = async (agreement: SignedAgreement) => {
    await system.passTo((await roundOf(agreement)).dueAt);
    await system.eventually(
      () => officer.get(`/api/v1/agreements/${agreement.agreementId}/round`),
      (round) => round.body.state !== 'open',
    );
    return roundOf(agreement);
  };

  it('gives all the price that those who accept fill, and takes in the firm line that waited for it', async () => {
    const { agreement, members } = await purchase([
      { firm: true, ceiling: 4_500, quantity: 4, present: 5_000 },
      { firm: true, ceiling: 3_042, quantity: 3 },
      { quantity: 5, present: 3_200 },
      { quantity: 2 },
    ]);
    const [certain, waiting, interested, silent] = members;
    expect(await offerOf(waiting)).toMatchObject({ state: 'standing', atMostMonthly: 4_000, expectedMonthly: 3_000 });
    await answer(interested, { answer: 'accept-up-to', upTo: 3_500 });

    const round = await deadlinePasses(agreement);
    // 4 certain + 3 waiting + 5 up to 35.00 = 12 lines, enough for the band from 10 on at 30.00
    expect(round).toMatchObject({ state: 'settled', settledBand: 1, settledLines: 12 });
    for (const member of [certain, waiting, interested]) {
      expect(await offerOf(member)).toMatchObject({ state: 'settled', settledMonthly: 3_000 });
    }
    expect(await offerOf(silent)).toMatchObject({ state: 'lapsed', settledMonthly: null, subscriptionId: null });
    expect(round.states.find((count) => count.state === 'settled')).toEqual({
      state: 'settled',
      firm: { offers: 2, lines: 7 },
      interest: { offers: 1, lines: 5 },
    });
    const classes = await officer.get(`/api/v1/agreements/${agreement.agreementId}/round/classes`).expect(200);
    expect(classes.body.items).toEqual([
      {
        lot: 'north',
        tier: 'basic',
        firmLines: 7,
        interestLines: 7,
        atMostMonthly: 4_000,
        expectedMonthly: 3_000,
        settledMonthly: 3_000,
        settledLines: 12,
      },
    ]);
    expect(round.sums).toEqual({
      contracts: 3,
      lines: 12,
      settledMonthly: 36_000,
      openMarketMonthly: 60_000,
      presentMonthly: 4 * 5_000 + 5 * 3_200,
      presentLines: 9,
    });
  });

  it('tells its sums whatever its members say they pay today', async () => {
    const boast = { firm: true, ceiling: 4_500, quantity: 1_000, present: 9_000_000_000_000_000 };
    const { agreement } = await purchase([boast, boast, { ...boast, quantity: 1, present: 5_000 }]);
    const { sums } = await deadlinePasses(agreement);
    expect(sums).toMatchObject({ lines: 2_001, settledMonthly: 2_001 * 2_500, presentMonthly: 9_000_000_000_000_000 });
  });

  it('settles dearer when many decline, but never above what anybody agreed to', async () => {
    const { agreement, members } = await purchase([
      { firm: true, ceiling: 4_042, quantity: 3 },
      { quantity: 4 },
      { quantity: 6 },
      { quantity: 8 },
    ]);
    const [certain, cautious, declining, silent] = members;
    expect(await offerOf(silent)).toMatchObject({ atMostMonthly: 4_000, expectedMonthly: 2_500 });
    await answer(cautious, { answer: 'accept-up-to', upTo: 3_900 });
    await answer(declining, { answer: 'accept' });
    await answer(declining, { answer: 'decline' });

    expect(await deadlinePasses(agreement)).toMatchObject({ settledBand: 0, settledLines: 3 });
    expect(await offerOf(certain)).toMatchObject({ state: 'settled', settledMonthly: 4_000 });
    expect(await offerOf(cautious)).toMatchObject({ state: 'priced-out', settledMonthly: null });
    expect(await offerOf(declining)).toMatchObject({ state: 'declined', limitMonthly: null });
  });

  it('binds no firm line to a set-up beyond its ceiling, to the unit', async () => {
    // 10.00 for set-up are 0.42 in each of 24 months: 40.00 a month take a ceiling of 40.42
    const { agreement, members } = await purchase([
      { firm: true, ceiling: 4_042, quantity: 3 },
      { firm: true, ceiling: 4_041, quantity: 2 },
      { ceiling: 3_041, quantity: 5 },
    ]);
    const [within, above, interested] = members;
    expect(await offerOf(within)).toMatchObject({ state: 'accepted', limitMonthly: 4_000 });
    expect(await offerOf(above)).toMatchObject({ state: 'standing', limitMonthly: 3_999 });
    // ten lines would reach 30.00, but the five of interest wanted 30.41 at most with everything
    expect(await offerOf(interested)).toMatchObject({ state: 'made', atMostMonthly: 4_000, expectedMonthly: 4_000 });
    const expected = await officer.get(`/api/v1/agreements/${agreement.agreementId}/round`);
    expect(expected.body).toMatchObject({ certainLines: 3, expectedLines: 3 });

    expect(await deadlinePasses(agreement)).toMatchObject({ settledBand: 0, settledLines: 3 });
    expect(await offerOf(within)).toMatchObject({ state: 'settled', settledMonthly: 4_000 });
    expect(await offerOf(above)).toMatchObject({ state: 'priced-out', settledMonthly: null });
  });

  it('counts on lines of interest within what they said to pay at most, the set-up included', async () => {
    const { members } = await purchase([
      { firm: true, ceiling: 4_042, quantity: 5 },
      { ceiling: 3_042, quantity: 5 },
    ]);
    expect(await offerOf(members[1])).toMatchObject({ atMostMonthly: 4_000, expectedMonthly: 3_000 });
  });

  it('never takes more over the term from a firm line than its ceiling', async () => {
    const [sums]: { firm: number; over: number }[] = await system.source.query(
      `select count(*)::int as firm,
              count(*) filter (where s.monthly_minor * s.term_months + s.setup_minor
                                 > o.ceiling_monthly * s.term_months)::int as over
       from subscription s join offer o on o.id = s.offer_id where o.commitment = 'firm'`,
    );
    expect(sums?.firm).toBeGreaterThan(0);
    expect(sums?.over).toBe(0);
  });

  it('never charges above a limit, and the database would not let it', async () => {
    const rows: { id: string; limit: bigint; monthly: bigint }[] = await system.source.query(
      `select s.id, o.limit_minor as limit, s.monthly_minor as monthly from subscription s join offer o on o.id = s.offer_id`,
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter((row) => row.monthly > row.limit)).toEqual([]);
    await expect(
      system.source.query('update subscription set monthly_minor = agreed_monthly + 1 where id = $1', [rows[0]?.id]),
    ).rejects.toThrow(/check constraint/);
  });

  it('concludes one contract per line, whose text has the hash that was kept', async () => {
    const { agreement, members } = await purchase([
      { firm: true, ceiling: 4_500, quantity: 4, site: '=cmd|calc' },
      { firm: true, ceiling: 4_500, quantity: 6, site: 'Bäckerei 김' },
    ]);
    await system.source.query('update organisation set name = $2 where id = $1', [
      members[0]?.organisationId,
      'Kim & Co.\nPrice:     0.00 USD',
    ]);
    await deadlinePasses(agreement);
    const numbers: string[] = [];
    for (const member of members) {
      const { items } = (await member.get('/api/v1/subscriptions')).body as {
        items: { id: string; number: string; contentHash: string }[];
      };
      const [own] = items;
      expect(own).toMatchObject({ state: 'called-off', monthly: 3_000, setup: 1_000, termMonths: TERM_MONTHS });
      numbers.push(own?.number ?? '');
      const contract = await member.get(`/api/v1/subscriptions/${own?.id}/contract`);
      expect(contract.headers['content-type']).toMatch(/^text\/plain/);
      expect(createHash('sha256').update(contract.text).digest('hex')).toBe(own?.contentHash);
      expect(contract.headers['etag']).toBe(`"${own?.contentHash}"`);
      expect(contract.text).toContain(own?.number);
      expect(contract.text.match(/^Price: /gm)).toHaveLength(1);
      expect(contract.text).toContain('30.00 USD a month for each line');
    }
    expect(numbers).toEqual([`CO-${agreement.number}-000001`, `CO-${agreement.number}-000002`]);
    const path = `/api/v1/subscriptions?agreementId=${agreement.agreementId}&limit=1`;
    const first = await officer.get(path);
    const second = await officer.get(`${path}&cursor=${first.body.next as string}`);
    const pages = [first, second].map(({ body }) => (body as { items: { number: string }[] }).items[0]?.number);
    expect([...pages, second.body.next]).toEqual([...numbers, null]);
    expect((await officer.get(`${path}&cursor=7`)).body.code).toBe('page.cursor');
  });

  it('shows subscriptions to their member, provider and the agency, and to nobody else', async () => {
    const { agreement, members } = await purchase([{ firm: true, ceiling: 4_500, quantity: 4 }, { quantity: 1 }]);
    await deadlinePasses(agreement);
    const [member, other] = members;
    const { subscriptionId: id } = await offerOf(member);
    const bidder = await system.someone('bidder', agreement.providerId);
    const rival = await system.someone('bidder');
    for (const sees of [member, officer, bidder]) {
      expect((await sees?.get(`/api/v1/subscriptions/${id}`))?.status).toBe(200);
      expect((await sees?.get(`/api/v1/subscriptions/${id}/contract`))?.status).toBe(200);
    }
    for (const blind of [other, rival, await system.someone('manager')]) {
      expect((await blind?.get(`/api/v1/subscriptions/${id}`))?.status).toBe(404);
      expect((await blind?.get(`/api/v1/subscriptions/${id}/contract`))?.status).toBe(404);
      expect((await blind?.get('/api/v1/subscriptions'))?.body.items).toEqual([]);
    }
    expect((await (await system.someone('approver')).get(`/api/v1/subscriptions/${id}`)).status).toBe(403);
    // what a member would have paid, and what it pays now, is no business of its provider
    expect((await bidder.get(`/api/v1/subscriptions/${id}`)).body.agreedMonthly).toBeNull();
    const path = `/api/v1/agreements/${agreement.agreementId}/round`;
    expect((await bidder.get(path)).body.sums).toBeNull();
    expect((await member?.get(path))?.body.sums).toMatchObject({ contracts: 1, lines: 4 });
    expect((await rival.get(path)).status).toBe(404);
    for (const role of ['approver', 'admin'] as const) {
      expect((await (await system.someone(role)).get(path)).status).toBe(403);
    }
    expect((await system.anonymous().get(path)).status).toBe(401);
    expect((await (await system.someone('owner')).get(path)).status).toBe(404);
  });

  it('happens exactly once, whoever runs it at the same time', async () => {
    const { agreement } = await purchase([{ firm: true, ceiling: 4_500, quantity: 4 }, { quantity: 1 }]);
    const { dueAt } = await roundOf(agreement);
    await system.source.query(`update clock_offset set ahead = ahead + greatest('0', $1::timestamptz - app_now())`, [
      dueAt,
    ]);
    const settlements = system.app.get(SettlementsService, { strict: false });
    const settle = (): Promise<void> =>
      system.app
        .get(Deeds)
        .run(systemActor('test'), 'subscriptions.settle', null, (deed) =>
          settlements.settle(deed, agreement.agreementId),
        );
    await Promise.all([settle(), settle(), settle(), system.settled()]);
    await settle();
    const counts: { contracts: number; deeds: number }[] = await system.source.query(
      `select (select count(*)::int from subscription where agreement_id = $1::uuid) as contracts,
              (select count(*)::int from audit_entry where subject_id = $1::text and deed = 'subscriptions.settle') as deeds`,
      [agreement.agreementId],
    );
    expect(counts).toEqual([{ contracts: 1, deeds: 1 }]);
  });

  it('counts every answer that was acknowledged, and none that came too late', async () => {
    const lines = Array.from({ length: 24 }, (_, i) => (i < 4 ? { firm: true, ceiling: 4_500 } : {}));
    const { agreement, members } = await purchase(lines);
    const path = `/api/v1/agreements/${agreement.agreementId}`;
    const { dueAt } = await roundOf(agreement);
    const interested: { member: Someone; id: string }[] = [];
    for (const member of members.slice(4)) interested.push({ member, id: (await offerOf(member)).id });
    await system.source.query(
      `update clock_offset set ahead = ahead + ($1::timestamptz - interval '1 second' - app_now())`,
      [dueAt],
    );
    const statuses = await Promise.all(
      interested.map(async ({ member, id }, i) => {
        await new Promise((resolve) => setTimeout(resolve, i * 100));
        const { status } = await member.post(`/api/v1/offers/${id}/answer`, { answer: 'accept' });
        return { id, status };
      }),
    );
    await system.eventually(
      () => officer.get(`${path}/round`),
      ({ body }) => (body as { state: string }).state === 'settled',
    );
    const ends: { id: string; state: string }[] = await system.source.query(
      `select id, state from offer where agreement_id = $1 and commitment = 'interest'`,
      [agreement.agreementId],
    );
    const stateOf = new Map(ends.map(({ id, state }) => [id, state]));
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set([200, 409]));
    for (const { id, status } of statuses) expect(stateOf.get(id)).toBe(status === 200 ? 'settled' : 'lapsed');
    const inTime = statuses.filter(({ status }) => status === 200).length;
    expect((await roundOf(agreement)).settledLines).toBe(4 + inTime);
  });

  it('knows the same states in code and database', async () => {
    expect((await statesAllowed(system, 'offer')).sort()).toEqual(statesOf(offerLifecycle).sort());
    expect((await statesAllowed(system, 'offer_round')).sort()).toEqual(statesOf(roundLifecycle).sort());
    expect((await statesAllowed(system, 'subscription')).sort()).toEqual(statesOf(subscriptionLifecycle).sort());
    expect((await statesAllowed(system, 'add_on')).sort()).toEqual(statesOf(addOnLifecycle).sort());
    expect((await statesAllowed(system, 'term_end')).sort()).toEqual(statesOf(termEndLifecycle).sort());
  });
});
