import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { PageQuery } from '../platform/http/fields.js';
import { AnId } from '../platform/http/ids.js';
import { Acting, May } from '../platform/http/request.js';
import { PracticeBody, PracticePage, PracticeView } from './practice.dto.js';
import { ParsePractice } from './practice.pipe.js';
import { PracticeQueries } from './practice.queries.js';
import { PracticeService } from './practice.service.js';
import type { PracticeWish } from './rules/practice.js';

/** Auctions without consequence, in which providers learn how it goes. */
@Controller('api/v1/tenders/:id/practice')
export class PracticeController {
  constructor(
    private readonly source: DataSource,
    private readonly practice: PracticeService,
    private readonly queries: PracticeQueries,
  ) {}

  /**
   * Begins a practice auction: the tender's rules and the lines that providers are shown, against simulated bidders that
   * come down step by step. It begins in a few seconds and ends by itself, and nothing of it counts. Its id goes with the
   * routes of auctions.
   */
  @May('auctions.practise')
  @ApiBody({ type: PracticeBody })
  @Post()
  async begin(
    @Acting() actor: Actor,
    @Param('id', AnId) tenderId: string,
    @Body(ParsePractice) wish: PracticeWish,
  ): Promise<PracticeView> {
    return this.practice.begin(actor, tenderId, wish);
  }

  /** The own practice auctions for a tender, the latest first. */
  @May('auctions.practise')
  @Get()
  async own(
    @Acting() actor: Actor,
    @Param('id', AnId) tenderId: string,
    @Query() page: PageQuery,
  ): Promise<PracticePage> {
    return this.queries.own(this.source.manager, actor, tenderId, page);
  }
}
