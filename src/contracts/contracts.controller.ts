import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiProduces } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../kernel/actor.js';
import type { Page } from '../kernel/page.js';
import { AnId } from '../platform/http/ids.js';
import { Acting, May, etagsIn } from '../platform/http/request.js';
import {
  AgreementAnswer,
  AgreementPage,
  AgreementsQuery,
  AgreementStepAnswer,
  AgreementSummary,
  EditionQuery,
  Issue,
  LetFall,
  Return,
  Sign,
} from './contracts.dto.js';
import { ContractsQueries } from './contracts.queries.js';
import { ContractsService } from './contracts.service.js';

@Controller('api/v1/agreements')
export class ContractsController {
  constructor(
    private readonly contracts: ContractsService,
    private readonly queries: ContractsQueries,
  ) {}

  /** Framework agreements in order of drafting. Providers see their own. */
  @May('contracts.read')
  @ApiOkResponse({ type: AgreementPage })
  @Get()
  async list(@Acting() actor: Actor, @Query() query: AgreementsQuery): Promise<Page<AgreementSummary>> {
    return this.queries.list(actor, query);
  }

  /** One framework agreement: its terms, its hashes and who signed it. */
  @May('contracts.read')
  @Get(':id')
  async read(@Acting() actor: Actor, @Param('id', AnId) id: string): Promise<AgreementAnswer> {
    return this.queries.one(actor, id);
  }

  /** The contract as PDF; its ETag is the SHA-256 of the file. */
  @May('contracts.read')
  @ApiProduces('application/pdf')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  @Get(':id/pdf')
  async pdf(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Query() { edition }: EditionQuery,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    const { name, pdf, hash } = await this.queries.file(actor, id, edition);
    void reply.header('etag', `"${hash}"`);
    if (etagsIn(known).includes(hash)) {
      void reply.status(304);
      return undefined;
    }
    return new StreamableFile(pdf, {
      type: 'application/pdf',
      disposition: `attachment; filename="${name}"`,
      length: pdf.length,
    });
  }

  /** Signs for the caller's party, naming the content hash that the caller read. Refused before the standstill ended. */
  @May('contracts.sign')
  @HttpCode(200)
  @Post(':id/sign')
  async sign(@Acting() actor: Actor, @Param('id', AnId) id: string, @Body() body: Sign): Promise<AgreementStepAnswer> {
    return this.contracts.sign(actor, id, body.contentHash);
  }

  /** Returns an agreement with the reason. Signatures on the present edition no longer count. */
  @May('contracts.return')
  @HttpCode(200)
  @Post(':id/return')
  async return(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Body() body: Return,
  ): Promise<AgreementStepAnswer> {
    return this.contracts.return(actor, id, body.why);
  }

  /**
   * Lets a winner fall that does not sign, with the reason: a follow-up award for its lines begins, without its bid.
   * Only the agency's approver may, and nobody who had a hand in recommending the award.
   */
  @May('contracts.let-fall')
  @HttpCode(200)
  @Post(':id/let-fall')
  async letFall(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Body() body: LetFall,
  ): Promise<AgreementStepAnswer> {
    return this.contracts.letFall(actor, id, body.why);
  }

  /**
   * Issues a returned agreement again, as another edition with another content hash. Only an officer of the agency that
   * it names may.
   */
  @May('contracts.issue')
  @HttpCode(200)
  @Post(':id/issue')
  async issue(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Body() body: Issue,
  ): Promise<AgreementStepAnswer> {
    return this.contracts.issue(actor, id, body.specialConditions ?? null);
  }
}
