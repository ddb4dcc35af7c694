import type { Readable } from 'node:stream';
import { Controller, Get, Headers, HttpCode, Ip, Param, Post, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { PageQuery } from '../platform/http/fields.js';
import { AnId } from '../platform/http/ids.js';
import { RawBody, wholeBody } from '../platform/http/raw-body.js';
import { Acting, May, OpenToAll, WithoutKey } from '../platform/http/request.js';
import {
  ReplayedView,
  StripeDifferencePage,
  StripeEventPage,
  StripeEventsQuery,
  StripeReconciliationPage,
  StripeRefusalPage,
} from './inbox.dto.js';
import { InboxQueries } from './inbox.queries.js';
import { EVENT_LIMIT_BYTES, InboxService } from './inbox.service.js';

@Controller('api/v1/stripe')
export class InboxController {
  constructor(
    private readonly source: DataSource,
    private readonly inbox: InboxService,
    private readonly queries: InboxQueries,
  ) {}

  /**
   * Where Stripe tells what happened there. What is not signed with PUMASI_STRIPE_WEBHOOK_SECRET within five minutes is
   * refused (400), as is what is no event, of the other mode or of another account, and what is too large (413).
   */
  @OpenToAll()
  @WithoutKey()
  @HttpCode(200)
  @Post('events')
  async receive(
    @RawBody() stream: Readable,
    @Headers('stripe-signature') signature: string | undefined,
    @Ip() address: string,
  ): Promise<void> {
    const body = await wholeBody(stream, EVENT_LIMIT_BYTES);
    if (body !== 'cut-off') await this.inbox.receive(body, signature, address);
  }

  /** What Stripe told, the latest first; all or of one state. */
  @May('stripe.read')
  @Get('events')
  async events(@Query() query: StripeEventsQuery): Promise<StripeEventPage> {
    const { items, next } = await this.queries.events(this.source.manager, query);
    return { items: [...items], next };
  }

  /** Applies an event again. Nothing is done twice by it: our rows are brought to what Stripe has now. */
  @May('stripe.replay')
  @HttpCode(200)
  @Post('events/:id/replay')
  async replay(@Acting() actor: Actor, @Param('id') id: string): Promise<ReplayedView> {
    return this.inbox.replay(actor, id);
  }

  /** What was not taken from Stripe, the latest first: when, why, and from which address. */
  @May('stripe.read')
  @Get('refusals')
  async refusals(@Query() query: PageQuery): Promise<StripeRefusalPage> {
    const { items, next } = await this.queries.refusals(this.source.manager, query);
    return { items: [...items], next };
  }

  /** The nights on which Stripe's list was held against what it had told, the latest first, with what differed. */
  @May('stripe.read')
  @Get('reconciliations')
  async reconciliations(@Query() query: PageQuery): Promise<StripeReconciliationPage> {
    const { items, next } = await this.queries.reconciliations(this.source.manager, query);
    return { items: [...items], next };
  }

  /** Which events differed in one night. */
  @May('stripe.read')
  @Get('reconciliations/:id/differences')
  async differences(@Param('id', AnId) id: string, @Query() query: PageQuery): Promise<StripeDifferencePage> {
    const { items, next } = await this.queries.differences(this.source.manager, id, query);
    return { items: [...items], next };
  }
}
