import { Readable } from 'node:stream';
import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiProduces } from '@nestjs/swagger';
import { stringify } from 'csv-stringify/sync';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { formatMoney, type Minor } from '../kernel/money.js';
import { Acting, May } from '../platform/http/request.js';
import {
  StatementLinePage,
  StatementLinesQuery,
  type StatementLineView,
  StatementQuery,
  StatementView,
} from './payouts.dto.js';
import { StatementsQueries } from './statements.queries.js';

@Controller('api/v1/statements')
export class StatementsController {
  constructor(
    private readonly source: DataSource,
    private readonly queries: StatementsQueries,
  ) {}

  /** What a provider earned in a month, was paid, and is owed: its own, or for the agency any provider's. */
  @May('statements.read')
  @Get()
  async read(@Acting() actor: Actor, @Query() query: StatementQuery): Promise<StatementView> {
    return this.queries.one(this.source.manager, actor, query);
  }

  /** The statement line by line, in the order of booking. */
  @May('statements.read')
  @Get('lines')
  async lines(@Acting() actor: Actor, @Query() query: StatementLinesQuery): Promise<StatementLinePage> {
    return this.queries.lines(this.source.manager, actor, query);
  }

  /** All lines as a spreadsheet, in whole units of the currency. */
  @May('statements.read')
  @ApiProduces('text/csv')
  @ApiOkResponse({ schema: { type: 'string' } })
  @Get('lines.csv')
  async sheet(@Acting() actor: Actor, @Query() query: StatementQuery): Promise<StreamableFile> {
    const batches = this.queries.sheet(this.source.manager, actor, query);
    return new StreamableFile(Readable.from(rows(batches, query.currency), { objectMode: false }), {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="statement-${query.month}-${query.currency}.csv"`,
    });
  }
}

async function* rows(batches: AsyncIterable<readonly StatementLineView[]>, currency: string): AsyncGenerator<string> {
  yield stringify([['booked_at', 'kind', 'reference', 'memo', 'net', 'fee', 'payable', 'reserve', 'balance']]);
  const money = (minor: Minor | null): string => (minor === null ? '' : formatMoney(minor, currency));
  for await (const batch of batches) {
    yield stringify(
      batch.map((line) => [
        line.bookedAt.toISOString(),
        line.kind,
        line.reference,
        line.memo,
        money(line.netMinor),
        money(line.feeMinor),
        money(line.payableMinor),
        money(line.reserveMinor),
        money(line.balanceMinor),
      ]),
    );
  }
}
