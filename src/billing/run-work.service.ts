/** Does the long work of runs: the preview, and the run itself, some members at a time and resumable at any point. */
import { Injectable } from '@nestjs/common';
import { toJson } from '../kernel/canonical.js';
import { transition } from '../kernel/lifecycle.js';
import type { Minor } from '../kernel/money.js';
import { CatalogueQueries } from '../catalogue/catalogue.queries.js';
import { ContractsQueries } from '../contracts/contracts.queries.js';
import { OrganisationsQueries } from '../identity/organisations.queries.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { JobSource } from '../platform/database/job-source.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { runIssued } from './billing.events.js';
import { activationOf } from './rules/bookings.js';
import { NOTHING, withDraft } from './rules/drafting.js';
import { runLifecycle } from './rules/runs.js';
import { draftsOf } from './run-drafting.js';
import { CHUNK, chunkAt, chunksOf, type RunFrame, schemesOf } from './run-facts.js';
import {
  agreementsOf,
  type BandPrices,
  fixedBands,
  lockedRun,
  pricesIn,
  RUN_ROWS,
  type RunRow,
  signedTerms,
  termsOf,
  writeAgreements,
} from './run-rows.js';
import { type StartedRun, writeDrafts } from './run-writing.js';
import { totalsOf } from './run-totals.js';
import { writePlan } from './runs.service.js';

@Injectable()
export class RunWorkService {
  constructor(
    private readonly source: JobSource,
    private readonly deeds: Deeds,
    private readonly catalogue: CatalogueQueries,
    private readonly contracts: ContractsQueries,
    private readonly organisations: OrganisationsQueries,
    private readonly ledger: LedgerService,
  ) {}

  /** Works out what a planned run would come to, and writes nothing but that. One that was planned anew is left alone. */
  async preview(runId: string, version: number): Promise<void> {
    const rows: RunRow[] = await this.source.query(`${RUN_ROWS} where id = $1`, [runId]);
    const [run] = rows;
    if (!run || run.state !== 'planned' || run.version !== version) return;
    // One snapshot for all chunks: what changes meanwhile is in none of them.
    const result = await this.source.transaction('REPEATABLE READ', async (tx) => {
      const agreements = await agreementsOf(tx, this.contracts, run);
      const terms = await termsOf(tx, run.agencyId, run.currency);
      const prices = new Map(
        agreements.map(({ agreementId, terms: of, band }) => [agreementId, { band, prices: pricesIn(of, band) }]),
      );
      const frame: RunFrame = { ...run, rates: terms, prices };
      const schemes = await schemesOf(tx, this.catalogue, frame, false);
      const nets = new Map<string, Minor>();
      let totals = NOTHING;
      const { ends } = await chunksOf(tx, frame);
      for (let place = 0, chunk = chunkAt(ends, 0); chunk !== null; chunk = chunkAt(ends, (place += 1))) {
        for (const draft of await draftsOf(tx, frame, chunk, schemes)) {
          if (draft.lines.length === 0) continue;
          totals = withDraft(totals, draft);
          for (const { agreementId, minor } of draft.lines) {
            nets.set(agreementId, (nets.get(agreementId) ?? 0n) + minor);
          }
        }
      }
      return { agreements, nets, totals };
    });
    const { agreements, nets, totals } = result;
    const activationMinor = agreements.reduce((sum, { activation }) => sum + activation, 0n);
    await this.deeds.runAsJob('billing.preview', async (deed) => {
      const now = await lockedRun(deed.tx, runId);
      if (now.state !== 'planned' || now.version !== version) return;
      await writeAgreements(deed.tx, runId, agreements, nets);
      await deed.tx.query('update billing_run set state = $2, previewed_at = $3, preview = $4 where id = $1', [
        runId,
        transition(runLifecycle, now.state, 'preview'),
        deed.now,
        toJson({ ...totals, activationMinor }),
      ]);
      const { invoices, totalMinor } = totals;
      await deed.record({ type: 'billing-run', id: runId }, { invoices, totalMinor });
    });
  }

  /** Bills whoever is not billed yet, until all are. */
  async run(runId: string): Promise<void> {
    const prices = new Map<string, BandPrices>();
    for (const { agreementId, band } of await fixedBands(this.source.manager, runId)) {
      const terms = await signedTerms(this.source.manager, this.contracts, agreementId);
      prices.set(agreementId, { band, prices: pricesIn(terms, band) });
    }
    while (await this.deeds.runAsJob('billing.run', (deed) => this.chunk(deed, runId, prices)));
  }

  /** @returns whether there may be more to do */
  private async chunk(deed: Deed, runId: string, prices: ReadonlyMap<string, BandPrices>): Promise<boolean> {
    const run = await lockedRun(deed.tx, runId);
    if (run.state !== 'running') return false;
    const started = startedRun(run);
    const frame: RunFrame = { ...run, rates: started, prices };
    const chunk = chunkAt(run.chunkEnds, run.chunksDone);
    if (chunk === null) {
      await this.finish(deed, run);
      return false;
    }
    const drafts = await draftsOf(deed.tx, frame, chunk, await schemesOf(deed.tx, this.catalogue, frame, true));
    const names = await this.organisations.names(deed.tx, [run.agencyId]);
    const invoices = await writeDrafts(deed, this.ledger, started, names.get(run.agencyId) ?? '', drafts);
    await deed.tx.query(
      `update billing_run set chunks_done = chunks_done + 1, invoices = invoices + $2,
         members_done = least(members_total, (chunks_done + 1) * ${CHUNK}) where id = $1`,
      [runId, invoices],
    );
    return true;
  }

  private async finish(deed: Deed, run: RunRow): Promise<void> {
    const { id, agencyId, currency } = run;
    const activations: { agreementId: string; number: string; providerId: string; activation: Minor }[] =
      await deed.tx.query(
        `select g.agreement_id as "agreementId", a.number, g.provider_id as "providerId",
           g.activation_minor as activation
         from run_agreement g join billable_agreement a on a.agreement_id = g.agreement_id where g.run_id = $1`,
        [id],
      );
    await this.ledger.post(
      deed,
      activations.flatMap((agreement) => activationOf(agreement, agencyId, currency)),
    );
    const totals = await totalsOf(deed.tx, id);
    await deed.tx.query(`update billing_run set state = $2, issued_at = $3, totals = $4 where id = $1`, [
      id,
      transition(runLifecycle, run.state, 'issue'),
      deed.now,
      toJson(totals),
    ]);
    const { invoices, totalMinor } = totals;
    await deed.record({ type: 'billing-run', id }, { month: run.month, invoices, totalMinor });
    await deed.announce(runIssued, { runId: id });
    // What was previewed of later months took days for open that are billed now.
    const later: { month: string }[] = await deed.tx.query(
      `select month from billing_run
       where agency_id = $1 and currency = $2 and month > $3 and state in ('planned', 'previewed') order by month`,
      [agencyId, currency, run.month],
    );
    for (const { month } of later) await writePlan(deed, agencyId, currency, month);
  }
}

function startedRun(run: RunRow): StartedRun & { feeBp: number; taxBp: number } {
  const { startedAt, feeBp, taxBp, dueDays } = run;
  if (startedAt === null || feeBp === null || taxBp === null || dueDays === null) {
    throw new Error(`run ${run.id} was not started`);
  }
  return { ...run, startedAt, feeBp, taxBp, dueDays };
}
