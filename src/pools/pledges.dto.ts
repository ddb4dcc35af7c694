/** What a member sends to join or to change, and what is told of pledges. Amounts are in minor units. */
import { ApiPropertyOptional, ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsLatitude,
  IsLongitude,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { IsCode, IsMinor, Length } from '../platform/http/fields.js';
import { type Commitment, MAX_QUANTITY } from './rules/pledging.js';
import { MAX_TAKEN_BACK } from './rules/taking-back.js';

const MAX_LINES = 50;

/** With at most three decimals, as it is kept; class-validator stumbles over what is written as 1e-7. */
function IsSpeed(): PropertyDecorator {
  const fits = (value: unknown): boolean => typeof value === 'number' && Number(value.toFixed(3)) === value;
  return ValidateBy(
    { name: 'isSpeed', validator: { validate: fits } },
    { message: 'must be a speed in Mbps, such as 300 or 0.768' },
  );
}

export class PledgedSite {
  /** your own name for the premises; one pledge per site */
  @IsString({ message: 'must be a text' })
  @Length(1, 60, { message: 'must have 1 to 60 characters' })
  @Matches(/^(?=.*\S)[^\p{Cc}]*$/u, { message: 'must not be blank, nor have line breaks' })
  reference!: string;

  @IsString({ message: 'must be a text' })
  @Length(1, 200, { message: 'must have 1 to 200 characters' })
  @Matches(/^(?=.*\S)[^\p{Cc}]*$/u, { message: 'must not be blank, nor have line breaks' })
  name!: string;

  @IsOptional()
  @IsString({ message: 'must be a text' })
  @Length(1, 300, { message: 'must have 1 to 300 characters' })
  address?: string;

  /** a region of the pool */
  @IsCode()
  regionCode!: string;

  @IsOptional()
  @IsNumber({}, { message: 'must be degrees from -90 to 90' })
  @IsLatitude({ message: 'must be degrees from -90 to 90' })
  latitude?: number;

  @IsOptional()
  @IsNumber({}, { message: 'must be degrees from -180 to 180' })
  @IsLongitude({ message: 'must be degrees from -180 to 180' })
  longitude?: number;
}

export class PledgedLine {
  /** a service tier of the pool */
  @IsCode()
  tierCode!: string;

  @IsInt({ message: `must be a whole number from 1 to ${MAX_QUANTITY}` })
  @Min(1, { message: `must be a whole number from 1 to ${MAX_QUANTITY}` })
  @Max(MAX_QUANTITY, { message: `must be a whole number from 1 to ${MAX_QUANTITY}` })
  quantity!: number;

  /** the most you would pay a month for each line, a set-up fee spread over the term included; a firm pledge needs it */
  @IsOptional()
  @IsMinor()
  @ApiPropertyOptional({ type: 'integer' })
  ceilingMonthly?: bigint;

  @IsOptional()
  @IsString({ message: 'must be a text' })
  @Length(1, 100, { message: 'must have 1 to 100 characters' })
  presentProvider?: string;

  @IsOptional()
  @IsSpeed()
  @Min(0, { message: 'must be a speed in Mbps, such as 300 or 0.768' })
  @Max(1_000_000, { message: 'must be at most 1000000 Mbps' })
  presentDownMbps?: number;

  /** what each line costs you a month today */
  @IsOptional()
  @IsMinor()
  @ApiPropertyOptional({ type: 'integer' })
  presentMonthly?: bigint;

  /** what leaving your present contract costs once, for all these lines */
  @IsOptional()
  @IsMinor()
  @ApiPropertyOptional({ type: 'integer' })
  exitFee?: bigint;
}

export class PledgeInput {
  @IsObject({ message: 'must be an object with the site' })
  @ValidateNested()
  @Type(() => PledgedSite)
  site!: PledgedSite;

  /** firm: an offer at or below your ceilings is accepted by itself. interest: you decide on the offer */
  @IsIn(['firm', 'interest'], { message: 'must be firm or interest' })
  @ApiProperty({ enum: ['firm', 'interest'] })
  commitment!: Commitment;

  /** one per service tier */
  @IsArray({ message: 'must be a list of lines' })
  @ArrayMinSize(1, { message: 'must have at least one line' })
  @ArrayMaxSize(MAX_LINES, { message: `must have at most ${MAX_LINES} lines` })
  @ValidateNested({ each: true })
  @Type(() => PledgedLine)
  lines!: PledgedLine[];
}

export class PledgedSiteView {
  id!: string;
  reference!: string;
  name!: string;
  address!: string | null;
  /** as pledged */
  regionCode!: string;
  latitude!: number | null;
  longitude!: number | null;
}

export class PledgedLineView {
  id!: string;
  tierCode!: string;
  quantity!: number;
  /** the most a line may cost a month, a set-up fee spread over the term included */
  @ApiProperty({ type: 'integer', nullable: true })
  ceilingMonthly!: bigint | null;
  presentProvider!: string | null;
  presentDownMbps!: number | null;
  @ApiProperty({ type: 'integer', nullable: true })
  presentMonthly!: bigint | null;
  @ApiProperty({ type: 'integer', nullable: true })
  exitFee!: bigint | null;
}

export class PledgeView {
  id!: string;
  version!: number;
  poolId!: string;
  memberId!: string;
  /** the association that brought the member, if one did */
  associationId!: string | null;
  site!: PledgedSiteView;
  @ApiProperty({ enum: ['firm', 'interest'] })
  commitment!: Commitment;
  /** the association stated that it holds the member's written consent */
  consentStated!: boolean;
  lines!: PledgedLineView[];
  joinedAt!: Date;
}

export class PledgePage {
  items!: PledgeView[];
  /** the cursor of the next page; null at the end */
  next!: string | null;
}

export class ImportQuery {
  /** stated: you hold the written consent of every member whose row has a ceiling, so these lines are firm */
  @IsOptional()
  @IsIn(['stated', 'none'], { message: 'must be stated or none' })
  consent?: 'stated' | 'none';
}

export class TakeBack {
  /** what your spreadsheets call the businesses: their business_ref */
  @IsArray({ message: 'must be a list of references' })
  @ArrayMinSize(1, { message: 'must have at least one reference' })
  @ArrayMaxSize(MAX_TAKEN_BACK, { message: `must have at most ${MAX_TAKEN_BACK} references` })
  @ArrayUnique({ message: 'must name each reference once' })
  @IsString({ each: true, message: 'must be texts' })
  @Length(1, 60, { each: true, message: 'must have 1 to 60 characters each' })
  references!: string[];
}

export class TakenBack {
  /** pledges that were removed with their lines */
  takenBack!: number;
  /** businesses of your list that had no pledge in the pool, because it was taken back or left before */
  absent!: number;
}

export class ImportedLines {
  /** rows of the file */
  rows!: number;
  added!: number;
  changed!: number;
  same!: number;
  /** left as the member itself has pledged */
  keptByMember!: number;
  /** left out: the member itself has left the pool with this site. It may come back by itself */
  leftByMember!: number;
  /** lines of the file that are pledged firm, and of interest */
  firmLines!: number;
  interestLines!: number;
}
