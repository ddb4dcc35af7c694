/** What subscriptions look like from outside. Money is in minor units, per line. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches } from 'class-validator';
import { statesOf } from '../kernel/lifecycle.js';
import type { Minor } from '../kernel/money.js';
import type { Day } from '../kernel/calendar.js';
import { IsDay, IsId, IsReason, Length, PageQuery } from '../platform/http/fields.js';
import { subscriptionLifecycle, type SubscriptionState } from './rules/subscription-lifecycle.js';

const STATES = statesOf(subscriptionLifecycle);

export class SubscriptionsQuery extends PageQuery {
  /** only the subscriptions under this agreement */
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsId('must be the id of an agreement')
  agreementId?: string;

  @ApiPropertyOptional({ enum: STATES })
  @IsOptional()
  @IsIn(STATES, { message: `must be one of ${STATES.join(', ')}` })
  state?: SubscriptionState;
}

export class SubscriptionView {
  id!: string;

  /** of the call-off contract */
  number!: string;

  /** null when the line joined the running agreement later */
  @ApiProperty({ type: String, nullable: true })
  offerId!: string | null;
  agreementId!: string;
  providerId!: string;
  memberId!: string;
  memberName!: string;
  site!: string;

  /** postal, where the provider comes to: as told when the line joined later, or else with its pledge */
  @ApiProperty({ type: String, nullable: true })
  address!: string | null;
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

  @ApiProperty({ enum: STATES })
  state!: SubscriptionState;

  /** when it was called off */
  @ApiProperty({ type: String, format: 'date-time' })
  settledAt!: Date;

  /** the first day on which the line worked */
  @ApiProperty({ type: String, format: 'date', nullable: true })
  worksOn!: string | null;

  /** the first day after the term, on which the line ends by itself */
  @ApiProperty({ type: String, format: 'date', nullable: true })
  endsOn!: string | null;

  /** the first day on which the line was not owed any more */
  @ApiProperty({ type: String, format: 'date', nullable: true })
  endedOn!: string | null;

  /** of its last suspension, its cancellation, or its end before the term was over */
  @ApiProperty({ type: String, nullable: true })
  why!: string | null;

  /** SHA-256 of the text of the call-off contract, which is at /contract */
  contentHash!: string;
}

export class SubscriptionPage {
  @ApiProperty({ type: [SubscriptionView] })
  items!: readonly SubscriptionView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class ReportInstallation {
  /** the first day on which the line works: from its call-off to today */
  @IsDay()
  worksOn!: Day;
}

export class TellAddress {
  /** postal, for the provider to come to; told to whoever may see the line, and to no other provider or member */
  @IsString({ message: 'must be a text' })
  @Length(1, 300, { message: 'must have 1 to 300 characters' })
  @Matches(/\S/u, { message: 'must not be blank' })
  address!: string;
}

export class ChangeService {
  /** told to the member, and kept */
  @IsReason()
  why!: string;

  /** the first day on which it holds: within the present month, not ahead; today unless given */
  @IsOptional()
  @IsDay()
  on?: Day;
}

export class CancelSubscription {
  /** told to the member, and kept */
  @IsReason()
  why!: string;
}

export class InstallationsImported {
  rows!: number;

  /** lines that began to work */
  installed!: number;

  /** lines that were known to work since that day already */
  unchanged!: number;

  /** lines that were installed later than promised, for which their members are credited */
  late!: number;
}
