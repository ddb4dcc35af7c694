import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { Actor } from '../kernel/actor.js';
import type { Page } from '../kernel/page.js';
import { PageQuery } from '../platform/http/fields.js';
import { AnId } from '../platform/http/ids.js';
import { Acting, IfMatch, May } from '../platform/http/request.js';
import {
  AbandonedTenderAnswer,
  Abandonment,
  Approval,
  AwardAnswer,
  AwardPage,
  AwardStepAnswer,
  EvaluateAgain,
  Reasons,
  Rejection,
} from './awards.dto.js';
import { LetterAnswer, LetterPage } from './letters.dto.js';
import { AwardsQueries } from './awards.queries.js';
import { AwardsService } from './awards.service.js';
import { LotReasonAnswer, LotReasonPage, LotReasonQuery, WeighingAnswer } from './reasons.dto.js';
import { ReasonsQueries } from './reasons.queries.js';

@Controller('api/v1')
export class AwardsController {
  constructor(
    private readonly awards: AwardsService,
    private readonly queries: AwardsQueries,
    private readonly reasons: ReasonsQueries,
  ) {}

  /** The awards of a tender: every evaluation, superseded ones included, and follow-up awards. */
  @May('awards.read')
  @ApiOkResponse({ type: AwardPage })
  @Get('tenders/:tenderId/awards')
  async ofTender(
    @Acting() actor: Actor,
    @Param('tenderId', AnId) tenderId: string,
    @Query() query: PageQuery,
  ): Promise<Page<AwardAnswer>> {
    return this.queries.ofTender(actor, tenderId, query);
  }

  /** One award: who wins what, how that was found, and who decided. */
  @May('awards.read')
  @Get('awards/:id')
  async read(@Param('id', AnId) id: string): Promise<AwardAnswer> {
    return this.queries.answer(id);
  }

  /**
   * Why each lot went where it went, by lot, tier and winner: what it costs, the cheapest other bid, why it did not go to
   * a cheaper one, and what the whole would cost without its winner there.
   */
  @May('awards.read')
  @ApiOkResponse({ type: LotReasonPage })
  @Get('awards/:id/lots')
  async lots(@Param('id', AnId) id: string, @Query() query: LotReasonQuery): Promise<Page<LotReasonAnswer>> {
    return this.reasons.ofAward(id, query);
  }

  /** How many of the reasons of lots are exact yet: an award is there before they are. */
  @May('awards.read')
  @Get('awards/:id/weighing')
  async weighing(@Param('id', AnId) id: string): Promise<WeighingAnswer> {
    return this.reasons.weighing(id);
  }

  /** Changes the reasons. What was recommended is a draft again, and must be recommended anew. */
  @May('awards.recommend')
  @Patch('awards/:id')
  async edit(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @IfMatch() seen: number,
    @Body() body: Reasons,
  ): Promise<AwardStepAnswer> {
    return this.awards.edit(actor, id, seen, body.reasons);
  }

  /** Recommends a drafted award, with reasons, to a person who approves. */
  @May('awards.recommend')
  @HttpCode(200)
  @Post('awards/:id/recommend')
  async recommend(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Body() body: Reasons,
  ): Promise<AwardStepAnswer> {
    return this.awards.recommend(actor, id, body.reasons);
  }

  /**
   * Approves what was recommended, named by its content hash. Nobody who had a hand in the recommendation may. Every
   * bidder gets its letter, and the standstill begins.
   */
  @May('awards.approve')
  @HttpCode(200)
  @Post('awards/:id/approve')
  async approve(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Body() body: Approval,
  ): Promise<AwardStepAnswer> {
    return this.awards.approve(actor, id, body.contentHash);
  }

  /** Sends a recommendation back, with the reason. Nobody who had a hand in it may. */
  @May('awards.reject')
  @HttpCode(200)
  @Post('awards/:id/reject')
  async reject(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Body() body: Rejection,
  ): Promise<AwardStepAnswer> {
    return this.awards.reject(actor, id, body.why);
  }

  /** Has the tender evaluated anew, without some bids or with more time; answers the award that waits for it. */
  @May('awards.recommend')
  @Post('awards/:id/evaluate-again')
  async evaluateAgain(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Body() body: EvaluateAgain,
  ): Promise<AwardStepAnswer> {
    return this.awards.evaluateAgain(actor, id, body);
  }

  /**
   * Closes a follow-up award that failed, with the reason: its lines are awarded to nobody, and the members whose lines
   * they are get no other offer.
   */
  @May('awards.abandon')
  @HttpCode(200)
  @Post('awards/:id/abandon')
  async abandon(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Body() body: Abandonment,
  ): Promise<AwardStepAnswer> {
    return this.awards.abandon(actor, id, body.why);
  }

  /**
   * Calls a tender off after its bidding has ended, with the reason, unless somebody holds an approved award of it.
   * Nothing of it goes on, and its pool can be put out to tender anew.
   */
  @May('awards.abandon')
  @HttpCode(200)
  @Post('tenders/:tenderId/abandon')
  async abandonTender(
    @Acting() actor: Actor,
    @Param('tenderId', AnId) tenderId: string,
    @Body() body: Abandonment,
  ): Promise<AbandonedTenderAnswer> {
    return this.awards.abandonTender(actor, tenderId, body.why);
  }

  /** The letter of an award to the caller's own organisation: what it offered, what it won, the gap per lot. */
  @May('awards.read-letter')
  @Get('awards/:id/letter')
  async letter(@Acting() actor: Actor, @Param('id', AnId) id: string): Promise<LetterAnswer> {
    return this.queries.letterTo(actor, id);
  }

  /** All letters of an award. */
  @May('awards.read')
  @ApiOkResponse({ type: LetterPage })
  @Get('awards/:id/letters')
  async letters(@Param('id', AnId) id: string, @Query() query: PageQuery): Promise<Page<LetterAnswer>> {
    return this.queries.lettersOf(id, query);
  }

  /** The letters to the caller's own organisation, the latest first. */
  @May('awards.read-letter')
  @ApiOkResponse({ type: LetterPage })
  @Get('letters')
  async ownLetters(@Acting() actor: Actor, @Query() query: PageQuery): Promise<Page<LetterAnswer>> {
    return this.queries.lettersTo(actor, query);
  }
}
