import { Module } from '@nestjs/common';
import { ContractsModule } from '../contracts/contracts.module.js';
import { IdentityModule } from '../identity/identity.module.js';
import { OffersController } from './offers.controller.js';
import { OffersQueries } from './offers.queries.js';
import { OffersService } from './offers.service.js';
import { RoundsController } from './rounds.controller.js';
import { RoundsQueries } from './rounds.queries.js';
import { RoundsService } from './rounds.service.js';
import { SettlementsService } from './settlements.service.js';
import { SubscriptionsController } from './subscriptions.controller.js';
import { SubscriptionsJobs } from './subscriptions.jobs.js';
import { SubscriptionsQueries } from './subscriptions.queries.js';

@Module({
  imports: [ContractsModule, IdentityModule],
  controllers: [OffersController, RoundsController, SubscriptionsController],
  providers: [
    RoundsService,
    SettlementsService,
    OffersService,
    OffersQueries,
    RoundsQueries,
    SubscriptionsQueries,
    SubscriptionsJobs,
  ],
  exports: [OffersQueries, RoundsQueries, SubscriptionsQueries],
})
export class SubscriptionsModule {}
