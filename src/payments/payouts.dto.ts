/** What providers are paid, from outside. Money is in minor units. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches } from 'class-validator';
import { statesOf } from '../kernel/lifecycle.js';
import type { Minor } from '../kernel/money.js';
import { IsCurrency, IsId, PageQuery } from '../platform/http/fields.js';
import { payoutLifecycle, reversalLifecycle } from './rules/lifecycles.js';

export class ProposeBody {
  @ApiProperty({ format: 'uuid' })
  @IsId('must be the id of a provider')
  providerId!: string;

  @IsCurrency()
  currency!: string;

  /** by bank, also where it could go through Stripe; unless it is said, from where the money is */
  @ApiPropertyOptional({ enum: ['bank'] })
  @IsOptional()
  @IsIn(['bank'], { message: 'must be bank, or left out to have it paid from where the money is' })
  way?: 'bank';
}

export class PayoutsQuery extends PageQuery {
  @ApiPropertyOptional({ enum: statesOf(payoutLifecycle) })
  @IsOptional()
  @IsIn(statesOf(payoutLifecycle), { message: `must be one of ${statesOf(payoutLifecycle).join(', ')}` })
  state?: string;
}

export class PayoutStepView {
  id!: string;

  @ApiProperty({ enum: statesOf(payoutLifecycle) })
  state!: string;
}

export class PayoutView {
  id!: string;
  number!: string;
  agencyId!: string;
  providerId!: string;
  currency!: string;

  @ApiProperty({ enum: ['stripe', 'bank'] })
  way!: string;

  @ApiProperty({ enum: statesOf(payoutLifecycle) })
  state!: string;

  /** what had become payable, less what had ceased to be */
  @ApiProperty({ type: 'integer' })
  claimsMinor!: Minor;

  /** kept back until it is released */
  @ApiProperty({ type: 'integer' })
  reserveMinor!: Minor;

  @ApiProperty({ type: 'integer' })
  paidMinor!: Minor;

  /** taken back at Stripe since */
  @ApiProperty({ type: 'integer' })
  reversedMinor!: Minor;

  @ApiProperty({ type: String, format: 'date-time' })
  proposedAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  paidAt!: Date | null;

  /** when the reserve is released; while it is being transferred, when Stripe is asked again */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  dueAt!: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  releasedAt!: Date | null;

  /** the transfer at Stripe, or the bank's booking */
  @ApiProperty({ type: String, nullable: true })
  reference!: string | null;

  /** why Stripe has not transferred it yet, in its words for programs */
  @ApiProperty({ type: String, nullable: true })
  failure!: string | null;
}

export class PayoutPage {
  @ApiProperty({ type: [PayoutView] })
  items!: readonly PayoutView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class PayoutLineView {
  @ApiProperty({ enum: ['invoice', 'credit-note', 'activation', 'reserve', 'service-credit', 'repayment'] })
  kind!: string;

  /**
   * id of the invoice or credit note, of the agreement, of the payout that kept the reserve, of the service credit, or of what
   * the provider has paid back
   */
  reference!: string;

  /** negative: taken back */
  @ApiProperty({ type: 'integer' })
  minor!: Minor;
}

export class PayoutLinePage {
  @ApiProperty({ type: [PayoutLineView] })
  items!: readonly PayoutLineView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class PayoutReversalsQuery extends PageQuery {
  @ApiPropertyOptional({ enum: statesOf(reversalLifecycle) })
  @IsOptional()
  @IsIn(statesOf(reversalLifecycle), { message: `must be one of ${statesOf(reversalLifecycle).join(', ')}` })
  state?: string;
}

export class PayoutReversalStepView {
  id!: string;

  @ApiProperty({ enum: statesOf(reversalLifecycle) })
  state!: string;
}

/** Part of a transfer that is taken back, because its invoice is not paid any more. */
export class PayoutReversalView {
  id!: string;
  payoutId!: string;
  payoutNumber!: string;
  providerId!: string;
  invoiceId!: string;
  currency!: string;

  @ApiProperty({ type: 'integer' })
  minor!: Minor;

  /** owed: Stripe is asked by itself; refused: only when an officer says so */
  @ApiProperty({ enum: statesOf(reversalLifecycle) })
  state!: string;

  /** how often Stripe has refused it */
  @ApiProperty({ type: 'integer' })
  refusals!: number;

  /** why Stripe refused it last, in its words for programs */
  @ApiProperty({ type: String, nullable: true })
  failure!: string | null;

  /** when Stripe is asked next; null when it is not asked by itself any more */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  dueAt!: Date | null;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  doneAt!: Date | null;

  /** the reversal at Stripe */
  @ApiProperty({ type: String, nullable: true })
  reference!: string | null;
}

export class PayoutReversalPage {
  @ApiProperty({ type: [PayoutReversalView] })
  items!: readonly PayoutReversalView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class StatementQuery {
  /** such as 2030-01 */
  @Matches(/^20\d\d-(0[1-9]|1[0-2])$/, { message: 'must be a month such as 2030-01' })
  month!: string;

  @IsCurrency()
  currency!: string;

  /** the agency says of which provider; a provider sees its own */
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsId('must be the id of a provider')
  providerId?: string;
}

export class StatementLinesQuery extends PageQuery {
  /** such as 2030-01 */
  @Matches(/^20\d\d-(0[1-9]|1[0-2])$/, { message: 'must be a month such as 2030-01' })
  month!: string;

  @IsCurrency()
  currency!: string;

  /** the agency says of which provider; a provider sees its own */
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsId('must be the id of a provider')
  providerId?: string;
}

/** A provider's month. What adds to what it is owed is positive, what is taken from it negative. */
export class StatementView {
  providerId!: string;
  month!: string;
  currency!: string;

  /** owed to the provider when the month began, reserves included */
  @ApiProperty({ type: 'integer' })
  openingMinor!: Minor;

  /** net amounts of invoices */
  @ApiProperty({ type: 'integer' })
  chargesMinor!: Minor;

  /** net amounts of credit notes */
  @ApiProperty({ type: 'integer' })
  creditsMinor!: Minor;

  /** the platform's part of both */
  @ApiProperty({ type: 'integer' })
  feeMinor!: Minor;

  /** of its bids */
  @ApiProperty({ type: 'integer' })
  activationMinor!: Minor;

  /** paid out, less what was taken back of it, or paid back */
  @ApiProperty({ type: 'integer' })
  payoutsMinor!: Minor;

  /** whatever else was booked, such as service credits that the agency has paid out, and entries that were reversed */
  @ApiProperty({ type: 'integer' })
  otherMinor!: Minor;

  /** owed to the provider when the month ended, or now; reserves included */
  @ApiProperty({ type: 'integer' })
  closingMinor!: Minor;

  /** of it kept as reserve */
  @ApiProperty({ type: 'integer' })
  reserveMinor!: Minor;
  lines!: number;
}

export class StatementLineView {
  @ApiProperty({ type: String, format: 'date-time' })
  bookedAt!: Date;

  /** of the entry of the ledger */
  kind!: string;

  /** what the entry books */
  reference!: string;
  memo!: string;

  /** of an invoice or a credit note: its net amount for this provider, and the platform's part */
  @ApiProperty({ type: 'integer', nullable: true })
  netMinor!: Minor | null;

  @ApiProperty({ type: 'integer', nullable: true })
  feeMinor!: Minor | null;

  /** what it adds to what is payable */
  @ApiProperty({ type: 'integer' })
  payableMinor!: Minor;

  /** what it adds to the reserve */
  @ApiProperty({ type: 'integer' })
  reserveMinor!: Minor;

  /** owed after it, reserves included */
  @ApiProperty({ type: 'integer' })
  balanceMinor!: Minor;
}

export class StatementLinePage {
  @ApiProperty({ type: [StatementLineView] })
  items!: readonly StatementLineView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
