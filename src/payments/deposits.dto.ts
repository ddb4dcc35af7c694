/** Shapes of deposits, and of what goes back to members. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { statesOf } from '../kernel/lifecycle.js';
import type { Minor } from '../kernel/money.js';
import { PageQuery } from '../platform/http/fields.js';
import { WAYS } from './collections.dto.js';
import { depositLifecycle, refundLifecycle } from './rules/lifecycles.js';

export class DepositView {
  id!: string;

  /** the reference of a transfer */
  number!: string;
  offerId!: string;
  agreementId!: string;
  agencyId!: string;
  memberId!: string;
  currency!: string;

  @ApiProperty({ type: 'integer' })
  minor!: Minor;

  @ApiProperty({ type: 'integer' })
  creditedMinor!: Minor;

  @ApiProperty({ type: 'integer' })
  refundedMinor!: Minor;

  @ApiProperty({ enum: WAYS })
  way!: string;

  @ApiProperty({ enum: statesOf(depositLifecycle) })
  state!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  askedAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  heldAt!: Date | null;

  /** why it is not needed any more */
  @ApiProperty({ type: String, nullable: true })
  whyEnded!: string | null;
}

/** What accepting an offer asks for as a security. */
export class OfferDepositView {
  offerId!: string;
  currency!: string;

  /** for all lines of the offer; 0: none is asked for. It is credited to the first invoice, or goes back */
  @ApiProperty({ type: 'integer' })
  minor!: Minor;

  /**
   * stripe: the member's payment method is charged with it once the offer is accepted; bank: it is to be transferred.
   * null for an association: how its member pays is no business of its
   */
  @ApiProperty({ enum: WAYS, nullable: true })
  way!: string | null;
}

export class DepositPage {
  @ApiProperty({ type: [DepositView] })
  items!: readonly DepositView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class DepositStep {
  id!: string;

  @ApiProperty({ enum: statesOf(depositLifecycle) })
  state!: string;
}

export class RefundsQuery extends PageQuery {
  @ApiPropertyOptional({ enum: statesOf(refundLifecycle) })
  @IsOptional()
  @IsIn(statesOf(refundLifecycle), { message: `must be one of ${statesOf(refundLifecycle).join(', ')}` })
  state?: string;

  @ApiPropertyOptional({ enum: WAYS })
  @IsOptional()
  @IsIn(WAYS, { message: 'must be stripe or bank' })
  way?: string;
}

export class RefundView {
  id!: string;
  memberId!: string;
  currency!: string;

  /** number of the invoice or of the deposit that it is of */
  number!: string;

  @ApiProperty({ type: 'integer' })
  minor!: Minor;

  @ApiProperty({ enum: WAYS })
  way!: string;

  @ApiProperty({ enum: statesOf(refundLifecycle) })
  state!: string;
  why!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  doneAt!: Date | null;

  @ApiProperty({ type: String, nullable: true })
  bankReference!: string | null;
}

export class RefundPage {
  @ApiProperty({ type: [RefundView] })
  items!: readonly RefundView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class RefundStep {
  id!: string;

  @ApiProperty({ enum: statesOf(refundLifecycle) })
  state!: string;
}
