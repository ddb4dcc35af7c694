import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { unless } from '../kernel/refusal.js';
import { AnId } from '../platform/http/ids.js';
import { Acting, May } from '../platform/http/request.js';
import { GiveAnswer, OfferPage, OffersQuery, OfferView } from './offers.dto.js';
import { OffersQueries } from './offers.queries.js';
import { OffersService } from './offers.service.js';
import { type Answer, whyNoSuchAnswer } from './rules/answer.js';

@Controller('api/v1/offers')
export class OffersController {
  constructor(
    private readonly source: DataSource,
    private readonly offers: OffersService,
    private readonly queries: OffersQueries,
  ) {}

  /** Personal offers: a member's own, an association's members', all for the agency. */
  @May('offers.read')
  @Get()
  async list(@Acting() actor: Actor, @Query() query: OffersQuery): Promise<OfferPage> {
    return this.queries.list(this.source.manager, actor, query);
  }

  /** One offer, compared with the member's present bill and with the open market. */
  @May('offers.read')
  @Get(':id')
  async read(@Acting() actor: Actor, @Param('id', AnId) id: string): Promise<OfferView> {
    return this.queries.one(this.source.manager, actor, id);
  }

  /** Answers an own offer. Until the deadline another answer may replace it. */
  @May('offers.answer')
  @HttpCode(200)
  @Post(':id/answer')
  async answer(@Acting() actor: Actor, @Param('id', AnId) id: string, @Body() body: GiveAnswer): Promise<OfferView> {
    unless(whyNoSuchAnswer(body));
    const { answer, upTo } = body;
    const given = answer === 'accept-up-to' ? { answer, upTo: upTo ?? 0n } : { answer };
    return this.offers.answer(actor, id, given satisfies Answer);
  }
}
