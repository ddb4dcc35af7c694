/**
 * Whatever joins, begins to work, is suspended, resumed, ended, cancelled, credited and granted, in whatever order, over some
 * months: each day of each line is billed once, at the price of its run, which never rises and is never above its contract,
 * and the books agree. What is expected is reckoned here, from the days on which lines work, and not by the rules of billing.
 */
import { bandReached } from '../../src/pricing/rules/band.js';
import { type Creditable, wishesUpTo } from '../../src/billing/rules/credit-notes.js';
import { firstDay, monthLater } from '../../src/billing/rules/months.js';
import { type Day, daysLater, dayStart, type Month, monthOf } from '../../src/kernel/calendar.js';
import { REGION, TIER } from '../support/approved-award.js';
import { cases } from '../support/cases.js';
import { randomOf } from '../support/stripe/deliveries.js';
import { type Someone, System } from '../support/system.js';
import { settledAgreement, type SettledAgreement, today } from '../subscriptions/settled-agreement.js';
import { answered, bill, booksAgree, invoicesOf } from './setting.js';

const STORIES = 3;
const MONTHS = 4;
const DEEDS_A_MONTH = 12;
const SETUP = 1_000;
const BUDGET = 25_000;
const MONTHLY = [4_000, 3_700, 3_350, 2_990, 2_500] as const;
const TARIFF = {
  bands: [1, 6, 9, 11, 14].map((from, band) => ({ from, monthly: { basic: MONTHLY[band] ?? 0 } })),
  lots: { north: { setup: SETUP } },
  minimumLines: 1,
};

interface Line {
  readonly id: string;
  readonly state: string;
  readonly quantity: number;
  readonly contract: number;
  readonly periods: readonly { readonly from: Day; readonly until: Day | null }[];
}

interface Billed {
  readonly subscriptionId: string;
  readonly kind: string;
  readonly run: Month;
  readonly band: number;
  readonly month: Month | null;
  readonly days: number;
  readonly quantity: number;
  readonly unit: number;
  readonly minor: number;
}

describe('whatever joins and leaves', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.stop());

  const linesOf = (agreementId: string): Promise<Line[]> =>
    system.source.query(
      `select s.id, s.state, s.quantity, s.monthly_minor::int as contract,
         coalesce((select json_agg(json_build_object('from', p.from_on, 'until', p.until_on) order by p.from_on)
                   from service_period p where p.subscription_id = s.id), '[]') as periods
       from subscription s where s.agreement_id = $1 order by s.number`,
      [agreementId],
    );
  const billedOf = (agreementId: string): Promise<Billed[]> =>
    system.source.query(
      `select l.subscription_id as "subscriptionId", l.kind, i.month as run, g.band, l.month, l.days, l.quantity,
         l.unit_minor::int as unit, l.minor::int as minor
       from invoice i join invoice_line l on l.invoice_id = i.id
         join run_agreement g on g.run_id = i.run_id and g.agreement_id = l.agreement_id
       where i.kind = 'invoice' and l.agreement_id = $1 order by i.month, l.invoice_id, l.position`,
      [agreementId],
    );

  /** The days of a month on which a line works. */
  const worked = ({ periods }: Line, month: Month): number => {
    let days = 0;
    for (let day = firstDay(month); monthOf(day) === month; day = daysLater(day, 1)) {
      if (periods.some(({ from, until }) => from <= day && (until === null || day < until))) days += 1;
    }
    return days;
  };
  const lengthOf = (month: Month): number => Number(daysLater(firstDay(monthLater(month, 1)), -1).slice(8));

  const allIsBilledOnce = async ({ agreementId }: SettledAgreement, first: Month, last: Month): Promise<void> => {
    const [lines, billed] = [await linesOf(agreementId), await billedOf(agreementId)];
    for (const line of lines) {
      const own = billed.filter(({ subscriptionId }) => subscriptionId === line.id);
      const monthly = own.filter(({ kind }) => kind === 'monthly');
      for (let month = first; month <= last; month = monthLater(month, 1)) {
        const days = monthly.filter((each) => each.month === month).reduce((sum, each) => sum + each.days, 0);
        expect({ line: line.id, month, days }).toEqual({ line: line.id, month, days: worked(line, month) });
      }
      for (const { run, band, month, days, quantity, unit, minor } of monthly) {
        const price = Math.min(MONTHLY[band] ?? 0, line.contract);
        expect({ line: line.id, run, unit, quantity }).toEqual({
          line: line.id,
          run,
          unit: price,
          quantity: line.quantity,
        });
        expect(minor).toBe(Math.floor((quantity * unit * days) / lengthOf(month ?? first)));
      }
      const units = monthly.map(({ unit }) => unit);
      expect(units).toEqual(units.toSorted((a, b) => b - a));
      const setUp = own.filter(({ kind }) => kind === 'set-up').map(({ minor }) => minor);
      expect(setUp).toEqual(monthly.length > 0 ? [line.quantity * SETUP] : []);
    }
    const working = lines.filter(({ periods }) =>
      periods.some(
        ({ from, until }) => monthOf(from) <= last && (until === null || until >= firstDay(monthLater(last, 1))),
      ),
    );
    const bands = [...new Map(billed.map(({ run, band }) => [run, band]))];
    expect(bands.map(([, band]) => band)).toEqual(bands.map(([, band]) => band).toSorted((a, b) => a - b));
    const present = working.reduce((sum, { quantity }) => sum + quantity, 0);
    const reached = bandReached(TARIFF, present) ?? 0;
    if (bands.at(-1)?.[0] === last) expect(bands.at(-1)?.[1]).toBeGreaterThanOrEqual(reached);
    const [sums]: [{ used: number; given: number; granted: number; told: number }] = await system.source.query(
      `select
         (select coalesce(sum(used_minor), 0)::int from used_service_credit u join service_credit c on c.id = u.credit_id
            join subscription s on s.id = c.subscription_id where s.agreement_id = $1) as used,
         (select coalesce(-sum(l.minor), 0)::int from invoice_line l where l.kind = 'service-credit' and l.agreement_id = $1)
           + (select coalesce(sum(l.minor), 0)::int from invoice i join invoice_line l on l.invoice_id = i.id
              where i.why like 'What was left of service credits%' and l.agreement_id = $1) as given,
         (select coalesce(sum(s.granted_minor), 0)::int from grant_scheme s join framework_agreement a on a.agency_id = s.agency_id
            where a.id = $1) as granted,
         (select coalesce(sum(case i.kind when 'invoice' then g.minor else -g.minor end), 0)::int from invoice i
            join invoice_grant g on g.invoice_id = i.id join framework_agreement a on a.agency_id = i.issuer_id
            where a.id = $1) as told`,
      [agreementId],
    );
    expect(sums).toMatchObject({ used: sums.given, granted: sums.told });
    expect(sums.granted).toBeLessThanOrEqual(BUDGET);
    await booksAgree(system);
  };

  /** Everything that is left of all invoices is credited, by two at once. */
  const allIsCredited = async (approver: Someone, agencyId: string): Promise<void> => {
    for (const invoice of await invoicesOf(approver, '?kind=invoice&limit=200')) {
      const lines = invoice.lines.map((line) => ({
        ...line,
        minor: BigInt(line.minor),
        credited: BigInt(line.creditedMinor),
      }));
      const wishes = wishesUpTo({ lines } as unknown as Creditable, 10n ** 12n, () => true);
      if (wishes.length === 0) continue;
      const body = { why: 'All of it.', lines: wishes.map(({ line, minor }) => ({ line, minor: Number(minor) })) };
      const both = await Promise.all(
        [1, 2].map(() => approver.post(`/api/v1/invoices/${invoice.id}/credit-notes`, body)),
      );
      expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 422]);
    }
    const [left]: [object] = await system.source.query(
      `select coalesce(sum(case i.kind when 'invoice' then total_minor else -total_minor end), 0)::int as total,
         coalesce(sum(case i.kind when 'invoice' then net_minor else -net_minor end), 0)::int as net,
         (select sum(granted_minor)::int from grant_scheme where agency_id = $1) as granted
       from invoice i where i.issuer_id = $1`,
      [agencyId],
    );
    expect(left).toEqual({ total: 0, net: 0, granted: 0 });
    await booksAgree(system);
  };

  const play = async (seed: number): Promise<void> => {
    const random = randomOf(seed);
    const upTo = (most: number): number => 1 + Math.floor(random() * most);
    const any = <T>(of: readonly T[]): T | undefined => of[Math.floor(random() * of.length)];
    const agreement = await settledAgreement(
      system,
      [2, 1, 3, 1].map((quantity) => ({ quantity })),
      { tariff: TARIFF },
    );
    const { agreementId, officer, provider, path } = agreement;
    const agencyId = officer.organisationId;
    const approver = await system.someone('approver', agencyId);
    const first = monthLater(monthOf(await today(system)), 1);
    await system.passTo(dayStart(firstDay(first)));
    const grant = { name: 'Start', currency: 'USD', byVoucher: false, perLineMinor: 700, months: 2 };
    answered(await officer.post('/api/v1/billing/grants', { ...grant, fromMonth: first, budgetMinor: BUDGET }), 201);
    answered(
      await officer.put(
        '/api/v1/billing/terms/USD',
        { feeBp: 333, taxBp: 1_230, dueDays: 9, depositMinor: 0, reserveBp: 0, reserveDays: 0 },
        0,
      ),
      200,
    );
    answered(
      await officer.put(`${path}/late-joining`, { until: daysLater(firstDay(monthLater(first, MONTHS)), 5) }),
      200,
    );

    const change = async (verb: string, states: readonly string[]): Promise<void> => {
      const line = any((await linesOf(agreementId)).filter(({ state }) => states.includes(state)));
      if (!line) return;
      const on = daysLater(await today(system), 1 - upTo(8));
      await officer.post(`/api/v1/subscriptions/${line.id}/${verb}`, {
        why: 'So it is.',
        ...(random() < 0.7 ? { on } : {}),
      });
    };
    const deeds: Readonly<Record<string, () => Promise<unknown>>> = {
      install: async () => {
        const line = any((await linesOf(agreementId)).filter(({ state }) => state === 'called-off'));
        const worksOn = daysLater(await today(system), 1 - upTo(25));
        return line && provider.post(`/api/v1/subscriptions/${line.id}/installation`, { worksOn });
      },
      join: async () => {
        const member = random() < 0.4 ? any(agreement.members) : await system.someone('owner');
        const line = { site: `site-${random()}`, region: REGION, tier: TIER, quantity: upTo(3), upTo: 9_000 };
        return member?.post(`${path}/late-joins`, line);
      },
      suspend: () => change('suspend', ['active']),
      resume: () => change('resume', ['suspended']),
      end: () => change('end', ['active', 'suspended']),
      cancel: () => change('cancel', ['called-off']),
      promise: async () => {
        const line = any((await linesOf(agreementId)).filter(({ periods }) => periods.length > 0));
        const sql = `insert into repair (subscription_id, reported_at, repaired_at, repair_hours, recorded_at, recorded_by)
          select $1, app_now() - interval '2 hours', app_now(), 1, app_now(), (select id from person limit 1) returning id`;
        const [repair]: { id: string }[] = line ? await system.source.query(sql, [line.id]) : [];
        return (
          repair &&
          system.source.query(
            `insert into service_credit (subscription_id, kind, repair_id, days, happened_on, reason)
             values ($1, 'repair', $2, $3, business_day(app_now()), 'It was down.')`,
            [line?.id, repair.id, upTo(20)],
          )
        );
      },
      credit: async () => {
        const invoice = any(await invoicesOf(approver, '?kind=invoice&limit=200'));
        const line = any(invoice?.lines ?? []);
        const lines = [{ line: line?.position, minor: upTo(1_500) }];
        return (
          invoice && approver.post(`/api/v1/invoices/${invoice.id}/credit-notes`, { why: 'It was too much.', lines })
        );
      },
    };
    const often = ['install', 'install', 'install', 'install', 'join', 'join', 'suspend', 'resume', 'resume'];
    const names = often.concat('end', random() < 0.5 ? 'cancel' : 'join', 'promise', 'promise', 'credit');
    for (let month = first, n = 0; n < MONTHS; n += 1, month = monthLater(month, 1)) {
      for (let deed = 0; deed < DEEDS_A_MONTH; deed += 1) {
        const next = daysLater(await today(system), upTo(3));
        if (monthOf(next) === month) await system.passTo(dayStart(next));
        await deeds[n === 0 && deed < 3 ? 'install' : (any(names) ?? '')]?.();
      }
      // Where no line has worked on a day that is not billed, there is no run: which is held against the days below.
      await system.passTo(dayStart(firstDay(monthLater(month, 1))));
      const runs = answered(await officer.get('/api/v1/billing/runs'), 200) as { items: { month: string }[] };
      if (runs.items.some((run) => run.month === month)) await bill(system, officer, month);
      await allIsBilledOnce(agreement, monthLater(first, -1), month);
    }
    await allIsCredited(approver, agencyId);
  };

  it('each day is billed once, at a price that never rises, and the books agree; crediting all twice at once credits it once', async () => {
    for (let story = 0; story < cases(STORIES); story += 1) {
      const seed = Number(process.env['PUMASI_TEST_SEED'] ?? Date.now() % 1_000_000) + story;
      try {
        await play(seed);
      } catch (error) {
        throw new Error(`PUMASI_TEST_SEED=${seed}`, { cause: error });
      }
    }
  }, 600_000);
});
