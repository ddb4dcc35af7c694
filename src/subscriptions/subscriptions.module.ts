import { Module } from '@nestjs/common';
import { CatalogueModule } from '../catalogue/catalogue.module.js';
import { ContractsModule } from '../contracts/contracts.module.js';
import { IdentityModule } from '../identity/identity.module.js';
import { PoolsModule } from '../pools/pools.module.js';
import { AddOnsController } from './add-ons.controller.js';
import { AddOnsQueries } from './add-ons.queries.js';
import { AddOnsService } from './add-ons.service.js';
import { AgreementLinesController } from './agreement-lines.controller.js';
import { AddressesService } from './addresses.service.js';
import { InstallationsService } from './installations.service.js';
import { LateJoiningController } from './late-joining.controller.js';
import { LateJoiningQueries } from './late-joining.queries.js';
import { LateJoiningService } from './late-joining.service.js';
import { LineExtrasController } from './line-extras.controller.js';
import { OffersController } from './offers.controller.js';
import { OffersQueries } from './offers.queries.js';
import { OffersService } from './offers.service.js';
import { OpenAgreementsController } from './open-agreements.controller.js';
import { RepairsQueries } from './repairs.queries.js';
import { RepairsService } from './repairs.service.js';
import { RoundsController } from './rounds.controller.js';
import { RoundsQueries } from './rounds.queries.js';
import { RoundsService } from './rounds.service.js';
import { SettlementsService } from './settlements.service.js';
import { SubscriptionsController } from './subscriptions.controller.js';
import { SubscriptionsJobs } from './subscriptions.jobs.js';
import { SubscriptionsQueries } from './subscriptions.queries.js';
import { SubscriptionsService } from './subscriptions.service.js';

@Module({
  imports: [CatalogueModule, ContractsModule, IdentityModule, PoolsModule],
  controllers: [
    OffersController,
    RoundsController,
    SubscriptionsController,
    AgreementLinesController,
    LineExtrasController,
    AddOnsController,
    OpenAgreementsController,
    LateJoiningController,
  ],
  providers: [
    RoundsService,
    SettlementsService,
    OffersService,
    OffersQueries,
    RoundsQueries,
    SubscriptionsQueries,
    SubscriptionsService,
    InstallationsService,
    AddressesService,
    RepairsService,
    RepairsQueries,
    AddOnsService,
    AddOnsQueries,
    LateJoiningService,
    LateJoiningQueries,
    SubscriptionsJobs,
  ],
  exports: [OffersQueries, RoundsQueries, SubscriptionsQueries, SubscriptionsService],
})
export class SubscriptionsModule {}
