import type { IncomingMessage } from 'node:http';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { PageQuery } from '../platform/http/fields.js';
import { AnId } from '../platform/http/ids.js';
import { Acting, May } from '../platform/http/request.js';
import type { Tariff } from '../pricing/rules/tariff.js';
import { TariffBody } from './auctions.dto.js';
import {
  ImprovementView,
  LiveAuctionView,
  OwnStandingView,
  PauseAuction,
  PauseView,
  ProxyBody,
  ProxyView,
  StandingsView,
} from './live.dto.js';
import { LiveQueries } from './live.queries.js';
import { LiveService } from './live.service.js';
import { ParseProxy } from './proxy.pipe.js';
import { Reception } from './reception.js';
import type { ProxyInstruction } from './rules/proxy-instruction.js';
import { ParseTariff } from './tariff.pipe.js';

/** A request as far as it tells when it was received. */
interface Arriving {
  readonly raw: IncomingMessage;
}

/** An auction has the id of its tender; a practice auction has its own. */
@Controller('api/v1/auctions/:id')
export class LiveController {
  constructor(
    private readonly source: DataSource,
    private readonly live: LiveService,
    private readonly queries: LiveQueries,
    private readonly reception: Reception,
  ) {}

  /** The auction: its phase, its end, and the clock that counts. */
  @May('tenders.read')
  @Get()
  async auction(@Acting() actor: Actor, @Param('id', AnId) id: string): Promise<LiveAuctionView> {
    return this.queries.auction(this.source.manager, actor, id);
  }

  /**
   * Improves the own tariff: it must be nowhere dearer than before, and lower the own evaluated cost by the minimum step.
   * Answers with a signed receipt. What is received before the end counts.
   */
  @May('bids.improve')
  @ApiBody({ type: TariffBody })
  @Post('bids')
  async improve(
    @Acting() actor: Actor,
    @Param('id', AnId) auctionId: string,
    @Body(ParseTariff) tariff: Tariff,
    @Req() request: Arriving,
  ): Promise<ImprovementView> {
    return this.live.improve(actor, { auctionId, received: await this.reception.receivedAt(request.raw) }, tariff);
  }

  /**
   * Instructs a proxy, in place of the one before: it improves the own tariff by the smallest step that wins what it asks
   * for, and never below its floor. A sealed bid with alternatives has none.
   */
  @May('bids.instruct-proxy')
  @ApiBody({ type: ProxyBody })
  @Post('proxy')
  async instruct(
    @Acting() actor: Actor,
    @Param('id', AnId) auctionId: string,
    @Body(ParseProxy) instruction: ProxyInstruction,
    @Req() request: Arriving,
  ): Promise<ProxyView> {
    return this.live.instruct(
      actor,
      { auctionId, received: await this.reception.receivedAt(request.raw) },
      instruction,
    );
  }

  /** Takes the proxy back. */
  @May('bids.instruct-proxy')
  @HttpCode(200)
  @Post('proxy/end')
  async endProxy(
    @Acting() actor: Actor,
    @Param('id', AnId) auctionId: string,
    @Req() request: Arriving,
  ): Promise<ProxyView> {
    return this.live.instruct(actor, { auctionId, received: await this.reception.receivedAt(request.raw) }, null);
  }

  /** The own standing: rank, what is provisionally won, and how far the rest is. */
  @May('bids.read-own')
  @Get('standing')
  async own(@Acting() actor: Actor, @Param('id', AnId) id: string): Promise<OwnStandingView> {
    return this.queries.own(this.source.manager, actor, id);
  }

  /** Everybody's standing. */
  @May('bids.read')
  @Get('standings')
  async standings(@Param('id', AnId) id: string, @Query() page: PageQuery): Promise<StandingsView> {
    return this.queries.standings(this.source.manager, id, page);
  }

  /** Stops the time of the auction: what is left of it is kept, and nothing is run again. */
  @May('auctions.pause')
  @HttpCode(200)
  @Post('pause')
  async pause(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Body() { why }: PauseAuction,
  ): Promise<PauseView> {
    return this.live.pause(actor, id, why);
  }

  /** Lets the time of the auction go on. */
  @May('auctions.pause')
  @HttpCode(200)
  @Post('resume')
  async resume(@Acting() actor: Actor, @Param('id', AnId) id: string): Promise<PauseView> {
    return this.live.resume(actor, id);
  }
}
