/** What billing runs look like from outside. Money is in minor units of the run's currency. */
import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches } from 'class-validator';
import type { Minor } from '../kernel/money.js';
import { statesOf } from '../kernel/lifecycle.js';
import { IsCurrency, PageQuery } from '../platform/http/fields.js';
import { runLifecycle, type RunState } from './rules/runs.js';

const STATES = statesOf(runLifecycle);
export const MONTH = /^20\d\d-(0[1-9]|1[0-2])$/;
export const MONTH_MESSAGE = 'must be a month such as 2030-01';

export class PlanRun {
  @IsCurrency()
  currency!: string;

  /** the month to bill: one that is over, or the present one to look at what it would come to */
  @ApiProperty({ example: '2030-01' })
  @Matches(MONTH, { message: MONTH_MESSAGE })
  month!: string;
}

export class RunsQuery extends PageQuery {
  @ApiPropertyOptional({ enum: STATES })
  @IsOptional()
  @IsIn(STATES, { message: `must be one of ${STATES.join(', ')}` })
  state?: RunState;

  @ApiPropertyOptional()
  @IsOptional()
  @IsCurrency()
  currency?: string;
}

export class RunTotalsView {
  invoices!: number;

  /** charges for the lines themselves */
  @ApiProperty({ type: 'integer' })
  monthlyMinor!: number;

  @ApiProperty({ type: 'integer' })
  setupMinor!: number;

  @ApiProperty({ type: 'integer' })
  addOnsMinor!: number;

  /** deducted for what was not kept of the service */
  @ApiProperty({ type: 'integer' })
  creditsMinor!: number;

  /** charges less credits */
  @ApiProperty({ type: 'integer' })
  netMinor!: number;

  @ApiProperty({ type: 'integer' })
  taxMinor!: number;

  /** of it paid by the agency */
  @ApiProperty({ type: 'integer' })
  grantMinor!: number;

  /** net and tax, less grants: what members owe */
  @ApiProperty({ type: 'integer' })
  totalMinor!: number;

  /** kept by the platform of the net amounts */
  @ApiProperty({ type: 'integer' })
  feeMinor!: number;

  /** net amounts less the fee: what is owed to providers, activations not included */
  @ApiProperty({ type: 'integer' })
  payableMinor!: number;

  /** owed to providers by the agency, once for each agreement */
  @ApiProperty({ type: 'integer' })
  activationMinor!: number;
}

export class RunProgress {
  members!: number;
  membersDone!: number;
  invoices!: number;
}

export class RunView {
  id!: string;
  agencyId!: string;
  currency!: string;
  month!: string;

  @ApiProperty({ enum: STATES })
  state!: RunState;

  /** how often it was planned */
  version!: number;

  @ApiProperty({ type: String, format: 'date-time' })
  plannedAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  previewedAt!: Date | null;

  /** the date of all its invoices */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt!: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  issuedAt!: Date | null;

  /** once it has started */
  @ApiProperty({ type: RunProgress })
  progress!: RunProgress;

  /** what it would come to, worked out at previewedAt */
  @ApiProperty({ type: RunTotalsView, nullable: true })
  preview!: RunTotalsView | null;

  /** what its invoices came to */
  @ApiProperty({ type: RunTotalsView, nullable: true })
  totals!: RunTotalsView | null;

  /** the month of the run before that was issued */
  @ApiProperty({ type: String, nullable: true })
  previousMonth!: string | null;

  /** totals, or the preview, less those of the run before; null when there is nothing to compare */
  @ApiProperty({ type: RunTotalsView, nullable: true })
  difference!: RunTotalsView | null;
}

export class RunSummary extends OmitType(RunView, ['previousMonth', 'difference']) {}

export class RunPage {
  @ApiProperty({ type: [RunSummary] })
  items!: readonly RunSummary[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

/** How an agreement is billed in a run: all its lines in one band. */
export class RunAgreementView {
  agreementId!: string;
  number!: string;
  providerId!: string;

  /** that work at the end of the month */
  lines!: number;

  /** in the run before; null when there was none */
  @ApiProperty({ type: Number, nullable: true })
  linesBefore!: number | null;

  /**
   * index of the band in the tariff; a higher one is never dearer. The best of the band before, that which `lines` reach, and
   * those in which lines joined that are billed
   */
  band!: number;

  /** the lines from which on it applies */
  bandFrom!: number;

  /** that of the run before, or else the settled one */
  previousBand!: number;
  previousBandFrom!: number;

  @ApiProperty({ type: 'integer' })
  activationMinor!: Minor;

  /** charged under it, less credits; once it was previewed or issued */
  @ApiProperty({ type: 'integer' })
  netMinor!: Minor;
}

export class RunAgreementPage {
  @ApiProperty({ type: [RunAgreementView] })
  items!: readonly RunAgreementView[];

  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
