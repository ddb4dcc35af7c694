import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { PageQuery } from '../platform/http/fields.js';
import { AnId } from '../platform/http/ids.js';
import { Acting, IfMatch, May } from '../platform/http/request.js';
import { TenderPage, TenderView } from './tender-views.dto.js';
import { CancelTender, DraftTender, EditTender } from './tenders.dto.js';
import { TendersQueries } from './tenders.queries.js';
import { TendersService } from './tenders.service.js';

@Controller('api/v1/tenders')
export class TendersController {
  constructor(
    private readonly source: DataSource,
    private readonly tenders: TendersService,
    private readonly queries: TendersQueries,
  ) {}

  /** Tenders, the latest first. Providers see those that were published. */
  @May('tenders.read')
  @Get()
  async list(@Acting() actor: Actor, @Query() page: PageQuery): Promise<TenderPage> {
    return this.queries.list(this.source.manager, actor, page);
  }

  /** One tender. Providers see its demand without the numbers that would point at single businesses. */
  @May('tenders.read')
  @Get(':id')
  async read(@Acting() actor: Actor, @Param('id', AnId) id: string): Promise<TenderView> {
    return this.queries.one(this.source.manager, actor, id);
  }

  /** Drafts a tender for a locked pool whose last one was cancelled. The first is drafted when the pool locks. */
  @May('tenders.edit')
  @Post()
  async draft(@Acting() actor: Actor, @Body() body: DraftTender): Promise<TenderView> {
    return this.tenders.draft(actor, body.poolId);
  }

  /** Changes a draft: lots, award rule, winners, caps, calendar. */
  @May('tenders.edit')
  @Patch(':id')
  async edit(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @IfMatch() seen: number,
    @Body() changes: EditTender,
  ): Promise<TenderView> {
    return this.tenders.edit(actor, id, seen, changes);
  }

  /** Publishes a draft: its content and its demand are frozen, and bidding begins. */
  @May('tenders.publish')
  @HttpCode(200)
  @Post(':id/publish')
  async publish(@Acting() actor: Actor, @Param('id', AnId) id: string): Promise<TenderView> {
    return this.tenders.publish(actor, id);
  }

  /** Calls a tender off before its bidding ends, with the reason. Bids made until then are never opened. */
  @May('tenders.cancel')
  @HttpCode(200)
  @Post(':id/cancel')
  async cancel(@Acting() actor: Actor, @Param('id', AnId) id: string, @Body() body: CancelTender): Promise<TenderView> {
    return this.tenders.cancel(actor, id, body.why);
  }
}
