/** What the inbox looks like to whoever watches over it. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { PageQuery } from '../platform/http/fields.js';

export const EVENT_STATES = ['waiting', 'handled', 'unknown', 'failed'] as const;
export const DIFFERENCES = ['missed', 'unlisted', 'waiting', 'unbooked'] as const;

export class StripeEventsQuery extends PageQuery {
  @ApiPropertyOptional({ enum: EVENT_STATES })
  @IsOptional()
  @IsIn(EVENT_STATES, { message: `must be one of ${EVENT_STATES.join(', ')}` })
  state?: (typeof EVENT_STATES)[number];
}

/** An event that Stripe told of. Its content is not kept: whatever is applied is read again from Stripe. */
export class StripeEventView {
  id!: string;
  type!: string;
  objectKind!: string;

  @ApiProperty({ type: String, nullable: true })
  objectId!: string | null;

  /** the provider's account that it happened at; null for our own */
  @ApiProperty({ type: String, nullable: true })
  account!: string | null;

  /** reconciliation: nobody told us, it was found in Stripe's list */
  @ApiProperty({ enum: ['webhook', 'reconciliation'] })
  source!: string;

  /** waiting to be applied, handled, unknown: of a kind that nothing here depends on, failed: given up, to be replayed */
  @ApiProperty({ enum: EVENT_STATES })
  state!: string;

  @ApiProperty({ type: 'integer' })
  attempts!: number;

  @ApiProperty({ type: String, nullable: true })
  lastError!: string | null;

  @ApiProperty({ format: 'date-time', type: String })
  createdAt!: Date;

  @ApiProperty({ format: 'date-time', type: String })
  receivedAt!: Date;

  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  handledAt!: Date | null;
}

export class StripeEventPage {
  @ApiProperty({ type: [StripeEventView] })
  items!: StripeEventView[];

  /** give this as `cursor` to continue; null at the end */
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class ReplayedView {
  id!: string;

  @ApiProperty({ enum: EVENT_STATES })
  state!: string;
}

/** Something that was not taken from Stripe. At most 500 are kept of an hour, for 90 days. */
export class StripeRefusalView {
  reason!: string;
  address!: string;

  @ApiProperty({ format: 'date-time', type: String })
  at!: Date;
}

export class StripeRefusalPage {
  @ApiProperty({ type: [StripeRefusalView] })
  items!: StripeRefusalView[];

  /** give this as `cursor` to continue; null at the end */
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class StripeBalanceView {
  currency!: string;

  @ApiProperty({ type: 'integer' })
  availableMinor!: number;

  @ApiProperty({ type: 'integer' })
  pendingMinor!: number;

  /** what all agencies have at Stripe by the ledger; nights before this was looked up do not say */
  @ApiPropertyOptional({ type: 'integer' })
  ledgerMinor?: number;

  /** so much more is at Stripe, available and pending, than in the ledger */
  @ApiPropertyOptional({ type: 'integer' })
  differenceMinor?: number;
}

/** A night on which Stripe's list of events was held against the inbox. */
export class StripeReconciliationView {
  id!: string;

  /**
   * comparing: Stripe's list has been gone through, and the transfers in it are looked up; costing: what Stripe has kept is
   * booked
   */
  @ApiProperty({ enum: ['listing', 'comparing', 'costing', 'done'] })
  state!: string;

  /** from when on events were listed; null: as far back as Stripe has them */
  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  since!: Date | null;

  @ApiProperty({ format: 'date-time', type: String })
  beganAt!: Date;

  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  endedAt!: Date | null;

  /** events in Stripe's list */
  @ApiProperty({ type: 'integer' })
  listed!: number;

  /** in Stripe's list, and nobody had told us: kept and applied since */
  @ApiProperty({ type: 'integer' })
  missed!: number;

  /** told us, and not in Stripe's list */
  @ApiProperty({ type: 'integer' })
  unlisted!: number;

  /** told us more than an hour before, and not applied yet */
  @ApiProperty({ type: 'integer' })
  waiting!: number;

  /** transfers and reversals that were made at Stripe itself, and are in none of our books */
  @ApiProperty({ type: 'integer' })
  unbooked!: number;

  /** what there was at Stripe when it ended, to be held against the ledger */
  @ApiProperty({ type: [StripeBalanceView], nullable: true })
  balance!: StripeBalanceView[] | null;
}

export class StripeReconciliationPage {
  @ApiProperty({ type: [StripeReconciliationView] })
  items!: StripeReconciliationView[];

  /** give this as `cursor` to continue; null at the end */
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class StripeDifferenceView {
  eventId!: string;

  @ApiProperty({ enum: DIFFERENCES })
  kind!: string;

  type!: string;

  /** the object at Stripe that it is about */
  @ApiProperty({ type: String, nullable: true })
  objectId!: string | null;

  /** of the event, now */
  @ApiProperty({ enum: EVENT_STATES })
  state!: string;
}

export class StripeDifferencePage {
  @ApiProperty({ type: [StripeDifferenceView] })
  items!: StripeDifferenceView[];

  /** give this as `cursor` to continue; null at the end */
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
