import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { IdOf } from '../platform/http/ids.js';
import type { Actor } from '../kernel/actor.js';
import { PageQuery } from '../platform/http/fields.js';
import { Acting, May } from '../platform/http/request.js';
import { BankReferenceBody } from './bank.dto.js';
import { WhyBody } from './collections.dto.js';
import {
  DepositPage,
  DepositStep,
  DepositView,
  OfferDepositView,
  RefundPage,
  RefundsQuery,
  RefundStep,
} from './deposits.dto.js';
import { DepositTermsQueries } from './deposit-terms.queries.js';
import { DepositsService } from './deposits.service.js';
import { PaymentsQueries } from './payments.queries.js';
import { RefundsService } from './refunds.service.js';

@Controller('api/v1')
export class DepositsController {
  constructor(
    private readonly source: DataSource,
    private readonly queries: PaymentsQueries,
    private readonly terms: DepositTermsQueries,
    private readonly deposits: DepositsService,
    private readonly refunds: RefundsService,
  ) {}

  /** Deposits: a member's own, all that the agency asked for. */
  @May('deposits.read')
  @Get('deposits')
  async list(@Acting() actor: Actor, @Query() query: PageQuery): Promise<DepositPage> {
    return this.queries.deposits(this.source.manager, actor, query);
  }

  /** The deposit that accepting an offer asks for, for whoever has not accepted it yet, or is to answer for its member. */
  @May('deposits.read-terms')
  @Get('offers/:id/deposit')
  async ofOffer(@Acting() actor: Actor, @IdOf('offer') id: string): Promise<OfferDepositView> {
    return this.terms.ofOffer(this.source.manager, actor, id);
  }

  /** One deposit. */
  @May('deposits.read')
  @Get('deposits/:id')
  async read(@Acting() actor: Actor, @IdOf('deposit') id: string): Promise<DepositView> {
    return this.queries.deposit(this.source.manager, actor, id);
  }

  /** Gives a deposit back before its time, such as that of a line that was cancelled. */
  @May('deposits.return')
  @HttpCode(200)
  @Post('deposits/:id/return')
  async return(@Acting() actor: Actor, @IdOf('deposit') id: string, @Body() { why }: WhyBody): Promise<DepositStep> {
    return this.deposits.return(actor, id, why);
  }

  /** Money that goes back to members; `state=owed&way=bank` is what an officer has to transfer. */
  @May('refunds.read')
  @Get('refunds')
  async refundList(@Acting() actor: Actor, @Query() query: RefundsQuery): Promise<RefundPage> {
    return this.queries.refunds(this.source.manager, actor, query);
  }

  /** Confirms that a refund was transferred, by the bank's reference of the booking. */
  @May('refunds.confirm')
  @HttpCode(200)
  @Post('refunds/:id/confirm')
  async confirm(
    @Acting() actor: Actor,
    @IdOf('refund') id: string,
    @Body() { bankReference }: BankReferenceBody,
  ): Promise<RefundStep> {
    return this.refunds.confirm(actor, id, bankReference);
  }
}
