import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { PageQuery } from '../platform/http/fields.js';
import { Acting, May } from '../platform/http/request.js';
import { IdOf } from '../platform/http/ids.js';
import { LeftCreditPaymentPage, LeftCreditPaymentView, PayLeftCredit } from './left-credit-payments.dto.js';
import { LeftCreditPaymentsService } from './left-credit-payments.service.js';

@Controller('api/v1/billing/left-credits')
export class LeftCreditPaymentsController {
  constructor(
    private readonly source: DataSource,
    private readonly payments: LeftCreditPaymentsService,
  ) {}

  /** Left credits of the caller's agency that were transferred to their members. */
  @May('billing.read')
  @Get('paid')
  async list(@Acting() actor: Actor, @Query() query: PageQuery): Promise<LeftCreditPaymentPage> {
    return this.payments.list(this.source.manager, actor, query);
  }

  /** Notes that all that is left of a service credit was transferred to its member. */
  @May('billing.pay-left-credit')
  @HttpCode(200)
  @Post(':id/pay-out')
  async payOut(
    @Acting() actor: Actor,
    @IdOf('left-credit') id: string,
    @Body() body: PayLeftCredit,
  ): Promise<LeftCreditPaymentView> {
    return this.payments.payOut(actor, id, body);
  }
}
