import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { isCurrency } from '../kernel/currency.js';
import { notFound } from '../kernel/refusal.js';
import { PageQuery } from '../platform/http/fields.js';
import { AnId } from '../platform/http/ids.js';
import { Acting, IfMatch, May, WithoutVersion } from '../platform/http/request.js';
import { BillingQueries } from './billing.queries.js';
import { TaxesQueries } from './taxes.queries.js';
import { SetTax, SetTerms, TaxPage, TaxView, TermsView } from './terms.dto.js';
import { TermsService } from './terms.service.js';

@Controller('api/v1/billing')
export class TermsController {
  constructor(
    private readonly source: DataSource,
    private readonly service: TermsService,
    private readonly queries: BillingQueries,
    private readonly taxes: TaxesQueries,
  ) {}

  /** What the caller's agency bills by in a currency; with version 0 while it has said nothing. */
  @May('billing.read')
  @Get('terms/:currency')
  async read(@Acting() actor: Actor, @Param('currency') currency: string): Promise<TermsView> {
    if (!isCurrency(currency)) throw notFound('terms');
    const agencyId = actor.organisationId ?? '';
    return { agencyId, currency, ...(await this.queries.terms(this.source.manager, agencyId, currency)) };
  }

  /** Sets what the caller's agency bills by in a currency: for the runs that start from now on. */
  @May('billing.set-terms')
  @Put('terms/:currency')
  async set(
    @Acting() actor: Actor,
    @Param('currency') currency: string,
    @IfMatch() seen: number,
    @Body() body: SetTerms,
  ): Promise<TermsView> {
    return this.service.set(actor, currency, body, seen);
  }

  /** Whoever has a tax rate of its own on the invoices of the caller's agency. */
  @May('billing.read')
  @Get('taxes')
  async taxList(@Acting() actor: Actor, @Query() query: PageQuery): Promise<TaxPage> {
    return this.taxes.list(this.source.manager, actor, query);
  }

  /** A member's own tax rate, with the reason; there is none while it pays the tax of the terms. */
  @May('billing.read')
  @Get('members/:memberId/tax')
  async tax(@Acting() actor: Actor, @Param('memberId', AnId) memberId: string): Promise<TaxView> {
    return this.taxes.one(this.source.manager, actor, memberId);
  }

  /** Lets a member pay the tax of the terms again, from the next run that starts. */
  @May('billing.unset-tax')
  @WithoutVersion()
  @HttpCode(204)
  @Delete('members/:memberId/tax')
  async unsetTax(@Acting() actor: Actor, @Param('memberId', AnId) memberId: string): Promise<void> {
    await this.service.unsetTax(actor, memberId);
  }

  /** Sets the tax on the invoices of the caller's agency to one member, with the reason: for the runs that start from now on. */
  @May('billing.set-tax')
  @WithoutVersion()
  @Put('members/:memberId/tax')
  async setTax(
    @Acting() actor: Actor,
    @Param('memberId', AnId) memberId: string,
    @Body() body: SetTax,
  ): Promise<TaxView> {
    return this.service.setTax(actor, memberId, body);
  }
}
