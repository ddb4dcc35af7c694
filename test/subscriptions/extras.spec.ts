import { daysLater, dayStart } from '../../src/kernel/calendar.js';
import { addDays } from '../../src/kernel/period.js';
import { type Someone, System } from '../support/system.js';
import { creditsOf, daysPass, settledAgreement, type SettledAgreement, today } from './settled-agreement.js';

interface Page {
  items: { id: string; days?: number; kind?: string; untilOn?: string | null }[];
  next: string | null;
}

describe('beside a line that works,', () => {
  let system: System;
  let agreement: SettledAgreement;
  let provider: Someone;
  let rival: Someone;
  let member: Someone;
  let id: string;
  let worksOn: string;

  beforeAll(async () => {
    system = await System.start();
    rival = await system.someone('bidder');
  });
  afterAll(() => system.stop());
  beforeEach(async () => {
    agreement = await settledAgreement(system, [{}, {}, {}]);
    ({ provider } = agreement);
    member = agreement.members[0] as Someone;
    id = agreement.subscriptions[0]?.id ?? '';
    worksOn = await today(system);
    await provider.post(`/api/v1/subscriptions/${id}/installation`, { worksOn }).expect(200);
  });

  const offer = async (code: string, monthly = 500, who = provider) =>
    who.post(`${agreement.path}/add-ons`, { code, name: `The ${code}`, monthly });
  const order = (addOnId: string, body: object = {}, who = member, line = id) =>
    who.post(`/api/v1/subscriptions/${line}/add-ons`, { addOnId, ...body });
  const endOrder = (orderId: string, who = member) => who.post(`/api/v1/subscriptions/${id}/add-ons/${orderId}/end`);
  const billed = (): Promise<{ quantity: number; monthly: bigint; from: string; until: string | null }[]> =>
    system.source.query(
      `select quantity, monthly_minor as monthly, from_on::text as from, until_on::text as until from billable_add_on
       where subscription_id = $1 order by from_on`,
      [id],
    );
  const idOf = (answer: { body: unknown }): string => (answer.body as { id: string }).id;

  describe('an outage', () => {
    const record = (hours: number, who = provider, from = dayStart(worksOn)) =>
      who.post(`/api/v1/subscriptions/${id}/repairs`, {
        reportedAt: from.toISOString(),
        repairedAt: new Date(from.getTime() + hours * 3_600_000).toISOString(),
      });

    it('is credited with a day for every day begun beyond the hours of the tier, once', async () => {
      await daysPass(system, 10);
      const answer = await record(24 + 25);
      expect([answer.status, answer.body]).toMatchObject([201, { repairHours: 24, creditDays: 2 }]);
      expect((await record(24 + 25, agreement.officer)).body).toEqual(answer.body);
      const credits = (await member.get(`/api/v1/subscriptions/${id}/credits`)).body as Page;
      expect(credits).toMatchObject({ items: [{ kind: 'repair', days: 2 }], next: null });
      const overlapping = await record(24, provider, addDays(dayStart(worksOn), 1));
      expect([overlapping.status, overlapping.body.code]).toEqual([422, 'repair.invalid']);
      expect((await record(24, provider, addDays(dayStart(worksOn), 4))).body).toMatchObject({ creditDays: 0 });
      expect(await creditsOf(system, id)).toEqual([{ kind: 'repair', days: 2, on: daysLater(worksOn, 2) }]);
    });

    it('is one of a line that worked, and is over', async () => {
      expect((await record(24)).body.faults).toMatchObject([{ path: 'repairedAt' }]);
      await daysPass(system, 2);
      expect((await record(24, provider, addDays(dayStart(worksOn), -1))).body.faults).toMatchObject([
        { path: 'reportedAt' },
      ]);
      const garbage = { reportedAt: 'yesterday', repairedAt: dayStart(worksOn).toISOString() };
      expect((await provider.post(`/api/v1/subscriptions/${id}/repairs`, garbage)).status).toBe(422);
      expect(await creditsOf(system, id)).toEqual([]);
    });

    it('is recorded by the provider of the line, or by an officer of its agency', async () => {
      await daysPass(system, 4);
      expect((await record(30, rival)).status).toBe(404);
      expect((await record(30, member)).status).toBe(403);
      expect((await record(30, await system.someone('officer'))).body.code).toBe('agency.not-yours');
      expect((await record(30, agreement.officer)).status).toBe(201);
      expect((await rival.get(`/api/v1/subscriptions/${id}/credits`)).status).toBe(404);
      const first = (await member.get(`/api/v1/subscriptions/${id}/credits?limit=1`)).body as Page;
      expect([first.items.length, first.next]).toEqual([1, null]);
      expect((await member.get(`/api/v1/subscriptions/${id}/credits?cursor=x`)).body.code).toBe('page.cursor');
    });
  });

  describe('an add-on', () => {
    it('is offered by the provider of the agreement until it is withdrawn', async () => {
      const offered = await offer('firewall');
      expect([offered.status, offered.body]).toMatchObject([
        201,
        { code: 'firewall', monthly: 500, currency: 'USD', state: 'offered' },
      ]);
      expect((await offer('firewall', 400)).body.code).toBe('add-on.code-taken');
      expect((await offer('static-ip', 100, rival)).status).toBe(404);
      const withdraw = (who: Someone) => who.post(`${agreement.path}/add-ons/${idOf(offered)}/withdraw`);
      expect((await withdraw(rival)).status).toBe(404);
      expect((await withdraw(provider)).body.state).toBe('withdrawn');
      expect((await withdraw(provider)).body.code).toBe('add-on.cannot-withdraw');
      expect((await order(idOf(offered))).body.code).toBe('add-on.not-offered');
      expect((await offer('firewall', 400)).status).toBe(201);
      const page = (await member.get(`${agreement.path}/add-ons?limit=1`)).body as Page;
      expect(page.items).toHaveLength(1);
      const rest = (await member.get(`${agreement.path}/add-ons?limit=1&cursor=${page.next}`)).body as Page;
      expect([rest.items[0], rest.next]).toMatchObject([{ code: 'firewall', monthly: 400 }, null]);
      expect((await rival.get(`${agreement.path}/add-ons`)).status).toBe(404);
    });

    it('is ordered for a line by its member at its price, until the end of the day on which it ends the order', async () => {
      const addOnId = idOf(await offer('firewall'));
      const ordered = await order(addOnId, { quantity: 2 });
      expect([ordered.status, ordered.body]).toMatchObject([
        201,
        { code: 'firewall', quantity: 2, monthly: 500, fromOn: worksOn, untilOn: null },
      ]);
      expect((await order(addOnId)).body.code).toBe('add-on.ordered-already');
      expect((await order(addOnId, { quantity: null })).body.code).toBe('add-on.ordered-already');
      await provider.post(`${agreement.path}/add-ons/${addOnId}/withdraw`).expect(200);
      expect((await endOrder(idOf(ordered), agreement.members[1])).status).toBe(404);
      const now = await daysPass(system, 3);
      expect((await endOrder(idOf(ordered))).body.untilOn).toBe(daysLater(now, 1));
      expect((await endOrder(idOf(ordered))).body.untilOn).toBe(daysLater(now, 1));
      expect(await billed()).toEqual([{ quantity: 2, monthly: 500n, from: worksOn, until: daysLater(now, 1) }]);
      const orders = (await provider.get(`/api/v1/subscriptions/${id}/add-ons`)).body as Page;
      expect(orders.items).toHaveLength(1);
    });

    it('is none of another agreement, and for no line of another member or that does not work', async () => {
      const addOnId = idOf(await offer('firewall'));
      const other = await settledAgreement(system, [{}, {}, {}]);
      const theirs = idOf(await other.provider.post(`${other.path}/add-ons`, { code: 'a', name: 'A', monthly: 1 }));
      expect((await order(theirs)).body.code).toBe('add-on.not-offered');
      expect((await order(addOnId, {}, agreement.members[1])).status).toBe(404);
      const second = agreement.subscriptions[1]?.id;
      expect((await order(addOnId, {}, agreement.members[1], second)).body.code).toBe('add-on.no-service');
      expect((await order(addOnId, { quantity: 0 })).status).toBe(422);
      const dear = idOf(await offer('dear', 1_000_000_000_000));
      expect((await order(dear, { quantity: 2 })).body.code).toBe('add-on.too-much');
    });

    it('costs nothing on the days on which the line does not work, and ends with it', async () => {
      const first = `${daysLater(worksOn, 40).slice(0, 7)}-01`;
      await system.passTo(dayStart(first));
      await order(idOf(await offer('firewall'))).expect(201);
      const change = (verb: string, on: string) =>
        agreement.officer.post(`/api/v1/subscriptions/${id}/${verb}`, { why: 'So.', on }).expect(200);
      await daysPass(system, 20);
      await change('suspend', daysLater(first, 5));
      await change('resume', daysLater(first, 10));
      await change('end', daysLater(first, 15));
      expect(await billed()).toMatchObject([
        { from: first, until: daysLater(first, 5) },
        { from: daysLater(first, 10), until: daysLater(first, 15) },
      ]);
    });
  });
});
