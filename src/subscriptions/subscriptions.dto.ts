/** What subscriptions look like from outside. Money is in minor units, per line. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsUUID } from 'class-validator';
import type { Minor } from '../kernel/money.js';
import { PageQuery } from '../platform/http/fields.js';

export class SubscriptionsQuery extends PageQuery {
  /** only the subscriptions under this agreement */
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID(undefined, { message: 'must be the id of an agreement' })
  agreementId?: string;
}

export class SubscriptionView {
  id!: string;

  /** of the call-off contract */
  number!: string;
  offerId!: string;
  agreementId!: string;
  providerId!: string;
  memberId!: string;
  memberName!: string;
  site!: string;
  region!: string;
  lot!: string;
  tier!: string;
  quantity!: number;
  currency!: string;

  /** what each line costs a month */
  @ApiProperty({ type: 'integer' })
  monthly!: Minor;

  /** what each line costs once */
  @ApiProperty({ type: 'integer' })
  setup!: Minor;

  /** the most that was agreed to, which no price exceeds; null for the provider, whom it does not concern */
  @ApiProperty({ type: 'integer', nullable: true })
  agreedMonthly!: Minor | null;
  termMonths!: number;

  @ApiProperty({ enum: ['called-off'] })
  state!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  settledAt!: Date;

  /** SHA-256 of the text of the call-off contract, which is at /contract */
  contentHash!: string;
}

export class SubscriptionPage {
  @ApiProperty({ type: [SubscriptionView] })
  items!: readonly SubscriptionView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
