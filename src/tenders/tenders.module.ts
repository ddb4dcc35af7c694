import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CatalogueModule } from '../catalogue/catalogue.module.js';
import { IdentityModule } from '../identity/identity.module.js';
import { PoolsModule } from '../pools/pools.module.js';
import { ReleasedPoolsController } from './released-pools.controller.js';
import { Tender } from './tender.entity.js';
import { TendersController } from './tenders.controller.js';
import { TendersJobs } from './tenders.jobs.js';
import { TendersQueries } from './tenders.queries.js';
import { TendersService } from './tenders.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Tender]), IdentityModule, CatalogueModule, PoolsModule],
  controllers: [TendersController, ReleasedPoolsController],
  providers: [TendersService, TendersQueries, TendersJobs],
  exports: [TendersService, TendersQueries],
})
export class TendersModule {}
