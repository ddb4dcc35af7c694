import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiProduces } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { AnId } from '../platform/http/ids.js';
import { Acting, May } from '../platform/http/request.js';
import { AddressesService } from './addresses.service.js';
import { InstallationsService } from './installations.service.js';
import {
  CancelSubscription,
  ChangeService,
  ReportInstallation,
  SubscriptionPage,
  SubscriptionsQuery,
  SubscriptionView,
  TellAddress,
} from './subscriptions.dto.js';
import { SubscriptionsQueries } from './subscriptions.queries.js';
import { SubscriptionsService } from './subscriptions.service.js';

@Controller('api/v1/subscriptions')
export class SubscriptionsController {
  constructor(
    private readonly source: DataSource,
    private readonly queries: SubscriptionsQueries,
    private readonly subscriptions: SubscriptionsService,
    private readonly installations: InstallationsService,
    private readonly addresses: AddressesService,
  ) {}

  /** Subscriptions: a member's own, an association's members', a provider's, all for the agency. */
  @May('subscriptions.read')
  @Get()
  async list(@Acting() actor: Actor, @Query() query: SubscriptionsQuery): Promise<SubscriptionPage> {
    return this.queries.list(this.source.manager, actor, query);
  }

  /** One subscription. */
  @May('subscriptions.read')
  @Get(':id')
  async read(@Acting() actor: Actor, @Param('id', AnId) id: string): Promise<SubscriptionView> {
    return this.queries.one(this.source.manager, actor, id);
  }

  /** The call-off contract as a text. Its SHA-256 is the subscription's contentHash, and the ETag. */
  @May('subscriptions.read')
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string' } })
  @Get(':id/contract')
  async contract(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { number, text, hash } = await this.queries.contract(this.source.manager, actor, id);
    void reply
      .type('text/plain; charset=utf-8')
      .header('content-disposition', `attachment; filename="${number}.txt"`)
      .header('repr-digest', `sha-256=:${Buffer.from(hash, 'hex').toString('base64')}:`)
      .header('etag', `"${hash}"`);
    return text;
  }

  /** Reports that a line works since a day. Installed later than promised, its member is credited by itself. */
  @May('subscriptions.install')
  @HttpCode(200)
  @Post(':id/installation')
  async install(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Body() { worksOn }: ReportInstallation,
  ): Promise<SubscriptionView> {
    return this.installations.install(actor, id, worksOn);
  }

  /** Tells where a line that joined later is to be installed, until it is: its provider is written to. */
  @May('subscriptions.tell-address')
  @HttpCode(200)
  @Post(':id/address')
  async tellAddress(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Body() { address }: TellAddress,
  ): Promise<SubscriptionView> {
    return this.addresses.tell(actor, id, address);
  }

  /** Suspends a line: from that day on it does not work, and nothing is due for it. Its term goes on. */
  @May('subscriptions.suspend')
  @HttpCode(200)
  @Post(':id/suspend')
  async suspend(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Body() change: ChangeService,
  ): Promise<SubscriptionView> {
    return this.subscriptions.suspendOne(actor, id, change);
  }

  /** Lets a suspended line work again. */
  @May('subscriptions.resume')
  @HttpCode(200)
  @Post(':id/resume')
  async resume(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Body() change: ChangeService,
  ): Promise<SubscriptionView> {
    return this.subscriptions.resume(actor, id, change);
  }

  /**
   * Ends a line with a reason, from that day on: an officer at any time. A member is bound until the end of its term,
   * when the line ends by itself.
   */
  @May('subscriptions.end')
  @HttpCode(200)
  @Post(':id/end')
  async end(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Body() change: ChangeService,
  ): Promise<SubscriptionView> {
    return this.subscriptions.end(actor, id, change);
  }

  /** Cancels a line that was called off and does not work yet. */
  @May('subscriptions.cancel')
  @HttpCode(200)
  @Post(':id/cancel')
  async cancel(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Body() { why }: CancelSubscription,
  ): Promise<SubscriptionView> {
    return this.subscriptions.cancel(actor, id, why);
  }
}
