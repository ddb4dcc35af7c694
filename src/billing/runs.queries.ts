/** Reads of billing runs, for the agency that they are of. */
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { noCursor, pageOf } from '../kernel/page.js';
import { notFound } from '../kernel/refusal.js';
import { ContractsQueries } from '../contracts/contracts.queries.js';
import { namedRow } from '../platform/database/named-row.js';
import { signedTerms } from './run-rows.js';
import type {
  RunAgreementPage,
  RunAgreementView,
  RunPage,
  RunSummary,
  RunsQuery,
  RunTotalsView,
  RunView,
} from './runs.dto.js';

const RUNS = `
  select id, agency_id as "agencyId", currency::text as currency, month, state, version, planned_at as "plannedAt",
    previewed_at as "previewedAt", started_at as "startedAt", issued_at as "issuedAt",
    json_build_object('members', members_total, 'membersDone', members_done, 'invoices', invoices) as progress,
    preview, totals
  from billing_run where agency_id = $1`;

@Injectable()
export class RunsQueries {
  constructor(private readonly contracts: ContractsQueries) {}

  /** @throws Refusal 'run.not-found', also when it is another agency's */
  async one(tx: EntityManager, actor: Actor, id: string): Promise<RunView> {
    const rows: RunSummary[] = await tx.query(`${RUNS} and id = $2`, [actor.organisationId, id]);
    const [run] = rows;
    if (!run) throw notFound('run');
    const before: { month: string; totals: RunTotalsView }[] = await tx.query(
      `select month, totals from billing_run
       where agency_id = $1 and currency = $2 and month < $3 and state = 'issued' order by month desc limit 1`,
      [run.agencyId, run.currency, run.month],
    );
    return Object.assign(run, {
      previousMonth: before[0]?.month ?? null,
      difference: difference(run.totals ?? run.preview, before[0]?.totals ?? null),
    });
  }

  /** Runs of the actor's agency, the latest month first. */
  async list(tx: EntityManager, actor: Actor, { state, currency, cursor, limit }: RunsQuery): Promise<RunPage> {
    const [beforeMonth, beforeCurrency] = placeOf(cursor);
    const rows: RunSummary[] = await tx.query(
      `${RUNS} and ($2::text is null or state = $2) and ($3::text is null or currency = $3)
         and ($4::text is null or (month, currency) < ($4, $5)) order by month desc, currency desc limit $6`,
      [actor.organisationId, state ?? null, currency ?? null, beforeMonth, beforeCurrency, limit + 1],
    );
    return pageOf(rows, limit, (row) => `${row.month}.${row.currency}`);
  }

  /** The agreements of a run, in the order of their numbers. @throws Refusal 'run.not-found' */
  async agreements(
    tx: EntityManager,
    actor: Actor,
    runId: string,
    { cursor, limit }: { readonly cursor?: string; readonly limit: number },
  ): Promise<RunAgreementPage> {
    await this.one(tx, actor, runId);
    const billed = `run_agreement g join billable_agreement a on a.agreement_id = g.agreement_id
      where a.number = $1 and g.run_id = $2`;
    const after = await namedRow(tx, cursor ?? null, billed, [runId]);
    const rows: Omit<RunAgreementView, 'bandFrom' | 'previousBandFrom'>[] = await tx.query(
      `select g.agreement_id as "agreementId", a.number, g.provider_id as "providerId", g.lines,
         g.lines_before as "linesBefore", g.band, g.previous_band as "previousBand",
         g.activation_minor as "activationMinor", g.net_minor as "netMinor"
       from run_agreement g join billable_agreement a on a.agreement_id = g.agreement_id
       where g.run_id = $1 and ($2::text is null or a.number > $2) order by a.number limit $3`,
      [runId, after, limit + 1],
    );
    const page = pageOf(rows, limit, (row) => row.number);
    const items: RunAgreementView[] = [];
    for (const row of page.items) {
      const { tariff } = await signedTerms(tx, this.contracts, row.agreementId);
      const from = (band: number) => tariff.bands[band]?.from ?? 1;
      items.push({ ...row, bandFrom: from(row.band), previousBandFrom: from(row.previousBand) });
    }
    return { items, next: page.next };
  }
}

function difference(now: RunTotalsView | null, before: RunTotalsView | null): RunTotalsView | null {
  if (now === null || before === null) return null;
  const of = Object.entries(now).map(([key, value]: [string, number]) => [
    key,
    value - (before[key as keyof RunTotalsView] ?? 0),
  ]);
  return Object.fromEntries(of) as RunTotalsView;
}

function placeOf(cursor: string | undefined): [month: string | null, currency: string | null] {
  if (cursor === undefined) return [null, null];
  const [, month, currency] = /^(20\d\d-\d\d)\.([A-Z]{3})$/.exec(cursor) ?? [];
  if (month === undefined || currency === undefined) throw noCursor();
  return [month, currency];
}
