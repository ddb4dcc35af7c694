import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { PageQuery } from '../platform/http/fields.js';
import { AnId } from '../platform/http/ids.js';
import { Acting, May } from '../platform/http/request.js';
import { PlanRun, RunAgreementPage, RunPage, RunsQuery, RunView } from './runs.dto.js';
import { RunsQueries } from './runs.queries.js';
import { RunsService } from './runs.service.js';

@Controller('api/v1/billing/runs')
export class RunsController {
  constructor(
    private readonly source: DataSource,
    private readonly runs: RunsService,
    private readonly queries: RunsQueries,
  ) {}

  /** The billing runs of the caller's agency, the latest month first. */
  @May('billing.read')
  @Get()
  async list(@Acting() actor: Actor, @Query() query: RunsQuery): Promise<RunPage> {
    return this.queries.list(this.source.manager, actor, query);
  }

  /**
   * Plans the run of a month for the caller's agency, and has it previewed: what it would come to, agreement by
   * agreement, without billing anybody. Again, if it has not been started. When a month is over, its run is planned by
   * itself.
   */
  @May('billing.plan')
  @Post()
  async plan(@Acting() actor: Actor, @Body() body: PlanRun): Promise<RunView> {
    return this.runs.plan(actor, body.currency, body.month);
  }

  /** A billing run: how far it is, what it comes to, and how that differs from the run before. */
  @May('billing.read')
  @Get(':id')
  async read(@Acting() actor: Actor, @Param('id', AnId) id: string): Promise<RunView> {
    return this.queries.one(this.source.manager, actor, id);
  }

  /** The agreements of a run: the one band in which all lines of each are billed, and what it was before. */
  @May('billing.read')
  @Get(':id/agreements')
  async agreements(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Query() query: PageQuery,
  ): Promise<RunAgreementPage> {
    return this.queries.agreements(this.source.manager, actor, id, query);
  }

  /**
   * Starts a previewed run: its invoices are issued one chunk of members after the other. Refused before the month is
   * over, and while an earlier month is not issued.
   */
  @May('billing.start')
  @HttpCode(200)
  @Post(':id/start')
  async start(@Acting() actor: Actor, @Param('id', AnId) id: string): Promise<RunView> {
    return this.runs.start(actor, id);
  }
}
