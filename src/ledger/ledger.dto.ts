/** What the ledger looks like from outside. Money is in minor units; a debit is positive, a credit negative. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import type { Minor } from '../kernel/money.js';
import { IsCurrency, IsId, PageQuery } from '../platform/http/fields.js';
import { type AccountPurpose, PURPOSES } from './rules/entry.js';

export class CurrencyQuery {
  /** ISO 4217 */
  @IsCurrency()
  currency!: string;
}

export class AccountsQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsId('must be the id of an organisation')
  organisationId?: string;

  @ApiPropertyOptional({ enum: PURPOSES })
  @IsOptional()
  @IsIn(PURPOSES, { message: `must be one of ${PURPOSES.join(', ')}` })
  purpose?: AccountPurpose;

  @ApiPropertyOptional()
  @IsOptional()
  @IsCurrency()
  currency?: string;
}

export class TrialBalanceRow {
  @ApiProperty({ enum: PURPOSES })
  purpose!: AccountPurpose;

  accounts!: number;

  @ApiProperty({ type: 'integer' })
  debitMinor!: Minor;

  @ApiProperty({ type: 'integer' })
  creditMinor!: Minor;

  /** debits less credits */
  @ApiProperty({ type: 'integer' })
  balanceMinor!: Minor;
}

export class TrialBalanceView {
  currency!: string;

  @ApiProperty({ type: [TrialBalanceRow] })
  rows!: readonly TrialBalanceRow[];

  /** zero, or something is very wrong */
  @ApiProperty({ type: 'integer' })
  totalMinor!: Minor;
}

export class AccountView {
  id!: string;
  organisationId!: string;
  organisationName!: string;

  @ApiProperty({ enum: PURPOSES })
  purpose!: AccountPurpose;

  currency!: string;

  @ApiProperty({ type: 'integer' })
  balanceMinor!: Minor;
}

export class AccountPage {
  @ApiProperty({ type: [AccountView] })
  items!: readonly AccountView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class EntryView {
  id!: string;
  kind!: string;

  /** what it books, such as the id of an invoice */
  reference!: string;
  memo!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  bookedAt!: Date;

  /** the entry that it takes back; null for any other */
  @ApiProperty({ type: String, nullable: true })
  reverses!: string | null;

  /** what it moves on this account */
  @ApiProperty({ type: 'integer' })
  minor!: Minor;

  /** of the account, after it */
  @ApiProperty({ type: 'integer' })
  balanceMinor!: Minor;
}

export class EntryPage {
  @ApiProperty({ type: [EntryView] })
  items!: readonly EntryView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
