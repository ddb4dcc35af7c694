import { Readable } from 'node:stream';
import { Controller, Get, Param, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiProduces } from '@nestjs/swagger';
import { stringify } from 'csv-stringify/sync';
import { DataSource } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { formatMoney } from '../kernel/money.js';
import { PageQuery } from '../platform/http/fields.js';
import { Acting, May } from '../platform/http/request.js';
import {
  AccountPage,
  AccountsQuery,
  AccountView,
  CurrencyQuery,
  EntryPage,
  type EntryView,
  TrialBalanceView,
} from './ledger.dto.js';
import { LedgerQueries } from './ledger.queries.js';

@Controller('api/v1/ledger')
export class LedgerController {
  constructor(
    private readonly source: DataSource,
    private readonly queries: LedgerQueries,
  ) {}

  /** All accounts of a currency, summed by purpose: debits and credits are the same, or something is very wrong. */
  @May('ledger.read')
  @Get('trial-balance')
  async trialBalance(@Query() { currency }: CurrencyQuery): Promise<TrialBalanceView> {
    return this.queries.trialBalance(this.source.manager, currency);
  }

  /** The trial balance as a spreadsheet, in whole units of the currency. */
  @May('ledger.read')
  @ApiProduces('text/csv')
  @ApiOkResponse({ schema: { type: 'string' } })
  @Get('trial-balance.csv')
  async trialBalanceSheet(@Query() { currency }: CurrencyQuery): Promise<StreamableFile> {
    const { rows, totalMinor } = await this.queries.trialBalance(this.source.manager, currency);
    const money = (minor: bigint): string => formatMoney(minor, currency);
    return sheet(
      `trial-balance-${currency}.csv`,
      stringify([
        ['purpose', 'accounts', 'debit', 'credit', 'balance'],
        ...rows.map((row) => [
          row.purpose,
          String(row.accounts),
          money(row.debitMinor),
          money(row.creditMinor),
          money(row.balanceMinor),
        ]),
        ['total', '', '', '', money(totalMinor)],
      ]),
    );
  }

  /** Accounts with their balances: an organisation's own, all for the agency. */
  @May('ledger.read-account')
  @Get('accounts')
  async accounts(@Acting() actor: Actor, @Query() query: AccountsQuery): Promise<AccountPage> {
    return this.queries.accounts(this.source.manager, actor, query);
  }

  /** One account. */
  @May('ledger.read-account')
  @Get('accounts/:id')
  async account(@Acting() actor: Actor, @Param('id') id: string): Promise<AccountView> {
    return this.queries.account(this.source.manager, actor, id);
  }

  /** The statement of an account: its entries, oldest first, each with the balance after it. */
  @May('ledger.read-account')
  @Get('accounts/:id/entries')
  async entries(@Acting() actor: Actor, @Param('id') id: string, @Query() query: PageQuery): Promise<EntryPage> {
    return this.queries.entries(this.source.manager, actor, id, query);
  }

  /** The whole statement as a spreadsheet, in whole units of the currency. */
  @May('ledger.read-account')
  @ApiProduces('text/csv')
  @ApiOkResponse({ schema: { type: 'string' } })
  @Get('accounts/:id/statement.csv')
  async statement(@Acting() actor: Actor, @Param('id') id: string): Promise<StreamableFile> {
    const { purpose, currency } = await this.queries.account(this.source.manager, actor, id);
    const batches = this.queries.statement(this.source.manager, id);
    return sheet(`${purpose}-${id}.csv`, Readable.from(statementLines(batches, currency), { objectMode: false }));
  }
}

async function* statementLines(batches: AsyncIterable<EntryView[]>, currency: string): AsyncGenerator<string> {
  yield stringify([['entry', 'booked_at', 'kind', 'reference', 'memo', 'amount', 'balance', 'currency']]);
  for await (const batch of batches) {
    yield stringify(
      batch.map((entry) => [
        entry.id,
        entry.bookedAt.toISOString(),
        entry.kind,
        entry.reference,
        entry.memo,
        formatMoney(entry.minor, currency),
        formatMoney(entry.balanceMinor, currency),
        currency,
      ]),
    );
  }
}

function sheet(name: string, content: string | Readable): StreamableFile {
  const options = { type: 'text/csv; charset=utf-8', disposition: `attachment; filename="${name}"` };
  return typeof content === 'string'
    ? new StreamableFile(Buffer.from(content), options)
    : new StreamableFile(content, options);
}
