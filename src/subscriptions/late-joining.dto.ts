/** What joining a running agreement looks like from outside. Money is in minor units, per line and month. */
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import type { Day } from '../kernel/calendar.js';
import type { Minor } from '../kernel/money.js';
import { IsCode, IsDay, IsMinor, Length, PageQuery } from '../platform/http/fields.js';
import { MAX_LATE_QUANTITY } from './rules/late-row.js';

const QUANTITY = `must be a whole number from 1 to ${MAX_LATE_QUANTITY}`;

/** Lines that are asked about: one, unless more are. */
function JoiningQuantity(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_LATE_QUANTITY, default: 1 }),
    Transform(({ value }: { value: unknown }) => (value === undefined ? 1 : Number(value))),
    IsInt({ message: QUANTITY }),
    Min(1, { message: QUANTITY }),
    Max(MAX_LATE_QUANTITY, { message: QUANTITY }),
  );
}

export class OpenLateJoining {
  /** the last day on which lines may join; a day that is over ends it */
  @IsDay()
  until!: Day;
}

export class LateJoiningView {
  agreementId!: string;

  @ApiProperty({ type: String, format: 'date' })
  until!: string;
}

/** How many lines to reckon with. */
export class LatePreviewQuery {
  @JoiningQuantity()
  quantity: number = 1;
}

/** Which places to reckon with; all service tiers in all regions of the agreement, unless one is given. */
export class LateClassesQuery extends PageQuery {
  @ApiPropertyOptional()
  @IsOptional()
  @IsCode()
  region?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsCode()
  tier?: string;

  @JoiningQuantity()
  quantity: number = 1;
}

export class LateJoin {
  @IsCode()
  region!: string;

  @IsCode()
  tier!: string;

  @IsInt({ message: QUANTITY })
  @Min(1, { message: QUANTITY })
  @Max(MAX_LATE_QUANTITY, { message: QUANTITY })
  quantity!: number;

  /** your own name for the premises */
  @IsString({ message: 'must be a text' })
  @Length(1, 60, { message: 'must have 1 to 60 characters' })
  @Matches(/^(?=.*\S)[^\p{Cc}]*$/u, { message: 'must not be blank, nor have line breaks' })
  site!: string;

  /** postal, for the provider to come to; told to whoever may see the line, and to no other provider or member */
  @IsOptional()
  @IsString({ message: 'must be a text' })
  @Length(1, 300, { message: 'must have 1 to 300 characters' })
  @Matches(/\S/u, { message: 'must not be blank' })
  address?: string;

  /** the most to pay a month for each line, beside the set-up: what the preview shows, or more */
  @ApiProperty({ type: 'integer' })
  @IsMinor()
  upTo!: Minor;
}

export class PreviewedClass {
  lot!: string;
  lotTitle!: string;

  @ApiProperty({ type: [String] })
  regions!: readonly string[];

  tier!: string;

  /** lines of this kind that the provider can still serve; null when it has set no limit */
  @ApiProperty({ type: 'integer', nullable: true })
  capacityLeft!: number | null;

  /** what each line of this kind costs without these, */
  @ApiProperty({ type: 'integer' })
  monthlyNow!: Minor;

  /** and with them: the price to agree to */
  @ApiProperty({ type: 'integer' })
  monthly!: Minor;

  /** in the next better band; null when there is none */
  @ApiProperty({ type: 'integer', nullable: true })
  monthlyNext!: Minor | null;

  /** once per line */
  @ApiProperty({ type: 'integer' })
  setup!: Minor;
}

export class PreviewedClassPage {
  @ApiProperty({ type: [PreviewedClass] })
  items!: readonly PreviewedClass[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class NextBandView {
  /** the volume from which it holds */
  from!: number;

  /** how many lines are missing when these have joined */
  missing!: number;
}

export class LatePreview {
  agreementId!: string;
  quantity!: number;
  currency!: string;
  termMonths!: number;

  /** the last day on which lines may join */
  @ApiProperty({ type: String, format: 'date' })
  until!: string;

  /** lines of the agreement without these, and with them */
  linesNow!: number;
  linesThen!: number;

  /**
   * by how much less all lines that are there would cost a month when one more joins, and when these do; null where a class has
   * so few lines that they could be reckoned from it
   */
  @ApiProperty({ type: 'integer', nullable: true })
  oneMoreSaves!: Minor | null;

  @ApiProperty({ type: 'integer', nullable: true })
  theseSave!: Minor | null;

  /** the next better band, counted from the lines with these; null when there is none */
  @ApiProperty({ type: NextBandView, nullable: true })
  next!: NextBandView | null;
}

export class OpenAgreement {
  agreementId!: string;
  number!: string;
  providerName!: string;
  currency!: string;
  termMonths!: number;

  /** the last day on which lines may join */
  @ApiProperty({ type: String, format: 'date' })
  until!: string;

  /** lines that are there */
  lines!: number;
}

export class OpenAgreementPage {
  @ApiProperty({ type: [OpenAgreement] })
  items!: readonly OpenAgreement[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class ConsentQuery {
  /** "stated": the association states that it holds the written consent of every member it joins with */
  @ApiProperty({ enum: ['stated'] })
  @IsIn(['stated'], {
    message:
      'must be stated: joining binds your members, so state that you hold their written consent (?consent=stated)',
  })
  consent!: 'stated';
}

/** A row whose address is not taken over. `POST /api/v1/subscriptions/ID/address` corrects one. */
export class KeptAddressView {
  /** of the file */
  line!: number;

  /** its business_ref */
  reference!: string;
  reason!: string;
}

export class LateJoinsImported {
  rows!: number;

  /** contracts concluded, and the lines of these */
  joined!: number;
  lines!: number;

  /** rows whose lines had joined before */
  unchanged!: number;

  /** of these, rows that told the address of lines which had none */
  addressed!: number;

  /** of these, rows with another address than the one that their lines have, which stays */
  keptAddresses!: number;

  /** the first hundred of those, with why */
  @ApiProperty({ type: [KeptAddressView] })
  kept!: readonly KeptAddressView[];

  /** all lines of the agreement then, whose band is the price's */
  linesThen!: number;
}
