/** What collecting looks like from outside. Money is in minor units. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsDate, IsIn, IsOptional, IsString } from 'class-validator';
import { statesOf } from '../kernel/lifecycle.js';
import type { Minor } from '../kernel/money.js';
import { IsId, Length, PageQuery } from '../platform/http/fields.js';
import { collectionLifecycle } from './rules/lifecycles.js';
import { DECISIONS } from './rules/suspension.js';

export const WAYS = ['stripe', 'bank'] as const;

export class WhyBody {
  @IsString({ message: 'must be a text' })
  @Length(1, 2_000, { message: 'must have 1 to 2000 characters' })
  why!: string;
}

export class CollectionsQuery extends PageQuery {
  @ApiPropertyOptional({ enum: statesOf(collectionLifecycle) })
  @IsOptional()
  @IsIn(statesOf(collectionLifecycle), { message: `must be one of ${statesOf(collectionLifecycle).join(', ')}` })
  state?: string;

  /** only those of this member */
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsId('must be the id of a member')
  memberId?: string;
}

export class CollectionView {
  /** of the invoice */
  id!: string;
  number!: string;
  issuerId!: string;
  memberId!: string;
  currency!: string;
  month!: string;

  @ApiProperty({ type: String, format: 'date' })
  dueOn!: string;

  @ApiProperty({ enum: WAYS })
  way!: string;

  @ApiProperty({ enum: statesOf(collectionLifecycle) })
  state!: string;

  @ApiProperty({ type: 'integer' })
  totalMinor!: Minor;

  /** taken back by credit notes */
  @ApiProperty({ type: 'integer' })
  creditedMinor!: Minor;

  @ApiProperty({ type: 'integer' })
  paidMinor!: Minor;

  /** given back, or taken back by the payer's bank */
  @ApiProperty({ type: 'integer' })
  returnedMinor!: Minor;

  /** given up: no more than this may still be paid, and nobody asks for it */
  @ApiProperty({ type: 'integer' })
  writtenOffMinor!: Minor;

  /** still to be paid; below zero it is on its way back to the member */
  @ApiProperty({ type: 'integer' })
  openMinor!: Minor;

  /** when something happens by itself */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  dueAt!: Date | null;

  attempts!: number;
  reminders!: number;

  /** why the last attempt failed, in words for programs */
  @ApiProperty({ type: String, nullable: true })
  failure!: string | null;

  @ApiProperty({ enum: DECISIONS, nullable: true })
  decision!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  settledAt!: Date | null;
}

export class CollectionPage {
  @ApiProperty({ type: [CollectionView] })
  items!: readonly CollectionView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class SuspensionBody {
  @ApiProperty({ enum: DECISIONS })
  @IsIn(DECISIONS, { message: `must be one of ${DECISIONS.join(', ')}` })
  decision!: (typeof DECISIONS)[number];

  /** kept; of lines that are suspended it is told to the member, also by letter */
  @IsString({ message: 'must be a text' })
  @Length(1, 2_000, { message: 'must have 1 to 2000 characters' })
  why!: string;

  /** until when the member has time, when the decision is to refrain; a week unless it is said */
  @ApiPropertyOptional({ type: String, format: 'date-time' })
  @IsOptional()
  @Type(() => Date)
  @IsDate({ message: 'must be an instant such as 2030-01-31T09:00:00Z' })
  until?: Date;
}

export class CollectionStep {
  id!: string;

  @ApiProperty({ enum: statesOf(collectionLifecycle) })
  state!: string;
}

export class ResumableLine {
  /** the line to resume */
  subscriptionId!: string;

  /** of its call-off contract */
  subscriptionNumber!: string;
  memberId!: string;
  currency!: string;

  /** the invoice for which it was suspended, and its number */
  collectionId!: string;
  number!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  suspendedAt!: Date;
}

export class ResumableLinePage {
  @ApiProperty({ type: [ResumableLine] })
  items!: readonly ResumableLine[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class PaymentView {
  id!: string;
  memberId!: string;
  currency!: string;

  @ApiProperty({ enum: ['stripe', 'bank', 'deposit'] })
  way!: string;

  /** number of the invoice or of the deposit that it pays */
  number!: string;

  @ApiProperty({ type: String, nullable: true })
  collectionId!: string | null;

  @ApiProperty({ type: String, nullable: true })
  depositId!: string | null;
  reference!: string;

  @ApiProperty({ type: 'integer' })
  minor!: Minor;

  /** what went back of it, or is on its way back */
  @ApiProperty({ type: 'integer' })
  returnedMinor!: Minor;

  @ApiProperty({ type: String, format: 'date-time' })
  receivedAt!: Date;
}

export class PaymentPage {
  @ApiProperty({ type: [PaymentView] })
  items!: readonly PaymentView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
