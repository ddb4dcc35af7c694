/** Runs as the database holds them, and the agreements that they bill. */
import type { EntityManager } from 'typeorm';
import type { Month } from '../kernel/calendar.js';
import type { Minor } from '../kernel/money.js';
import { notFound } from '../kernel/refusal.js';
import { type AgreementTerms, ContractsQueries } from '../contracts/contracts.queries.js';
import { bandPrices } from '../pricing/rules/band.js';
import { bandOfRun } from './rules/band.js';
import { endOf } from './rules/months.js';
import type { RunState } from './rules/runs.js';

export interface RunRow {
  readonly id: string;
  readonly agencyId: string;
  readonly currency: string;
  readonly month: Month;
  readonly state: RunState;
  readonly version: number;
  readonly previewedAt: Date | null;
  readonly startedAt: Date | null;
  readonly feeBp: number | null;
  readonly taxBp: number | null;
  readonly dueDays: number | null;
  readonly chunkEnds: readonly string[];
  readonly chunksDone: number;
}

export const RUN_ROWS = `
  select id, agency_id as "agencyId", currency::text as currency, month, state, version, previewed_at as "previewedAt",
    started_at as "startedAt", fee_bp as "feeBp", tax_bp as "taxBp", due_days as "dueDays", chunk_ends as "chunkEnds",
    chunks_done as "chunksDone"
  from billing_run`;

/** @throws Refusal 'run.not-found' */
export async function lockedRun(tx: EntityManager, id: string): Promise<RunRow> {
  const rows: RunRow[] = await tx.query(`${RUN_ROWS} where id = $1 for update`, [id]);
  if (!rows[0]) throw notFound('run');
  return rows[0];
}

/** What an agency bills by. */
export interface BilledBy {
  readonly feeBp: number;
  readonly taxBp: number;
  readonly dueDays: number;
}

const TERMS = `
  select fee_bp as "feeBp", tax_bp as "taxBp", due_days as "dueDays" from billing_terms
  where agency_id = $1 and currency = $2`;

export async function termsOf(tx: EntityManager, agencyId: string, currency: string): Promise<BilledBy> {
  const rows: BilledBy[] = await tx.query(TERMS, [agencyId, currency]);
  if (!rows[0]) throw new Error(`${agencyId} has no terms in ${currency}`);
  return rows[0];
}

/** The same, and nobody else plans or starts a run by them until the deed ends. */
export async function lockedTerms(tx: EntityManager, agencyId: string, currency: string): Promise<BilledBy> {
  const rows: BilledBy[] = await tx.query(`${TERMS} for update`, [agencyId, currency]);
  if (!rows[0]) throw new Error(`${agencyId} has no terms in ${currency}`);
  return rows[0];
}

/** An agreement as a run bills it. */
export interface RunAgreement {
  readonly agreementId: string;
  readonly number: string;
  readonly providerId: string;
  readonly lines: number;
  readonly linesBefore: number | null;
  readonly band: number;
  readonly previousBand: number;
  readonly activation: Minor;
  readonly terms: AgreementTerms;
}

interface CountedAgreement {
  readonly agreementId: string;
  readonly number: string;
  readonly providerId: string;
  readonly settledBand: number;
  readonly previousBand: number | null;
  readonly linesBefore: number | null;
  readonly contractedBand: number | null;
  readonly lines: number;
}

/**
 * Agreements of which some line has begun to work before the end of the month, in order of their numbers, each in the band
 * of the run. Of what lines were contracted in, those count that have days to be billed.
 */
export async function agreementsOf(
  tx: EntityManager,
  contracts: ContractsQueries,
  { agencyId, currency, month }: Pick<RunRow, 'agencyId' | 'currency' | 'month'>,
): Promise<RunAgreement[]> {
  const counted: CountedAgreement[] = await tx.query(
    `with begun as (
       select l.agreement_id, coalesce(sum(l.quantity) filter (where p.until_on is null or p.until_on >= $3), 0)::int as lines,
         max(l.joined_band) filter (
           where p.until_on is null or p.until_on > greatest(b.billed_until, p.from_on)) as contracted_band
       from billable_line l join service_period p on p.subscription_id = l.subscription_id
         left join billed_line b on b.subscription_id = l.subscription_id
       where l.agency_id = $1 and l.currency = $2 and p.from_on < $3::date group by 1
     )
     select a.agreement_id as "agreementId", a.number, a.provider_id as "providerId", a.settled_band as "settledBand",
       before.band as "previousBand", before.lines as "linesBefore", b.contracted_band as "contractedBand", b.lines
     from begun b join billable_agreement a on a.agreement_id = b.agreement_id
       left join lateral (
         select g.band, g.lines from run_agreement g join billing_run r on r.id = g.run_id
         where g.agreement_id = a.agreement_id and r.state = 'issued' and r.month < $4 order by r.month desc limit 1
       ) before on true
     order by a.number`,
    [agencyId, currency, endOf(month), month],
  );
  const agreements: RunAgreement[] = [];
  for (const { settledBand, previousBand, contractedBand, ...agreement } of counted) {
    const terms = await signedTerms(tx, contracts, agreement.agreementId);
    const { band, before } = bandOfRun(terms.tariff, settledBand, previousBand, contractedBand, agreement.lines);
    const activation = previousBand === null ? (terms.tariff.activation ?? 0n) : 0n;
    agreements.push({ ...agreement, band, previousBand: before, activation, terms });
  }
  return agreements;
}

/** The agreements of a run that has started, with the bands that it bills them in. */
export async function fixedBands(tx: EntityManager, runId: string): Promise<{ agreementId: string; band: number }[]> {
  return tx.query('select agreement_id as "agreementId", band from run_agreement where run_id = $1', [runId]);
}

/** Writes a run's agreements in place of those of an earlier preview. @param nets what they are charged, if it is known */
export async function writeAgreements(
  tx: EntityManager,
  runId: string,
  agreements: readonly RunAgreement[],
  nets: ReadonlyMap<string, Minor>,
): Promise<void> {
  await tx.query('delete from run_agreement where run_id = $1', [runId]);
  await tx.query(
    `insert into run_agreement (run_id, agreement_id, provider_id, lines, lines_before, band, previous_band,
       activation_minor, net_minor)
     select $1, * from unnest($2::uuid[], $3::uuid[], $4::integer[], $5::integer[], $6::integer[], $7::integer[],
       $8::bigint[], $9::bigint[])`,
    [
      runId,
      agreements.map((each) => each.agreementId),
      agreements.map((each) => each.providerId),
      agreements.map((each) => each.lines),
      agreements.map((each) => each.linesBefore),
      agreements.map((each) => each.band),
      agreements.map((each) => each.previousBand),
      agreements.map((each) => each.activation),
      agreements.map((each) => nets.get(each.agreementId) ?? 0n),
    ],
  );
}

export async function signedTerms(
  tx: EntityManager,
  contracts: ContractsQueries,
  agreementId: string,
): Promise<AgreementTerms> {
  const terms = await contracts.terms(tx, agreementId);
  if (terms === null) throw new Error(`agreement ${agreementId} has lost its terms`);
  return terms;
}

/** Monthly prices of an agreement by lot and tier, in one band. */
export type Prices = ReadonlyMap<string, Minor>;

export function pricesIn({ tariff }: Pick<AgreementTerms, 'tariff'>, band: number): Prices {
  return new Map(bandPrices(tariff, band).map(({ lot, tier, monthly }) => [classKey(lot, tier), monthly]));
}

/** The band of an agreement in a run, and what it costs there. */
export interface BandPrices {
  readonly band: number;
  readonly prices: Prices;
}

export function classKey(lot: string, tier: string): string {
  return JSON.stringify([lot, tier]);
}
