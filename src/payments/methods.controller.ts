import { Body, Controller, Delete, Get, HttpCode, Post, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { PageQuery } from '../platform/http/fields.js';
import { Acting, May } from '../platform/http/request.js';
import { IdOf } from '../platform/http/ids.js';
import { ConfirmMethod, MethodSetupView, PaymentMethodPage, PaymentMethodView } from './methods.dto.js';
import { MethodsQueries } from './methods.queries.js';
import { MethodsService } from './methods.service.js';

@Controller('api/v1/payment-methods')
export class MethodsController {
  constructor(
    private readonly source: DataSource,
    private readonly methods: MethodsService,
    private readonly queries: MethodsQueries,
  ) {}

  /**
   * Begins to set up a card or a SEPA mandate that can be charged later, or goes on with what was begun. No money moves.
   * Give the secret to Stripe.js in the browser; what the member enters there never comes here.
   */
  @May('payment-methods.add')
  @Post('setup')
  async setup(@Acting() actor: Actor): Promise<MethodSetupView> {
    return this.methods.setup(actor);
  }

  /** Takes the method that was confirmed in the browser. It takes the place of the one before. */
  @May('payment-methods.add')
  @HttpCode(200)
  @Post('confirm')
  async confirm(@Acting() actor: Actor, @Body() { setupIntent }: ConfirmMethod): Promise<PaymentMethodView> {
    return this.methods.confirm(actor, setupIntent);
  }

  /** Removes a method, here and at Stripe. While money is being collected by it, another one has to take its place first. */
  @May('payment-methods.remove')
  @HttpCode(200)
  @Delete(':id')
  async remove(@Acting() actor: Actor, @IdOf('payment-method') id: string): Promise<PaymentMethodView> {
    return this.methods.remove(actor, id);
  }

  /** The own payment methods, the latest first. */
  @May('payment-methods.read')
  @Get()
  async list(@Acting() actor: Actor, @Query() page: PageQuery): Promise<PaymentMethodPage> {
    const { items, next } = await this.queries.page(this.source.manager, actor.organisationId ?? '', page);
    return { items: [...items], next };
  }
}
