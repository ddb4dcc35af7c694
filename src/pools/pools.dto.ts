import { ApiProperty, PartialType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { IsCode, IsCurrency, IsMinor, IsMinorByCode, IsReason, Length, PageQuery } from '../platform/http/fields.js';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;
const MAX_CRITICAL_MASS = 100_000_000;
const MAX_REGIONS = 1_000;
const MAX_TIERS = 50;
const MAX_BANDS = 50;

export class PoolTierTerms {
  @IsCode()
  tierCode!: string;

  /** what such a line costs a month without the pool, in minor units */
  @IsMinor()
  @ApiProperty({ type: 'integer', example: 38000 })
  openMarketMonthly!: bigint;
}

export class IndicativeBand {
  /** the volume, in lines of the whole pool, from which these prices hold for every line */
  @IsInt({ message: 'must be a whole number of lines' })
  @Min(1, { message: 'must be at least 1 line' })
  from!: number;

  /** monthly price in minor units per service tier */
  @IsMinorByCode()
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' }, example: { 'fibre-1000': 31000 } })
  monthly!: Record<string, bigint>;
}

export class DraftPool {
  @IsString({ message: 'must be a text' })
  @Length(1, 200, { message: 'must have 1 to 200 characters' })
  @Matches(/\S/, { message: 'must not be blank' })
  title!: string;

  /** the instant at which joining ends, with its zone */
  @IsISO8601({ strict: true }, { message: 'must be an instant such as 2030-01-31T09:00:00Z' })
  @Matches(INSTANT, { message: 'must be an instant with its zone, such as 2030-01-31T09:00:00Z' })
  @ApiProperty({ type: 'string', format: 'date-time' })
  joiningEndsAt!: string;

  /** lines, firm and of interest together, below which the pool lapses */
  @IsInt({ message: 'must be a whole number of lines' })
  @Min(1, { message: 'must be at least 1 line' })
  @Max(MAX_CRITICAL_MASS, { message: `must be at most ${MAX_CRITICAL_MASS} lines` })
  criticalMass!: number;

  @IsInt({ message: 'must be a whole number of months' })
  @Min(1, { message: 'must be 1 to 120 months' })
  @Max(120, { message: 'must be 1 to 120 months' })
  termMonths!: number;

  /** ISO 4217 code of a currency in use */
  @IsCurrency()
  currency!: string;

  /** codes of the regions whose businesses may join */
  @IsOptional()
  @IsArray({ message: 'must be a list of region codes' })
  @ArrayMaxSize(MAX_REGIONS, { message: `must have at most ${MAX_REGIONS} regions` })
  @IsCodeEach()
  regions?: string[];

  /** the service tiers that may be wanted */
  @IsOptional()
  @IsArray({ message: 'must be a list of tiers' })
  @ArrayMaxSize(MAX_TIERS, { message: `must have at most ${MAX_TIERS} tiers` })
  @ValidateNested({ each: true })
  @Type(() => PoolTierTerms)
  tiers?: PoolTierTerms[];

  /** the indicative schedule, ascending by `from` */
  @IsOptional()
  @IsArray({ message: 'must be a list of bands' })
  @ArrayMaxSize(MAX_BANDS, { message: `must have at most ${MAX_BANDS} bands` })
  @ValidateNested({ each: true })
  @Type(() => IndicativeBand)
  bands?: IndicativeBand[];
}

/** What is absent stays; a list that is given replaces the whole list. */
export class EditPool extends PartialType(DraftPool) {}

export class CancelPool {
  /** kept, and shown to whoever sees the pool */
  @IsReason()
  why!: string;
}

export class PoolsQuery extends PageQuery {
  @IsOptional()
  @IsIn(['draft', 'open', 'locked', 'released', 'lapsed', 'cancelled'], { message: 'must be a state of a pool' })
  state?: string;
}

function IsCodeEach(): PropertyDecorator {
  return Matches(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, {
    each: true,
    message: 'must each be 1 to 40 letters, digits, dots, dashes or underscores',
  });
}
