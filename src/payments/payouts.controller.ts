import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { PageQuery } from '../platform/http/fields.js';
import { Acting, May } from '../platform/http/request.js';
import { BankReferenceBody, PayBody } from './bank.dto.js';
import { WhyBody } from './collections.dto.js';
import { IdOf } from '../platform/http/ids.js';
import { PayoutReversalsService } from './payout-reversals.service.js';
import {
  PayoutLinePage,
  PayoutPage,
  PayoutReversalPage,
  PayoutReversalsQuery,
  PayoutReversalStepView,
  PayoutsQuery,
  PayoutStepView,
  PayoutView,
  ProposeBody,
} from './payouts.dto.js';
import { PayoutsQueries } from './payouts.queries.js';
import { PayoutsService } from './payouts.service.js';

@Controller('api/v1/payouts')
export class PayoutsController {
  constructor(
    private readonly source: DataSource,
    private readonly queries: PayoutsQueries,
    private readonly payouts: PayoutsService,
    private readonly reversals: PayoutReversalsService,
  ) {}

  /** Payouts: those that a provider was paid, all that the agency pays. */
  @May('payouts.read')
  @Get()
  async list(@Acting() actor: Actor, @Query() query: PayoutsQuery): Promise<PayoutPage> {
    return this.queries.list(this.source.manager, actor, query);
  }

  /** Proposes to pay a provider all that has become payable and is not paid out yet, from where the money is. */
  @May('payouts.propose')
  @Post()
  async propose(@Acting() actor: Actor, @Body() { providerId, currency, way }: ProposeBody): Promise<PayoutStepView> {
    return this.payouts.propose(actor, { providerId, currency, ...(way === undefined ? {} : { way }) });
  }

  /**
   * What is taken back at Stripe of what was transferred. What Stripe refuses is asked for again by itself, with longer and
   * longer pauses, until it is `refused`: then an officer decides.
   */
  @May('payouts.read-reversals')
  @Get('reversals')
  async reversed(@Acting() actor: Actor, @Query() query: PayoutReversalsQuery): Promise<PayoutReversalPage> {
    return this.queries.reversals(this.source.manager, actor, query);
  }

  /** Has Stripe asked now for a reversal that it refused. */
  @May('payouts.try-reversal')
  @HttpCode(200)
  @Post('reversals/:id/try')
  async tryReversal(@Acting() actor: Actor, @IdOf('payout-reversal') id: string): Promise<PayoutReversalStepView> {
    return this.reversals.tryAgain(actor, id);
  }

  /** Notes that a provider has transferred to the agency's bank what Stripe refuses to take back. */
  @May('payouts.settle-reversal')
  @HttpCode(200)
  @Post('reversals/:id/paid')
  async paidBack(
    @Acting() actor: Actor,
    @IdOf('payout-reversal') id: string,
    @Body() { bankReference }: BankReferenceBody,
  ): Promise<PayoutReversalStepView> {
    return this.reversals.paidBack(actor, id, bankReference);
  }

  /** One payout. */
  @May('payouts.read')
  @Get(':id')
  async read(@Acting() actor: Actor, @IdOf('payout') id: string): Promise<PayoutView> {
    return this.queries.one(this.source.manager, actor, id);
  }

  /** What a payout pays, invoice by invoice. */
  @May('payouts.read')
  @Get(':id/lines')
  async lines(@Acting() actor: Actor, @IdOf('payout') id: string, @Query() query: PageQuery): Promise<PayoutLinePage> {
    return this.queries.lines(this.source.manager, actor, id, query);
  }

  /** Pays, or has Stripe try again what it refused: through Stripe, or by a transfer that was made, of which the bank's reference is given. */
  @May('payouts.pay')
  @HttpCode(200)
  @Post(':id/pay')
  async pay(
    @Acting() actor: Actor,
    @IdOf('payout') id: string,
    @Body() { bankReference }: PayBody,
  ): Promise<PayoutStepView> {
    return this.payouts.pay(actor, id, bankReference ?? null);
  }

  /** Takes a proposal back, what Stripe refused, or what waits for money to be available there. */
  @May('payouts.withdraw')
  @HttpCode(200)
  @Post(':id/withdraw')
  async withdraw(
    @Acting() actor: Actor,
    @IdOf('payout') id: string,
    @Body() { why }: WhyBody,
  ): Promise<PayoutStepView> {
    return this.payouts.withdraw(actor, id, why);
  }
}
