import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AllocationModule } from '../allocation/allocation.module.js';
import { AuctionsModule } from '../auctions/auctions.module.js';
import { IdentityModule } from '../identity/identity.module.js';
import { TendersModule } from '../tenders/tenders.module.js';
import { Award } from './award.entity.js';
import { AwardsController } from './awards.controller.js';
import { AwardsJobs } from './awards.jobs.js';
import { AwardsQueries } from './awards.queries.js';
import { AwardsService } from './awards.service.js';
import { HoldingsService } from './holdings.service.js';
import { LinesService } from './lines.service.js';
import { ProofsJobs } from './proofs.jobs.js';
import { ProofsService } from './proofs.service.js';
import { ReasonsJobs } from './reasons.jobs.js';
import { ReasonsQueries } from './reasons.queries.js';
import { ScenariosController } from './scenarios.controller.js';
import { ScenariosJobs } from './scenarios.jobs.js';
import { ScenariosQueries } from './scenarios.queries.js';
import { ScenariosService } from './scenarios.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Award]), IdentityModule, TendersModule, AuctionsModule, AllocationModule],
  controllers: [AwardsController, ScenariosController],
  providers: [
    AwardsService,
    HoldingsService,
    LinesService,
    ScenariosService,
    ProofsService,
    AwardsQueries,
    ScenariosQueries,
    ReasonsQueries,
    AwardsJobs,
    ReasonsJobs,
    ScenariosJobs,
    ProofsJobs,
  ],
  exports: [AwardsService, HoldingsService, LinesService, AwardsQueries],
})
export class AwardsModule {}
