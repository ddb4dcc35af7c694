import { Readable } from 'node:stream';
import { Controller, Get, HttpCode, Param, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiProduces } from '@nestjs/swagger';
import { stringify } from 'csv-stringify/sync';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { CsvBody } from '../platform/http/csv-body.js';
import { PageQuery } from '../platform/http/fields.js';
import { AnId } from '../platform/http/ids.js';
import { Acting, May } from '../platform/http/request.js';
import { readAnswers } from './answer-sheet.js';
import { AnswersImported, MandateQuery } from './offers.dto.js';
import { OFFER_COLUMNS, OffersQueries } from './offers.queries.js';
import { OffersService } from './offers.service.js';
import { ClassPage, RoundView } from './rounds.dto.js';
import { RoundsQueries } from './rounds.queries.js';

@Controller('api/v1/agreements/:agreementId')
export class RoundsController {
  constructor(
    private readonly source: DataSource,
    private readonly offers: OffersService,
    private readonly offersQueries: OffersQueries,
    private readonly rounds: RoundsQueries,
  ) {}

  /** How the offers of an agreement are answered: counts, prices, deadline, and after it what they settled at. */
  @May('subscriptions.read')
  @Get('round')
  async round(@Acting() actor: Actor, @Param('agreementId', AnId) agreementId: string): Promise<RoundView> {
    return this.rounds.one(this.source.manager, actor, agreementId);
  }

  /** What the lines of an agreement are offered at and settled at, of each service tier in each lot. */
  @May('subscriptions.read')
  @Get('round/classes')
  async classes(
    @Acting() actor: Actor,
    @Param('agreementId', AnId) agreementId: string,
    @Query() query: PageQuery,
  ): Promise<ClassPage> {
    return this.rounds.classes(this.source.manager, actor, agreementId, query);
  }

  /** The offers of an agreement that the caller may see, as a spreadsheet. */
  @May('offers.read')
  @ApiProduces('text/csv')
  @ApiOkResponse({ schema: { type: 'string' } })
  @Get('offers.csv')
  async sheet(@Acting() actor: Actor, @Param('agreementId', AnId) agreementId: string): Promise<StreamableFile> {
    const { id } = await this.rounds.head(this.source.manager, actor, agreementId);
    const batches = this.offersQueries.sheet(this.source.manager, actor, id);
    return new StreamableFile(Readable.from(lines(batches)), {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="offers-${id}.csv"`,
    });
  }

  /**
   * Answers offers of the association's own members for them, as a spreadsheet with the columns offer_id, answer
   * (accept, accept-up-to, decline) and up_to (an amount such as 55.00): all of it or none.
   */
  @May('offers.import-answers')
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string' } })
  @HttpCode(200)
  @Post('answers')
  async answers(
    @Acting() actor: Actor,
    @Param('agreementId', AnId) agreementId: string,
    @Query() _mandate: MandateQuery,
    @CsvBody() file: Readable,
  ): Promise<AnswersImported> {
    const { id, currency } = await this.rounds.head(this.source.manager, actor, agreementId);
    return this.offers.importAnswers(actor, id, await readAnswers(file, currency));
  }
}

async function* lines(batches: AsyncIterable<string[][]>): AsyncGenerator<string> {
  yield stringify([[...OFFER_COLUMNS]]);
  for await (const batch of batches) yield stringify(batch);
}
