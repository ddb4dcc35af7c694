/** What awards look like from outside. */
import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import type { ResultStatus } from '../allocation/rules/problem.js';
import type { Minor } from '../kernel/money.js';
import { IsId, Length } from '../platform/http/fields.js';
import type { AwardState } from './rules/lifecycle.js';

const STATES = [
  'evaluating',
  'failed',
  'drafted',
  'recommended',
  'rejected',
  'standstill',
  'final',
  'superseded',
  'abandoned',
];
const STATUSES = ['optimal', 'feasible', 'infeasible', 'invalid', 'unknown'];

export class Reasons {
  /** why this award is recommended; the approver and the auditor read it */
  @IsString({ message: 'must be a text' })
  @Length(1, 10_000, { message: 'must be 1 to 10000 characters' })
  @Matches(/\S/, { message: 'must not be blank' })
  reasons!: string;
}

export class Approval {
  /** the content hash of the award as the approver read it */
  @Matches(/^[0-9a-f]{64}$/, { message: 'must be the content hash of the award: 64 hexadecimal digits' })
  contentHash!: string;
}

export class Rejection {
  /** what has to change */
  @IsString({ message: 'must say why' })
  @Length(1, 2_000, { message: 'must say why, in at most 2000 characters' })
  @Matches(/\S/, { message: 'must say why' })
  why!: string;
}

export class Abandonment {
  /** why nothing is awarded; for a tender, providers read it */
  @IsString({ message: 'must say why' })
  @Length(1, 2_000, { message: 'must say why, in at most 2000 characters' })
  @Matches(/\S/, { message: 'must say why' })
  why!: string;
}

export class EvaluateAgain extends Rejection {
  /** all bids that shall take no part; an empty list lets every bid take part again */
  @IsArray({ message: 'must be a list of bid ids' })
  @ArrayMaxSize(1_000, { message: 'must name at most 1000 bids' })
  @IsId('must be a list of bid ids', true)
  excludedBidIds!: string[];

  /** the longest the evaluation may take */
  @IsOptional()
  @IsInt({ message: 'must be a whole number of seconds from 1 to 3600' })
  @Min(1, { message: 'must be a whole number of seconds from 1 to 3600' })
  @Max(3_600, { message: 'must be a whole number of seconds from 1 to 3600' })
  seconds?: number;
}

/** What a command on an award answers. */
export class AwardStepAnswer {
  id!: string;

  @ApiProperty({ enum: STATES })
  state!: string;

  version!: number;

  @ApiProperty({ type: String, nullable: true })
  contentHash!: string | null;
}

/** What became of a tender that was abandoned. */
export class AbandonedTenderAnswer {
  tenderId!: string;

  /** the tender's: cancelled */
  state!: string;

  /** the awards that ended with it */
  @ApiProperty({ type: [AwardStepAnswer] })
  awards!: readonly AwardStepAnswer[];
}

/** A run of lines of a lot and tier: positions from <= p < from + lines in the order of the lines. */
export class CellAnswer {
  lot!: string;
  tier!: string;
  from!: number;
  lines!: number;
}

export class WinnerAnswer {
  bidId!: string;
  providerId!: string;
  providerName!: string;

  /** the label of the alternative that won; null when the bid's main tariff did */
  @ApiProperty({ type: String, nullable: true })
  alternative!: string | null;

  /** index in the tariff's bands of the band that these lines reach, together with those it holds */
  band!: number;

  lines!: number;

  /** lines that the bid holds under other awards of the tender, as they stood in the evaluation; bands count them too */
  heldLines!: number;

  /** over the whole term, activation included unless it is charged with the lines held */
  @ApiProperty({ type: 'integer' })
  costMinor!: Minor;

  @ApiProperty({ type: [CellAnswer] })
  cells!: readonly CellAnswer[];
}

export class ExcludedBidAnswer {
  bidId!: string;
  why!: string;
}

export class PersonAnswer {
  personId!: string;
  name!: string;
}

/** An evaluation of a tender, and what people made of it. */
export class AwardAnswer {
  id!: string;
  tenderId!: string;

  /** whose it is to decide: its tender's agency */
  @ApiProperty({ type: String, nullable: true })
  agencyId!: string | null;

  @ApiProperty({ type: String, nullable: true })
  agencyName!: string | null;

  /** counts the evaluations of the tender */
  round!: number;

  @ApiProperty({ enum: STATES })
  state!: AwardState;

  version!: number;

  /** the cells that are awarded; null for all demand of the tender */
  @ApiProperty({ type: [CellAnswer], nullable: true })
  scope!: readonly CellAnswer[] | null;

  @ApiProperty({ type: [ExcludedBidAnswer] })
  excludedBids!: readonly ExcludedBidAnswer[];

  /** optimal: proved to be the cheapest; feasible: it may be off by `gap` */
  @ApiProperty({ enum: STATUSES, nullable: true })
  solverStatus!: ResultStatus | null;

  /** of the allocation, beside what winners under other awards are paid: with an activation that is counted there, not here */
  @ApiProperty({ type: 'integer', nullable: true })
  totalMinor!: Minor | null;

  /** no allocation costs less */
  @ApiProperty({ type: 'integer', nullable: true })
  boundMinor!: Minor | null;

  /** (total - bound) / total */
  @ApiProperty({ type: Number, nullable: true })
  gap!: number | null;

  @ApiProperty({ type: [WinnerAnswer] })
  winners!: readonly WinnerAnswer[];

  /** how the evaluation came to its answer, in sentences */
  @ApiProperty({ type: [String] })
  explanation!: readonly string[];

  @ApiProperty({ type: String, nullable: true })
  reasons!: string | null;

  /** SHA-256 of all of the above that is decided on; an approval names it */
  @ApiProperty({ type: String, nullable: true })
  contentHash!: string | null;

  @ApiProperty({ type: String, nullable: true })
  problemHash!: string | null;

  tenderHash!: string;

  @ApiProperty({ type: PersonAnswer, nullable: true })
  recommendedBy!: PersonAnswer | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  recommendedAt!: Date | null;

  @ApiProperty({ type: PersonAnswer, nullable: true })
  approvedBy!: PersonAnswer | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  approvedAt!: Date | null;

  /** nothing can be signed before */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  standstillEndsAt!: Date | null;

  @ApiProperty({ type: String, nullable: true })
  whyRejected!: string | null;

  @ApiProperty({ type: String, nullable: true })
  whyAbandoned!: string | null;

  /** what it means for its lines that it was abandoned, in a sentence */
  @ApiProperty({ type: String, nullable: true })
  abandonment!: string | null;

  /** the award that this evaluation replaces, and why */
  @ApiProperty({ type: String, nullable: true })
  supersedes!: string | null;

  @ApiProperty({ type: String, nullable: true })
  whyAgain!: string | null;

  /** the award of which a winner fell out, and its bid */
  @ApiProperty({ type: String, nullable: true })
  fallenFrom!: string | null;

  @ApiProperty({ type: String, nullable: true })
  fallenBid!: string | null;

  createdAt!: Date;
}

export class AwardPage {
  @ApiProperty({ type: [AwardAnswer] })
  items!: AwardAnswer[];

  /** give this as `cursor` to continue; null at the end */
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
