/** What the reasons of lots look like from outside. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import type { Minor } from '../kernel/money.js';
import { IsCode, PageQuery } from '../platform/http/fields.js';

/** The cheapest other bid for some lines, everything else as awarded; it may be another alternative of the winner's bid. */
export class RunnerUpAnswer {
  bidId!: string;
  providerId!: string;
  providerName!: string;

  /** the label of the alternative that it is; null when it is the main tariff of the bid */
  @ApiProperty({ type: String, nullable: true })
  alternative!: string | null;

  /** what these lines would cost over the term at its tariff, in the band that it would reach; activation not included */
  @ApiProperty({ type: 'integer' })
  costMinor!: Minor;
}

/**
 * What the whole award would cost more if the winner did not win these lines; where it wins by one tariff of a bid with
 * alternatives, not by this one.
 */
export class AwayAnswer {
  @ApiProperty({ type: 'integer' })
  atLeastMinor!: Minor;

  /** null when no allocation without the winner here was found; where that is proved, there is none */
  @ApiProperty({ type: 'integer', nullable: true })
  atMostMinor!: Minor | null;

  /** true: it is exactly that, or impossible. false: the limit came first */
  proved!: boolean;
}

/** Why a lot, or a tier of it, or a part of a tier went where it went. */
export class LotReasonAnswer {
  lot!: string;

  /** null where lots are awarded whole */
  @ApiProperty({ type: String, nullable: true })
  tier!: string | null;

  /** lines of it, and those that this winner wins */
  lines!: number;
  wonLines!: number;
  bidId!: string;
  providerId!: string;
  providerName!: string;

  /** the label of the alternative by which it wins; null when by the main tariff of the bid */
  @ApiProperty({ type: String, nullable: true })
  alternative!: string | null;

  /** what these lines cost over the term, set-up included, activation not */
  @ApiProperty({ type: 'integer' })
  costMinor!: Minor;

  /** null when no other bid can serve these lines beside what it wins */
  @ApiProperty({ type: RunnerUpAnswer, nullable: true })
  runnerUp!: RunnerUpAnswer | null;

  /** null when nothing is known of it, as long as the award itself is not proved to be the cheapest */
  @ApiProperty({ type: AwayAnswer, nullable: true })
  away!: AwayAnswer | null;

  /** all of it in sentences, with the rule or the band for which the lines did not go to a cheaper bid */
  words!: string;
}

export class LotReasonPage {
  @ApiProperty({ type: [LotReasonAnswer] })
  items!: LotReasonAnswer[];

  /** give this as `cursor` to continue; null at the end */
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class LotReasonQuery extends PageQuery {
  /** only this lot */
  @ApiPropertyOptional()
  @IsOptional()
  @IsCode()
  lot?: string;
}

/** How far the reasons of an award are. It has no version: an award does not change by its reasons becoming more exact. */
export class WeighingAnswer {
  /** weighing: those that are in bounds are still worked out more exactly */
  @ApiProperty({ enum: ['weighing', 'complete'] })
  state!: 'weighing' | 'complete';

  total!: number;

  /** those that tell exactly what the whole would cost without the winner there */
  exact!: number;
}
