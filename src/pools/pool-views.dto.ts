/** What is told of pools. Amounts are integers in minor units; counts are lines. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IndicativeBand, PoolTierTerms } from './pools.dto.js';

export class LineCounts {
  /** sure to be taken at the members' ceilings */
  firm!: number;
  /** decided on the offer */
  interest!: number;
  total!: number;
}

export class Sponsor {
  id!: string;
  name!: string;
}

export class PoolSummary {
  id!: string;
  sponsor!: Sponsor;
  /** whose it is to run, with all that follows from it; null while no agency has an association's pool */
  @ApiProperty({ type: String, nullable: true })
  agencyId!: string | null;
  @ApiProperty({ type: String, nullable: true })
  agencyName!: string | null;
  title!: string;
  @ApiProperty({ enum: ['draft', 'open', 'locked', 'released', 'lapsed', 'cancelled'] })
  state!: string;
  joiningEndsAt!: Date;
  criticalMass!: number;
  termMonths!: number;
  currency!: string;
  linesSoFar!: LineCounts;
  /** lines missing to the critical mass */
  toGo!: number;
}

export class PoolPage {
  items!: PoolSummary[];
  /** the cursor of the next page; null at the end */
  next!: string | null;
}

export class CurveStep {
  /** from this many lines on */
  lines!: number;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' } })
  monthly!: Record<string, bigint>;
}

export class NextStep {
  /** firm lines of the pool at which the next band begins */
  from!: number;
  /** firm lines missing until then */
  moreFirmLines!: number;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' } })
  monthly!: Record<string, bigint>;
  /** by the firm lines so far; null while they reach no band */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' }, nullable: true })
  monthlyNow!: Record<string, bigint> | null;
}

export class PoolView extends PoolSummary {
  /** only of a draft, which alone can be edited */
  @ApiPropertyOptional()
  version?: number;
  regions!: string[];
  tiers!: PoolTierTerms[];
  bands!: IndicativeBand[];
  openedAt!: Date | null;
  lockedAt!: Date | null;
  /** SHA-256 of the demand snapshot; null until the pool is locked */
  snapshotHash!: string | null;
  /** when it was given up for good: its pledges ended then, and its members are free to join another pool */
  releasedAt!: Date | null;
  whyReleased!: string | null;
  cancelledAt!: Date | null;
  whyCancelled!: string | null;
  /** the price curve: price per tier against volume */
  curve!: CurveStep[];
  /** what more firm lines do for all; null in the best band */
  next!: NextStep | null;
  /** the same as a sentence per tier */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  whatMoreFirmLinesDo!: Record<string, string>;
}

export class DemandPlace {
  regionCode!: string;
  tierCode!: string;
}

export class DemandCellView extends DemandPlace {
  /** null: merged with other cells, see `merged` */
  firmLines!: number | null;
  interestLines!: number | null;
}

export class MergedDemand {
  cells!: DemandPlace[];
  lines!: number;
}

export class MergedByCommitment {
  firm!: MergedDemand[];
  interest!: MergedDemand[];
}

export class DemandView {
  poolId!: string;
  state!: string;
  snapshotHash!: string | null;
  /** random, part of what the hash stands for; told to the agency only */
  snapshotSalt!: string | null;
  totals!: LineCounts;
  /** cells of fewer lines are only told merged with others; null: everything is told */
  smallestCellLines!: number | null;
  /** what is not listed has no lines */
  cells!: DemandCellView[];
  merged!: MergedByCommitment;
}
