import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { PageQuery } from '../platform/http/fields.js';
import { AnId } from '../platform/http/ids.js';
import { Acting, May } from '../platform/http/request.js';
import { GrantPage, GrantView, MakeGrant, MakeVoucher, VoucherPage, VoucherView } from './grants.dto.js';
import { GrantsService } from './grants.service.js';

@Controller('api/v1/billing')
export class GrantsController {
  constructor(
    private readonly source: DataSource,
    private readonly grants: GrantsService,
  ) {}

  /** What the caller's agency pays of members' lines: schemes in the order in which they come to a line. */
  @May('billing.read')
  @Get('grants')
  async list(@Acting() actor: Actor, @Query() query: PageQuery): Promise<GrantPage> {
    return this.grants.list(this.source.manager, actor, query);
  }

  /**
   * Makes a grant scheme: for which lines, how much for each a month, for how many months, until its budget is used up.
   * It pays in the runs that start from now on.
   */
  @May('billing.make-grant')
  @Post('grants')
  async make(@Acting() actor: Actor, @Body() body: MakeGrant): Promise<GrantView> {
    return this.grants.make(actor, body);
  }

  /** Ends a scheme: nothing more is paid by it. */
  @May('billing.end-grant')
  @HttpCode(200)
  @Post('grants/:id/end')
  async end(@Acting() actor: Actor, @Param('id', AnId) id: string): Promise<GrantView> {
    return this.grants.end(actor, id);
  }

  /** Gives a member a voucher of a scheme that is by voucher, for some of its lines. */
  @May('billing.give-voucher')
  @Post('grants/:id/vouchers')
  async give(@Acting() actor: Actor, @Param('id', AnId) id: string, @Body() body: MakeVoucher): Promise<VoucherView> {
    return this.grants.give(actor, id, body);
  }

  /** Vouchers: a member's own, or those of the agency's schemes. */
  @May('billing.read-vouchers')
  @Get('vouchers')
  async vouchers(@Acting() actor: Actor, @Query() query: PageQuery): Promise<VoucherPage> {
    return this.grants.vouchers(this.source.manager, actor, query);
  }

  /** Redeems a voucher of one's own: its grant is deducted from the invoices that are issued from now on. */
  @May('billing.redeem-voucher')
  @HttpCode(200)
  @Post('vouchers/:id/redeem')
  async redeem(@Acting() actor: Actor, @Param('id', AnId) id: string): Promise<VoucherView> {
    return this.grants.redeem(actor, id);
  }
}
