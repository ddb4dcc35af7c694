import { Body, Controller, Get, Headers, Param, Post, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiProduces } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { PageQuery } from '../platform/http/fields.js';
import { AnId } from '../platform/http/ids.js';
import { Acting, etagsIn, May } from '../platform/http/request.js';
import { CreditNotesService } from './credit-notes.service.js';
import {
  InvoiceGrantPage,
  InvoiceLinePage,
  InvoicePage,
  InvoicesQuery,
  InvoiceView,
  IssueCreditNote,
} from './invoices.dto.js';
import { InvoicesQueries } from './invoices.queries.js';

@Controller('api/v1/invoices')
export class InvoicesController {
  constructor(
    private readonly source: DataSource,
    private readonly queries: InvoicesQueries,
    private readonly creditNotes: CreditNotesService,
  ) {}

  /** Invoices and credit notes, the latest first: a member's own, or those that the caller's agency issued. */
  @May('invoices.read')
  @Get()
  async list(@Acting() actor: Actor, @Query() query: InvoicesQuery): Promise<InvoicePage> {
    return this.queries.list(this.source.manager, actor, query);
  }

  /** An invoice or a credit note, what it comes to. */
  @May('invoices.read')
  @Get(':id')
  async read(@Acting() actor: Actor, @Param('id', AnId) id: string): Promise<InvoiceView> {
    return this.queries.one(this.source.manager, actor, id);
  }

  /** Line by line what an invoice charges, or a credit note takes back. */
  @May('invoices.read')
  @Get(':id/lines')
  async lines(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Query() query: PageQuery,
  ): Promise<InvoiceLinePage> {
    return this.queries.lines(this.source.manager, actor, id, query);
  }

  /** What the agency pays of an invoice, by scheme and line of a member. */
  @May('invoices.read')
  @Get(':id/grants')
  async grants(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Query() query: PageQuery,
  ): Promise<InvoiceGrantPage> {
    return this.queries.grants(this.source.manager, actor, id, query);
  }

  /** All of it as PDF; its ETag is the SHA-256 of the file. */
  @May('invoices.read')
  @ApiProduces('application/pdf')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  @Get(':id/pdf')
  async pdf(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    const { name, pdf, hash } = await this.queries.file(actor, id);
    void reply.header('etag', `"${hash}"`);
    if (etagsIn(known).includes(hash)) {
      void reply.status(304);
      return undefined;
    }
    const disposition = `attachment; filename="${name}"`;
    return new StreamableFile(pdf, { type: 'application/pdf', disposition, length: pdf.length });
  }

  /**
   * Takes charges of an invoice back by a credit note, with the reason. The tax, the grant and the fee that went with
   * them go back, too; never more is credited than was charged.
   */
  @May('billing.credit')
  @Post(':id/credit-notes')
  async credit(
    @Acting() actor: Actor,
    @Param('id', AnId) id: string,
    @Body() body: IssueCreditNote,
  ): Promise<InvoiceView> {
    return this.creditNotes.issue(actor, id, body);
  }
}
