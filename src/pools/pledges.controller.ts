import type { Readable } from 'node:stream';
import { Body, Controller, Delete, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../kernel/actor.js';
import { CsvBody } from '../platform/http/csv-body.js';
import { PageQuery } from '../platform/http/fields.js';
import { Acting, IfMatch, May } from '../platform/http/request.js';
import { IdOf } from '../platform/http/ids.js';
import { ImportedLines, ImportQuery, PledgeInput, PledgePage, PledgeView, TakeBack, TakenBack } from './pledges.dto.js';
import { PledgesQueries } from './pledges.queries.js';
import { PledgesService } from './pledges.service.js';
import { PoolImportService } from './pool-import.service.js';
import { TakeBackService } from './take-back.service.js';

@ApiTags('pools')
@Controller('api/v1/pools/:id')
export class PledgesController {
  constructor(
    private readonly pledges: PledgesService,
    private readonly reading: PledgesQueries,
    private readonly imports: PoolImportService,
    private readonly takingBack: TakeBackService,
  ) {}

  /** Pledges in the order of joining: your own, your association's members', or all for the agency. */
  @May('pools.read-pledges')
  @Get('pledges')
  list(@Acting() actor: Actor, @IdOf('pool') id: string, @Query() query: PageQuery): Promise<PledgePage> {
    return this.reading.list(actor, id, query);
  }

  /** Joins the pool with a site and its lines. The same site again with the same lines is answered alike. */
  @May('pools.join')
  @Post('pledges')
  join(@Acting() actor: Actor, @IdOf('pool') id: string, @Body() body: PledgeInput): Promise<PledgeView> {
    return this.pledges.join(actor, id, body);
  }

  /** Replaces a pledge, until the pool locks. If-Match: its ETag. */
  @May('pools.change-pledge')
  @Put('pledges/:pledgeId')
  change(
    @Acting() actor: Actor,
    @IdOf('pool') id: string,
    @IdOf('pledge', 'pledgeId') pledgeId: string,
    @IfMatch() version: number,
    @Body() body: PledgeInput,
  ): Promise<PledgeView> {
    return this.pledges.change(actor, id, pledgeId, version, body);
  }

  /** Leaves the pool with a site, until the pool locks. If-Match: the pledge's ETag. */
  @May('pools.leave')
  @HttpCode(204)
  @Delete('pledges/:pledgeId')
  leave(
    @Acting() actor: Actor,
    @IdOf('pool') id: string,
    @IdOf('pledge', 'pledgeId') pledgeId: string,
    @IfMatch() version: number,
  ): Promise<void> {
    return this.pledges.leave(actor, id, pledgeId, version);
  }

  /**
   * Imports an association's list of wanted lines (text/csv, the columns of lines.csv): all of it or nothing. Faults are
   * told with line, column and reason. The same file again adds nothing, and what a member itself has pledged, changed
   * or left stays as the member has decided.
   */
  @May('pools.import')
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string' } })
  @HttpCode(200)
  @Post('import')
  importLines(
    @Acting() actor: Actor,
    @IdOf('pool') id: string,
    @Query() query: ImportQuery,
    @CsvBody() file: Readable,
  ): Promise<ImportedLines> {
    return this.imports.importLines(actor, id, file, query.consent === 'stated');
  }

  /**
   * Takes back what your association brought, by business_ref, until the pool locks: all of it or nothing. What is not
   * there any more is passed over, so that it may be asked again. A pledge that its member has made or changed itself
   * is the member's own and is refused.
   */
  @May('pools.take-back')
  @HttpCode(200)
  @Post('take-back')
  takeBack(@Acting() actor: Actor, @IdOf('pool') id: string, @Body() body: TakeBack): Promise<TakenBack> {
    return this.takingBack.takeBack(actor, id, body.references);
  }
}
