import { setTimeout as sleep } from 'node:timers/promises';
import { systemActor } from '../../src/kernel/actor.js';
import { daysLater, firstOfMonth, monthsLater } from '../../src/kernel/calendar.js';
import { Deeds } from '../../src/platform/deeds/deeds.js';
import { SubscriptionsService } from '../../src/subscriptions/subscriptions.service.js';
import { TERM_MONTHS } from '../support/approved-award.js';
import { type Someone, System } from '../support/system.js';
import { daysPass, periodsOf, settledAgreement, type SettledAgreement, today } from './settled-agreement.js';

describe('a line that works', () => {
  let system: System;
  let agreement: SettledAgreement;
  let officer: Someone;
  let worksOn: string;

  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.stop());
  /** Works since the fifth of a month. */
  beforeEach(async () => {
    agreement = await settledAgreement(system, [{}, {}, {}]);
    ({ officer } = agreement);
    worksOn = daysLater(firstOfMonth(monthsLater(await today(system), 1)), 4);
    await daysPass(system, 40);
    for (const { id } of agreement.subscriptions) {
      await agreement.provider.post(`/api/v1/subscriptions/${id}/installation`, { worksOn }).expect(200);
    }
    const fifteenth = daysLater(firstOfMonth(monthsLater(await today(system), 1)), 14);
    await system.passTo(`${fifteenth}T03:00:00Z`);
  });

  const idOf = (at: number): string => agreement.subscriptions[at]?.id ?? '';
  const change = (verb: string, id: string, body: object = {}, who = officer) =>
    who.post(`/api/v1/subscriptions/${id}/${verb}`, { why: 'As agreed.', ...body });

  it('does not while it is suspended, and its term goes on', async () => {
    const now = await today(system);
    const first = firstOfMonth(now);
    const suspended = await change('suspend', idOf(0), { on: daysLater(first, 4) });
    expect(suspended.body).toMatchObject({ state: 'suspended', why: 'As agreed.', worksOn });
    expect((await change('suspend', idOf(0))).body.code).toBe('subscription.cannot-suspend');
    expect((await change('resume', idOf(0), { on: daysLater(first, 9) })).body.state).toBe('active');
    expect(await periodsOf(system, idOf(0))).toEqual([
      { from: worksOn, until: daysLater(first, 4) },
      { from: daysLater(first, 9), until: null },
    ]);
    // suspended and resumed on one day, it works all along
    await change('suspend', idOf(1)).expect(200);
    await change('resume', idOf(1)).expect(200);
    await change('suspend', idOf(1)).expect(200);
    await change('resume', idOf(1)).expect(200);
    expect(await periodsOf(system, idOf(1))).toEqual([
      { from: worksOn, until: now },
      { from: now, until: null },
    ]);
    const { endsOn } = (await officer.get(`/api/v1/subscriptions/${idOf(0)}`)).body as { endsOn: string };
    expect(endsOn).toBe(monthsLater(worksOn, TERM_MONTHS));
  });

  it('stays as it was in the months that are over', async () => {
    const now = await today(system);
    for (const on of [daysLater(firstOfMonth(now), -1), daysLater(now, 1)]) {
      const answer = await change('suspend', idOf(0), { on });
      expect([answer.status, answer.body.code]).toEqual([422, 'subscription.day']);
    }
    await change('suspend', idOf(0), { on: now }).expect(200);
    expect((await change('resume', idOf(0), { on: firstOfMonth(now) })).body.code).toBe('subscription.day');
    expect((await change('suspend', idOf(1), { why: ' ' })).status).toBe(422);
  });

  it('resumes no earlier than it was suspended, also when both come at once', async () => {
    const service = system.app.get(SubscriptionsService, { strict: false });
    const resumed = await system.app.get(Deeds).run(systemActor('test'), 'payments.suspend', null, async (deed) => {
      await service.suspend(deed, [idOf(0)], 'Not paid.');
      const other = change('resume', idOf(0), { on: firstOfMonth(await today(system)) }).then((answer) => answer);
      while ((await waiting(system)) === 0) await sleep(10);
      return { other };
    });
    expect((await resumed.other).body.code).toBe('subscription.day');
  });

  it('is ended by its member when its term is over, and not before', async () => {
    const [member] = agreement.members;
    const answer = await change('end', idOf(0), {}, member);
    expect([answer.status, answer.body.code]).toEqual([409, 'subscription.within-term']);
    expect(answer.body.detail).toContain(monthsLater(worksOn, TERM_MONTHS));
    expect((await change('end', idOf(0), {}, agreement.members[1])).status).toBe(404);
  });

  it('is ended by an officer of its agency at any time', async () => {
    const now = await today(system);
    const stranger = await change('end', idOf(0), {}, await system.someone('officer'));
    expect([stranger.status, stranger.body.code]).toEqual([403, 'agency.not-yours']);
    const ended = await change('end', idOf(0), { why: 'The shop has closed.' });
    expect(ended.body).toMatchObject({ state: 'ended', endedOn: now, why: 'The shop has closed.' });
    expect(await periodsOf(system, idOf(0))).toEqual([{ from: worksOn, until: now }]);
    expect((await change('end', idOf(0))).body.code).toBe('subscription.cannot-end');
    expect((await agreement.members[0]?.get(`/api/v1/subscriptions/${idOf(0)}`))?.body.state).toBe('ended');
  });

  it('ends by itself when its term is over, suspended or not', async () => {
    const endsOn = monthsLater(worksOn, TERM_MONTHS);
    const now = await today(system);
    await change('suspend', idOf(1), { on: now }).expect(200);
    await change('end', idOf(2), { on: now }).expect(200);
    await system.passTo(`${daysLater(endsOn, -1)}T14:59:00Z`);
    expect((await officer.get(`/api/v1/subscriptions/${idOf(0)}`)).body.state).toBe('active');
    await system.passTo(`${daysLater(endsOn, -1)}T15:00:00Z`);
    const states = await Promise.all(
      [0, 1, 2].map(async (at) => {
        const { state, endedOn } = (await officer.get(`/api/v1/subscriptions/${idOf(at)}`)).body as {
          state: string;
          endedOn: string;
        };
        return [state, endedOn];
      }),
    );
    expect(states).toEqual([
      ['ended', endsOn],
      ['ended', endsOn],
      ['ended', now],
    ]);
    expect(await periodsOf(system, idOf(0))).toEqual([{ from: worksOn, until: endsOn }]);
    expect(await periodsOf(system, idOf(1))).toEqual([{ from: worksOn, until: now }]);
  });

  it('is suspended with many others by whoever decided it, once', async () => {
    const service = system.app.get(SubscriptionsService, { strict: false });
    const ids = agreement.subscriptions.map(({ id }) => id);
    await change('end', idOf(2)).expect(200);
    const suspend = () =>
      system.app
        .get(Deeds)
        .run(systemActor('test'), 'payments.suspend', null, (deed) => service.suspend(deed, ids, 'Not paid.'));
    const [once, twice] = [await suspend(), await suspend()];
    expect([once.toSorted(), twice]).toEqual([[idOf(0), idOf(1)].toSorted(), []]);
    expect((await agreement.members[0]?.get(`/api/v1/subscriptions/${idOf(0)}`))?.body).toMatchObject({
      state: 'suspended',
      why: 'Not paid.',
    });
  });

  it('is a row of what billing reads, with every day on which it worked', async () => {
    const now = await today(system);
    await change('suspend', idOf(0)).expect(200);
    const rows: object[] = await system.source.query(
      `select l.number, l.quantity, l.contract_monthly, a.settled_band, a.term_months, p.until_on::text
       from billable_line l join billable_agreement a using (agreement_id, agency_id, provider_id, currency)
         join service_period p using (subscription_id)
       where l.agreement_id = $1 order by l.number`,
      [agreement.agreementId],
    );
    expect(rows).toMatchObject([
      { number: agreement.subscriptions[0]?.number, settled_band: 0, term_months: TERM_MONTHS, until_on: now },
      { until_on: null },
      { until_on: null },
    ]);
  });
});

describe('a line that was called off', () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.stop());

  it('is cancelled by an officer of its agency, with the reason, as long as it does not work', async () => {
    const { officer, provider, subscriptions, members } = await settledAgreement(system, [{}, {}, {}]);
    const [id, other] = [subscriptions[0]?.id ?? '', subscriptions[1]?.id ?? ''];
    const cancel = (line: string, who: Someone) =>
      who.post(`/api/v1/subscriptions/${line}/cancel`, { why: 'No duct reaches the house.' });
    const worksOn = await today(system);
    await provider.post(`/api/v1/subscriptions/${other}/installation`, { worksOn }).expect(200);
    expect((await cancel(id, await system.someone('officer'))).status).toBe(403);
    expect((await cancel(id, members[0] as Someone)).status).toBe(403);
    expect((await cancel(id, officer)).body).toMatchObject({ state: 'cancelled', why: 'No duct reaches the house.' });
    expect((await cancel(other, officer)).body.code).toBe('subscription.cannot-cancel');
    const late = await provider.post(`/api/v1/subscriptions/${id}/installation`, { worksOn });
    expect(late.body.code).toBe('installation.invalid');
    const rows: object[] = await system.source.query('select from billable_line where subscription_id = $1', [id]);
    expect(rows).toHaveLength(0);
  });
});

/** How many wait for what somebody else holds. */
async function waiting(system: System): Promise<number> {
  const rows: unknown[] = await system.source.query(
    `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows.length;
}
