import { type MiddlewareConsumer, Module, type NestModule, RequestMethod } from '@nestjs/common';
import { IdentityModule } from '../identity/identity.module.js';
import { takeRaw } from '../platform/http/raw-body.js';
import { InboxReconciliation } from './inbox-reconciliation.js';
import { InboxController } from './inbox.controller.js';
import { InboxJobs } from './inbox.jobs.js';
import { InboxQueries } from './inbox.queries.js';
import { InboxService } from './inbox.service.js';
import { MethodsController } from './methods.controller.js';
import { MethodsQueries } from './methods.queries.js';
import { MethodsService } from './methods.service.js';
import { PayoutAccountsController } from './payout-accounts.controller.js';
import { PayoutAccountsService } from './payout-accounts.service.js';
import { StripeClient } from './stripe-client.js';
import { StripeGateway } from './stripe-gateway.js';
import { StripeObjects } from './stripe-objects.js';
import { StripePayouts } from './stripe-payouts.js';
import { StripeTurns } from './stripe-turns.js';

@Module({
  imports: [IdentityModule],
  controllers: [InboxController, MethodsController, PayoutAccountsController],
  providers: [
    StripeClient,
    StripeGateway,
    StripeObjects,
    StripePayouts,
    StripeTurns,
    InboxService,
    InboxQueries,
    InboxJobs,
    InboxReconciliation,
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
