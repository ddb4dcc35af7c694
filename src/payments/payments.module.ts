import { type MiddlewareConsumer, Module, type NestModule, RequestMethod } from '@nestjs/common';
import { BillingModule } from '../billing/billing.module.js';
import { IdentityModule } from '../identity/identity.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { takeRaw } from '../platform/http/raw-body.js';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.js';
import { StripeAppliers } from './appliers.js';
import { BankMovesService } from './bank-moves.service.js';
import { BankService } from './bank.service.js';
import { ChargesService } from './charges.service.js';
import { CollectionsController } from './collections.controller.js';
import { CollectionsJobs } from './collections.jobs.js';
import { CollectionsService } from './collections.service.js';
import { CostsService } from './costs.service.js';
import { DebitNoticesService } from './debit-notices.service.js';
import { DebtsController } from './debts.controller.js';
import { DebtsService } from './debts.service.js';
import { DepositsController } from './deposits.controller.js';
import { DepositsJobs } from './deposits.jobs.js';
import { DepositTermsQueries } from './deposit-terms.queries.js';
import { DepositsService } from './deposits.service.js';
import { DunningService } from './dunning.service.js';
import { InboxReconciliation } from './inbox-reconciliation.js';
import { InboxController } from './inbox.controller.js';
import { InboxJobs } from './inbox.jobs.js';
import { InboxQueries } from './inbox.queries.js';
import { InboxService } from './inbox.service.js';
import { InvoiceVoidsService } from './invoice-voids.service.js';
import { LeftCreditPaymentsController } from './left-credit-payments.controller.js';
import { LeftCreditPaymentsService } from './left-credit-payments.service.js';
import { MethodsController } from './methods.controller.js';
import { MethodsQueries } from './methods.queries.js';
import { MethodsService } from './methods.service.js';
import { PaymentsController } from './payments.controller.js';
import { PaymentsJobs } from './payments.jobs.js';
import { PaymentsQueries } from './payments.queries.js';
import { ResumableQueries } from './resumable.queries.js';
import { PayoutAccountsController } from './payout-accounts.controller.js';
import { PayoutAccountsService } from './payout-accounts.service.js';
import { PayoutReversalsService } from './payout-reversals.service.js';
import { PayoutsController } from './payouts.controller.js';
import { PayoutsQueries } from './payouts.queries.js';
import { PayoutsService } from './payouts.service.js';
import { ReceivingService } from './receiving.service.js';
import { RefundsService } from './refunds.service.js';
import { ReturnsService } from './returns.service.js';
import { StatementsController } from './statements.controller.js';
import { StatementsQueries } from './statements.queries.js';
import { StripeClient } from './stripe-client.js';
import { StripeGateway } from './stripe-gateway.js';
import { StripeMethods } from './stripe-methods.js';
import { StripeObjects } from './stripe-objects.js';
import { StripePayouts } from './stripe-payouts.js';
import { StripeTurns } from './stripe-turns.js';
import { StripeWatch } from './stripe-watch.js';
import { UnbookedTransfers } from './unbooked-transfers.js';

@Module({
  imports: [IdentityModule, SubscriptionsModule, LedgerModule, BillingModule],
  controllers: [
    InboxController,
    MethodsController,
    PayoutAccountsController,
    CollectionsController,
    PaymentsController,
    DepositsController,
    DebtsController,
    PayoutsController,
    StatementsController,
    LeftCreditPaymentsController,
  ],
  providers: [
    StripeClient,
    StripeGateway,
    StripeMethods,
    StripeWatch,
    UnbookedTransfers,
    StripeObjects,
    StripePayouts,
    StripeAppliers,
    BankMovesService,
    BankService,
    ChargesService,
    CollectionsJobs,
    CostsService,
    CollectionsService,
    DebitNoticesService,
    DebtsService,
    DepositsJobs,
    DepositsService,
    DepositTermsQueries,
    DunningService,
    PaymentsJobs,
    PaymentsQueries,
    ResumableQueries,
    PayoutReversalsService,
    PayoutsQueries,
    PayoutsService,
    ReceivingService,
    RefundsService,
    ReturnsService,
    StatementsQueries,
    StripeTurns,
    InboxService,
    InboxQueries,
    InboxJobs,
    InboxReconciliation,
    InvoiceVoidsService,
    LeftCreditPaymentsService,
    MethodsService,
    MethodsQueries,
    PayoutAccountsService,
  ],
})
export class PaymentsModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    // Stripe signs the bytes: they are read as they come, before anything makes something of them.
    consumer.apply(takeRaw).forRoutes({ path: 'api/v1/stripe/events', method: RequestMethod.POST });
  }
}
