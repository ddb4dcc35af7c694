import { Body, Controller, Get, Post } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { Acting, May } from '../platform/http/request.js';
import { OpenedPayoutAccount, OpenPayoutAccount, PayoutAccountView } from './payout-accounts.dto.js';
import { PayoutAccountsService } from './payout-accounts.service.js';

@Controller('api/v1/payout-account')
export class PayoutAccountsController {
  constructor(
    private readonly source: DataSource,
    private readonly accounts: PayoutAccountsService,
  ) {}

  /**
   * Opens the provider's own account at Stripe, into which it is paid, or goes on with it: the answer says where to enter
   * what Stripe asks for. Bank details are given to Stripe alone.
   */
  @May('payout-accounts.open')
  @Post()
  async open(@Acting() actor: Actor, @Body() { country }: OpenPayoutAccount): Promise<OpenedPayoutAccount> {
    return this.accounts.open(actor, country);
  }

  /** The provider's own account at Stripe, and whether it can be paid into. */
  @May('payout-accounts.read')
  @Get()
  async read(@Acting() actor: Actor): Promise<PayoutAccountView> {
    return this.accounts.own(this.source.manager, actor);
  }
}
