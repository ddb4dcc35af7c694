/** What scenario boards look like from outside. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import type { ResultStatus } from '../allocation/rules/problem.js';
import type { ScenarioKind } from '../allocation/rules/scenarios.js';
import type { Minor } from '../kernel/money.js';
import { IsCode, IsId, PageQuery } from '../platform/http/fields.js';

const BOARD_STATES = ['solving', 'complete'];
const KINDS = ['winners', 'cap', 'without', 'with', 'rule'];
const ENTRY_STATUSES = ['waiting', 'optimal', 'feasible', 'infeasible', 'invalid', 'unknown'];

export type EntryStatus = ResultStatus | 'waiting';

/** What the command to begin a board answers. */
export class BoardStepAnswer {
  awardId!: string;
  problemHash!: string;

  @ApiProperty({ enum: BOARD_STATES })
  state!: 'solving' | 'complete';

  /** entries that have their answer: scenarios, points of the curve, bids whose gaps are known */
  done!: number;
  total!: number;
}

export class ScenarioWinnerAnswer {
  providerId!: string;
  providerName!: string;
  lines!: number;
}

/** An allocation in short: what it costs, who wins, how much hangs on one provider. */
export class AllocationAnswer {
  /** over the term; null while it is not known, and when there is no such allocation */
  @ApiProperty({ type: 'integer', nullable: true })
  totalMinor!: Minor | null;

  /** the most lines first */
  @ApiProperty({ type: [ScenarioWinnerAnswer] })
  winners!: readonly ScenarioWinnerAnswer[];

  /** the largest part of all lines that one provider wins, in basis points */
  @ApiProperty({ type: 'integer', nullable: true })
  largestShareBp!: number | null;

  /** how much cheaper another one might be, as a part of the total */
  @ApiProperty({ type: Number, nullable: true })
  gap!: number | null;

  /** whether it is proved that nothing is cheaper, or that there is nothing */
  proved!: boolean;
}

export class ScenarioAnswer extends AllocationAnswer {
  @ApiProperty({ enum: KINDS })
  kind!: ScenarioKind;

  /** the number of winners, the part of the lines, the id of the provider or the name of the rule that it is about */
  about!: string;

  /** what it is, in words */
  words!: string;

  @ApiProperty({ enum: ENTRY_STATUSES })
  status!: EntryStatus;

  /** what it costs more than the award; negative when it costs less, as without a rule that costs something */
  @ApiProperty({ type: 'integer', nullable: true })
  moreMinor!: Minor | null;

  /** that in percent of the award's cost */
  @ApiProperty({ type: Number, nullable: true })
  morePercent!: number | null;

  /** why there is no such allocation, in sentences; empty when there is one */
  @ApiProperty({ type: [String] })
  explanation!: readonly string[];
}

/** What a line costs a month when the pool is smaller or larger than it is. */
export class CurvePointAnswer {
  /** size of the pool in percent of its demand */
  percent!: number;
  lines!: number;

  @ApiProperty({ enum: ENTRY_STATUSES })
  status!: EntryStatus;

  /** over the term, with everything one-off, per line and month; null while unknown, and when nobody can serve it */
  @ApiProperty({ type: 'integer', nullable: true })
  lineMonthlyMinor!: Minor | null;

  proved!: boolean;
}

export class LeftOutAnswer {
  /** providers without a scenario of their own: bids of others came first */
  @ApiProperty({ type: [String] })
  providers!: readonly string[];

  /** bids of which gaps to win are not looked for, of some alternative or of all */
  @ApiProperty({ type: [String] })
  bids!: readonly string[];
}

/** How exact the gaps of a board are. A board is complete whether they are proved or not. */
export class ProofStepAnswer {
  /** proving: gaps of which a proof was asked for are still searched for */
  @ApiProperty({ enum: ['proving', 'complete'] })
  state!: 'proving' | 'complete';

  /** gaps that are known */
  total!: number;

  /** those of them that are exact */
  exact!: number;

  /** those of which a proof was asked for */
  asked!: number;

  /** those of these that were searched for, proved or not */
  done!: number;
}

/** Which gaps are to be proved: all that are not exact unless it is said. */
export class ProofWish {
  /** only those of this bid */
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsId('must be the id of a bid')
  bidId?: string;

  /** only those in this lot */
  @IsOptional()
  @IsCode()
  lot?: string;
}

export class BoardAnswer extends BoardStepAnswer {
  currency!: string;
  termMonths!: number;

  /** lines that are awarded */
  lines!: number;
  madeAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  completedAt!: Date | null;

  /** the award itself */
  best!: AllocationAnswer;

  @ApiProperty({ type: [ScenarioAnswer] })
  scenarios!: readonly ScenarioAnswer[];

  @ApiProperty({ type: [CurvePointAnswer] })
  curve!: readonly CurvePointAnswer[];

  /** what is beyond the limits of a board */
  leftOut!: LeftOutAnswer;

  /** how many of the gaps to win are exact, and are being proved */
  gaps!: ProofStepAnswer;
}

/** How far a bid is from winning a lot, or a tier of it. */
export class GapAnswer {
  bidId!: string;
  providerId!: string;
  providerName!: string;

  /** the label of the alternative that it is; null when it is the main tariff of the bid */
  @ApiProperty({ type: String, nullable: true })
  alternative!: string | null;
  lot!: string;

  /** null where lots are awarded whole */
  @ApiProperty({ type: String, nullable: true })
  tier!: string | null;

  /** lines that it would win: all, or where lines are shared the most that it can serve */
  lines!: number;

  /**
   * by how much its cost of these lines over the term would have to be lower for it to win them; 0 where only the
   * earlier bid goes before it. null when no allocation that keeps the rules lets it win them, or none was found.
   */
  @ApiProperty({ type: 'integer', nullable: true })
  gapMinor!: Minor | null;

  /** the gap per line and month, rounded up */
  @ApiProperty({ type: 'integer', nullable: true })
  gapLineMonthlyMinor!: Minor | null;

  /** false when the limit came first: then the gap is at least `atLeastMinor` and at most `gapMinor` */
  proved!: boolean;

  @ApiProperty({ type: 'integer' })
  atLeastMinor!: Minor;

  /** whether a proof was asked for by itself */
  @ApiProperty({ enum: ['none', 'waiting', 'done'] })
  proof!: 'none' | 'waiting' | 'done';

  /**
   * the limit of the search for it, once it was searched for, beside that of the work in it; not proved then, it is told as
   * far as it is known, and not searched for again
   */
  @ApiProperty({ type: 'integer', nullable: true })
  triedSeconds!: number | null;
}

export class GapPage {
  @ApiProperty({ type: [GapAnswer] })
  items!: GapAnswer[];

  /** give this as `cursor` to continue; null at the end of what is known so far */
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class GapQuery extends PageQuery {
  /** only the gaps of this bid */
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsId('must be the id of a bid')
  bidId?: string;
}
