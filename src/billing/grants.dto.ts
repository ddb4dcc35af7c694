/** Grant schemes and vouchers from outside. Money is in minor units of the scheme's currency. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import type { Minor } from '../kernel/money.js';
import { CODE, IsCurrency, IsId, IsMinor, IsName, IsSomething } from '../platform/http/fields.js';
import { MONTH, MONTH_MESSAGE } from './runs.dto.js';

const MOST_CODES = 1_000;
const MONTHS_MESSAGE = 'must be a whole number of months from 1 to 240';
const LINES_MESSAGE = 'must be a whole number of lines from 1 to 100000';

function AreCodes(): PropertyDecorator {
  return Matches(CODE, {
    each: true,
    message: 'must be codes of 1 to 40 letters, digits, dots, dashes or underscores',
  });
}

export class MakeGrant {
  @IsName()
  name!: string;

  @IsCurrency()
  currency!: string;

  /** codes of regions, each with all that are below it; of any region when left out */
  @ApiPropertyOptional({ type: [String] })
  @IsOptional()
  @IsArray({ message: 'must be a list of region codes' })
  @ArrayMinSize(1, { message: 'must name a region, or be left out' })
  @ArrayMaxSize(MOST_CODES, { message: `must have at most ${MOST_CODES} regions` })
  @AreCodes()
  regions?: string[];

  /** of any service tier when left out */
  @ApiPropertyOptional({ type: [String] })
  @IsOptional()
  @IsArray({ message: 'must be a list of tier codes' })
  @ArrayMinSize(1, { message: 'must name a tier, or be left out' })
  @ArrayMaxSize(MOST_CODES, { message: `must have at most ${MOST_CODES} tiers` })
  @AreCodes()
  tiers?: string[];

  /** of any pool when left out */
  @ApiPropertyOptional({ type: [String] })
  @IsOptional()
  @IsArray({ message: 'must be a list of ids of pools' })
  @ArrayMinSize(1, { message: 'must name a pool, or be left out' })
  @ArrayMaxSize(MOST_CODES, { message: `must have at most ${MOST_CODES} pools` })
  @IsId('must be ids of pools', true)
  pools?: string[];

  /** only for members that have redeemed a voucher of it, and as many lines as that is for */
  @IsBoolean({ message: 'must be true or false' })
  byVoucher!: boolean;

  /** for each line and month; for a part of a month so many of its days */
  @ApiProperty({ type: 'integer' })
  @IsMinor()
  @IsSomething()
  perLineMinor!: Minor;

  /** for how many months of a line */
  @IsInt({ message: MONTHS_MESSAGE })
  @Min(1, { message: MONTHS_MESSAGE })
  @Max(240, { message: MONTHS_MESSAGE })
  months!: number;

  /** the first month that is paid for */
  @ApiProperty({ example: '2030-01' })
  @Matches(MONTH, { message: MONTH_MESSAGE })
  fromMonth!: string;

  /** paid until it is used up */
  @ApiProperty({ type: 'integer' })
  @IsMinor()
  @IsSomething()
  budgetMinor!: Minor;
}

export class GrantView {
  id!: string;
  name!: string;
  currency!: string;

  @ApiProperty({ type: [String], nullable: true })
  regions!: readonly string[] | null;

  @ApiProperty({ type: [String], nullable: true })
  tiers!: readonly string[] | null;

  @ApiProperty({ type: [String], nullable: true })
  pools!: readonly string[] | null;
  byVoucher!: boolean;

  @ApiProperty({ type: 'integer' })
  perLineMinor!: Minor;
  months!: number;
  fromMonth!: string;

  @ApiProperty({ type: 'integer' })
  budgetMinor!: Minor;

  /** what invoices have taken of the budget, less what credit notes gave back */
  @ApiProperty({ type: 'integer' })
  grantedMinor!: Minor;

  @ApiProperty({ enum: ['open', 'ended'] })
  state!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  madeAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endedAt!: Date | null;
}

export class GrantPage {
  @ApiProperty({ type: [GrantView] })
  items!: readonly GrantView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class MakeVoucher {
  @ApiProperty({ format: 'uuid' })
  @IsId('must be the id of a member')
  memberId!: string;

  /** for how many of the member's lines: it stays with those that it first paid for */
  @IsInt({ message: LINES_MESSAGE })
  @Min(1, { message: LINES_MESSAGE })
  @Max(100_000, { message: LINES_MESSAGE })
  lines!: number;
}

export class VoucherView {
  id!: string;
  grantId!: string;
  grantName!: string;
  currency!: string;
  memberId!: string;
  lines!: number;

  @ApiProperty({ type: 'integer' })
  perLineMinor!: Minor;
  months!: number;

  @ApiProperty({ type: String, format: 'date-time' })
  madeAt!: Date;

  /** null: its member has not redeemed it, and nothing is paid for it */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  redeemedAt!: Date | null;

  /** once it has ended, its vouchers pay for nothing more */
  @ApiProperty({ enum: ['open', 'ended'] })
  grantState!: string;
}

export class VoucherPage {
  @ApiProperty({ type: [VoucherView] })
  items!: readonly VoucherView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
