/** Invoices and credit notes from outside. Money is in minor units; the amounts of a credit note are taken back. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsInt, IsOptional, Min, ValidateNested } from 'class-validator';
import type { Minor } from '../kernel/money.js';
import { IsId, IsMinor, IsReason, IsSomething, PageQuery } from '../platform/http/fields.js';
import type { ChargeKind } from './rules/charges.js';
import type { InvoiceKind } from './rules/numbers.js';

const KINDS: readonly InvoiceKind[] = ['invoice', 'credit-note'];
const CHARGES: readonly ChargeKind[] = ['monthly', 'set-up', 'add-on', 'service-credit'];
/** More lines of an invoice than anybody goes through by hand. */
const MOST_CREDITED = 1_000;

export class InvoicesQuery extends PageQuery {
  /** only those of this run */
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsId('must be the id of a run')
  runId?: string;

  /** only those to this member */
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsId('must be the id of a member')
  memberId?: string;

  @ApiPropertyOptional({ enum: KINDS })
  @IsOptional()
  @IsIn(KINDS, { message: `must be one of ${KINDS.join(', ')}` })
  kind?: InvoiceKind;

  /** only the credit notes that take charges of this invoice back */
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsId('must be the id of an invoice')
  creditsInvoiceId?: string;
}

export class InvoiceView {
  id!: string;

  @ApiProperty({ enum: KINDS })
  kind!: InvoiceKind;

  /** without gaps per issuer, kind and year */
  number!: string;

  /** of a credit note: the invoice of which it takes charges back */
  @ApiProperty({ type: String, nullable: true })
  creditsInvoiceId!: string | null;

  /** of an invoice: the run that issued it */
  @ApiProperty({ type: String, nullable: true })
  runId!: string | null;

  /** the agency */
  issuerId!: string;
  issuerName!: string;
  memberId!: string;
  memberName!: string;
  currency!: string;

  /** that is billed */
  month!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  issuedAt!: Date;

  @ApiProperty({ type: String, format: 'date' })
  dueOn!: string;

  /** charges less what was not kept of the service */
  @ApiProperty({ type: 'integer' })
  netMinor!: Minor;

  /** in hundredths of a per cent */
  taxBp!: number;

  @ApiProperty({ type: 'integer' })
  taxMinor!: Minor;

  /** paid by the agency */
  @ApiProperty({ type: 'integer' })
  grantMinor!: Minor;

  /** net and tax, less the grant */
  @ApiProperty({ type: 'integer' })
  totalMinor!: Minor;

  /** of a credit note */
  @ApiProperty({ type: String, nullable: true })
  why!: string | null;
}

export class InvoicePage {
  @ApiProperty({ type: [InvoiceView] })
  items!: readonly InvoiceView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class InvoiceLineView {
  /** from 1; what a credit note names */
  position!: number;
  subscriptionId!: string;

  /** of its call-off contract */
  subscriptionNumber!: string;
  agreementId!: string;
  providerId!: string;

  @ApiProperty({ enum: CHARGES })
  kind!: ChargeKind;

  /** the name of the add-on, or what was not kept of the service */
  text!: string;
  quantity!: number;

  /** for one of them, a whole month or once; of a service credit what it is worth altogether */
  @ApiProperty({ type: 'integer' })
  unitMinor!: Minor;

  /** the month of the days; null for what is charged once */
  @ApiProperty({ type: String, nullable: true })
  month!: string | null;
  days!: number;

  /** below zero: deducted */
  @ApiProperty({ type: 'integer' })
  minor!: Minor;

  /** by credit notes so far */
  @ApiProperty({ type: 'integer' })
  creditedMinor!: Minor;

  /** of a credit note: the line of its invoice */
  @ApiProperty({ type: Number, nullable: true })
  creditsPosition!: number | null;
}

export class InvoiceLinePage {
  @ApiProperty({ type: [InvoiceLineView] })
  items!: readonly InvoiceLineView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class InvoiceGrantView {
  grantName!: string;
  subscriptionId!: string;

  /** of a credit note: that goes back to the scheme */
  @ApiProperty({ type: 'integer' })
  minor!: Minor;
}

/** An invoice with all its lines: what its document and its credit notes are made of. */
export interface WholeInvoice extends InvoiceView {
  readonly lines: readonly InvoiceLineView[];
}

export class InvoiceGrantPage {
  @ApiProperty({ type: [InvoiceGrantView] })
  items!: readonly InvoiceGrantView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class CreditLine {
  /** its position on the invoice */
  @IsInt({ message: 'must be the position of a line on the invoice' })
  @Min(1, { message: 'must be the position of a line on the invoice' })
  line!: number;

  /** net of tax; the tax goes back with it */
  @ApiProperty({ type: 'integer' })
  @IsMinor()
  @IsSomething()
  minor!: Minor;
}

export class IssueCreditNote {
  @ApiProperty({ type: [CreditLine] })
  @IsArray({ message: 'must be a list of lines' })
  @ArrayMinSize(1, { message: 'must have a line' })
  @ArrayMaxSize(MOST_CREDITED, { message: `must have at most ${MOST_CREDITED} lines` })
  @ValidateNested({ each: true })
  @Type(() => CreditLine)
  lines!: CreditLine[];

  /** why it is credited; the member reads it */
  @IsReason()
  why!: string;
}
