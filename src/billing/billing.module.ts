import { Module } from '@nestjs/common';
import { CatalogueModule } from '../catalogue/catalogue.module.js';
import { ContractsModule } from '../contracts/contracts.module.js';
import { IdentityModule } from '../identity/identity.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { PoolsModule } from '../pools/pools.module.js';
import { BillingJobs } from './billing.jobs.js';
import { BillingQueries } from './billing.queries.js';
import { CreditNotesService } from './credit-notes.service.js';
import { GrantsController } from './grants.controller.js';
import { GrantsService } from './grants.service.js';
import { InvoicesController } from './invoices.controller.js';
import { InvoicesQueries } from './invoices.queries.js';
import { LeftCreditsController } from './left-credits.controller.js';
import { LeftCreditsService } from './left-credits.service.js';
import { RunsController } from './runs.controller.js';
import { RunsQueries } from './runs.queries.js';
import { RunsService } from './runs.service.js';
import { RunWorkService } from './run-work.service.js';
import { TaxesQueries } from './taxes.queries.js';
import { TermsController } from './terms.controller.js';
import { TermsService } from './terms.service.js';

@Module({
  imports: [CatalogueModule, ContractsModule, IdentityModule, LedgerModule, PoolsModule],
  controllers: [RunsController, InvoicesController, TermsController, GrantsController, LeftCreditsController],
  providers: [
    RunsService,
    RunWorkService,
    CreditNotesService,
    LeftCreditsService,
    TermsService,
    GrantsService,
    BillingQueries,
    RunsQueries,
    TaxesQueries,
    InvoicesQueries,
    BillingJobs,
  ],
  exports: [BillingQueries, InvoicesQueries, LeftCreditsService],
})
export class BillingModule {}
