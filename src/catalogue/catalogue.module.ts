import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CatalogueController } from './catalogue.controller.js';
import { CatalogueImportService } from './catalogue-import.service.js';
import { CatalogueQueries } from './catalogue.queries.js';
import { CatalogueService } from './catalogue.service.js';
import { RegionRow } from './region.entity.js';
import { ServiceTierRow } from './service-tier.entity.js';

@Module({
  imports: [TypeOrmModule.forFeature([RegionRow, ServiceTierRow])],
  controllers: [CatalogueController],
  providers: [CatalogueService, CatalogueImportService, CatalogueQueries],
  exports: [CatalogueQueries],
})
export class CatalogueModule {}
