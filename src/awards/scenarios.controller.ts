import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { Actor } from '../kernel/actor.js';
import type { Page } from '../kernel/page.js';
import { AnId } from '../platform/http/ids.js';
import { Acting, May } from '../platform/http/request.js';
import { ProofsService } from './proofs.service.js';
import {
  BoardAnswer,
  BoardStepAnswer,
  GapAnswer,
  GapPage,
  GapQuery,
  ProofStepAnswer,
  ProofWish,
} from './scenarios.dto.js';
import { ScenariosQueries } from './scenarios.queries.js';
import { ScenariosService } from './scenarios.service.js';

@Controller('api/v1/awards/:id')
export class ScenariosController {
  constructor(
    private readonly scenarios: ScenariosService,
    private readonly proofs: ProofsService,
    private readonly queries: ScenariosQueries,
  ) {}

  /**
   * Has the alternatives to an award worked out: fewer winners, smaller shares, without each winner, with each loser,
   * what each rule costs, the price curve, every bid's gaps to win. An award that has its board keeps it.
   */
  @May('awards.compare')
  @Post('scenarios')
  async compare(@Acting() actor: Actor, @Param('id', AnId) id: string): Promise<BoardStepAnswer> {
    return this.scenarios.compare(actor, id);
  }

  /** The alternatives to an award, as far as they are known. */
  @May('awards.read')
  @Get('scenarios')
  async board(@Param('id', AnId) id: string): Promise<BoardAnswer> {
    return this.queries.board(id);
  }

  /** How far bids are from winning what they do not win, as far as it is known: in the order of receipt, by lot and tier. */
  @May('awards.read')
  @ApiOkResponse({ type: GapPage })
  @Get('gaps')
  async gaps(@Param('id', AnId) id: string, @Query() query: GapQuery): Promise<Page<GapAnswer>> {
    return this.queries.gaps(id, query);
  }

  /**
   * Has gaps proved that the board left as at least and at most: all of an award, or those of one bid, in one lot. It is
   * done in time that nothing else needs; how far it is, the board tells. What was asked for before is not asked again.
   */
  @May('awards.prove-gaps')
  @Post('gaps/proofs')
  async prove(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Body() wish: ProofWish,
  ): Promise<ProofStepAnswer> {
    return this.proofs.prove(actor, id, wish);
  }
}
