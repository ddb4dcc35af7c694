import { Controller, Get, Param, ParseUUIDPipe, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiProduces } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { Acting, May } from '../platform/http/request.js';
import { SubscriptionPage, SubscriptionsQuery, SubscriptionView } from './subscriptions.dto.js';
import { SubscriptionsQueries } from './subscriptions.queries.js';

@Controller('api/v1/subscriptions')
export class SubscriptionsController {
  constructor(
    private readonly source: DataSource,
    private readonly queries: SubscriptionsQueries,
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
  async read(@Acting() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<SubscriptionView> {
    return this.queries.one(this.source.manager, actor, id);
  }

  /** The call-off contract as a text. Its SHA-256 is the subscription's contentHash, and the ETag. */
  @May('subscriptions.read')
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string' } })
  @Get(':id/contract')
  async contract(
    @Acting() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
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
}
