import { Controller, Get, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { PageQuery } from '../platform/http/fields.js';
import { Acting, May } from '../platform/http/request.js';
import { LeftCreditPage } from './left-credits.dto.js';
import { LeftCreditsService } from './left-credits.service.js';

@Controller('api/v1/billing/left-credits')
export class LeftCreditsController {
  constructor(
    private readonly source: DataSource,
    private readonly leftCredits: LeftCreditsService,
  ) {}

  /**
   * What is left of service credits of the caller's agency when all lines of their member under the agreement have ended.
   * After each run, and when a month begins, it is given back by credit notes; what stays here exceeds all that was charged
   * and is to be paid out by hand.
   */
  @May('billing.read')
  @Get()
  async list(@Acting() actor: Actor, @Query() query: PageQuery): Promise<LeftCreditPage> {
    return this.leftCredits.list(this.source.manager, actor, query);
  }
}
