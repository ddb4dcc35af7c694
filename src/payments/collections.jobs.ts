import { Injectable } from '@nestjs/common';
import { creditNoteIssued, runIssued } from '../billing/billing.events.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { OnFact, WhenDue } from '../platform/deeds/facts.js';
import { CollectionsService } from './collections.service.js';
import { DunningService } from './dunning.service.js';

@Injectable()
export class CollectionsJobs {
  constructor(
    private readonly collections: CollectionsService,
    private readonly dunning: DunningService,
  ) {}

  /** Invoices are out: each is collected. */
  @OnFact(runIssued, { name: 'payments.open-collections', long: true })
  async issued({ runId }: { runId: string }): Promise<void> {
    await this.collections.openRun(runId);
  }

  /** Less is asked for than was. */
  @OnFact(creditNoteIssued, { name: 'payments.credit' })
  async credited(deed: Deed, { creditNoteId }: { creditNoteId: string }): Promise<void> {
    await this.collections.credit(deed, creditNoteId);
  }

  /** Nothing has come by its day, or after a reminder. */
  @WhenDue({ name: 'payments.dun', table: 'collection', states: ['due', 'overdue'] })
  async dun(deed: Deed, id: string): Promise<void> {
    await this.dunning.dun(deed, id);
  }
}
