import { Body, Controller, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '../kernel/actor.js';
import { Acting, IfMatch, MaybeActing, May, OpenToAll } from '../platform/http/request.js';
import { IdOf } from '../platform/http/ids.js';
import { PoolPagesQueries } from './pool-pages.queries.js';
import { DemandView, PoolPage, PoolView } from './pool-views.dto.js';
import { CancelPool, DraftPool, EditPool, PoolsQuery } from './pools.dto.js';
import { PoolsService } from './pools.service.js';

@ApiTags('pools')
@Controller('api/v1/pools')
export class PoolsController {
  constructor(
    private readonly pools: PoolsService,
    private readonly pages: PoolPagesQueries,
  ) {}

  /** Pools, the latest first. Drafts are only listed for their sponsor and the agency. */
  @OpenToAll()
  @Get()
  list(@MaybeActing() viewer: Actor | null, @Query() query: PoolsQuery): Promise<PoolPage> {
    return this.pages.list(viewer, query);
  }

  /** A pool: lines so far (firm and of interest apart), lines to go, the price curve, and what more lines do for all. */
  @OpenToAll()
  @Get(':id')
  one(@MaybeActing() viewer: Actor | null, @IdOf('pool') id: string): Promise<PoolView> {
    return this.pages.one(viewer, id);
  }

  /** The demand by region and tier. Providers see it once the pool is locked, with small cells merged. */
  @May('pools.read-demand')
  @Get(':id/demand')
  demand(@Acting() actor: Actor, @IdOf('pool') id: string): Promise<DemandView> {
    return this.pages.demand(actor, id);
  }

  /** Drafts a pool. */
  @May('pools.draft')
  @Post()
  draft(@Acting() actor: Actor, @Body() body: DraftPool): Promise<PoolView> {
    return this.pools.draft(actor, body);
  }

  /** Changes a draft. If-Match: its ETag. */
  @May('pools.edit')
  @Patch(':id')
  edit(
    @Acting() actor: Actor,
    @IdOf('pool') id: string,
    @IfMatch() version: number,
    @Body() body: EditPool,
  ): Promise<PoolView> {
    return this.pools.edit(actor, id, version, body);
  }

  /** Opens a draft for joining and freezes its terms. */
  @May('pools.open')
  @HttpCode(200)
  @Post(':id/open')
  open(@Acting() actor: Actor, @IdOf('pool') id: string): Promise<PoolView> {
    return this.pools.open(actor, id);
  }

  /** Cancels a draft or an open pool. */
  @May('pools.cancel')
  @HttpCode(200)
  @Post(':id/cancel')
  cancel(@Acting() actor: Actor, @IdOf('pool') id: string, @Body() body: CancelPool): Promise<PoolView> {
    return this.pools.cancel(actor, id, body.why);
  }
}
