import type { Readable } from 'node:stream';
import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { CsvBody } from '../platform/http/csv-body.js';
import { PageQuery } from '../platform/http/fields.js';
import { Acting, IfMatch, May, OpenToAll } from '../platform/http/request.js';
import {
  EditRegion,
  EditTier,
  ImportView,
  NewRegion,
  NewTier,
  RegionPageView,
  RegionsQuery,
  RegionView,
  TierPageView,
  TierView,
} from './catalogue.dto.js';
import { CatalogueImportService } from './catalogue-import.service.js';
import { CatalogueQueries } from './catalogue.queries.js';
import { CatalogueService } from './catalogue.service.js';
import { regionView, tierView } from './views.js';

const FILE = { schema: { type: 'string', format: 'binary' } } as const;

@Controller('api/v1')
export class CatalogueController {
  constructor(
    private readonly source: DataSource,
    private readonly catalogue: CatalogueService,
    private readonly imports: CatalogueImportService,
    private readonly queries: CatalogueQueries,
  ) {}

  /** The regions by code, all or those directly under one. */
  @OpenToAll()
  @Get('regions')
  async regions(@Query() { parent, ...page }: RegionsQuery): Promise<RegionPageView> {
    const { items, next } = await this.queries.regionPage(this.source.manager, page, parent);
    return { items: items.map(regionView), next };
  }

  /** One region. */
  @OpenToAll()
  @Get('regions/:code')
  async region(@Param('code') code: string): Promise<RegionView> {
    return regionView(await this.queries.region(this.source.manager, code));
  }

  /** Adds a region to the tree. */
  @May('catalogue.edit')
  @Post('regions')
  async addRegion(@Acting() actor: Actor, @Body() body: NewRegion): Promise<RegionView> {
    return this.catalogue.addRegion(actor, body);
  }

  /** Renames a region or moves it in the tree. */
  @May('catalogue.edit')
  @Patch('regions/:code')
  async editRegion(
    @Acting() actor: Actor,
    @Param('code') code: string,
    @IfMatch() seen: number,
    @Body() body: EditRegion,
  ): Promise<RegionView> {
    return this.catalogue.editRegion(actor, code, seen, body);
  }

  /**
   * Imports regions from CSV: code, parent, name. Regions that are there already are changed when they differ. All or
   * nothing; every faulty row is named with line, column and reason.
   */
  @May('catalogue.import')
  @ApiConsumes('text/csv')
  @ApiBody(FILE)
  @Post('regions/import')
  async importRegions(@Acting() actor: Actor, @CsvBody() file: Readable): Promise<ImportView> {
    return this.imports.importRegions(actor, file);
  }

  /** The service tiers by code. */
  @OpenToAll()
  @Get('tiers')
  async tiers(@Query() page: PageQuery): Promise<TierPageView> {
    const { items, next } = await this.queries.tierPage(this.source.manager, page);
    return { items: items.map(tierView), next };
  }

  /** One service tier. */
  @OpenToAll()
  @Get('tiers/:code')
  async tier(@Param('code') code: string): Promise<TierView> {
    return tierView(await this.queries.tier(this.source.manager, code));
  }

  /** Adds a service tier. */
  @May('catalogue.edit')
  @Post('tiers')
  async addTier(@Acting() actor: Actor, @Body() body: NewTier): Promise<TierView> {
    return this.catalogue.addTier(actor, body);
  }

  /** Changes a service tier. */
  @May('catalogue.edit')
  @Patch('tiers/:code')
  async editTier(
    @Acting() actor: Actor,
    @Param('code') code: string,
    @IfMatch() seen: number,
    @Body() body: EditTier,
  ): Promise<TierView> {
    return this.catalogue.editTier(actor, code, seen, body);
  }

  /**
   * Imports service tiers from CSV: code, name, down_mbps, up_mbps, repair_hours and, if wanted, static_addresses.
   * Tiers that are there already are changed when they differ. All or nothing; every faulty row is named.
   */
  @May('catalogue.import')
  @ApiConsumes('text/csv')
  @ApiBody(FILE)
  @Post('tiers/import')
  async importTiers(@Acting() actor: Actor, @CsvBody() file: Readable): Promise<ImportView> {
    return this.imports.importTiers(actor, file);
  }
}
