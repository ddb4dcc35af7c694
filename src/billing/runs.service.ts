/** Plans and starts billing runs. The work itself is done by jobs, for it takes minutes. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { dayOf, dayStart, type Month, monthOf } from '../kernel/calendar.js';
import { transition } from '../kernel/lifecycle.js';
import { unless } from '../kernel/refusal.js';
import { ContractsQueries } from '../contracts/contracts.queries.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { monthOver, runPlanned, runStarted } from './billing.events.js';
import { endOf, firstDay, monthLater } from './rules/months.js';
import { runLifecycle, type RunState, whyNotPlan, whyNotStart } from './rules/runs.js';
import { chunksOf } from './run-facts.js';
import { agreementsOf, lockedRun, lockedTerms, writeAgreements } from './run-rows.js';
import type { RunView } from './runs.dto.js';
import { RunsQueries } from './runs.queries.js';

@Injectable()
export class RunsService {
  constructor(
    private readonly deeds: Deeds,
    private readonly contracts: ContractsQueries,
    private readonly queries: RunsQueries,
  ) {}

  /**
   * Plans the run of a month for the actor's agency, so that it is previewed; again, if it has been.
   * @throws Refusal 'run.invalid', 'run.month-passed', 'run.cannot-plan'
   */
  async plan(actor: Actor, currency: string, month: Month): Promise<RunView> {
    return this.deeds.run(actor, 'billing.plan', { currency, month }, async (deed) => {
      const agencyId = actor.organisationId ?? '';
      await awaitMonths(deed, agencyId, currency);
      await lockedTerms(deed.tx, agencyId, currency);
      const { state, passed } = await situation(deed.tx, agencyId, currency, month);
      unless(whyNotPlan(month, passed, state, deed.now));
      const id = await writePlan(deed, agencyId, currency, month);
      return this.queries.one(deed.tx, actor, id);
    });
  }

  /** A month is over: its run is planned, if it has anything to bill. The terms are locked. */
  async planDue(deed: Deed, termsId: string): Promise<void> {
    const rows: { agencyId: string; currency: string; dueAt: Date }[] = await deed.tx.query(
      'select agency_id as "agencyId", currency::text as currency, due_at as "dueAt" from billing_terms where id = $1',
      [termsId],
    );
    const [terms] = rows;
    if (!terms) throw new Error(`there are no terms ${termsId}`);
    const begins = monthOf(dayOf(terms.dueAt));
    const month = monthLater(begins, -1);
    await deed.tx.query('update billing_terms set due_at = $2 where id = $1', [termsId, dayStart(endOf(begins))]);
    const { agencyId, currency } = terms;
    await deed.announce(monthOver, { agencyId, currency });
    const { state, passed } = await situation(deed.tx, agencyId, currency, month);
    if (whyNotPlan(month, passed, state, deed.now) !== null) return;
    if (state !== null || (await somethingToBill(deed.tx, agencyId, currency, month))) {
      await writePlan(deed, agencyId, currency, month);
    }
  }

  /**
   * Starts a previewed run of the actor's agency.
   * @throws Refusal 'run.not-found', 'run.cannot-start', 'run.month-not-over', 'run.earlier-open', 'run.preview-too-early'
   */
  async start(actor: Actor, id: string): Promise<RunView> {
    return this.deeds.run(actor, 'billing.start', { id }, async (deed) => {
      const { agencyId, currency } = await this.queries.one(deed.tx, actor, id);
      const terms = await lockedTerms(deed.tx, agencyId, currency);
      const run = await lockedRun(deed.tx, id);
      const earlier: { month: Month }[] = await deed.tx.query(
        `select month from billing_run where agency_id = $1 and currency = $2 and month < $3 and state <> 'issued'
         order by month limit 1`,
        [agencyId, currency, run.month],
      );
      unless(whyNotStart(run, earlier[0]?.month ?? null, deed.now));
      const agreements = await agreementsOf(deed.tx, this.contracts, run);
      await writeAgreements(deed.tx, id, agreements, new Map());
      const { ends, members } = await chunksOf(deed.tx, run);
      await deed.tx.query(
        `update billing_run set state = $2, started_at = $3, fee_bp = $4, tax_bp = $5, due_days = $6, chunk_ends = $7,
           members_total = $8 where id = $1`,
        [
          id,
          transition(runLifecycle, run.state, 'start'),
          deed.now,
          terms.feeBp,
          terms.taxBp,
          terms.dueDays,
          ends,
          members,
        ],
      );
      await deed.tx.query(
        `insert into run_tax (run_id, member_id, tax_bp) select $1, member_id, tax_bp from member_tax where agency_id = $2`,
        [id, agencyId],
      );
      const bands = Object.fromEntries(agreements.map(({ number, lines, band }) => [number, { lines, band }]));
      await deed.record({ type: 'billing-run', id }, { currency, month: run.month, bands });
      await deed.announce(runStarted, { runId: id });
      return this.queries.one(deed.tx, actor, id);
    });
  }
}

/** From now on, the runs of an agency in a currency plan themselves. */
export async function awaitMonths(deed: Deed, agencyId: string, currency: string): Promise<void> {
  const nextMonth = dayStart(endOf(monthOf(dayOf(deed.now))));
  await deed.tx.query(
    'insert into billing_terms (agency_id, currency, due_at) values ($1, $2, $3) on conflict do nothing',
    [agencyId, currency, nextMonth],
  );
}

interface Situation {
  readonly state: RunState | null;
  /** the latest month that was started */
  readonly passed: Month | null;
}

async function situation(tx: EntityManager, agencyId: string, currency: string, month: Month): Promise<Situation> {
  const rows: Situation[] = await tx.query(
    `select max(state) filter (where month = $3) as state, max(month) filter (where started_at is not null) as passed
     from billing_run where agency_id = $1 and currency = $2`,
    [agencyId, currency, month],
  );
  return rows[0] ?? { state: null, passed: null };
}

async function somethingToBill(tx: EntityManager, agencyId: string, currency: string, month: Month): Promise<boolean> {
  const rows: unknown[] = await tx.query(
    `select 1 from billable_line l join service_period p on p.subscription_id = l.subscription_id
       left join billed_line b on b.subscription_id = l.subscription_id
     where l.agency_id = $1 and l.currency = $2 and p.from_on < $3::date
       and (p.until_on is null or p.until_on > coalesce(b.billed_until, p.from_on))
       and (b.billed_until is null or b.billed_until < $3::date) limit 1`,
    [agencyId, currency, endOf(month)],
  );
  return rows.length > 0;
}

/** Plans the run of a month, or plans it again; the preview that is asked for is that of this version. */
export async function writePlan(deed: Deed, agencyId: string, currency: string, month: Month): Promise<string> {
  const rows: { id: string; version: number }[] = await deed.tx.query(
    `insert into billing_run as r (agency_id, currency, month, state, version, planned_at)
     values ($1, $2, $3, 'planned', 1, $4)
     on conflict (agency_id, currency, month)
       do update set state = 'planned', version = r.version + 1, planned_at = excluded.planned_at
     returning id, version`,
    [agencyId, currency, month, deed.now],
  );
  const [row] = rows;
  if (!row) throw new Error(`the run of ${month} was not written`);
  await deed.record({ type: 'billing-run', id: row.id }, { currency, month, from: firstDay(month) });
  await deed.announce(runPlanned, { runId: row.id, version: row.version });
  return row.id;
}
