import { dayStart } from '../../src/kernel/calendar.js';
import { daysOf, endOf, firstDay, monthLater } from '../../src/billing/rules/months.js';
import { runLifecycle } from '../../src/billing/rules/runs.js';
import { statesOf } from '../../src/kernel/lifecycle.js';
import { statesAllowed } from '../support/states.js';
import { type Someone, System } from '../support/system.js';
import {
  answered,
  bill,
  booksAgree,
  type Invoice,
  install,
  invoicesOf,
  joinLate,
  runningAgreement,
  runOf,
  type Running,
} from './setting.js';

/** 40.00 from the first line, 30.00 from the tenth on; 10.00 set-up, and 7.00 once for the whole. */
const TARIFF = {
  bands: [
    { from: 1, monthly: { basic: 4_000 } },
    { from: 10, monthly: { basic: 3_000 } },
  ],
  lots: { north: { setup: 1_000 } },
  minimumLines: 3,
  activation: 700,
};
const TERMS = { feeBp: 250, taxBp: 1_000, dueDays: 20, depositMinor: 0, reserveBp: 0, reserveDays: 0 };

describe('months of an agreement', () => {
  let system: System;
  let members: Someone[];
  let running: Running;
  let officer: Someone;

  beforeAll(async () => {
    system = await System.start();
    members = [await system.someone('owner'), await system.someone('owner'), await system.someone('owner')];
    const lines = members.map(({ organisationId }, at) => ({
      memberId: organisationId,
      firm: true,
      ceiling: 5_000,
      quantity: at + 1,
    }));
    running = await runningAgreement(system, { lines, tariff: TARIFF });
    ({ officer } = running);
    answered(await officer.put('/api/v1/billing/terms/USD', TERMS, 0), 200);
  });
  afterAll(() => system.stop());

  const mails = async (): Promise<{ recipient: string; subject: string; body: string }[]> =>
    system.source.query(`select recipient, subject, body from mail_message where about like 'agreement %' order by id`);

  it('knows the same states as the database', async () => {
    expect((await statesAllowed(system, 'billing_run')).sort()).toEqual(statesOf(runLifecycle).sort());
  });

  it('can be looked at before they are over, and are not billed', async () => {
    const { month } = running;
    const planned = answered(await officer.post('/api/v1/billing/runs', { currency: 'USD', month }), 201) as {
      id: string;
    };
    await system.settled();
    const run = await runOf(officer, month);
    // 6 lines at 40.00 and 10.00 once, and a tenth of tax
    const net = 6 * 5_000;
    expect(run).toMatchObject({
      state: 'previewed',
      totals: null,
      previousMonth: null,
      difference: null,
      preview: {
        invoices: 3,
        monthlyMinor: 24_000,
        setupMinor: 6_000,
        netMinor: net,
        taxMinor: 3_000,
        totalMinor: 33_000,
        feeMinor: 125 + 250 + 375,
        payableMinor: net - 750,
        activationMinor: 700,
      },
    });
    const early = await officer.post(`/api/v1/billing/runs/${planned.id}/start`);
    expect([early.status, early.body.code]).toEqual([409, 'run.month-not-over']);
    expect(await system.source.query('select 1 from invoice union all select 1 from ledger_entry')).toEqual([]);
    const future = await officer.post('/api/v1/billing/runs', { currency: 'USD', month: monthLater(month, 1) });
    expect([future.status, future.body.faults[0].path]).toEqual([422, 'month']);
  });

  it('are planned again by themselves when they are over, and billed once an officer starts them', async () => {
    const { month } = running;
    await system.passTo(dayStart(endOf(month)));
    expect(await runOf(officer, month)).toMatchObject({ state: 'previewed', version: 2 });
    const run = await bill(system, officer, month);
    expect(run).toMatchObject({ state: 'issued', progress: { members: 3, membersDone: 3, invoices: 3 } });
    expect(run.totals).toEqual(run.preview);
    const again = await officer.post(`/api/v1/billing/runs/${run.id}/start`);
    expect([again.status, again.body.code]).toEqual([409, 'run.cannot-start']);
    const anew = await officer.post('/api/v1/billing/runs', { currency: 'USD', month });
    expect([anew.status, anew.body.code]).toEqual([409, 'run.cannot-plan']);
    await booksAgree(system);
  });

  it('come with an invoice that only its member and its agency see', async () => {
    const [first, second] = members;
    if (!first || !second) throw new Error('no members');
    const [invoice, ...others] = await invoicesOf(second);
    if (!invoice) throw new Error('no invoice');
    expect(others).toEqual([]);
    expect(invoice).toMatchObject({
      month: running.month,
      netMinor: 10_000,
      taxMinor: 1_000,
      grantMinor: 0,
      totalMinor: 11_000,
    });
    expect(invoice.lines.map(({ kind, quantity, unitMinor, minor }) => [kind, quantity, unitMinor, minor])).toEqual([
      ['monthly', 2, 4_000, 8_000],
      ['set-up', 2, 1_000, 2_000],
    ]);
    expect((await first.get(`/api/v1/invoices/${invoice.id}`)).status).toBe(404);
    for (const part of ['lines', 'grants', 'pdf']) {
      expect((await first.get(`/api/v1/invoices/${invoice.id}/${part}`)).status).toBe(404);
    }
    expect((await (await system.someone('officer')).get(`/api/v1/invoices/${invoice.id}`)).status).toBe(404);
    const all = await invoicesOf(officer);
    const year = running.month.slice(0, 4);
    const issued = endOf(running.month).slice(0, 4);
    expect(year <= issued).toBe(true);
    expect(all.map(({ number }) => number)).toEqual([3, 2, 1].map((n) => `INV-${issued}-00000${n}`));
  });

  it('come with a PDF that is the same whenever it is asked for, and is given out though it was written otherwise before', async () => {
    const [first] = members;
    const [invoice] = await invoicesOf(first ?? officer);
    // As another version of the library wrote it.
    await system.source.query(`insert into invoice_file values ($1, repeat('0', 64), app_now())`, [invoice?.id]);
    const read = async () => officer.get(`/api/v1/invoices/${invoice?.id}/pdf`).buffer(true);
    const [once, again] = [await read(), await read()];
    expect(once.status).toBe(200);
    expect(once.headers['content-disposition']).toContain(`${invoice?.number}.pdf`);
    expect(again.headers['etag']).toBe(once.headers['etag']);
    const kept: { hash: string }[] = await system.source.query(
      'select pdf_hash as hash from invoice_file where invoice_id = $1 order by pdf_hash',
      [invoice?.id],
    );
    expect(kept.map(({ hash }) => `"${hash}"`)).toEqual([`"${'0'.repeat(64)}"`, once.headers['etag']]);
    expect(
      (await officer.get(`/api/v1/invoices/${invoice?.id}/pdf`).set('if-none-match', String(once.headers['etag'])))
        .status,
    ).toBe(304);
    await expect(system.source.query('update invoice set total_minor = 0')).rejects.toThrow('append-only');
  });

  it('cost everybody less from the next invoice on when later joiners reach the next band, and say why', async () => {
    const month = monthLater(running.month, 1);
    const [late, cheap] = [await system.someone('owner'), await system.someone('owner')];
    await joinLate(system, running, late.organisationId, 3, 4_000);
    // Its contract has had the lower price from the beginning: it is told nothing.
    await joinLate(system, running, cheap.organisationId, 1, 4_000, { monthly: 3_000, band: 1 });
    await install(system, running.agreementId, firstDay(month));
    const before = (await mails()).length;
    const run = await bill(system, officer, month);
    // 10 lines at 30.00, and the late ones' set-up
    expect(run).toMatchObject({
      state: 'issued',
      previousMonth: running.month,
      totals: { invoices: 5, netMinor: 34_000, monthlyMinor: 30_000, activationMinor: 0 },
      difference: { invoices: 2, netMinor: 4_000, monthlyMinor: 6_000, activationMinor: -700 },
    });
    const { items } = answered(await officer.get(`/api/v1/billing/runs/${run.id}/agreements`), 200) as {
      items: object[];
    };
    expect(items).toMatchObject([
      {
        number: running.number,
        lines: 10,
        linesBefore: 6,
        band: 1,
        bandFrom: 10,
        previousBand: 0,
        previousBandFrom: 1,
        netMinor: 34_000,
      },
    ]);
    const told = (await mails()).slice(before);
    expect(new Set(told.map(({ recipient }) => recipient)).size).toBe(4);
    for (const { subject, body } of told) {
      expect(subject).toBe(`Your price falls: 10 lines work under ${running.number}`);
      expect(body).toContain('USD\u00A030.00 instead of USD\u00A040.00');
    }
    await booksAgree(system);
  });

  it('never cost more again, though lines end, and say nothing when nothing fell', async () => {
    const month = monthLater(running.month, 2);
    await system.source.query(
      `update service_period set until_on = $1 where until_on is null and subscription_id in
         (select id from subscription where agreement_id = $2 and quantity > 2)`,
      [`${month}-11`, running.agreementId],
    );
    const before = (await mails()).length;
    const run = await bill(system, officer, month);
    const { items } = answered(await officer.get(`/api/v1/billing/runs/${run.id}/agreements`), 200) as {
      items: object[];
    };
    expect(items).toMatchObject([{ lines: 4, linesBefore: 10, band: 1, previousBand: 1 }]);
    const [small] = await invoicesOf(members[0] ?? officer, `?runId=${run.id}`);
    expect(small).toMatchObject({ netMinor: 3_000 });
    const [ended] = await invoicesOf(members[2] ?? officer, `?runId=${run.id}`);
    const days = daysOf(month);
    expect(ended).toMatchObject({ netMinor: Math.floor((3 * 3_000 * 10) / days) });
    expect((await mails()).length).toBe(before);
    await booksAgree(system);
  });

  it('come one after the other, and a line that is reported late is billed with the next', async () => {
    const [third, fourth] = [monthLater(running.month, 3), monthLater(running.month, 4)];
    const late = await system.someone('owner');
    await joinLate(system, running, late.organisationId, 1, 3_000);
    await system.passTo(dayStart(endOf(third)));
    await system.passTo(dayStart(endOf(fourth)));
    const second = await runOf(officer, fourth);
    const early = await officer.post(`/api/v1/billing/runs/${second.id}/start`);
    expect([early.status, early.body.code]).toEqual([409, 'run.earlier-open']);
    const first = await bill(system, officer, third);
    expect(await invoicesOf(late)).toEqual([]);
    await install(system, running.agreementId, `${third}-01`);
    expect(first.state).toBe('issued');
    // Its days are no longer those of the later run, which is previewed again.
    expect(await runOf(officer, fourth)).toMatchObject({ state: 'previewed', version: 2, previousMonth: third });
    expect((await runOf(officer, fourth)).difference).toMatchObject({ netMinor: 0 });
    await bill(system, officer, fourth);
    const [invoice] = await invoicesOf(late);
    expect(invoice?.lines.map(({ kind, month, minor }) => [kind, month, minor])).toEqual([
      ['monthly', third, 3_000],
      ['monthly', fourth, 3_000],
      ['set-up', null, 1_000],
    ]);
    const passed = await officer.post('/api/v1/billing/runs', {
      currency: 'USD',
      month: monthLater(running.month, -1),
    });
    expect(passed.body.code).toBe('run.month-passed');
    await booksAgree(system);
  });

  it('are each agency’s own', async () => {
    const { id } = await runOf(officer, running.month);
    const stranger = await system.someone('officer');
    expect((await stranger.get(`/api/v1/billing/runs/${id}`)).status).toBe(404);
    expect((await stranger.get(`/api/v1/billing/runs/${id}/agreements`)).status).toBe(404);
    expect((await stranger.post(`/api/v1/billing/runs/${id}/start`)).status).toBe(404);
    expect(((await stranger.get('/api/v1/billing/runs')).body as { items: Invoice[] }).items).toEqual([]);
  });
});
