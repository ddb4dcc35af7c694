/** What happens in billing by itself: months end, runs are previewed and billed, and members hear of lower prices. */
import { Injectable } from '@nestjs/common';
import { agreementSigned } from '../contracts/contracts.events.js';
import { ContractsQueries } from '../contracts/contracts.queries.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { OnFact, WhenDue } from '../platform/deeds/facts.js';
import { creditNoteIssued, monthOver, runIssued, runPlanned, runStarted } from './billing.events.js';
import { CreditNotesService } from './credit-notes.service.js';
import { LeftCreditsService } from './left-credits.service.js';
import { tellLowerPrices } from './price-letters.js';
import { signedTerms } from './run-rows.js';
import { awaitMonths, RunsService } from './runs.service.js';
import { RunWorkService } from './run-work.service.js';

@Injectable()
export class BillingJobs {
  constructor(
    private readonly contracts: ContractsQueries,
    private readonly runs: RunsService,
    private readonly work: RunWorkService,
    private readonly creditNotes: CreditNotesService,
    private readonly leftCredits: LeftCreditsService,
  ) {}

  /** Whoever has an agreement will have something to bill. */
  @OnFact(agreementSigned, { name: 'billing.await-months' })
  async awaitMonths(deed: Deed, { agreementId }: { agreementId: string }): Promise<void> {
    const { agencyId, currency } = await signedTerms(deed.tx, this.contracts, agreementId);
    await awaitMonths(deed, agencyId, currency);
  }

  /** A month is over. */
  @WhenDue({ name: 'billing.plan-due', table: 'billing_terms', states: ['awaiting'] })
  async planDue(deed: Deed, termsId: string): Promise<void> {
    await this.runs.planDue(deed, termsId);
  }

  @OnFact(runPlanned, { name: 'billing.preview', long: true })
  async preview({ runId, version }: { runId: string; version: number }): Promise<void> {
    await this.work.preview(runId, version);
  }

  @OnFact(runStarted, { name: 'billing.run', long: true })
  async run({ runId }: { runId: string }): Promise<void> {
    await this.work.run(runId);
  }

  /** Everybody's price falls together, and everybody is told why. */
  @OnFact(runIssued, { name: 'billing.tell-lower-prices' })
  async tellLowerPrices(deed: Deed, { runId }: { runId: string }): Promise<void> {
    await tellLowerPrices(deed, this.contracts, runId);
  }

  /** Whose last line a run has billed is charged nothing more from which a service credit could be deducted. */
  @OnFact(runIssued, { name: 'billing.give-back-credits', long: true })
  async giveBackCredits({ runId }: { runId: string }): Promise<void> {
    await this.leftCredits.giveBackAfter(runId);
  }

  /** Credits may come about after the last run that had anything to bill. */
  @OnFact(monthOver, { name: 'billing.give-back-late-credits', long: true })
  async giveBackLateCredits({ agencyId, currency }: { agencyId: string; currency: string }): Promise<void> {
    await this.leftCredits.giveBack(agencyId, currency);
  }

  @OnFact(creditNoteIssued, { name: 'billing.tell-credit' })
  async tellCredit(deed: Deed, { creditNoteId }: { creditNoteId: string }): Promise<void> {
    await this.creditNotes.tell(deed, creditNoteId);
  }
}
