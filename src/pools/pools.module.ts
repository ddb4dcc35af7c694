import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CatalogueModule } from '../catalogue/catalogue.module.js';
import { IdentityModule } from '../identity/identity.module.js';
import { FrozenTerms } from './frozen-terms.js';
import { MembersController } from './members.controller.js';
import { MembersQueries } from './members.queries.js';
import { MembersService } from './members.service.js';
import { PledgesController } from './pledges.controller.js';
import { PledgesQueries } from './pledges.queries.js';
import { PledgesService } from './pledges.service.js';
import { PoolEntity } from './pool.entity.js';
import { PoolCountsQueries } from './pool-counts.queries.js';
import { PoolImportService } from './pool-import.service.js';
import { PoolPagesQueries } from './pool-pages.queries.js';
import { PoolsController } from './pools.controller.js';
import { PoolsJobs } from './pools.jobs.js';
import { PoolsQueries } from './pools.queries.js';
import { PoolsService } from './pools.service.js';
import { TakeBackService } from './take-back.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([PoolEntity]), IdentityModule, CatalogueModule],
  controllers: [PoolsController, PledgesController, MembersController],
  providers: [
    PoolsService,
    PoolsQueries,
    PoolCountsQueries,
    PoolPagesQueries,
    PoolsJobs,
    PledgesService,
    PledgesQueries,
    FrozenTerms,
    PoolImportService,
    TakeBackService,
    MembersService,
    MembersQueries,
  ],
  exports: [PoolsQueries, PoolsService, MembersService],
})
export class PoolsModule {}
