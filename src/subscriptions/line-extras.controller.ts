import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { PageQuery } from '../platform/http/fields.js';
import { AnId } from '../platform/http/ids.js';
import { Acting, May } from '../platform/http/request.js';
import { AddOnOrderPage, AddOnOrderView, OrderAddOn } from './add-ons.dto.js';
import { AddOnsQueries } from './add-ons.queries.js';
import { AddOnsService } from './add-ons.service.js';
import { RecordRepair, RepairView, ServiceCreditPage } from './repairs.dto.js';
import { RepairsQueries } from './repairs.queries.js';
import { RepairsService } from './repairs.service.js';

@Controller('api/v1/subscriptions/:id')
export class LineExtrasController {
  constructor(
    private readonly source: DataSource,
    private readonly repairs: RepairsService,
    private readonly repairsQueries: RepairsQueries,
    private readonly addOns: AddOnsService,
    private readonly addOnsQueries: AddOnsQueries,
  ) {}

  /** Records an outage that is repaired. When that took longer than promised, the member is credited by itself. */
  @May('subscriptions.record-repair')
  @Post('repairs')
  async record(@Acting() actor: Actor, @Param('id', AnId) id: string, @Body() body: RecordRepair): Promise<RepairView> {
    return this.repairs.record(actor, id, body);
  }

  /** What is credited for promises that were not kept, in days of the line's monthly price. */
  @May('subscriptions.read')
  @Get('credits')
  async credits(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Query() query: PageQuery,
  ): Promise<ServiceCreditPage> {
    return this.repairsQueries.credits(this.source.manager, actor, id, query);
  }

  /** What is and was ordered beside the line. */
  @May('subscriptions.read')
  @Get('add-ons')
  async orders(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Query() query: PageQuery,
  ): Promise<AddOnOrderPage> {
    return this.addOnsQueries.orders(this.source.manager, actor, id, query);
  }

  /** Orders an add-on of the agreement for the line, from today on. Its price stays as it is now. */
  @May('add-ons.order')
  @Post('add-ons')
  async order(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Body() body: OrderAddOn,
  ): Promise<AddOnOrderView> {
    return this.addOns.order(actor, id, body);
  }

  /** Ends an order with the end of today. */
  @May('add-ons.end-order')
  @HttpCode(200)
  @Post('add-ons/:orderId/end')
  async endOrder(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Param('orderId', AnId) orderId: string,
  ): Promise<AddOnOrderView> {
    return this.addOns.endOrder(actor, id, orderId);
  }
}
