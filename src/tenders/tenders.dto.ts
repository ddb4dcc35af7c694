/** What officers send about tenders. */
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Matches,
  Max,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import type { Minor } from '../kernel/money.js';
import { IsCode, IsId, IsInstant, IsMinor, IsMinorByCode, Length } from '../platform/http/fields.js';
import { EditAuctionSettings } from './auction-settings.dto.js';
import { MAX_GROUPS } from './rules/group-faults.js';
import { MAX_LOTS } from './rules/lot-faults.js';
import { AWARD_RULES, type AwardRule, WHOLE_BP } from './rules/terms.js';

const MOST_PROVIDERS = 1_000;
const MOST_DAYS = 365;

/** May be left out, but not null. */
const Given = (): PropertyDecorator => ValidateIf((_body, value) => value !== undefined);
/** May be left out; null takes the present value away. */
const GivenOrNone = (): PropertyDecorator => ValidateIf((_body, value) => value !== undefined && value !== null);

function IsCount(least: number, most: number): PropertyDecorator {
  const message = `must be a whole number from ${least} to ${most}`;
  return applyDecorators(IsInt({ message }), Min(least, { message }), Max(most, { message }));
}

function IsTitle(): PropertyDecorator {
  const message = 'must be a text of 1 to 200 characters';
  return applyDecorators(IsString({ message }), Length(1, 200, { message }), Matches(/\S/, { message }));
}

export class LotBody {
  /** short, unique in the tender; bids name their lots by it */
  @IsCode()
  code!: string;

  @IsTitle()
  title!: string;

  /** codes of the regions whose lines are bid on and awarded together */
  @IsArray({ message: 'must be a list of region codes' })
  @ArrayMinSize(1, { message: 'must name at least one region' })
  @ArrayMaxSize(MAX_LOTS, { message: `must name at most ${MAX_LOTS} regions` })
  @IsString({ each: true, message: 'must be a list of region codes' })
  @Length(0, 40, { each: true, message: 'must be a list of region codes' })
  regions!: string[];
}

/** How many different providers win lines within some lots; at least one of the two numbers. */
export class WinnerGroupBody {
  /** codes of lots of the tender, each once */
  @IsArray({ message: 'must be a list of codes of lots' })
  @ArrayMinSize(1, { message: 'must name at least one lot' })
  @ArrayMaxSize(MAX_LOTS, { message: `must name at most ${MAX_LOTS} lots` })
  @IsString({ each: true, message: 'must be a list of codes of lots' })
  @Length(0, 40, { each: true, message: 'must be a list of codes of lots' })
  lots!: string[];

  /** the fewest different winners in these lots; two make one lot or region resilient */
  @ApiPropertyOptional({ type: 'integer', nullable: true })
  @GivenOrNone()
  @IsCount(1, MOST_PROVIDERS)
  minWinners?: number | null;

  /** the most different winners in these lots */
  @ApiPropertyOptional({ type: 'integer', nullable: true })
  @GivenOrNone()
  @IsCount(1, MOST_PROVIDERS)
  maxWinners?: number | null;
}

/** What is left out stays as it is. */
export class EditTender {
  @Given()
  @IsTitle()
  title?: string;

  /** all lots anew: every region in which lines are wanted, in exactly one lot */
  @Given()
  @IsArray({ message: 'must be a list of lots' })
  @ArrayMaxSize(MAX_LOTS, { message: `must be at most ${MAX_LOTS} lots` })
  @ValidateNested({ each: true })
  @Type(() => LotBody)
  lots?: LotBody[];

  /** lot: a whole lot to one provider; tier: each tier of a lot to one provider; shared: by quantity */
  @ApiPropertyOptional({ enum: AWARD_RULES })
  @Given()
  @IsIn(AWARD_RULES, { message: `must be one of ${AWARD_RULES.join(', ')}` })
  awardRule?: AwardRule;

  /** the fewest different winners */
  @Given()
  @IsCount(1, MOST_PROVIDERS)
  minWinners?: number;

  /** the most different winners; null for any number */
  @ApiPropertyOptional({ type: 'integer', nullable: true })
  @GivenOrNone()
  @IsCount(1, MOST_PROVIDERS)
  maxWinners?: number | null;

  /** the largest part of all lines one provider may win, in basis points (6000 is 60 %); null for all */
  @ApiPropertyOptional({ type: 'integer', nullable: true })
  @GivenOrNone()
  @IsCount(1, WHOLE_BP)
  maxShareBp?: number | null;

  /** all groups anew: how many different providers win within some of the lots; an empty list for none */
  @Given()
  @IsArray({ message: 'must be a list of groups' })
  @ArrayMaxSize(MAX_GROUPS, { message: `must be at most ${MAX_GROUPS} groups` })
  @ValidateNested({ each: true })
  @Type(() => WinnerGroupBody)
  winnerGroups?: WinnerGroupBody[];

  /** the most that all lines may cost over the term, set-up and activation included, in minor units; null for any cost */
  @ApiPropertyOptional({ type: 'integer', nullable: true })
  @GivenOrNone()
  @IsMinor()
  budgetMinor?: Minor | null;

  /**
   * the largest part of the cost of all lines one provider may be paid, in basis points; null for all of it, and where the
   * award rule is `shared`
   */
  @ApiPropertyOptional({ type: 'integer', nullable: true })
  @GivenOrNone()
  @IsCount(1, WHOLE_BP)
  maxCostShareBp?: number | null;

  /**
   * all caps anew: the most a line may cost a month per tier, surcharge and set-up spread over the term included, in
   * minor units
   */
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'integer' } })
  @Given()
  @IsMinorByCode()
  priceCaps?: Record<string, Minor>;

  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true })
  @GivenOrNone()
  @IsInstant()
  enquiryEndsAt?: Date | null;

  @ApiPropertyOptional({ type: String, format: 'date-time' })
  @Given()
  @IsInstant()
  biddingEndsAt?: Date;

  /** calendar days between approval and signature */
  @Given()
  @IsCount(0, MOST_DAYS)
  standstillDays?: number;

  /** calendar days that members have to answer their offers */
  @Given()
  @IsCount(1, MOST_DAYS)
  offerDays?: number;

  /** how bids compete once they are opened; members that are left out stay as they are */
  @Given()
  @IsObject({ message: 'must be an object with the settings to change' })
  @ValidateNested()
  @Type(() => EditAuctionSettings)
  auction?: EditAuctionSettings;
}

export class DraftTender {
  /** a locked pool without a tender, for instance because the last one was cancelled */
  @ApiProperty({ format: 'uuid' })
  @IsId('must be the id of a pool')
  poolId!: string;
}

export class CancelTender {
  /** the reason, which providers read */
  @IsString({ message: 'must say why' })
  @Length(1, 2_000, { message: 'must say why, in at most 2000 characters' })
  @Matches(/\S/, { message: 'must say why' })
  why!: string;
}

export class ReleasePool {
  /** the reason, which everybody can read in the pool */
  @IsString({ message: 'must say why' })
  @Length(1, 2_000, { message: 'must say why, in at most 2000 characters' })
  @Matches(/\S/, { message: 'must say why' })
  why!: string;
}
