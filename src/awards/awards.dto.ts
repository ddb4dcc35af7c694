/** What awards look like from outside. */
import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsInt, IsOptional, IsString, IsUUID, Length, Matches, Max, Min } from 'class-validator';
import type { ResultStatus } from '../allocation/rules/problem.js';
import type { Minor } from '../kernel/money.js';
import type { Tariff } from '../pricing/rules/tariff.js';
import type { AwardState } from './rules/lifecycle.js';
import type { LetterContent, LotOutcome } from './rules/letter.js';

const STATES = ['evaluating', 'failed', 'drafted', 'recommended', 'rejected', 'standstill', 'final', 'superseded'];
const STATUSES = ['optimal', 'feasible', 'infeasible', 'invalid', 'unknown'];
const OUTCOMES = ['won', 'won-in-part', 'not-won', 'not-offered'];

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

export class EvaluateAgain extends Rejection {
  /** all bids that shall take no part; an empty list lets every bid take part again */
  @IsArray({ message: 'must be a list of bid ids' })
  @ArrayMaxSize(1_000, { message: 'must name at most 1000 bids' })
  @IsUUID(undefined, { each: true, message: 'must be a list of bid ids' })
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

export class AwardAnswer {
  id!: string;
  tenderId!: string;

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

/** A lot as a letter tells of it. */
export class LetterLotAnswer {
  lot!: string;
  title!: string;

  /** null, as are the amounts, where counts of a lot that was not won whole are too small to be told */
  @ApiProperty({ type: 'integer', nullable: true })
  lines!: number | null;
  wonLines!: number;

  @ApiProperty({ enum: OUTCOMES })
  outcome!: LotOutcome;

  /**
   * What all these lines would cost over the term under the bidder's own tariff, in the best band it could reach by
   * winning all it covers beside what it holds; for a lot it won whole, what it won it at. null when the lot was not offered whole.
   */
  @ApiProperty({ type: 'integer', nullable: true })
  ownCostMinor!: Minor | null;

  /** what these lines cost over the term as awarded, activation not included */
  @ApiProperty({ type: 'integer', nullable: true })
  winningCostMinor!: Minor | null;

  /** own - winning; not the amount by which the tariff would have had to be lower to win */
  @ApiProperty({ type: 'integer', nullable: true })
  gapMinor!: Minor | null;

  /** the gap as a part of what won, in whole percent; null when the lot was not offered whole */
  @ApiProperty({ type: 'integer', nullable: true })
  gapPercent!: number | null;
}

export class LetterContentAnswer implements LetterContent {
  awardId!: string;
  contentHash!: string;
  tenderId!: string;
  tenderTitle!: string;
  round!: number;
  currency!: string;
  termMonths!: number;
  bidId!: string;
  receivedAt!: string;

  /** the bidder's own tariff */
  @ApiProperty({ type: 'object', additionalProperties: true })
  offered!: Tariff;

  /** why the bid took no part */
  @ApiProperty({ type: String, nullable: true })
  excluded!: string | null;

  /** index of the band in which it won */
  @ApiProperty({ type: 'integer', nullable: true })
  band!: number | null;

  wonLines!: number;

  /** lines it holds under other awards of the tender; its bands count them too */
  heldLines!: number;

  @ApiProperty({ type: 'integer', nullable: true })
  costMinor!: Minor | null;

  @ApiProperty({ type: [CellAnswer] })
  cells!: readonly CellAnswer[];

  @ApiProperty({ type: [LetterLotAnswer] })
  lots!: readonly LetterLotAnswer[];

  awardLines!: number;

  @ApiProperty({ type: 'integer' })
  awardTotalMinor!: Minor;

  standstillEndsAt!: string;
}

/** What a bidder is told about an award. */
export class LetterAnswer {
  awardId!: string;
  providerId!: string;
  providerName!: string;
  writtenAt!: Date;
  content!: LetterContentAnswer;
}

export class LetterPage {
  @ApiProperty({ type: [LetterAnswer] })
  items!: LetterAnswer[];

  /** give this as `cursor` to continue; null at the end */
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
