import { Controller, Get, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PageQuery } from '../platform/http/fields.js';
import { May } from '../platform/http/request.js';
import { OpenAgreementPage } from './late-joining.dto.js';
import { LateJoiningQueries } from './late-joining.queries.js';

@Controller('api/v1/agreements')
export class OpenAgreementsController {
  constructor(
    private readonly source: DataSource,
    private readonly queries: LateJoiningQueries,
  ) {}

  /** Running agreements that more lines may join today. Where, of which service tiers and at which price: `late-joins/classes`. */
  @May('late-joining.read')
  @Get('open-to-join')
  async open(@Query() query: PageQuery): Promise<OpenAgreementPage> {
    return this.queries.open(this.source.manager, query);
  }
}
