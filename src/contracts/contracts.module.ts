import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AwardsModule } from '../awards/awards.module.js';
import { IdentityModule } from '../identity/identity.module.js';
import { TendersModule } from '../tenders/tenders.module.js';
import { Agreement } from './agreement.entity.js';
import { ContractsController } from './contracts.controller.js';
import { ContractsJobs } from './contracts.jobs.js';
import { ContractsQueries } from './contracts.queries.js';
import { ContractsService } from './contracts.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Agreement]), IdentityModule, TendersModule, AwardsModule],
  controllers: [ContractsController],
  providers: [ContractsService, ContractsQueries, ContractsJobs],
  exports: [ContractsService, ContractsQueries],
})
export class ContractsModule {}
