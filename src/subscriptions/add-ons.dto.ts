/** What add-ons and their orders look like from outside. Money is in minor units, monthly. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import type { Minor } from '../kernel/money.js';
import { IsCode, IsId, IsMinor, IsName } from '../platform/http/fields.js';

export class OfferAddOn {
  @IsCode()
  code!: string;

  @IsName()
  name!: string;

  /** for each that is ordered; to change it, withdraw the add-on and offer another */
  @IsMinor()
  @ApiProperty({ type: 'integer' })
  monthly!: Minor;
}

export class AddOnView {
  id!: string;
  agreementId!: string;
  code!: string;
  name!: string;

  @ApiProperty({ type: 'integer' })
  monthly!: Minor;
  currency!: string;

  @ApiProperty({ enum: ['offered', 'withdrawn'] })
  state!: string;
}

export class AddOnPage {
  @ApiProperty({ type: [AddOnView] })
  items!: readonly AddOnView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class OrderAddOn {
  @ApiProperty({ format: 'uuid' })
  @IsId('must be the id of an add-on of the agreement')
  addOnId!: string;

  @ApiPropertyOptional({ type: 'integer', nullable: true, default: 1, minimum: 1, maximum: 1_000 })
  @IsOptional()
  @IsInt({ message: 'must be a whole number from 1 to 1000' })
  @Min(1, { message: 'must be a whole number from 1 to 1000' })
  @Max(1_000, { message: 'must be a whole number from 1 to 1000' })
  quantity?: number | null;
}

export class AddOnOrderView {
  id!: string;
  subscriptionId!: string;
  addOnId!: string;
  code!: string;
  name!: string;
  quantity!: number;

  /** as it was when it was ordered, for each */
  @ApiProperty({ type: 'integer' })
  monthly!: Minor;

  /** the first day on which it counts */
  @ApiProperty({ type: String, format: 'date' })
  fromOn!: string;

  /** the first day on which it does not count any more */
  @ApiProperty({ type: String, format: 'date', nullable: true })
  untilOn!: string | null;
}

export class AddOnOrderPage {
  @ApiProperty({ type: [AddOnOrderView] })
  items!: readonly AddOnOrderView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
