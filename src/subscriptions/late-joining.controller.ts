import type { Readable } from 'node:stream';
import { Body, Controller, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { CsvBody } from '../platform/http/csv-body.js';
import { AnId } from '../platform/http/ids.js';
import { Acting, May, WithoutVersion } from '../platform/http/request.js';
import {
  ConsentQuery,
  LateClassesQuery,
  LateJoin,
  LateJoiningView,
  LateJoinsImported,
  LatePreview,
  LatePreviewQuery,
  OpenLateJoining,
  PreviewedClassPage,
} from './late-joining.dto.js';
import { LateJoiningQueries } from './late-joining.queries.js';
import { LateJoiningService } from './late-joining.service.js';
import { readLateJoins } from './late-sheet.js';
import { SubscriptionView } from './subscriptions.dto.js';

@Controller('api/v1/agreements/:agreementId')
export class LateJoiningController {
  constructor(
    private readonly source: DataSource,
    private readonly late: LateJoiningService,
    private readonly queries: LateJoiningQueries,
  ) {}

  /** Opens a settled agreement to more lines until the end of a day, or gives another day. */
  @May('late-joining.open')
  @WithoutVersion()
  @Put('late-joining')
  async open(
    @Acting() actor: Actor,
    @Param('agreementId', AnId) agreementId: string,
    @Body() { until }: OpenLateJoining,
  ): Promise<LateJoiningView> {
    return this.late.open(actor, agreementId, until);
  }

  /** What one more line, and so many lines, would save all others if they joined now. */
  @May('late-joining.read')
  @Get('late-joins/preview')
  async preview(
    @Param('agreementId', AnId) agreementId: string,
    @Query() query: LatePreviewQuery,
  ): Promise<LatePreview> {
    return this.queries.preview(this.source.manager, agreementId, query);
  }

  /** What lines would cost that joined now, of each service tier in each lot that the agreement serves. */
  @May('late-joining.read')
  @Get('late-joins/classes')
  async classes(
    @Param('agreementId', AnId) agreementId: string,
    @Query() query: LateClassesQuery,
  ): Promise<PreviewedClassPage> {
    return this.queries.classes(this.source.manager, agreementId, query);
  }

  /**
   * Joins with lines of your own, up to a price; the price is that of all lines of the agreement with these. The contract
   * is concluded at once.
   */
  @May('late-joining.join')
  @Post('late-joins')
  async join(
    @Acting() actor: Actor,
    @Param('agreementId', AnId) agreementId: string,
    @Body() body: LateJoin,
  ): Promise<SubscriptionView> {
    return this.late.join(actor, agreementId, body);
  }

  /**
   * Joins with lines of the association's members, as a spreadsheet with the columns business_ref, business_name, region,
   * service_tier, quantity and up_to (the most to pay a month for each line, such as 55.00), and address (postal, for the
   * provider to come to), if wanted: all of it or none. A business that is named for the first time becomes a member. The
   * same file again adds nothing; an address that is missed can be added so, but not changed: the answer names the lines whose
   * address stays.
   */
  @May('late-joining.import')
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string' } })
  @HttpCode(200)
  @Post('late-joins/import')
  async importJoins(
    @Acting() actor: Actor,
    @Param('agreementId', AnId) agreementId: string,
    @Query() _consent: ConsentQuery,
    @CsvBody() file: Readable,
  ): Promise<LateJoinsImported> {
    const { agreement } = await this.queries.joinable(this.source.manager, agreementId);
    return this.late.importJoins(actor, agreementId, await readLateJoins(file, agreement.terms.currency));
  }
}
