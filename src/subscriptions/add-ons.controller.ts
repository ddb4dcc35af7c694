import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { PageQuery } from '../platform/http/fields.js';
import { AnId } from '../platform/http/ids.js';
import { Acting, May } from '../platform/http/request.js';
import { AddOnPage, AddOnView, OfferAddOn } from './add-ons.dto.js';
import { AddOnsQueries } from './add-ons.queries.js';
import { AddOnsService } from './add-ons.service.js';

@Controller('api/v1/agreements/:agreementId/add-ons')
export class AddOnsController {
  constructor(
    private readonly source: DataSource,
    private readonly addOns: AddOnsService,
    private readonly queries: AddOnsQueries,
  ) {}

  /** What the provider offers beside the lines of the agreement, and what it has withdrawn. */
  @May('subscriptions.read')
  @Get()
  async list(
    @Acting() actor: Actor,
    @Param('agreementId', AnId) agreementId: string,
    @Query() query: PageQuery,
  ): Promise<AddOnPage> {
    return this.queries.list(this.source.manager, actor, agreementId, query);
  }

  /** Offers an add-on, until it is withdrawn. */
  @May('add-ons.offer')
  @Post()
  async offer(
    @Acting() actor: Actor,
    @Param('agreementId', AnId) agreementId: string,
    @Body() body: OfferAddOn,
  ): Promise<AddOnView> {
    return this.addOns.offer(actor, agreementId, body);
  }

  /** Withdraws an add-on. What was ordered stays, at the price at which it was ordered. */
  @May('add-ons.withdraw')
  @HttpCode(200)
  @Post(':addOnId/withdraw')
  async withdraw(
    @Acting() actor: Actor,
    @Param('agreementId', AnId) agreementId: string,
    @Param('addOnId', AnId) addOnId: string,
  ): Promise<AddOnView> {
    return this.addOns.withdraw(actor, agreementId, addOnId);
  }
}
