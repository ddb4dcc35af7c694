import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { IdOf } from '../platform/http/ids.js';
import type { Actor } from '../kernel/actor.js';
import { PageQuery } from '../platform/http/fields.js';
import { Acting, May } from '../platform/http/request.js';
import {
  CollectionPage,
  CollectionsQuery,
  CollectionStep,
  CollectionView,
  ResumableLinePage,
  SuspensionBody,
  WhyBody,
} from './collections.dto.js';
import { CollectionsService } from './collections.service.js';
import { PaymentsQueries } from './payments.queries.js';
import { ResumableQueries } from './resumable.queries.js';

@Controller('api/v1/collections')
export class CollectionsController {
  constructor(
    private readonly source: DataSource,
    private readonly queries: PaymentsQueries,
    private readonly collections: CollectionsService,
    private readonly resumables: ResumableQueries,
  ) {}

  /** How invoices are collected: a member's own, all that the agency collects. */
  @May('collections.read')
  @Get()
  async list(@Acting() actor: Actor, @Query() query: CollectionsQuery): Promise<CollectionPage> {
    return this.queries.collections(this.source.manager, actor, query);
  }

  /**
   * Lines that are suspended because their member did not pay, and may be resumed now: nothing of it is overdue or written off.
   * Nothing is resumed by itself.
   */
  @May('collections.read-resumable')
  @Get('resumable')
  async resumable(@Acting() actor: Actor, @Query() query: PageQuery): Promise<ResumableLinePage> {
    return this.resumables.list(this.source.manager, actor, query);
  }

  /** How one invoice is collected. It has the invoice's id. */
  @May('collections.read')
  @Get(':id')
  async read(@Acting() actor: Actor, @IdOf('collection') id: string): Promise<CollectionView> {
    return this.queries.collection(this.source.manager, actor, id);
  }

  /** Decides whether the lines of a member that has not paid after all reminders are suspended. */
  @May('collections.decide')
  @HttpCode(200)
  @Post(':id/suspension')
  async decide(
    @Acting() actor: Actor,
    @IdOf('collection') id: string,
    @Body() body: SuspensionBody,
  ): Promise<CollectionStep> {
    return this.collections.decide(actor, id, body);
  }

  /** Gives up: what is open is written off as a loss, and nobody is asked any more. It may still be paid. */
  @May('collections.give-up')
  @HttpCode(200)
  @Post(':id/give-up')
  async giveUp(
    @Acting() actor: Actor,
    @IdOf('collection') id: string,
    @Body() { why }: WhyBody,
  ): Promise<CollectionStep> {
    return this.collections.giveUp(actor, id, why);
  }
}
