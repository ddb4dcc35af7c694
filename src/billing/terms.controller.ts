import { Body, Controller, Get, Param, ParseUUIDPipe, Put } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { isCurrency } from '../kernel/currency.js';
import { notFound } from '../kernel/refusal.js';
import { Acting, IfMatch, May, WithoutVersion } from '../platform/http/request.js';
import { BillingQueries } from './billing.queries.js';
import { SetTax, SetTerms, TaxView, TermsView } from './terms.dto.js';
import { TermsService } from './terms.service.js';

@Controller('api/v1/billing')
export class TermsController {
  constructor(
    private readonly source: DataSource,
    private readonly service: TermsService,
    private readonly queries: BillingQueries,
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

  /** Sets the tax on the invoices of the caller's agency to one member, with the reason. */
  @May('billing.set-tax')
  @WithoutVersion()
  @Put('members/:memberId/tax')
  async setTax(
    @Acting() actor: Actor,
    @Param('memberId', ParseUUIDPipe) memberId: string,
    @Body() body: SetTax,
  ): Promise<TaxView> {
    return this.service.setTax(actor, memberId, body);
  }
}
