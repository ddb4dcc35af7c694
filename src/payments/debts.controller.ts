import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { PageQuery } from '../platform/http/fields.js';
import { Acting, May } from '../platform/http/request.js';
import { DebtPage, NoteRepayment, RepaymentPage, RepaymentView } from './debts.dto.js';
import { DebtsService } from './debts.service.js';

@Controller('api/v1/payouts')
export class DebtsController {
  constructor(
    private readonly source: DataSource,
    private readonly debts: DebtsService,
  ) {}

  /** What providers were paid by the caller's agency and have to give back: no payout makes up for it yet. */
  @May('payouts.read-debts')
  @Get('debts')
  async list(@Acting() actor: Actor, @Query() query: PageQuery): Promise<DebtPage> {
    return this.debts.list(this.source.manager, actor, query);
  }

  /** What providers have paid back by bank transfer of what they were paid too much. */
  @May('payouts.read-debts')
  @Get('repayments')
  async repayments(@Acting() actor: Actor, @Query() query: PageQuery): Promise<RepaymentPage> {
    return this.debts.repayments(this.source.manager, actor, query);
  }

  /**
   * Notes that a provider has transferred what it was paid too much, or part of it: no later payout makes up for that. What
   * Stripe refuses to take back is noted with its reversal (POST /api/v1/payouts/reversals/ID/paid).
   */
  @May('payouts.note-repayment')
  @Post('repayments')
  async note(@Acting() actor: Actor, @Body() body: NoteRepayment): Promise<RepaymentView> {
    return this.debts.note(actor, body);
  }
}
