import { Readable } from 'node:stream';
import { Controller, Get, HttpCode, Param, Post, StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiProduces } from '@nestjs/swagger';
import { stringify } from 'csv-stringify/sync';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { CsvBody } from '../platform/http/csv-body.js';
import { AnId } from '../platform/http/ids.js';
import { Acting, May } from '../platform/http/request.js';
import { readInstallations } from './installation-sheet.js';
import { InstallationsService } from './installations.service.js';
import { LINE_COLUMNS, lineSheet } from './line-sheet.js';
import { RoundsQueries } from './rounds.queries.js';
import { InstallationsImported } from './subscriptions.dto.js';

@Controller('api/v1/agreements/:agreementId')
export class AgreementLinesController {
  constructor(
    private readonly source: DataSource,
    private readonly rounds: RoundsQueries,
    private readonly installations: InstallationsService,
  ) {}

  /** The lines of an agreement that the caller may see, as a spreadsheet. */
  @May('subscriptions.read')
  @ApiProduces('text/csv')
  @ApiOkResponse({ schema: { type: 'string' } })
  @Get('lines.csv')
  async sheet(@Acting() actor: Actor, @Param('agreementId', AnId) agreementId: string): Promise<StreamableFile> {
    const { id } = await this.rounds.head(this.source.manager, actor, agreementId);
    return new StreamableFile(Readable.from(written(lineSheet(this.source.manager, actor, id))), {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="lines-${id}.csv"`,
    });
  }

  /**
   * Reports lines that work, as a spreadsheet with the columns number (of the call-off contract) and works_on (a day such
   * as 2030-01-31): all of it or none. The same file again changes nothing.
   */
  @May('subscriptions.install')
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string' } })
  @HttpCode(200)
  @Post('installations')
  async install(
    @Acting() actor: Actor,
    @Param('agreementId', AnId) agreementId: string,
    @CsvBody() file: Readable,
  ): Promise<InstallationsImported> {
    const { id } = await this.rounds.head(this.source.manager, actor, agreementId);
    return this.installations.importInstallations(actor, id, await readInstallations(file));
  }
}

async function* written(batches: AsyncIterable<string[][]>): AsyncGenerator<string> {
  yield stringify([[...LINE_COLUMNS]]);
  for await (const batch of batches) yield stringify(batch);
}
