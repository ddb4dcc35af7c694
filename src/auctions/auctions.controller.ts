import type { IncomingMessage } from 'node:http';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { PageQuery } from '../platform/http/fields.js';
import { AnId } from '../platform/http/ids.js';
import { Acting, May, OpenToAll } from '../platform/http/request.js';
import { Keys } from '../platform/keys/keys.js';
import type { BidTariff } from '../pricing/rules/tariff.js';
import {
  AuctionView,
  BidBody,
  OpenedBidPage,
  OpeningView,
  OwnBidPage,
  PublicKeyView,
  ReceiptView,
  WithdrawalView,
} from './auctions.dto.js';
import { AuctionsQueries } from './auctions.queries.js';
import { AuctionsService } from './auctions.service.js';
import { Reception } from './reception.js';
import { repeatedFaults } from './rules/repeated.js';
import { ParseBid, unlessFaults } from './tariff.pipe.js';

/** A request as far as it tells when it was received, and what was sent. */
interface Arriving {
  readonly raw: IncomingMessage;
  readonly rawBody?: Buffer;
}

@Controller('api/v1')
export class AuctionsController {
  constructor(
    private readonly source: DataSource,
    private readonly auctions: AuctionsService,
    private readonly queries: AuctionsQueries,
    private readonly reception: Reception,
    private readonly keys: Keys,
  ) {}

  /** The auction of a tender: its state, its deadline, and the clock that counts. */
  @May('tenders.read')
  @Get('tenders/:id/auction')
  async auction(@Param('id', AnId) id: string): Promise<AuctionView> {
    return this.queries.auction(this.source.manager, id);
  }

  /**
   * Bids: seals a tariff, with alternatives to it or without, in place of what was bid before, and answers with a signed
   * receipt. What is received before the deadline counts. There is room for 1,000 providers, in a large tender for fewer:
   * one that has no bid yet may be refused (`bid.no-room`), and may come in when another withdraws. Alternatives are for
   * tenders whose `auction.format` is `sealed`, and go with no proxy (`bid.has-proxy`).
   */
  @May('bids.submit')
  @ApiBody({ type: BidBody })
  @Post('tenders/:id/bids')
  async submit(
    @Acting() actor: Actor,
    @Param('id', AnId) tenderId: string,
    @Body(ParseBid) tariff: BidTariff,
    @Req() request: Arriving,
  ): Promise<ReceiptView> {
    unlessFaults(repeatedFaults(request.rawBody?.toString() ?? ''));
    return this.auctions.submit(actor, { tenderId, received: await this.reception.receivedAt(request.raw) }, tariff);
  }

  /** The own bids' receipts, the latest first. */
  @May('bids.read-own')
  @Get('tenders/:id/bids/mine')
  async own(@Acting() actor: Actor, @Param('id', AnId) id: string, @Query() page: PageQuery): Promise<OwnBidPage> {
    return this.queries.own(this.source.manager, actor, id, page);
  }

  /** Takes the standing bid back, before the deadline. */
  @May('bids.withdraw')
  @HttpCode(200)
  @Post('bids/:id/withdraw')
  async withdraw(
    @Acting() actor: Actor,
    @Param('id', AnId) bidId: string,
    @Req() request: Arriving,
  ): Promise<WithdrawalView> {
    return this.auctions.withdraw(actor, bidId, await this.reception.receivedAt(request.raw));
  }

  /** Opens the sealed bids, once, after the deadline. */
  @May('bids.open')
  @HttpCode(200)
  @Post('tenders/:id/bids/open')
  async open(@Acting() actor: Actor, @Param('id', AnId) id: string): Promise<OpeningView> {
    return this.auctions.open(actor, id);
  }

  /** The opened bids in the order of receipt. */
  @May('bids.read')
  @Get('tenders/:id/bids')
  async opened(@Param('id', AnId) id: string, @Query() page: PageQuery): Promise<OpenedBidPage> {
    return this.queries.opened(this.source.manager, id, page);
  }

  /** The key that receipts are signed with, for checking one without us. */
  @OpenToAll()
  @Get('receipts/public-key')
  publicKey(): PublicKeyView {
    return { algorithm: 'Ed25519', publicKey: this.keys.publicKeyPem() };
  }
}
